import AgentProtocol
import Fleet
import Policy
import Rollout

extension JobOrder {
    /// The snapshot that the endpoint returns to; `nil` for an order by packages.
    var snapshot: String? { updates.first?.snapshot }
}

extension JobRun {
    /// The order is carried out by the reboot that it waits for from here on.
    func awaitReturn() -> [JournalEvent] {
        guard let following, let name = order.snapshot else { return [] }
        let settled = remaining.map {
            UpdateOutcome(
                update: $0, state: .pendingRestart, versionAfter: $0.from,
                sentence:
                    "\($0.name) goes back to \($0.to) with the snapshot \(name), at the reboot.")
        }
        return [.rebootAwaited(bootId: following.bootId, signals: []), .settled(settled)]
    }
}

extension JobRunner {
    /// Whether the endpoint can return to a snapshot, before anything is begun.
    func returning(to name: String, _ job: JobRun) async -> JobObservation {
        guard let why = await faultOfReturning(to: name, job) else { return .returnReady }
        return .preflighted(
            .blocked(.refused, "The endpoint does not return to the snapshot. \(why)"), plan: nil,
            logOffset: 0)
    }

    private func faultOfReturning(to name: String, _ job: JobRun) async -> String? {
        guard let safeguards else { return "This agent returns to no snapshots." }
        guard job.following != nil, let terms = await terms(of: job.order) else {
            return "It would need a reboot by the agent, which the order does not ask for."
        }
        guard terms.rule.mode != .never else { return "Its policy never reboots it." }
        guard SnapshotMemory(state).all.contains(where: { $0.name == name }) else {
            return "Its agent knows of no snapshot “\(name.prefix(120))” that it has taken itself."
        }
        return await safeguards.faultOfReturning(to: name)
    }
}

extension RebootDesk {
    /// Sees to the return that jobs wait for, right before the reboot; `false` when a job was ended
    /// because there will be none, and everything is to be looked at anew.
    func makeReturnReady(_ jobs: [JobRun]) async throws -> Bool {
        let returning = jobs.filter { $0.order.snapshot != nil }
        guard let first = returning.first, let name = first.order.snapshot else { return true }
        var isWhole = true
        for other in returning where other.order.snapshot != name {
            try release(
                other, "The endpoint returns to another snapshot (\(first.order.job)).",
                failure: .refused)
            isWhole = false
        }
        guard isWhole else { return false }
        let fault =
            await runner.safeguards?.prepareReturn(to: name, at: effects.now())
            ?? (runner.safeguards == nil ? "This agent returns to no snapshots." : nil)
        guard let fault else { return true }
        try release(
            first, "The endpoint has not returned to the snapshot \(name). \(fault)",
            failure: .refused)
        return false
    }
}

extension JobResult {
    /// What waited for the reboot to go back does not any more.
    mutating func giveUpReturn(because reason: String, _ failure: FailureClass?) {
        for index in outcomes.indices where outcomes[index].state == .pendingRestart {
            outcomes[index].state = .skipped
            outcomes[index].failure = failure ?? .refused
            outcomes[index].sentence = reason
        }
    }
}
