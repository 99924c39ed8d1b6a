import Calendar
import Fleet
import Policy
import Testing
import Versions

@testable import Trust

/// A small house of keys: `a` and `b` for everything but scripts, `s` for scripts, `x` a stranger.
struct SignedSample {
    /// A Monday noon; the window of the policy is open from 12:00 to 14:00 each day.
    static let noon = Timestamp("2026-11-23T12:00:00Z") ?? Timestamp(seconds: 0)
    static let expiry = noon.adding(seconds: 30 * 86_400)

    let a: SigningKey
    let b: SigningKey
    let s: SigningKey
    let x: SigningKey
    let tenant: TenantID
    let otherTenant: TenantID
    let endpoint: EndpointID
    let otherEndpoint: EndpointID

    init() throws {
        a = try SigningKey(bytes: Sample.bytes(32, seed: 11))
        b = try SigningKey(bytes: Sample.bytes(32, seed: 12))
        s = try SigningKey(bytes: Sample.bytes(32, seed: 13))
        x = try SigningKey(bytes: Sample.bytes(32, seed: 14))
        tenant = try #require(TenantID(Sample.tenant))
        otherTenant = try #require(TenantID("tnt_01jdb7k2m3n4p5q6r7s8t9v0wy"))
        endpoint = try #require(EndpointID(Sample.endpoint))
        otherEndpoint = try #require(EndpointID("ept_01jdb7k2m3n4p5q6r7s8t9v0wy"))
    }

    func heading(
        _ name: String = "main", version: Int = 1, scope: DocumentScope? = nil,
        from: Timestamp = noon.adding(seconds: -3600), until: Timestamp = expiry
    ) -> DocumentHeading {
        DocumentHeading(
            name: name, version: version, scope: scope ?? .tenant(tenant), issuedAt: from,
            expiresAt: until)
    }

    /// Policies need both keys, approvals one of them.
    func rootBody(replacingA key: SigningKey? = nil, rootThreshold: Int = 2) -> TrustRoot {
        let first = key ?? a
        let both = [first.id, b.id]
        return TrustRoot(
            keys: [first, b, s].map { TrustRoot.Key($0.publicKey) }, mode: .sealed,
            roles: [
                .root: .init(both, threshold: rootThreshold), .policy: .init(both, threshold: 2),
                .approval: .init(both, threshold: 1), .script: .init([s.id], threshold: 1),
                .release: .init(both, threshold: 2),
            ])
    }

    func root(_ version: Int = 1, _ body: TrustRoot? = nil, until: Timestamp = expiry)
        -> SignedDocument<TrustRoot>
    {
        SignedDocument(
            heading("root", version: version, scope: .allTenants, until: until),
            body ?? rootBody())
    }

    /// A state that has seen nothing but the root.
    func state(rootUntil: Timestamp = expiry) throws -> TrustState {
        let envelope = try signed(root(until: rootUntil), by: a, b)
        return try TrustState(
            root: envelope.json, fingerprint: envelope.payloadDigest, tenant: tenant,
            at: Self.noon)
    }

    func signed<Body>(_ document: SignedDocument<Body>, by keys: SigningKey...) throws -> Envelope {
        var envelope = try document.envelope()
        for key in keys { try envelope.sign(with: key) }
        return envelope
    }

    func policyBody(_ brake: BlastRadiusBrake = .usual, rings: [Ring]? = nil) throws -> PolicySet {
        let name = try #require(PolicyName("daily"))
        let from = try #require(LocalTime(hour: 12, minute: 0))
        let window = try #require(
            MaintenanceWindow(
                name: "daily", recurrence: .daily, from: from, lengthSeconds: 7200))
        let policy = PatchPolicy(
            name: name, applies: .always,
            lanes: Lanes(routine: LaneRoute(windows: [name], rings: rings == nil ? nil : name)),
            rules: [
                PolicyRule(
                    when: try UpdateExpression(parsing: "epss >= 0.5 or package ~ \"ssl-*\""),
                    Treatment(.afterDays(2)))
            ], otherwise: Treatment(.atOnce), windows: [window],
            rings: rings.map { [name: $0] } ?? [:])
        return PolicySet([PlacedPolicy(policy, at: .tenant)], brake: brake)
    }

    func policy(_ version: Int = 1, _ body: PolicySet? = nil) throws -> SignedDocument<PolicySet> {
        SignedDocument(heading(version: version), try body ?? policyBody())
    }

    static let openssl = PackageKey(manager: .apt, name: "openssl", architecture: "amd64")

    func grantBody(policyDigest: String = Digest.sha256Hex("policy")) -> Grant {
        Grant(
            target: .endpoints([endpoint]), lane: .routine,
            updates: [.init(Self.openssl, version: "3.0.17-1~deb12u3")],
            notBefore: Self.noon.adding(seconds: -60), notAfter: Self.noon.adding(seconds: 86_400),
            nonce: "00112233445566778899aabbccddeeff", policyDigest: policyDigest,
            reach: .init(endpoints: 2, ofEndpoints: 10))
    }

    func grant(_ version: Int = 1, _ body: Grant? = nil) -> SignedDocument<Grant> {
        SignedDocument(heading("dep_1", version: version), body ?? grantBody())
    }
}

/// Why a check refuses; `nil` when it does not.
func refusal(of body: () throws -> Void) -> VerificationRefusal? {
    do {
        try body()
        return nil
    } catch let refusal as VerificationRefusal {
        return refusal
    } catch {
        Issue.record("\(error)")
        return nil
    }
}
