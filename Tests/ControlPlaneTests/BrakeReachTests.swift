import Administration
import AgentProtocol
import Calendar
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Testing
import Trust
import Versions

/// The brake counts what a rollout reaches, and not what has jobs by now: approvals that are asked
/// for while only the canary has its job, through the server and the endpoint's own check.
struct `How far an approval of a rollout reaches` {
    private static let brake = BlastRadiusBrake(shareBasisPoints: 2_500, tenantsPerHour: 1)
    private static let others = 5

    private func body(of waiting: WaitingDocument) throws -> Grant {
        try SignedDocument<Grant>(unverified: Envelope(json: Array(waiting.envelope.utf8))).body
    }

    private func waiting(for type: String, in house: House) async throws -> WaitingDocument {
        let all = try await house.useCases.waitingDocuments(by: house.administrator)
        return try #require(all.first { $0.type == type })
    }

    @Test func `is that of all its rings when policies are signed after a wave has opened`()
        async throws
    {
        let rings = try await RingHouse(canaries: 1, others: Self.others)
        let (house, canary, operators) = (rings.house, rings.endpoints[0], try Operators())
        // Approvals need no second signature yet.
        try await house.useCases.setBrake(.off, by: house.administrator)
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        try await operators.signAll(in: house)
        _ = try await rings.approve()
        try await rings.pass(seconds: 1)
        try await house.useCases.setBrake(Self.brake, by: house.administrator)
        let policies = try await waiting(for: "policy", in: house)
        _ = try await house.useCases.submit(
            signed: operators.sign(policies.envelope), by: house.administrator)

        let waiting = try await waiting(for: "approval", in: house)
        #expect(waiting.needed == 2)
        let grant = try body(of: waiting)
        #expect(grant.target.endpoints == [canary.id])
        #expect(grant.reach.endpoints == Self.others + 1)
        #expect(grant.reach.ofEndpoints == Self.others + 1)
        _ = try await house.useCases.submit(
            signed: operators.sign(waiting.envelope), by: house.administrator)
        #expect(try await canary.collect() == nil, "one of two signatures is there")
        try await refusesOneSignature(waiting, canary, operators)
    }

    /// The endpoint's own check, of what a server would hand out that does not ask for the second.
    private func refusesOneSignature(
        _ waiting: WaitingDocument, _ endpoint: TestEndpoint, _ operators: Operators
    ) async throws {
        let (house, now) = (endpoint.house, endpoint.house.clock.now)
        let answer = try await house.useCases.exchangeTrust(
            TrustRequest(job: nil), by: endpoint.principal)
        let root = Array(try #require(answer.roots.first).utf8)
        let state = try TrustState(
            root: root, fingerprint: Envelope(json: root).payloadDigest, tenant: house.tenant.id,
            at: now)
        let policies = try state.verify(
            Array(try #require(answer.policies).utf8), as: PolicySet.self, at: now)
        let signed = try operators.sign(waiting.envelope)
        let grant = try policies.state.verify(signed, as: Grant.self, at: now).accepted
        let check = GrantCheck(
            policies: policies.accepted, endpoint: endpoint.id,
            subject: EndpointSubject(endpoint.id, facts: nil, managers: nil, placement: nil),
            zones: .init(endpoint: .utc, named: ["UTC": .utc]), installed: [:],
            compare: { _, _, _ in .less })
        #expect(throws: GrantRefusal.brake(endpoints: Self.others + 1, of: Self.others + 1)) {
            try check.check(grant, for: grant.document.body.updates, at: now)
        }
    }

    @Test func `is that of all its rings when a managed server hands out the canary's job`()
        async throws
    {
        let shelf = SigningShelf()
        let rings = try await RingHouse(
            canaries: 1, others: Self.others, signingKeys: { shelf.keys })
        let (house, canary) = (rings.house, rings.endpoints[0])
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        try await house.useCases.setBrake(Self.brake, by: house.administrator)
        _ = try await rings.approve()
        try await rings.pass(seconds: 1)
        #expect(try await canary.collect() == nil, "a second person confirms it first")
        let waiting = try await house.useCases.waitingDocuments(by: house.administrator)
        #expect(waiting.map(\.needed) == [2])
        #expect(try waiting.map { try body(of: $0).reach.endpoints } == [Self.others + 1])
    }
}
