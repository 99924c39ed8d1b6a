import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import TestSupport
import Testing
import Trust

/// Operators with keys, in sealed mode, and what they sign for one tenant.
struct SigningOffice {
    static let tenant: TenantID = Orders.identifier(11)
    static let end = Orders.start.adding(seconds: 30 * 86_400)

    let first: SigningKey
    let second: SigningKey
    let root: Envelope
    let mode: SigningMode

    init(
        seed: UInt64 = 5, mode: SigningMode = .sealed, after former: SigningOffice? = nil
    ) throws {
        var generator = SeededGenerator(seed: seed)
        func key() throws -> SigningKey {
            try SigningKey(
                bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        }
        first = try key()
        second = try key()
        self.mode = mode
        let holders = TrustRoot.RoleKeys([first.id, second.id], threshold: 1)
        let body = TrustRoot(
            keys: [first, second].map { .init($0.publicKey, isOnline: mode == .managed) },
            mode: mode,
            roles: Dictionary(uniqueKeysWithValues: TrustRole.allCases.map { ($0, holders) }))
        var envelope = try SignedDocument(
            DocumentHeading(
                name: "root", version: former == nil ? 1 : 2, scope: .allTenants,
                issuedAt: Orders.start, expiresAt: Self.end), body
        ).envelope()
        try envelope.sign(with: first)
        if let former { try envelope.sign(with: former.first) }
        root = envelope
    }

    func sign<Body: DocumentBody>(
        _ body: Body, _ name: String, version: Int = 1, scope: DocumentScope = .tenant(tenant),
        issuedAt: Timestamp = Orders.start, expiresAt: Timestamp = end, by keys: [SigningKey]? = nil
    ) throws -> Envelope {
        var envelope = try SignedDocument(
            DocumentHeading(
                name: name, version: version, scope: scope, issuedAt: issuedAt,
                expiresAt: expiresAt), body
        ).envelope()
        for key in keys ?? [first] { try envelope.sign(with: key) }
        return envelope
    }

    /// One policy for every endpoint, with a window each night from 22:00 to 02:00 UTC.
    static func policies(
        from hour: Int = 22, zone: WindowZone = .endpoint, catchUp: CatchUp? = nil,
        brake: BlastRadiusBrake = .usual
    ) throws -> PolicySet {
        let night = try #require(PolicyName("night"))
        let opens = try #require(LocalTime(hour: hour, minute: 0))
        var window = try #require(
            MaintenanceWindow(
                name: night.text, recurrence: .daily, from: opens, lengthSeconds: 4 * 3600))
        window.zone = zone
        let policy = PatchPolicy(
            name: try #require(PolicyName("servers")), applies: .always,
            lanes: Lanes(routine: LaneRoute(windows: [night])), otherwise: Treatment(.atOnce),
            windows: [window], catchUp: catchUp)
        return PolicySet([PlacedPolicy(policy, at: .tenant)], brake: brake)
    }

    func grant(
        _ updates: [LockedUpdate], under policies: Envelope,
        for endpoint: EndpointID = Orders.endpoint,
        nonce: Int = 1, reaches: Int = 1, of whole: Int = 100, from begin: Timestamp = Orders.start,
        tries: Int? = nil, lane: Lane = .routine, scope: DocumentScope = .tenant(tenant),
        by keys: [SigningKey]? = nil
    ) throws -> String {
        let digits = String(nonce, radix: 16)
        let grant = Grant(
            target: .endpoints([endpoint]), lane: lane,
            updates: updates.map { Grant.Update($0.key, version: $0.to, released: $0.released) },
            notBefore: begin,
            notAfter: begin.adding(seconds: 86_400),
            nonce: String(repeating: "0", count: 32 - digits.count) + digits,
            policyDigest: policies.payloadDigest,
            reach: Grant.Reach(endpoints: reaches, ofEndpoints: whole), tries: tries)
        let envelope = try sign(
            grant, "grant-\(nonce)", scope: scope, expiresAt: begin.adding(seconds: 86_400),
            by: keys
        )
        return text(envelope)
    }

    func text(_ envelope: Envelope) -> String { String(decoding: envelope.json, as: UTF8.self) }
}
