import ControlPlane
import Fleet
import ServerRecords

extension UseCases {
    private static let watcher = "system"

    /// Brings a tenant's alerts of one kind to what holds now: what is new is told once, what is
    /// over ends by itself. What a person has acknowledged stays so until more endpoints have come
    /// by it, or it has been over meanwhile.
    func settle(
        _ kind: Alert.Kind, _ wanted: [Alert], of tenant: TenantID, at now: Timestamp,
        in records: any Records
    ) throws {
        let held = Set(wanted.map(\.subject))
        for open in try records.openAlerts(kind, of: tenant) where !held.contains(open.subject) {
            try end(open, at: now, in: records)
            try appendAudit(
                "alert.acknowledged", subject: open.id.text,
                sentence: "It is over: \(open.sentence)", actor: Self.watcher, tenant: tenant,
                in: records, at: now)
        }
        for alert in wanted {
            if let known = try records.alert(kind, about: alert.subject, of: tenant) {
                if known.acknowledgedAt == nil {
                    if known.sentence != alert.sentence {
                        try keep(known, saying: alert, in: records)
                    }
                    continue
                }
                if known.acknowledgedBy != Self.watcher {
                    guard alert.endpoints > known.endpoints else { continue }
                    try end(known, at: now, in: records)
                }
            }
            guard try records.insert(alert) || records.renew(alert) else { continue }
            try appendAudit(
                "alert.raised", subject: alert.id.text, sentence: alert.sentence,
                actor: Self.watcher, tenant: tenant, in: records, at: now)
        }
    }

    private func end(_ alert: Alert, at now: Timestamp, in records: any Records) throws {
        var ended = alert
        (ended.acknowledgedAt, ended.acknowledgedBy) = (now, Self.watcher)
        try records.update(ended)
    }

    /// An open alert goes on with what is so now: nobody is told again.
    private func keep(_ known: Alert, saying alert: Alert, in records: any Records) throws {
        try records.update(
            Alert(
                id: known.id, tenant: known.tenant, kind: known.kind, subject: known.subject,
                sentence: alert.sentence, endpoints: alert.endpoints, raisedAt: known.raisedAt))
    }
}
