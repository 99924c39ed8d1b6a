import Administration
import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import Synchronization
import TestSupport
import Testing
@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
import Trust
import Versions

/// Signed documents in the server: what it signs itself, what waits for operators, and what it
/// hands out.
@Suite struct `Signed documents in the server` {
    private static let policy = `Policies in the server`.yaml(more: "")

    private func save(_ yaml: String, in house: House) async throws {
        _ = try await house.useCases.savePolicy(
            PolicyDraft(tenant: house.tenant.id, yaml: yaml, note: "A test", confirm: true),
            by: house.administrator)
    }

    private func managed() async throws -> (House, SigningShelf) {
        let shelf = SigningShelf()
        let house = try await House(signingKeys: { shelf.keys })
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        return (house, shelf)
    }

    private func endpoint(_ house: House, _ name: String = "web-1") async throws -> TestEndpoint {
        let endpoint = try await house.enrol(name)
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        return endpoint
    }

    private func approve(_ endpoints: [TestEndpoint], in house: House) async throws -> DeploymentID
    {
        try await house.useCases.approve(
            DeploymentSelection(
                endpoints: endpoints.map(\.principal.endpoint), updates: [.init(name: "openssl")]),
            by: Principal(
                name: "user:anna", scope: .provider, permissions: Set(Permission.allCases))
        ).id
    }

    private func collect(_ endpoint: TestEndpoint) async throws -> JobOrder? {
        try await endpoint.house.useCases.collectWork(
            WorkRequest(waitSeconds: 0), by: endpoint.principal
        ).order
    }

    private func exchange(_ endpoint: TestEndpoint, job: JobID? = nil) async throws
        -> TrustResponse
    {
        try await endpoint.house.useCases.exchangeTrust(
            TrustRequest(job: job), by: endpoint.principal)
    }

    private func tag(_ endpoint: TestEndpoint) async throws -> String? {
        try await endpoint.house.useCases.checkIn(
            CheckInRequest(
                inventoryDigest: nil, postureDigest: nil, scannedAt: nil, agentVersion: "0",
                bootId: "boot-1"), by: endpoint.principal
        ).policyDigest
    }

    /// What the endpoint believes of an answer, as its agent checks it.
    private func believe(_ answer: TrustResponse, _ house: House) throws -> (
        TrustState, Accepted<PolicySet>
    ) {
        let root = try #require(answer.roots.first)
        let bytes = Array(root.utf8)
        var state = try TrustState(
            root: bytes, fingerprint: Envelope(json: bytes).payloadDigest,
            tenant: house.tenant.id, at: house.clock.now)
        for next in answer.roots.dropFirst() {
            state = try state.rotatingRoot(Array(next.utf8), at: house.clock.now)
        }
        let policies = try #require(answer.policies)
        let taken = try state.verify(
            Array(policies.utf8), as: PolicySet.self, at: house.clock.now)
        return (taken.state, taken.accepted)
    }

    @Test func `a saved policy is signed, told by the next check-in, and believed`() async throws {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        let before = try await tag(endpoint)
        try await save(Self.policy, in: house)
        let after = try await tag(endpoint)
        #expect(before != nil && after != nil && before != after)
        let answer = try await exchange(endpoint)
        #expect(answer.digest == after)
        let (state, policies) = try believe(answer, house)
        #expect(policies.document.body.policies.map(\.policy.name.text).contains("servers"))
        let placement = try #require(answer.placement)
        let taken = try state.verify(
            Array(placement.utf8), as: Placement.self, at: house.clock.now)
        let entry = taken.accepted.document.body.entry(of: endpoint.principal.endpoint)
        #expect(entry?.tenant == "Acme")
        // What stands signed is not signed again.
        let tenant = house.tenant.id
        let again = try await house.useCases.ledger.write { records in
            var wakes: Set<String> = []
            return try house.useCases.publishPolicies(
                of: tenant, by: "test", in: records, at: house.clock.now, waking: &wakes)
        }
        #expect(again == .unchanged(version: 1))
        #expect(try await tag(endpoint) == after)
    }

