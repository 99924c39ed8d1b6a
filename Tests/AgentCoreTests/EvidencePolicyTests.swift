@testable import AgentCore
@testable import AgentEvidence
import AgentProtocol
import Calendar
import Fleet
import Forensics
import Logging
import Policy
import Rollout
import Testing
import Trust

/// What the policy that the endpoint itself believes says of evidence, with a whole agent.
struct EvidencePolicyTests {
    let world = World(["labgood": .good])
    let folder: CrashingFolder
    let link: FakeLink
    let machine: FakeEvidence
    let office: SigningOffice

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        machine = FakeEvidence(world)
        office = try SigningOffice()
    }

    private func result(
        _ before: Preconditions?, demand: EvidenceDemand?, takesEvidence: Bool = true,
        bundles: Int = 0
    ) async throws -> JobResult {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var set = try SigningOffice.policies(from: 10)
        set.policies[0].policy.before = before
        let policies = try office.sign(set, "policy")
        let (root, text) = (office.text(office.root), office.text(policies))
        var order = Orders.order([Orders.update("labgood")], deadlineSeconds: 3 * 86_400)
        order.grant = try office.grant([Orders.update("labgood")], under: policies)
        order.evidence = demand
        let orders = [order]
        link.change {
            $0.trust = TrustResponse(digest: "1", roots: [root], policies: text)
            $0.orders = orders
        }
        let settings = AgentSettings(
            agentVersion: "0", bootId: "boot-1", refreshesSources: false)
        let agent = AgentLoop(
            endpoint: Orders.endpoint, settings: settings,
            link: link, scanner: world, installer: world, runs: world, state: folder,
            trust: TrustDesk(
                endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
                fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
                effects: world.effects, logger: quiet),
            evidence: takesEvidence
                ? EvidenceDesk(
                    endpoint: Orders.endpoint, settings: settings, capturing: machine,
                    link: machine, state: folder, effects: world.effects, logger: quiet) : nil,
            effects: world.effects, logger: quiet)
        let end = world.now.adding(seconds: 3_600)
        await world.live(agent, until: end) {
            !link.change { $0.results.isEmpty } && machine.received.count >= bundles
        }
        return try #require(link.change { $0.results.first })
    }

    private static let demand = EvidenceDemand(
        vulnerabilities: ["CVE-2026-1000"], since: Orders.start.adding(seconds: -3_600))

    static let rules: [(EvidenceRule?, Bool, Int)] = [
        (nil, true, 1), (nil, false, 0), (.demanded, true, 1), (.demanded, false, 0),
        (.never, true, 0), (.always, true, 1), (.always, false, 1),
    ]

    @Test(arguments: rules)
    func `the signed policy says whether evidence is taken`(
        rule: EvidenceRule?, isDemanded: Bool, captures: Int
    ) async throws {
        let before = rule.map { Preconditions(evidence: $0) }
        let result = try await result(before, demand: isDemanded ? Self.demand : nil)
        #expect(result.states == ["labgood": .verified])
        #expect(machine.captures == captures)
        #expect((result.evidence != nil) == (captures > 0))
    }

    @Test func `an agent that takes none installs nothing that demands some`() async throws {
        let result = try await result(nil, demand: Self.demand, takesEvidence: false)
        #expect(result.outcome("labgood")?.failure == .evidenceMissing)
        #expect(world.starts.isEmpty)
    }

    @Test func `what a check-in asks for is taken by the whole agent, and sent`() async throws {
        let wanted = EvidenceRequest(
            id: Orders.identifier(50), reason: .demanded, vulnerabilities: ["CVE-2026-1000"])
        link.change { $0.evidenceRequests = [wanted] }
        _ = try await result(nil, demand: nil, bundles: 1)
        let bundle = try #require(
            machine.received.first.flatMap { AgentJSON.decode(EvidenceBundle.self, from: $0) })
        #expect(bundle.id == wanted.id)
        #expect(bundle.reason == .demanded)
        #expect(bundle.vulnerabilities == wanted.vulnerabilities)
        #expect(bundle.job == nil)
    }
}
