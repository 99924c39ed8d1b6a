import AgentProtocol
import Forensics
import Policy
import Rollout

extension JobRunner {
    /// Sees to the evidence before anything of a job is run, a repair of the package database
    /// included. What takes updates back needs none.
    func seeToEvidence(
        _ observation: JobObservation, of job: JobRun, _ watch: JobWatch
    ) async -> EvidenceAnswer {
        guard case .preflighted(_, .some, _) = observation, job.evidence == nil, job.runs == 0,
            !job.order.updates.contains(where: \.isRollback)
        else { return .notWanted }
        var rule = EvidenceRule.usual
        if let gate, gate.isAsked(job.order) {
            rule = await gate.desk.preconditions(at: effects.now()).evidence ?? .usual
        }
        guard rule == .always || rule == .demanded && job.order.evidence != nil else {
            return .notWanted
        }
        guard let evidence else {
            return .missing(
                "Nothing was started: evidence must be taken before, and this agent takes none.")
        }
        watch.show(
            .preflight, "Takes evidence of the endpoint before anything is changed.",
            at: effects.now())
        return await evidence.evidence(before: job.order, by: rule)
    }
}
