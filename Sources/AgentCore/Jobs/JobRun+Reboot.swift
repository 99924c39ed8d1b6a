import AgentProtocol
import Fleet
import Rollout

extension JobRun {
    /// The events of a look, and before them the one that says that the job goes on after a reboot:
    /// when what is settled needs one, or when the reboot itself was asked for.
    func awaiting(
        _ events: [JournalEvent], _ observation: JobObservation, at now: Timestamp
    ) -> [JournalEvent] {
        guard case .scanned(let view) = observation, let following, awaitedBoot == nil,
            !events.isEmpty
        else { return events }
        let isAsked =
            order.aftercare?.isRebootAsked == true && order.updates.isEmpty
            && stage == .checking && wholeFault(at: now) == nil
        let needs = events.contains { event in
            switch event {
            case .checked(let settled, _), .settled(let settled):
                settled.contains {
                    $0.state == .pendingRestart && rebootSignal(for: $0.update, view) != nil
                }
            default: false
            }
        }
        guard needs || isAsked else { return events }
        return [.rebootAwaited(bootId: following.bootId, signals: view.signals)] + events
    }

    /// The outcomes after a reboot, as a fresh look shows them.
    func outcomesAfterReboot(_ view: EndpointView) -> [UpdateOutcome] {
        order.updates.compactMap { update in
            guard let before = outcomes[update] else { return nil }
            switch before.state {
            case .verified, .pendingRestart: break
            case .failed, .failedVerification, .skipped: return before
            }
            guard isIn(update, view) else {
                return UpdateOutcome(
                    update: update, state: .failedVerification, failure: .nothingChanged,
                    versionAfter: view.version(of: update),
                    sentence: "After the reboot \(update.name) is at "
                        + "\(view.version(of: update) ?? "no version at all") instead of "
                        + "\(update.to).")
            }
            var after = outcome(ofInstalled: update, view)
            if after.state == .verified {
                after.sentence =
                    "\(update.name) \(after.versionAfter ?? update.to) is in force since the reboot."
            }
            return after
        }
    }
}
