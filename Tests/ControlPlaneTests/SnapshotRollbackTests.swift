import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollbacks
import Rollout
import ServerRecords
import Testing

@Suite("A rollback by snapshot says first what it takes back, and takes back no more than that")
struct SnapshotRollbackTests {
    private let house: House
    private let endpoint: TestEndpoint

    init() async throws {
        house = try await House()
        endpoint = try await house.enrol("ep1")
    }

    /// Installs an update of one package by a deployment, before which a snapshot was taken.
    private func install(
        _ name: String, beside others: [String: String], snapshot kind: String?,
        wayBack: WayBack = .packageDowngrade
    ) async throws -> (Deployment, snapshot: String?) {
        let before = others.merging([name: "1"]) { _, own in own }
        try await endpoint.report(before, updates: [TestEndpoint.update(name)])
        let made = try await house.useCases.approve(
            DeploymentSelection(endpoints: [endpoint.id], updates: [.init(name: name)]),
            by: house.administrator)
        let order = try #require(try await endpoint.collect())
        house.clock.advance(seconds: 60)
        let stamp = house.clock.now.wholeSeconds.description.filter(\.isNumber)
        let snapshot = kind.map { "\($0)patchbay-\(stamp)-\(order.job)" }
        house.clock.advance(seconds: 60)
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.",
                wayBack: wayBack)
        }
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: outcomes, snapshot: snapshot), job: order.job,
            by: endpoint.principal)
        try await endpoint.report(others.merging([name: "2"]) { _, own in own })
        house.clock.advance(seconds: 60)
        return (made, snapshot)
    }

    private func refusal(
        _ selection: RollbackSelection, location: SourceLocation = #_sourceLocation
    ) async -> Refusal? {
        await #expect(throws: Refusal.self, sourceLocation: location) {
            _ = try await house.useCases.rollBack(selection, by: house.administrator)
        }
    }

    private func selection(
        _ way: RollbackWay? = .snapshot, acceptsLoss: Bool? = nil
    ) -> RollbackSelection {
        RollbackSelection(endpoints: [endpoint.id], way: way, acceptsLoss: acceptsLoss)
    }

    @Test func `what would be lost is told, and must be accepted`() async throws {
        let (_, snapshot) = try await install("bash", beside: ["zsh": "1"], snapshot: "lvm lab/")
        // Somebody has been at it by hand since.
        try await endpoint.report(["bash": "2", "zsh": "2", "htop": "1"])
        let packages = try await house.useCases.previewRollback(
            selection(nil), by: house.administrator)
        #expect(packages.offersSnapshot && packages.loss == nil)
        #expect(packages.parts.map(\.way) == [.packages])

        let preview = try await house.useCases.previewRollback(
            selection(), by: house.administrator)
        let part = try #require(preview.parts.first)
        #expect(part.name == "ep1")
        #expect(part.updates.map(\.name) == ["bash"])
        #expect(part.snapshot?.snapshot == snapshot)
        #expect(part.snapshot?.packages == 3)
        #expect(part.snapshot?.others == ["htop", "zsh"])
        #expect(preview.blocks == ["bash 2"])
        #expect(preview.loss?.contains("3 packages, and all files on it") == true)

        let refused = await refusal(selection())
        #expect(refused?.code == "E_LOSS_UNACCEPTED")
        #expect(refused?.message == preview.loss)
        #expect(try await house.useCases.blockedVersions(by: house.administrator).isEmpty)
        #expect(try await endpoint.collect() == nil)
    }

    @Test func `the order names the snapshot and what was installed when it was told`()
        async throws
    {
        let (deployment, snapshot) = try await install(
            "bash", beside: ["zsh": "1"], snapshot: "lvm lab/")
        let digest = try await house.useCases.ledger.read { [endpoint, house] in
            try $0.endpoint(endpoint.id, in: .tenant(house.tenant.id))?.inventoryDigest
        }
        let made = try await house.useCases.rollBack(
            selection(acceptsLoss: true), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.deployment == made.id)
        let line = try #require(order.updates.first)
        #expect([line.name, line.from, line.to] == ["bash", "2", "1"] && line.isRollback)
        #expect(line.returnsTo?.snapshot == snapshot)
        #expect(line.returnsTo?.inventory == digest)
        // A return is a reboot, which its order allows.
        #expect(order.aftercare?.reboot == .ifNeeded)
        let blocked = try await house.useCases.blockedVersions(by: house.administrator)
        #expect(blocked.map(\.version) == ["2"])
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: deployment.id.text, before: nil, limit: 9)
        #expect(entries.contains { $0.sentence.contains("is lost: 1 package, and all files") })
        try await endpoint.finish(order, .verified)
        #expect(try await house.useCases.verifyAudit().intact)
    }

    @Test func `what came by other jobs since goes along, and is not blocked`() async throws {
        let (first, _) = try await install("bash", beside: ["zsh": "1"], snapshot: "lvm lab/")
        _ = try await install("zsh", beside: ["bash": "2"], snapshot: nil)
        _ = try await house.useCases.rollBack(
            first.id, RollbackSelection(way: .snapshot, acceptsLoss: true),
            by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.updates.map(\.name) == ["bash", "zsh"])
        #expect(Set(order.updates.map(\.returnsTo)).count == 1)
        let blocked = try await house.useCases.blockedVersions(by: house.administrator)
        #expect(blocked.map(\.package) == ["bash"])
        // Whatever else works on the endpoint would be undone too.
        #expect(await refusal(selection(acceptsLoss: true))?.code == "E_ROLLBACK_BUSY")
    }

    @Test(arguments: [nil, "btrfs /.patchbay-snapshots/"])
    func `without a snapshot that an order can return to there is no such way`(
        kind: String?
    ) async throws {
        _ = try await install("bash", beside: [:], snapshot: kind)
        #expect(await refusal(selection(acceptsLoss: true))?.code == "E_NO_WAY_BACK")
        let preview = try await house.useCases.previewRollback(
            selection(), by: house.administrator)
        #expect(preview.parts.isEmpty && !preview.offersSnapshot)
        #expect(preview.lost.map(\.updates) == [["bash"]])
    }

    @Test func `where packages offer no way back, the snapshot is named`() async throws {
        _ = try await install("bash", beside: [:], snapshot: "lvm lab/", wayBack: .noWay)
        let refused = await refusal(selection(nil))
        #expect(refused?.code == "E_NO_WAY_BACK")
        #expect(refused?.nextStep.contains("--way snapshot") == true)
        _ = try await house.useCases.rollBack(
            selection(acceptsLoss: true), by: house.administrator)
        #expect(try await endpoint.collect()?.updates.first?.returnsTo != nil)
    }

    @Test func `the agent does not return to before itself`() async throws {
        _ = try await install("patchbay-agent", beside: [:], snapshot: "lvm lab/")
        let refused = await refusal(selection(acceptsLoss: true))
        #expect(refused?.message.contains("The agent itself was replaced") == true)
    }
}