    @Test func `an order carries a grant that passes the endpoint's own check`() async throws {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        try await save(Self.policy, in: house)
        _ = try await approve([endpoint], in: house)
        let order = try #require(try await collect(endpoint))
        let text = try #require(order.grant)
        let answer = try await exchange(endpoint)
        let (state, policies) = try believe(answer, house)
        let grant = try state.verify(
            Array(text.utf8), as: Grant.self, at: house.clock.now
        ).accepted
        let placement = try state.verify(
            Array(try #require(answer.placement).utf8), as: Placement.self, at: house.clock.now
        ).accepted.document.body.entry(of: endpoint.principal.endpoint)
        let check = GrantCheck(
            policies: policies, endpoint: endpoint.principal.endpoint,
            subject: EndpointSubject(
                endpoint.principal.endpoint, facts: nil, managers: nil, placement: placement),
            zones: .init(endpoint: .utc, named: ["UTC": .utc]),
            installed: Dictionary(
                order.updates.map { ($0.key, $0.from) }, uniquingKeysWith: { first, _ in first }),
            compare: { _, _, _ in .less })
        try check.check(
            grant, for: order.updates.map { Grant.Update($0.key, version: $0.to) },
            at: house.clock.now)
    }

    @Test func `without policies nothing is asked for, and orders go out as before`() async throws {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        _ = try await approve([endpoint], in: house)
        let order = try #require(try await collect(endpoint))
        #expect(order.grant == nil)
    }

    @Test func `beyond the brake a second person confirms, and not the one who asked`() async throws
    {
        let (house, _) = try await managed()
        var endpoints: [TestEndpoint] = []
        for number in 1...4 { endpoints.append(try await endpoint(house, "web-\(number)")) }
        try await house.useCases.setBrake(
            BlastRadiusBrake(shareBasisPoints: 2_500, tenantsPerHour: 1), by: house.administrator)
        try await save(Self.policy, in: house)
        let deployment = try await approve(endpoints, in: house)
        #expect(try await collect(endpoints[0]) == nil)
        let waiting = try await house.useCases.waitingDocuments(by: house.administrator)
        #expect(waiting.map(\.needed) == [2])
        #expect(waiting.first?.deployment == deployment)
        let digest = try #require(waiting.first?.digest)
        let anna = Principal(
            name: "user:anna", scope: .provider, permissions: Set(Permission.allCases))
        let own = try await house.useCases.createAPIToken(
            by: anna, note: "A program", role: .administrator)
        let program = try await house.useCases.authenticateAPI(bearer: own.text)
        for same in [anna, program] {
            await #expect(throws: Refusal.self) {
                try await house.useCases.confirm(digest, by: same)
            }
        }
        let outcome = try await house.useCases.confirm(digest, by: house.administrator)
        #expect(outcome.isComplete)
        let text = try #require(try await collect(endpoints[0])?.grant)
        let (state, policies) = try believe(try await exchange(endpoints[0]), house)
        let grant = try state.verify(Array(text.utf8), as: Grant.self, at: house.clock.now)
        #expect(grant.accepted.signers.count == 2)
        #expect(
            policies.document.body.brake.needsSecondSignature(
                for: grant.accepted.document.body.reach))
    }

    @Test func `a script is signed, delivered with its text, and only counts up`() async throws {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        try await save(Self.policy, in: house)
        let before = try await tag(endpoint)
        #expect(try await exchange(endpoint).scripts == nil)
        var wish = ScriptWish(
            name: "check", tenant: house.tenant.id, interpreter: "/bin/sh", text: "exit 0\n",
            timeoutSeconds: 20)
        let first = try await house.useCases.saveScript(wish, by: house.administrator)
        #expect(first.isSigned && first.version == 1)
        wish.text = "exit 1\n"
        let second = try await house.useCases.saveScript(wish, by: house.administrator)
        #expect(second.version == 2)
        #expect(try await tag(endpoint) != before)
        let answer = try await exchange(endpoint)
        let (state, _) = try believe(answer, house)
        let text = try #require(answer.scripts?.first)
        #expect(answer.scripts?.count == 1)
        let script = try state.verify(
            Array(text.utf8), as: Script.self, at: house.clock.now
        ).accepted.document
        #expect(script.heading.version == 2 && script.body.text == "exit 1\n")
        #expect(try await house.useCases.scripts(by: house.administrator).map(\.version) == [2])
        wish.interpreter = "sh"
        await #expect(throws: Refusal.self) {
            try await house.useCases.saveScript(wish, by: house.administrator)
        }
        #expect(try await exchange(endpoint).scripts == answer.scripts)
    }

    @Test func `in sealed mode the server signs nothing, and hands out what operators have signed`()
        async throws
    {
        let operators = try Operators()
        let house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        let endpoint = try await endpoint(house)
        try await save(Self.policy, in: house)
        _ = try await approve([endpoint], in: house)
        #expect(try await collect(endpoint) == nil)
        #expect(try await exchange(endpoint).policies == nil)
        try await operators.signAll(in: house)
        #expect(try await exchange(endpoint).policies != nil)
        // The approval was made only once the policies were signed.
        try await operators.signAll(in: house)
        let order = try #require(try await collect(endpoint))
        let answer = try await exchange(endpoint)
        let (state, _) = try believe(answer, house)
        _ = try state.verify(
            Array(try #require(order.grant).utf8), as: Grant.self, at: house.clock.now)
        #expect(answer.placement != nil)
        #expect(try await house.useCases.trustStatus(by: house.administrator).mode == .sealed)
    }

    @Test func `sealing a managed installation has all that it signed signed anew by operators`()
        async throws
    {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        try await save(Self.policy, in: house)
        let (former, formerPolicies) = try believe(try await exchange(endpoint), house)
        let operators = try Operators()
        _ = try await house.useCases.adopt(
            root: operators.root(version: 2), by: house.administrator)
        let deployment = try await approve([endpoint], in: house)
        func standing() async throws -> JobGrant.Standing? {
            try await house.useCases.deployment(deployment, by: house.administrator).jobs.first?
                .grant?.standing
        }
        #expect(try await collect(endpoint) == nil)
        #expect(try await standing() == .needsSignature)
        // What the former keys have signed is not offered: endpoints would refuse it.
        let between = try await exchange(endpoint)
        #expect(between.policies == nil && between.placement == nil && between.roots.count == 2)
        let state = try former.rotatingRoot(
            Array(try #require(between.roots.last).utf8), at: house.clock.now)
        #expect(state.root.body.mode == .sealed)

        try await operators.signAll(in: house)
        #expect(try await collect(endpoint) == nil)
        #expect(try await standing() == .needsSignature)
        try await operators.signAll(in: house)
        #expect(try await standing() == .signed)
        let order = try #require(try await collect(endpoint))
        let answer = try await exchange(endpoint, job: order.job)
        let policies = try state.verify(
            Array(try #require(answer.policies).utf8), as: PolicySet.self, at: house.clock.now
        ).accepted
        #expect(
            policies.document.heading.version > formerPolicies.document.heading.version)
        let grant = try state.verify(
            Array(try #require(answer.grant).utf8), as: Grant.self, at: house.clock.now
        ).accepted
        #expect(grant.document.body.policyDigest == policies.digest)
        #expect(order.grant == answer.grant)
        #expect(try await house.useCases.waitingDocuments(by: house.administrator).isEmpty)
    }

    @Test func `an order tells what a check-in would, so that a hold counts for it`() async throws {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        _ = try await approve([endpoint], in: house)
        let answer = try await house.useCases.collectWork(
            WorkRequest(waitSeconds: 0), by: endpoint.principal)
        #expect(answer.order != nil && answer.policyDigest != nil)
        #expect(try await tag(endpoint) == answer.policyDigest)
        let idle = try await house.enrol("web-2")
        let nothing = try await house.useCases.collectWork(
            WorkRequest(waitSeconds: 0), by: idle.principal)
        #expect(nothing.order == nil && nothing.policyDigest == nil)
    }

    @Test func `what nobody asked for, or strangers signed, is not taken`() async throws {
        let operators = try Operators()
        let stranger = try Operators(seed: 99)
        let house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        try await save(Self.policy, in: house)
        let waiting = try await house.useCases.waitingDocuments(by: house.administrator)
        let policy = try #require(waiting.first { $0.type == "policy" })
        let forged = try stranger.sign(policy.envelope)
        await #expect(throws: Refusal.self) {
            try await house.useCases.submit(signed: forged, by: house.administrator)
        }
        let own = try operators.envelope(of: PolicySet([], brake: .usual))
        if let own {
            await #expect(throws: Refusal.self) {
                try await house.useCases.submit(signed: own, by: house.administrator)
            }
        }
        #expect(
            try await house.useCases.waitingDocuments(by: house.administrator).map(\.digest)
                == waiting.map(\.digest))
    }

    @Test func `new keys have everything signed anew, and endpoints follow the chain`() async throws
    {
        let (house, shelf) = try await managed()
        let endpoint = try await endpoint(house)
        try await save(Self.policy, in: house)
        let former = try believe(try await exchange(endpoint), house)
        let old = shelf.keys
        let next = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(old + Array(next.values))
        let formerRoot = try #require(
            old.first { key in
                former.0.root.body.roles[.root]?.keyIDs == [key.id]
            })
        let root = try ManagedKeys.root(
            of: next, version: 2, formerKeys: [formerRoot], at: house.clock.now)
        _ = try await house.useCases.adopt(root: root.json, by: house.administrator)
        let answer = try await exchange(endpoint)
        #expect(answer.roots.count == 2)
        let (state, policies) = try believe(answer, house)
        #expect(state.root.heading.version == 2)
        #expect(
            policies.document.heading.version > former.1.document.heading.version)
    }

    @Test func `an approval says for how many tenants approvals were made within the hour`()
        async throws
    {
        let house = try await House()
        let now = house.clock.now
        let others = (1...3).map { number -> TenantID in
            var generator = SeededGenerator(seed: UInt64(number))
            return Identifier(at: now, using: &generator)
        }
        func count(_ tenant: Int, after seconds: Int64) async throws -> Int {
            let id = others[tenant]
            return try await house.useCases.ledger.write {
                try house.useCases.tenantsInHour(
                    with: id, in: $0, at: now.adding(seconds: seconds))
            }
        }
        #expect(try await count(0, after: 0) == 1)
        #expect(try await count(0, after: 10) == 1)
        #expect(try await count(1, after: 600) == 2)
        #expect(try await count(2, after: 3609) == 3)
        #expect(try await count(2, after: 3610) == 2, "the first one is an hour ago")
        #expect(try await count(0, after: 9000) == 1)
    }

    @Test func `the second tenant of an hour has an approval that one signature does not reach`()
        async throws
    {
        let operators = try Operators()
        let house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        let endpoint = try await endpoint(house)
        try await save(Self.policy, in: house)
        try await operators.signAll(in: house)
        let (other, now) = (TenantID("tnt_00000000000000000000000007"), house.clock.now)
        let busy = try #require(other)
        _ = try await house.useCases.ledger.write {
            try house.useCases.tenantsInHour(with: busy, in: $0, at: now)
        }
        _ = try await approve([endpoint], in: house)
        let waiting = try await house.useCases.waitingDocuments(by: house.administrator)
        let grant = try #require(waiting.first { $0.type == "approval" })
        #expect(grant.needed == 2)
        #expect(grant.reason.contains("2 tenants"))
        let body = try SignedDocument<Grant>(
            unverified: Envelope(json: Array(grant.envelope.utf8))
        ).body
        #expect(body.reach.tenantsInHour == 2)
        try await operators.signAll(in: house)
        #expect(try await collect(endpoint) == nil, "one of two signatures is there")
    }

    @Test func `an endpoint's refusal is stored and shown`() async throws {
        let (house, _) = try await managed()
        let endpoint = try await endpoint(house)
        _ = try await house.useCases.exchangeTrust(
            TrustRequest(
                rootVersion: 1, policyVersion: 3, refusal: "E_SIGNED_EXPIRED",
                sentence: "The document expired."), by: endpoint.principal)
        let status = try await house.useCases.trustStatus(by: house.administrator)
        #expect(status.refusals.map(\.code) == ["E_SIGNED_EXPIRED"])
        #expect(status.endpointsReporting == 1)
    }
}

