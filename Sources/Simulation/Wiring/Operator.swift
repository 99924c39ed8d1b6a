import Fleet
import Policy
import Rollout
import Trust

/// The operator who holds the signing key, away from the server: what he has signed for the
/// endpoints of one world.
struct Operator {
    /// How long before the world his documents are issued, in seconds: clocks are wrong by hours.
    static let leadSeconds: Int64 = 2 * 86_400
    /// For how long they hold, in seconds.
    static let lifeSeconds: Int64 = 90 * 86_400
    /// How many random bytes a grant is named by: 16, which no two grants share.
    static let nonceBytes = 16

    private let key: SigningKey
    private let root: Envelope
    private let policies: Envelope

    /// An operator with a key of these bytes, who signs a policy.
    init(keyBytes: [UInt8], policy: PatchPolicy) throws {
        key = try SigningKey(bytes: keyBytes)
        let role = TrustRoot.RoleKeys([key.id], threshold: 1)
        let body = TrustRoot(
            keys: [TrustRoot.Key(key.publicKey)], mode: .sealed,
            roles: Dictionary(uniqueKeysWithValues: TrustRole.allCases.map { ($0, role) }))
        root = try Self.signed(SignedDocument(Self.heading("root"), body), by: key)
        // One operator signs here for everybody: the brake is tested elsewhere.
        let brake = BlastRadiusBrake(shareBasisPoints: Percentage.whole, tenantsPerHour: 1000)
        policies = try Self.signed(
            SignedDocument(
                Self.heading("policies"),
                PolicySet([PlacedPolicy(policy, at: .provider)], brake: brake)), by: key)
    }

    /// What the endpoints of each tenant believe from their enrolment on. The policies are one
    /// document for all tenants, which is looked at once.
    func beliefs(of tenants: [TenantID]) throws -> [Belief] {
        let start = Timeline.start.adding(seconds: -Self.leadSeconds)
        let states = try tenants.map { tenant in
            try TrustState(
                root: root.json, fingerprint: root.payloadDigest, tenant: tenant, at: start)
        }
        guard let first = states.first else { return [] }
        let accepted = try first.verify(policies.json, as: PolicySet.self, at: start).accepted
        return states.map { (state: $0, policies: accepted) }
    }

    /// What an endpoint believes: whom, and the policies that hold.
    typealias Belief = (state: TrustState, policies: Accepted<PolicySet>)

    /// Signs what a job may install on its endpoint.
    func grant(
        for job: Job, on endpoint: String, isWindowed: Bool, nonce: [UInt8], by other: SigningKey?
    ) throws -> [UInt8] {
        let start = Timeline.start.adding(seconds: -Self.leadSeconds)
        let grant = Grant(
            target: .endpoints([job.endpoint]), lane: isWindowed ? .routine : .emergency,
            ring: isWindowed ? WorldPolicy.ring(of: endpoint) : nil,
            updates: job.updates.map { Grant.Update($0.key, version: $0.to) }, notBefore: start,
            notAfter: start.adding(seconds: Self.lifeSeconds - 1), nonce: Hex.encode(nonce),
            policyDigest: policies.payloadDigest, reach: Grant.Reach(endpoints: 1, ofEndpoints: 4))
        return try Self.signed(
            SignedDocument(Self.heading(job.id.text, scope: .tenant(job.tenant)), grant),
            by: other ?? key
        ).json
    }

    private static func heading(_ name: String, scope: DocumentScope = .allTenants)
        -> DocumentHeading
    {
        let start = Timeline.start.adding(seconds: -leadSeconds)
        return DocumentHeading(
            name: name, version: 1, scope: scope, issuedAt: start,
            expiresAt: start.adding(seconds: lifeSeconds))
    }

    private static func signed<Body>(
        _ document: SignedDocument<Body>, by key: SigningKey
    ) throws -> Envelope {
        var envelope = try document.envelope()
        try envelope.sign(with: key)
        return envelope
    }
}
