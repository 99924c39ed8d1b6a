import ControlPlane
import Fleet
import ServerRecords

extension UseCases {
    /// How many triages of an endpoint are looked at, newest first: one a month over three years.
    static let triagesOfEndpoint = 40
    static let triageWatcher = TriageRecord.automatic

    /// The triages of an endpoint, newest first.
    func triages(
        of endpoint: EndpointID, tenant: TenantID, in records: any Records
    ) throws -> [TriageRecord] {
        try records.triages(
            TriageQuery(
                in: .tenant(tenant), endpoint: endpoint, limit: Self.triagesOfEndpoint))
    }

    /// Stores what the endpoint's triages together want of it, where that is not stored already.
    func settleForensics(
        of endpoint: EndpointRecord, in records: any Records, waking wakes: inout Set<String>
    ) throws {
        let triages = try triages(of: endpoint.id, tenant: endpoint.tenant, in: records)
        var wanted = triages.first(where: \.isOpen)?.forensics ?? EndpointForensics()
        wanted.heldBy = triages.first { $0.verdict == .traces }?.id
        let new = wanted.isEmpty ? nil : wanted
        guard new != endpoint.forensics else { return }
        try records.set(new, of: endpoint.id)
        wakes.insert(SignalSubject.work(endpoint.id))
    }

    /// Asks anew where evidence is wanted that no request is under way for.
    func renewAsk(_ triage: inout TriageRecord, at now: Timestamp) {
        guard triage.needsEvidence else { return }
        if let ask = triage.ask, triage.evidenceAt.map({ $0 < ask.at }) ?? true { return }
        triage.ask = TriageRecord.Ask(
            id: effects.newIdentifier(), at: now, by: TriageRecord.automatic)
    }

    /// Ends the alerts about parts of a triage that are not late any more.
    func endTriageAlerts(
        of triage: TriageRecord, by actor: String, at now: Timestamp, in records: any Records
    ) throws {
        let late = Set(triage.late(at: now).map(\.name))
        for name in triage.told where !late.contains(name) {
            try endAlert(
                .triageOverdue, about: Self.subject(of: triage, name), of: triage.tenant,
                by: actor, at: now, in: records)
        }
    }

    static func subject(of triage: TriageRecord, _ name: TriageStep.Name) -> String {
        "\(triage.id.text) \(name.rawValue)"
    }

    func endAlert(
        _ kind: Alert.Kind, about subject: String, of tenant: TenantID, by actor: String,
        at now: Timestamp, in records: any Records
    ) throws {
        guard var alert = try records.alert(kind, about: subject, of: tenant),
            alert.acknowledgedAt == nil
        else { return }
        (alert.acknowledgedAt, alert.acknowledgedBy) = (now, actor)
        try records.update(alert)
        try appendAudit(
            "alert.acknowledged", subject: alert.id.text,
            sentence: "It is over: \(alert.sentence)", actor: actor, tenant: tenant, in: records,
            at: now)
    }

    func raiseAlert(
        _ kind: Alert.Kind, about subject: String, _ sentence: String, of tenant: TenantID,
        at now: Timestamp, in records: any Records
    ) throws {
        let alert = Alert(
            id: effects.newIdentifier(), tenant: tenant, kind: kind, subject: subject,
            sentence: sentence, endpoints: 1, raisedAt: now)
        guard try records.insert(alert) || records.renew(alert) else { return }
        try appendAudit(
            "alert.raised", subject: alert.id.text, sentence: sentence, actor: Self.triageWatcher,
            tenant: tenant, in: records, at: now)
    }
}
