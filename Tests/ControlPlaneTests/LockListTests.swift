import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Testing

/// What the first ring finds out of its files, and what later rings are bound to.
@Suite struct `Lock lists with hashes` {
    private static let file = String(repeating: "ab", count: 32)

    /// Ends an order well, installed from this file; `echo` is how the agent repeats the lines.
    private func finish(
        _ order: JobOrder, from file: String?, by endpoint: TestEndpoint,
        echo: (LockedUpdate) -> LockedUpdate = { $0 }
    ) async throws {
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: echo($0), state: .verified, versionAfter: $0.to, sentence: "So it is.",
                sha256: file)
        }
        _ = try await endpoint.house.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: endpoint.principal)
        try await endpoint.report(["bash": "1", "nginx": "2"])
    }

    /// The canary has ended, and the order of the next ring's first endpoint is collected.
    private func second(_ rings: RingHouse, file: String?) async throws -> JobOrder {
        _ = try await rings.approve()
        let first = try #require(try await rings.endpoints[0].collect())
        #expect(first.updates.allSatisfy { $0.sha256 == nil })
        try await rings.endpoints[0].work(on: first)
        try await finish(first, from: file, by: rings.endpoints[0])
        try await rings.pass(seconds: RingHouse.soakSeconds)
        return try #require(try await rings.endpoints[1].collect())
    }

    @Test func `later rings are ordered exactly the file that the canary has installed`()
        async throws
    {
        let rings = try await RingHouse()
        let order = try await second(rings, file: Self.file)
        #expect(order.updates.map(\.sha256) == [Self.file])
        try await rings.endpoints[1].work(on: order)
        // An agent of a former release does not repeat the hash, and reports none.
        try await finish(order, from: nil, by: rings.endpoints[1]) { $0.withoutHash }
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    @Test func `without a hash from the canary only the version binds`() async throws {
        let rings = try await RingHouse()
        let order = try await second(rings, file: nil)
        #expect(order.updates.map(\.sha256) == [nil])
        // What a later ring reports binds nobody.
        try await rings.endpoints[1].work(on: order)
        try await finish(order, from: Self.file, by: rings.endpoints[1])
        let last = try #require(try await rings.endpoints[2].collect())
        #expect(last.updates.map(\.sha256) == [nil])
    }

    @Test func `an endpoint that is offered another file stops the rollout`() async throws {
        let rings = try await RingHouse()
        let id = try await rings.approve()
        let first = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: first)
        try await finish(first, from: Self.file, by: rings.endpoints[0])
        try await rings.pass(seconds: RingHouse.soakSeconds)
        let order = try #require(try await rings.endpoints[1].collect())
        try await rings.endpoints[1].fail(order, .hashMismatch)
        let standing = try await rings.standing(id)
        #expect(standing.state == .halted)
        #expect(standing.reason?.contains("another file") == true)
        #expect(standing.reason?.contains("ep1") == true)
    }
}