/// The signing keys of a home folder.
final class SigningShelf: Sendable {
    private let held = Mutex<[SigningKey]>([])
    var keys: [SigningKey] { held.withLock { $0 } }
    func set(_ keys: [SigningKey]) { held.withLock { $0 = keys } }
}

/// Operators who hold the keys themselves.
struct Operators {
    let key: SigningKey

    init(seed: UInt64 = 7) throws {
        var generator = SeededGenerator(seed: seed)
        key = try SigningKey(
            bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    func root(version: Int = 1) throws -> [UInt8] {
        let holders = TrustRoot.RoleKeys([key.id], threshold: 1)
        let body = TrustRoot(
            keys: [.init(key.publicKey)], mode: .sealed,
            roles: Dictionary(uniqueKeysWithValues: TrustRole.allCases.map { ($0, holders) }))
        var envelope = try SignedDocument(
            DocumentHeading(
                name: "root", version: version, scope: .allTenants, issuedAt: House.start,
                expiresAt: House.start.adding(seconds: 365 * 86_400)), body
        ).envelope()
        try envelope.sign(with: key)
        return envelope.json
    }

    func sign(_ envelope: String) throws -> [UInt8] {
        var envelope = try Envelope(json: Array(envelope.utf8))
        try envelope.sign(with: key)
        return envelope.json
    }

    /// A document of their own; `nil` when it makes no sense.
    func envelope<Body: DocumentBody>(of body: Body) throws -> [UInt8]? {
        let document = SignedDocument(
            DocumentHeading(
                name: "own", version: 1, scope: .allTenants, issuedAt: House.start,
                expiresAt: House.start.adding(seconds: 86_400)), body)
        guard var envelope = try? document.envelope() else { return nil }
        try envelope.sign(with: key)
        return envelope.json
    }

    func signAll(in house: House) async throws {
        for waiting in try await house.useCases.waitingDocuments(by: house.administrator) {
            _ = try await house.useCases.submit(
                signed: sign(waiting.envelope), by: house.administrator)
        }
    }
}
