import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollbacks
import Rollout
import ServerRecords
import Testing

@Suite("A rollback reaches a deployment, a ring, an endpoint or an update, and no more")
struct RollbackReachTests {
    private let probes = Aftercare(reboot: .ifNeeded, probes: ["tcp:443"])

    /// Misses an update of one package, and installs it by a deployment of its own.
    private func install(
        _ name: String, from: String = "1", to: String = "2", on endpoint: TestEndpoint,
        followedBy care: Aftercare? = nil
    ) async throws -> Deployment {
        try await endpoint.report(
            [name: from], updates: [TestEndpoint.update(name, from: from, to: to)])
        let house = endpoint.house
        let made = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.id], updates: [.init(name: name)], aftercare: care),
            by: house.administrator)
        try await carryOut(on: endpoint)
        return made
    }

    /// Carries out the next order, and reports what is installed then.
    private func carryOut(on endpoint: TestEndpoint) async throws {
        let order = try #require(try await endpoint.collect())
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.",
                wayBack: $0.isRollback ? nil : .packageDowngrade)
        }
        _ = try await endpoint.house.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: endpoint.principal)
        endpoint.house.clock.advance(seconds: 1)
        try await endpoint.report(
            Dictionary(order.updates.map { ($0.name, $0.to) }) { first, _ in first },
            updates: order.updates.filter(\.isRollback).map {
                TestEndpoint.update($0.name, from: $0.to, to: $0.from)
            })
    }

    private func expectRefusal(
        _ code: String, _ selection: RollbackSelection, of deployment: DeploymentID? = nil,
        in house: House, location: SourceLocation = #_sourceLocation
    ) async {
        let refusal = await #expect(throws: Refusal.self, sourceLocation: location) {
            if let deployment {
                _ = try await house.useCases.rollBack(
                    deployment, selection, by: house.administrator)
            } else {
                _ = try await house.useCases.rollBack(selection, by: house.administrator)
            }
        }
        #expect(refusal?.code == code, sourceLocation: location)
    }

    @Test func `an update is taken back wherever it is the last of its package`() async throws {
        let house = try await House()
        var endpoints: [TestEndpoint] = []
        var deployments: [Deployment] = []
        for number in 0..<3 {
            let endpoint = try await house.enrol("ep\(number)")
            deployments.append(try await install("bash", on: endpoint))
            endpoints.append(endpoint)
        }
        // One has gone on to a newer version, which is not what is taken back.
        _ = try await install("bash", from: "2", to: "3", on: endpoints[2])
        let made = try await house.useCases.rollBack(
            RollbackSelection(updates: ["bash=2"]), by: house.administrator)
        for endpoint in endpoints.prefix(2) {
            let order = try #require(try await endpoint.collect())
            #expect(order.deployment == made.id)
            #expect(order.updates.map(\.from) == ["2"])
            #expect(order.updates.map(\.to) == ["1"])
        }
        #expect(try await endpoints[2].collect() == nil)
        let blocked = try await house.useCases.blockedVersions(by: house.administrator)
        #expect(blocked.map(\.version) == ["2"])
        for deployment in deployments.prefix(2) {
            let entries = try await house.useCases.auditEntries(
                by: house.administrator, subject: deployment.id.text, before: nil, limit: 9)
            #expect(entries.contains { $0.action == "deployment.rolledBack" })
        }
        await expectRefusal("E_ROLLBACK_BUSY", RollbackSelection(updates: ["bash=2"]), in: house)
        await expectRefusal(
            "E_NOTHING_TO_ROLL_BACK", RollbackSelection(updates: ["bash=1"]), in: house)
        await expectRefusal(
            "E_NOTHING_TO_ROLL_BACK", RollbackSelection(updates: ["zsh"]), in: house)
        #expect(try await house.useCases.verifyAudit().intact)
    }

    @Test func `an endpoint takes back what its last job installed, once`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let other = try await house.enrol("ep2")
        _ = try await install("bash", on: endpoint)
        _ = try await install("zsh", on: endpoint)
        _ = try await install("zsh", on: other)
        let made = try await house.useCases.rollBack(
            RollbackSelection(endpoints: [endpoint.id]), by: house.administrator)
        let detail = try await house.useCases.deployment(made.id, by: house.administrator)
        #expect(detail.jobs.map(\.job.endpoint) == [endpoint.id])
        #expect(detail.jobs.flatMap(\.job.updates).map(\.name) == ["zsh"])
        #expect(try await other.collect() == nil)
        try await carryOut(on: endpoint)
        // Asked again by mistake, it does not go on to what came before.
        await expectRefusal(
            "E_NOTHING_TO_ROLL_BACK", RollbackSelection(endpoints: [endpoint.id]), in: house)
        // What came before is taken back when it is named.
        _ = try await house.useCases.rollBack(
            RollbackSelection(endpoints: [endpoint.id], updates: ["bash"]),
            by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.updates.map(\.name) == ["bash"])
    }

    @Test func `only the endpoints of a ring take a deployment back`() async throws {
        let rings = try await RingHouse(canaries: 2, others: 1)
        let id = try await rings.approve()
        for endpoint in rings.canaries { try await carryOut(on: endpoint) }
        try await rings.pass(seconds: RingHouse.soakSeconds)
        for endpoint in rings.others { try await carryOut(on: endpoint) }
        let house = rings.house
        await expectRefusal(
            "E_ROLLBACK_SELECTION", RollbackSelection(ring: "pilot"), of: id, in: house)
        await expectRefusal("E_ROLLBACK_SELECTION", RollbackSelection(ring: "canary"), in: house)
        let made = try await house.useCases.rollBack(
            id, RollbackSelection(ring: "canary"), by: house.administrator)
        let detail = try await house.useCases.deployment(made.id, by: house.administrator)
        #expect(Set(detail.jobs.map(\.job.endpoint)) == Set(rings.canaries.map(\.id)))
    }

    @Test func `what followed the installation follows the way back, unless other is said`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let deployment = try await install("bash", on: endpoint, followedBy: probes)
        _ = try await house.useCases.rollBack(deployment.id, by: house.administrator)
        #expect(try await endpoint.collect()?.aftercare == probes)
        let second = try await house.enrol("ep2")
        let again = try await install("zsh", on: second, followedBy: probes)
        let own = Aftercare(reboot: .never, services: ["ssh.service"])
        _ = try await house.useCases.rollBack(
            again.id, RollbackSelection(aftercare: own), by: house.administrator)
        #expect(try await second.collect()?.aftercare == own)
        await expectRefusal(
            "E_AFTERCARE",
            RollbackSelection(aftercare: Aftercare(reboot: .never, probes: ["nonsense"])),
            of: again.id, in: house)
    }

    @Test func `what is not said, or is another tenant's, is refused`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let deployment = try await install("bash", on: endpoint)
        let many = (0...20).map { "package\($0)" }
        for selection in [
            RollbackSelection(), RollbackSelection(updates: many),
            RollbackSelection(updates: [String(repeating: "x", count: 513)]),
            RollbackSelection(
                endpoints: (0...1_000).map { _ in house.useCases.effects.newIdentifier() }),
        ] {
            await expectRefusal("E_ROLLBACK_SELECTION", selection, in: house)
        }
        await expectRefusal(
            "E_ROLLBACK_SELECTION", RollbackSelection(updates: ["zsh=2"]), of: deployment.id,
            in: house)
        let tenant = try await house.useCases.createTenant(name: "Other", by: house.administrator)
        await expectRefusal("E_TENANT_NEEDED", RollbackSelection(updates: ["bash"]), in: house)
        await expectRefusal(
            "E_NOT_FOUND", RollbackSelection(tenant: tenant.id), of: deployment.id, in: house)
        await expectRefusal(
            "E_NOT_FOUND", RollbackSelection(tenant: tenant.id, endpoints: [endpoint.id]),
            in: house)
        await expectRefusal(
            "E_NOTHING_TO_ROLL_BACK", RollbackSelection(tenant: tenant.id, updates: ["bash"]),
            in: house)
        #expect(try await house.useCases.blockedVersions(by: house.administrator).isEmpty)
    }
}
