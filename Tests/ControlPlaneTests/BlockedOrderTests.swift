import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollbacks
import Rollout
import ServerRecords
import Testing

@Suite("A version that went wrong in one deployment goes out in no other")
struct BlockedOrderTests {
    private func ready(canaries: Int = 2, others: Int = 1) async throws -> RingHouse {
        let rings = try await RingHouse(canaries: canaries, others: others)
        for endpoint in rings.endpoints { try await miss(on: endpoint) }
        return rings
    }

    private func miss(on endpoint: TestEndpoint, nginx: String = "2") async throws {
        try await endpoint.report(
            ["bash": "1", "nginx": "1"],
            updates: [TestEndpoint.update("nginx", to: nginx), TestEndpoint.update("bash")])
    }

    /// Sends packages to endpoints, through the rings of the policy or at once.
    private func send(
        _ packages: [String], to endpoints: [Int], _ rings: RingHouse, inRings: Bool
    ) async throws -> DeploymentID {
        try await rings.useCases.approve(
            DeploymentSelection(
                endpoints: endpoints.map { rings.endpoints[$0].id },
                updates: packages.map { .init(name: $0) }, policy: inRings ? "servers" : nil),
            by: rings.house.administrator
        ).id
    }

    private func jobs(_ id: DeploymentID, _ rings: RingHouse) async throws -> [Job] {
        try await rings.detail(id).jobs.map(\.job)
    }

    /// The canary fails its order in a way that points at the package.
    private func breakNginx(_ rings: RingHouse) async throws {
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        try await rings.endpoints[0].finish(order, .failed)
        let blocked = try await rings.useCases.blockedVersions(by: rings.house.administrator)
        #expect(blocked.map { "\($0.package) \($0.version)" } == ["nginx 2"])
    }

    @Test(arguments: [true, false], [true, false])
    func `what a canary blocks is taken out of every other order`(
        inRings: Bool, schedulerFirst: Bool
    ) async throws {
        let rings = try await ready()
        _ = try await send(["nginx"], to: [0], rings, inRings: true)
        let other = try await send(["nginx", "bash"], to: [1], rings, inRings: inRings)
        try await breakNginx(rings)
        let detail = try await rings.useCases.endpoint(
            rings.endpoints[1].id, by: rings.house.administrator)
        #expect(
            detail.decisions.first { $0.update.name == "nginx" }?.reasonCode == .versionBlocked)
        if schedulerFirst { try await rings.pass(seconds: 10) }
        let order = try #require(try await rings.endpoints[1].collect())
        #expect(order.deployment == other)
        #expect(order.updates.map(\.name) == ["bash"])
        let taken = try await jobs(other, rings).first { $0.state == .cancelled }
        #expect(taken?.sentence.contains(" nginx 2: Version 2 is blocked by ") == true)
        #expect(
            taken?.sentence.hasSuffix("The other update of it comes with the next order.") == true)
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    @Test func `a newer version than the blocked one goes out`() async throws {
        let rings = try await ready()
        try await miss(on: rings.endpoints[1], nginx: "3")
        _ = try await send(["nginx"], to: [0], rings, inRings: true)
        _ = try await send(["nginx"], to: [1], rings, inRings: false)
        try await breakNginx(rings)
        try await rings.pass(seconds: 10)
        let order = try #require(try await rings.endpoints[1].collect())
        #expect(order.updates.map(\.to) == ["3"])
    }

    @Test func `what has begun in the rollout that blocks goes on, as its halt says`() async throws
    {
        let rings = try await ready()
        let id = try await send(["nginx"], to: [0, 1], rings, inRings: true)
        let begun = try #require(try await rings.endpoints[1].collect())
        try await rings.endpoints[1].work(on: begun)
        #expect(try await !rings.endpoints[1].wait(on: begun))
        try await breakNginx(rings)
        try await rings.pass(seconds: 10)
        #expect(try await rings.standing(id).state == .halted)
        #expect(try await !rings.endpoints[1].wait(on: begun))
    }

    @Test func `what is rolled back goes out in no other deployment, and the way back does`()
        async throws
    {
        let rings = try await ready(canaries: 1, others: 3)
        let first = try await send(["nginx"], to: [0, 1], rings, inRings: false)
        let other = try await send(["nginx"], to: [2], rings, inRings: false)
        try await miss(on: rings.endpoints[3], nginx: "3")
        _ = try await send(["nginx"], to: [3], rings, inRings: false)
        let order = try #require(try await rings.endpoints[0].collect())
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.",
                wayBack: .packageDowngrade)
        }
        _ = try await rings.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: rings.endpoints[0].principal)
        try await rings.endpoints[0].report(
            ["bash": "1", "nginx": "2"], updates: [TestEndpoint.update("bash")])
        let back = try await rings.useCases.rollBack(first, by: rings.house.administrator)
        // Not even in the deployment that is taken back, when somebody lets it go on.
        _ = try await rings.useCases.resume(first, by: rings.house.administrator)
        #expect(try await rings.endpoints[1].collect() == nil)
        try await rings.pass(seconds: 10)
        // The way back is no way to the blocked version.
        let undone = try #require(try await rings.endpoints[0].collect())
        #expect(undone.deployment == back.id)
        #expect(undone.updates.map { "\($0.from) \($0.to)" } == ["2 1"])
        #expect(try await rings.endpoints[2].collect() == nil)
        #expect(try await rings.endpoints[3].collect()?.updates.map(\.to) == ["3"])
        let taken = try #require(try await jobs(other, rings).first)
        #expect(taken.state == .cancelled)
        #expect(taken.sentence.contains("It was rolled back."))
    }
}

extension TestEndpoint {
    /// Reports that it waits for its window.
    ///
    /// - Returns: whether it is told that the order is called off.
    func wait(on order: JobOrder) async throws -> Bool {
        try await house.useCases.reportProgress(
            JobProgress(phase: .waitingForWindow, sentence: "Waits.", at: house.clock.now),
            job: order.job, by: principal
        ).cancel
    }
}
