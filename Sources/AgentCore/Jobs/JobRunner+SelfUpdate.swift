import Fleet
import Rollout

extension JobRunner {
    /// How often a watched update of the agent itself is looked at, in milliseconds.
    static let selfUpdatePollMilliseconds: Int64 = 2000

    /// Puts an update of the agent itself under watch before its run; `nil` when the run may begin.
    func reasonNotToReplaceItself(_ plan: RunPlan, _ run: RunName) async -> String? {
        guard plan.kind == .install, let own = Self.own(plan.updates), let selfUpdates else {
            return nil
        }
        return await selfUpdates.begin(run, own)
    }

    /// Waits until it is known whether the new agent reaches its server: before that, what a scan
    /// shows would be the package's version and not a working agent.
    func awaitSelfUpdate(_ plan: RunPlan, _ watch: JobWatch) async throws {
        guard let selfUpdates, let own = Self.own(plan.updates) else { return }
        while selfUpdates.standing(of: own) == .open {
            watch.show(
                .verifying, "Waits until the new agent has spoken with the server.",
                at: effects.now())
            try await effects.sleep(Self.selfUpdatePollMilliseconds)
        }
    }

    /// Notes in a view which updates were taken back by the watch.
    func mark(_ view: inout EndpointView, takenBackOf updates: [LockedUpdate]) {
        guard let selfUpdates, let own = Self.own(updates) else { return }
        if case .takenBack(let sentence) = selfUpdates.standing(of: own) {
            view.takenBack[own.key] = sentence
        }
    }

    private static func own(_ updates: [LockedUpdate]) -> LockedUpdate? {
        updates.first { $0.name == AgentPackage.name }
    }
}
