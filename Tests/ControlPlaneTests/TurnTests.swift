import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

/// What keeps an endpoint from its order in a ring that is open is told as it is.
@Suite struct `Waiting in an open ring` {
    private func decision(_ endpoint: TestEndpoint, _ rings: RingHouse) async throws -> Decision? {
        try await rings.useCases.endpoint(endpoint.id, by: rings.house.administrator)
            .decisions.first { $0.update.name == "nginx" }
    }

    @Test func `for the budget says how many are at work, and ends when one is done`() async throws
    {
        let rings = try await RingHouse(
            canaries: 1, others: 3,
            policy: RingHouse.policy(soakSeconds: 0, budget: DisruptionBudget(.endpoints(1))))
        _ = try await rings.approve()
        try await rings.endpoints[0].patch()
        var reasons: [Decision.ReasonCode] = []
        for endpoint in rings.others {
            let decision = try #require(try await decision(endpoint, rings))
            reasons.append(decision.reasonCode)
            guard decision.reasonCode == .awaitingTurn else { continue }
            #expect(decision.action == .install)
            #expect(decision.nextAt == nil)
            #expect(
                decision.sentence.hasSuffix(
                    "its ring is open, but 1 endpoint of the ring broad is at work, and its budget "
                        + "allows 1 at once."))
        }
        #expect(reasons.count { $0 == .awaitingTurn } == 2)
        #expect(reasons.count { $0 == .queued } == 1)
        let standing = try await rings.useCases.fleetStanding(by: rings.house.administrator)
        #expect(standing?.updates.values.first?.reasons[.awaitingTurn] == 2)
        // A plan foresees that the others end.
        let plan = try await rings.useCases.planPolicies(
            for: rings.house.tenant.id, by: rings.house.administrator)
        #expect(plan.installs.count == 3)
        let first = rings.endpoints[1]
        if try await first.collect() == nil { return }
        let order = try #require(try await first.collect())
        try await first.finish(order, .verified)
        try await first.report(["bash": "1", "nginx": "2"])
        let second = try await decision(rings.endpoints[2], rings)?.reasonCode
        let third = try await decision(rings.endpoints[3], rings)?.reasonCode
        #expect(Set([second, third]) == [.queued, .awaitingTurn])
    }

    @Test func `for the other one of a pair names it`() async throws {
        let pair = ["cluster:db"]
        let rings = try await RingHouse(
            canaries: 1, others: 2, policy: RingHouse.policy(soakSeconds: 0),
            tags: [1: pair, 2: pair])
        _ = try await rings.approve()
        try await rings.endpoints[0].patch()
        let both = [rings.endpoints[1], rings.endpoints[2]]
        let decisions = [
            try #require(try await decision(both[0], rings)),
            try #require(try await decision(both[1], rings)),
        ]
        let waiting = try #require(decisions.firstIndex { $0.reasonCode == .awaitingTurn })
        let other = "ep\(2 - waiting)"
        #expect(decisions[1 - waiting].reasonCode == .queued)
        #expect(
            decisions[waiting].sentence.hasSuffix(
                "its ring is open, but \(other) of the same cluster:db is at work or not healthy, "
                    + "and two of it are never down together."))
        try await both[1 - waiting].patch()
        #expect(try await decision(both[waiting], rings)?.reasonCode == .queued)
    }
}
