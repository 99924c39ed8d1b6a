package import Fleet
package import ServerRecords

extension UseCases {
    /// Raises an alert for an endpoint whose signed policy asks for a backup that is younger than
    /// the last one, or of which it is not known, as the endpoint itself says; once it is young
    /// enough again, the alert ends by itself.
    package func watchBackup(
        of endpoint: EndpointRecord, _ backup: BackupFacts?, at now: Timestamp,
        in records: any Records
    ) throws {
        let isTooOld = backup?.isTooOld == true
        let subject = endpoint.id.text
        let known = try records.alert(.backupStale, about: subject, of: endpoint.tenant)
        guard isTooOld else {
            guard var alert = known, alert.acknowledgedBy != Self.systemActor else { return }
            let wasOpen = alert.acknowledgedAt == nil
            alert.acknowledgedAt = alert.acknowledgedAt ?? now
            alert.acknowledgedBy = Self.systemActor
            try records.update(alert)
            guard wasOpen else { return }
            return try appendAudit(
                "alert.acknowledged", subject: alert.id.text,
                sentence: "It is over: \(alert.sentence)", actor: Self.systemActor,
                tenant: endpoint.tenant, in: records, at: now)
        }
        // One that is open, or that a person has acknowledged, stays as it is.
        guard known == nil || known?.acknowledgedBy == Self.systemActor else { return }
        let alert = Alert(
            id: effects.newIdentifier(), tenant: endpoint.tenant, kind: .backupStale,
            subject: subject, sentence: Self.sentence(endpoint.name, backup), endpoints: 1,
            raisedAt: now)
        guard try records.insert(alert) || records.renew(alert) else { return }
        try appendAudit(
            "alert.raised", subject: alert.id.text, sentence: alert.sentence,
            actor: Self.systemActor, tenant: endpoint.tenant, in: records, at: now)
    }

    private static let systemActor = "system"

    /// How much of an endpoint's words is told, in characters.
    private static let longestProblem = 200

    private static func sentence(_ name: String, _ backup: BackupFacts?) -> String {
        let asked = "and its policy asks for a younger one before an installation"
        guard let last = backup?.lastAt else {
            let why = backup?.problem.map { " \(PlainText.line($0, atMost: longestProblem))" } ?? ""
            return "It is not known when the last backup of \(name) was made, \(asked).\(why)"
        }
        return "The last backup of \(name) was made at \(last.wholeSeconds), \(asked)."
    }
}
