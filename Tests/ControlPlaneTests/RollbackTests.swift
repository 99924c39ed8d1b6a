import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Rollbacks
import Rollout
import ServerRecords
import Testing

@Suite("What was installed can be taken back, and stays away")
struct RollbackTests {
    /// An endpoint on which bash has been updated; `ways` says how it can be undone.
    private func installed(
        _ wayBack: WayBack? = .packageDowngrade
    ) async throws -> (House, TestEndpoint, Deployment) {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"], updates: [TestEndpoint.update("bash")])
        let deployment = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: "bash")]),
            by: house.administrator)
        let order = try #require(try await endpoint.collect())
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.",
                wayBack: wayBack)
        }
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: endpoint.principal)
        try await endpoint.report(["bash": "2"], updates: [])
        return (house, endpoint, deployment)
    }

    private func expectRefusal(
        _ code: String, location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        let refusal = await #expect(throws: Refusal.self, sourceLocation: location) {
            try await body()
        }
        #expect(refusal?.code == code, sourceLocation: location)
    }

    @Test func `the job installs the version before, and the one taken back is blocked`()
        async throws
    {
        let (house, endpoint, deployment) = try await installed()
        let made = try await house.useCases.rollBack(deployment.id, by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.deployment == made.id)
        #expect(order.updates.map(\.from) == ["2"])
        #expect(order.updates.map(\.to) == ["1"])
        #expect(order.updates.allSatisfy { $0.isRollback })
        try await endpoint.finish(order, .verified)
        try await endpoint.report(["bash": "1"], updates: [TestEndpoint.update("bash")])
        let blocked = try await house.useCases.blockedVersions(by: house.administrator)
        #expect(blocked.map(\.version) == ["2"])
        let plan = try await house.useCases.planDeployment(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: "bash")]),
            by: house.administrator)
        #expect(plan.endpointsWithWork == 0)
        await expectRefusal("E_NOTHING_TO_ROLL_BACK") {
            _ = try await house.useCases.rollBack(deployment.id, by: house.administrator)
        }
        await expectRefusal("E_NOTHING_TO_ROLL_BACK") {
            _ = try await house.useCases.rollBack(made.id, by: house.administrator)
        }
        #expect(try await house.useCases.verifyAudit().intact)
    }

    @Test(arguments: [WayBack.noWay, nil])
    func `without a way back nothing is changed`(_ wayBack: WayBack?) async throws {
        let (house, endpoint, deployment) = try await installed(wayBack)
        await expectRefusal("E_NO_WAY_BACK") {
            _ = try await house.useCases.rollBack(deployment.id, by: house.administrator)
        }
        #expect(try await house.useCases.blockedVersions(by: house.administrator).isEmpty)
        #expect(try await endpoint.collect() == nil)
    }

    @Test func `what cannot be undone is approved only by who says so, and that is on record`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        var lost = TestEndpoint.update("bash")
        lost.wayBack = .noWay
        var kept = TestEndpoint.update("zsh")
        kept.wayBack = .packageDowngrade
        try await endpoint.report(["bash": "1", "zsh": "1"], updates: [lost, kept])
        func approve(_ names: [String], accepting: Bool?) async throws -> Deployment {
            try await house.useCases.approve(
                DeploymentSelection(
                    endpoints: [endpoint.principal.endpoint],
                    updates: names.map { .init(name: $0) }, acceptsNoWayBack: accepting),
                by: house.administrator)
        }
        for accepting in [nil, false] {
            await expectRefusal("E_NO_WAY_BACK_UNACCEPTED") {
                _ = try await approve(["bash", "zsh"], accepting: accepting)
            }
        }
        #expect(try await endpoint.collect() == nil)
        _ = try await approve(["zsh"], accepting: nil)
        let deployment = try await approve(["bash"], accepting: true)
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: deployment.id.text, before: nil, limit: 9)
        #expect(entries.contains { $0.sentence.contains("without a way back: bash") })
    }

    @Test func `what the deployment does not have is refused`() async throws {
        let (house, _, deployment) = try await installed()
        await expectRefusal("E_ROLLBACK_SELECTION") {
            _ = try await house.useCases.rollBack(
                deployment.id, RollbackSelection(updates: ["zsh"]), by: house.administrator)
        }
    }

    @Test func `a deployment that has installed nothing has nothing to take back`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"], updates: [TestEndpoint.update("bash")])
        let deployment = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: "bash")]),
            by: house.administrator)
        await expectRefusal("E_NOTHING_TO_ROLL_BACK") {
            _ = try await house.useCases.rollBack(deployment.id, by: house.administrator)
        }
    }
}
