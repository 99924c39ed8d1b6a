public import Fleet

/// Something that a person should look at soon.
public struct Alert: Hashable, Sendable, Codable {
    /// What it is about. The texts are stable.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A vulnerability that endpoints have has come to be known as exploited.
        case knownExploited
    }

    /// Its identifier.
    public let id: AlertID
    /// The tenant whose endpoints it is about.
    public let tenant: TenantID
    /// What it is about.
    public let kind: Kind
    /// What it is about, by name: a vulnerability.
    public let subject: String
    /// One sentence.
    public let sentence: String
    /// How many endpoints it was about when it was raised.
    public let endpoints: Int
    /// When it was raised.
    public let raisedAt: Timestamp
    /// When somebody acknowledged it.
    public var acknowledgedAt: Timestamp?
    /// Who did.
    public var acknowledgedBy: String?

    /// An alert.
    public init(
        id: AlertID, tenant: TenantID, kind: Kind, subject: String, sentence: String,
        endpoints: Int, raisedAt: Timestamp, acknowledgedAt: Timestamp? = nil,
        acknowledgedBy: String? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.kind = kind
        self.subject = subject
        self.sentence = sentence
        self.endpoints = endpoints
        self.raisedAt = raisedAt
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
    }
}

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
        try principal.require(.approve)
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

    /// Raises alerts about vulnerabilities that have come to be known as exploited: one for each
    /// tenant that has endpoints with it.
    ///
    /// - Returns: those that were raised; a tenant is alerted of a vulnerability once.
    func raiseAlerts(
        about vulnerabilities: [String], at now: Timestamp
    ) async throws -> [Alert] {
        let affected = vulnerabilities.flatMap { name in
            findings.affectedTenants(by: name).map { (name, $0.tenant, $0.endpoints) }
        }
        guard !affected.isEmpty else { return [] }
        let alerts = affected.map { name, tenant, endpoints in
            Alert(
                id: effects.newIdentifier(), tenant: tenant, kind: .knownExploited, subject: name,
                sentence: Self.sentence(name, endpoints), endpoints: endpoints, raisedAt: now)
        }
        return try await ledger.write { records in
            try alerts.filter { alert in
                guard try records.insert(alert) else { return false }
                try self.appendAudit(
                    "alert.raised", subject: alert.id.text, sentence: alert.sentence,
                    actor: "system", tenant: alert.tenant, in: records, at: now)
                return true
            }
        }
    }

    private static func sentence(_ name: String, _ endpoints: Int) -> String {
        let noun = endpoints == 1 ? "endpoint has" : "endpoints have"
        return "\(name) is known to be exploited, and \(endpoints) \(noun) it."
    }
}
