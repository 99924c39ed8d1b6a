import Fleet
import Policy
import Rollout
import ServerRecords

// A rollout that halts by itself wants a person, and nobody may be looking.

extension RolloutStep {
    /// Raises an alert when the rollout has halted by itself in this step, and ends the one that
    /// there was when it goes on or has ended.
    mutating func settleAlert() throws {
        guard hasTurned else { return }
        let open = try records.openAlerts(.rolloutHalted, of: record.tenant)
            .filter { $0.deployment == record.deployment }
        let wanted = haltSentence
        for var alert in open where alert.sentence != wanted {
            (alert.acknowledgedAt, alert.acknowledgedBy) = (now, "system")
            try records.update(alert)
            try audit("alert.acknowledged", alert, "It is over: \(alert.sentence)")
        }
        guard let wanted, !open.contains(where: { $0.sentence == wanted }) else { return }
        let id: AlertID = useCases.effects.newIdentifier()
        let since = "\(record.deployment) \(now.wholeSeconds)"
        // A second halt within a second is another one.
        for subject in [since, "\(since) \(id)"] {
            let alert = Alert(
                id: id, tenant: record.tenant, kind: .rolloutHalted, subject: subject,
                sentence: wanted, endpoints: heldUp, raisedAt: now)
            guard try records.insert(alert) else { continue }
            return try audit("alert.raised", alert, wanted)
        }
    }

    /// Raises the alert of a rollout that halted before there were such alerts; one that somebody
    /// has acknowledged is not raised again.
    mutating func alertOfFormerHalt() throws {
        guard let wanted = haltSentence else { return }
        let known = try records.alerts(
            in: .tenant(record.tenant), openOnly: false, before: nil, limit: Self.alertsLookedAt)
        guard
            !known.contains(where: {
                $0.deployment == record.deployment && $0.sentence == wanted
            })
        else { return }
        hasTurned = true
        try settleAlert()
    }

    /// How many of a tenant's newest alerts are looked through: more than it has in a year.
    private static let alertsLookedAt = 1_000

    /// What an alert says; `nil` where the rollout has not halted, or a person did it.
    private var haltSentence: String? {
        guard case .halted(let reason) = record.rollout.state, !reason.isByPerson else {
            return nil
        }
        return "The rollout “\(deployment.title)” has halted by itself. "
            + sentence(reason.sentence).withStop
    }

    /// How many endpoints wait for it to go on.
    private var heldUp: Int {
        record.rollout.endpoints.count { !$0.hasLeft && $0.isPending }
    }

    private func audit(_ action: String, _ alert: Alert, _ sentence: String) throws {
        try useCases.appendAudit(
            action, subject: alert.id.text, sentence: sentence, actor: "system",
            tenant: record.tenant, in: records, at: now)
    }
}

extension HaltReason {
    /// Whether somebody stopped it.
    fileprivate var isByPerson: Bool {
        if case .person = self { true } else { false }
    }
}
