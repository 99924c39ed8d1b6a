import AgentProtocol
import Fleet
import Policy
import Readiness
import Rollout

extension JobRunner {
    /// What the endpoint waits for before this job may begin on it, by the policy that it believes
    /// itself; `nil` when it is as it should be. What has begun goes on whatever changes, and what
    /// takes updates back waits for nothing.
    func unready(for job: JobRun) async -> String? {
        guard let gate, job.runs == 0, !job.order.updates.isEmpty,
            !job.order.updates.contains(where: \.isRollback),
            let rule = await gate.desk.preconditions(at: effects.now()).ready
        else { return nil }
        guard let safeguards else {
            return "Waits for a newer agent: this one cannot tell whether the endpoint is as the "
                + "policy wants it."
        }
        return rule.waiting(await safeguards.surroundings(for: rule))
    }
}

extension Safeguarding {
    /// Whether downloads ahead of an installation wait, because the policy wants none over a
    /// connection that is paid for by what it carries.
    func keepsFromDownloading(_ wanted: Preconditions) async -> Bool {
        guard wanted.ready?.network == .unmetered else { return false }
        return await surroundings(for: ReadinessRule(network: .unmetered)).isMetered
    }
}
