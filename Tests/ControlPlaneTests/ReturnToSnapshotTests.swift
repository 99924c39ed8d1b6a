import Rollbacks
import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Testing

@Suite("Endpoints return to the snapshots that they took, when what is lost is accepted")
struct ReturnToSnapshotTests {
    private static let snapshot = "lvm lab/patchbay-20261121110000-job"

    /// Installs an update on an endpoint, which tells of a snapshot or of none.
    private func install(
        _ name: String, snapshot: String?, on endpoint: TestEndpoint, of house: House
    ) async throws -> Deployment {
        let deployment = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: name)],
                acceptsNoWayBack: true),
            by: house.administrator)
        let order = try #require(try await endpoint.collect())
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.",
                wayBack: .noWay)
        }
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: outcomes, snapshot: snapshot), job: order.job,
            by: endpoint.principal)
        return deployment
    }

    private func code(_ body: () async throws -> Void) async -> Refusal? {
        await #expect(throws: Refusal.self) { try await body() }
    }

    @Test func `the order names the snapshot, and comes only with the word for what is lost`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let updates = ["bash", "zsh"].map { TestEndpoint.update($0) }
        try await endpoint.report(["bash": "1", "zsh": "1"], updates: updates)
        let first = try await install("bash", snapshot: Self.snapshot, on: endpoint, of: house)
        try await endpoint.report(["bash": "2", "zsh": "1"], updates: [updates[1]])
        house.clock.advance(seconds: 60)
        let second = try await install("zsh", snapshot: nil, on: endpoint, of: house)
        try await endpoint.report(["bash": "2", "zsh": "2"], updates: [])

        let losses = try await house.useCases.snapshotLosses(of: first.id, by: house.administrator)
        #expect(losses.map(\.laterUpdates) == [["zsh 2"]])
        #expect(losses.first?.snapshot == Self.snapshot)
        let unaccepted = await code {
            _ = try await house.useCases.rollBack(
                first.id, RollbackSelection(toSnapshot: true), by: house.administrator)
        }
        #expect(unaccepted?.code == "E_SNAPSHOT_LOSS_UNACCEPTED")
        #expect(unaccepted?.message.contains("zsh 2") == true)
        #expect(try await endpoint.collect() == nil)

        let chosen = await code {
            _ = try await house.useCases.rollBack(
                first.id,
                RollbackSelection(updates: ["bash"], toSnapshot: true, acceptsLoss: true),
                by: house.administrator)
        }
        #expect(chosen?.code == "E_ROLLBACK_SELECTION")
        let none = await code {
            _ = try await house.useCases.rollBack(
                second.id, RollbackSelection(toSnapshot: true, acceptsLoss: true),
                by: house.administrator)
        }
        #expect(none?.code == "E_NO_SNAPSHOT")

        let made = try await house.useCases.rollBack(
            first.id, RollbackSelection(toSnapshot: true, acceptsLoss: true),
            by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.deployment == made.id)
        #expect(order.updates.map(\.to) == ["1"])
        #expect(order.updates.map(\.snapshot) == [Self.snapshot])
        #expect(order.updates.allSatisfy { $0.isRollback })
        #expect(order.aftercare?.isRebootAsked == true)
        let blocked = try await house.useCases.blockedVersions(by: house.administrator)
        #expect(blocked.map(\.version) == ["2"])
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: first.id.text, before: nil, limit: 9)
        #expect(entries.contains { $0.sentence.contains("by returning to their snapshots") })
        let busy = await code {
            _ = try await house.useCases.rollBack(
                first.id, RollbackSelection(toSnapshot: true, acceptsLoss: true),
                by: house.administrator)
        }
        #expect(busy?.code == "E_ROLLBACK_BUSY")
    }

    @Test func `whoever approves by hand is told what packages cannot undo`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        var lost = TestEndpoint.update("bash")
        lost.wayBack = .noWay
        var kept = TestEndpoint.update("zsh")
        kept.wayBack = .packageDowngrade
        try await endpoint.report(["bash": "1", "zsh": "1"], updates: [lost, kept])
        func said(_ verdict: ApprovalDraft.Verdict, _ package: String) async throws -> String? {
            let item = try await house.useCases.decide(
                ApprovalDraft(
                    verdict, tenant: house.tenant.id, package: package, reason: "It is asked."),
                by: house.administrator)
            return try await house.useCases.noWayBack(
                meantBy: item.record, by: house.administrator)
        }
        #expect(try await said(.approve, "ba*")?.contains("bash 2") == true)
        #expect(try await said(.approve, "zsh") == nil)
        #expect(try await said(.decline, "bash") == nil)
    }
}
