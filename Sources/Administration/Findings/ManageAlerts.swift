public import ControlPlane
public import Fleet
public import ServerRecords

extension UseCases {
    /// The most alerts of one page.
    public static let largestAlertPage = 200

    /// Alerts, newest first.
    public func alerts(
        by principal: Principal, tenant: TenantID? = nil, openOnly: Bool = false,
        before: AlertID? = nil, limit: Int = 100
    ) async throws -> [Alert] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let rows = min(max(limit, 1), Self.largestAlertPage)
        return try await ledger.read {
            try $0.alerts(in: scope, openOnly: openOnly, before: before, limit: rows)
        }
    }

    /// Notes that a person has seen an alert. Doing it again changes nothing.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func acknowledge(_ id: AlertID, by principal: Principal) async throws -> Alert {
        try principal.require(.deploy)
        let now = effects.now()
        return try await ledger.write { records in
            guard var alert = try records.alert(id, in: principal.scope) else {
                throw Refusal.notFound("alert")
            }
            guard alert.acknowledgedAt == nil else { return alert }
            alert.acknowledgedAt = now
            alert.acknowledgedBy = principal.name
            try records.update(alert)
            try self.appendAudit(
                "alert.acknowledged", subject: id.text,
                sentence: "Acknowledged: \(alert.sentence)", actor: principal.name,
                tenant: alert.tenant, in: records, at: now)
            return alert
        }
    }
}
