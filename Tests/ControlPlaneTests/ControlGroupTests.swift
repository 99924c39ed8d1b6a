import Administration
import AgentProtocol
import ControlPlane
import Findings
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Testing

/// Endpoints that wait in a rollout say how its probes stand, and what patched ones show is
/// compared with it. By check-ins as agents send them.
@Suite struct `Endpoints that wait are a rollout's control group` {
    private func rings() async throws -> (RingHouse, DeploymentID) {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.after = HealthCheck(probes: [.tcp(port: 443)])
        let rings = try await RingHouse(canaries: 1, others: 4, policy: policy)
        let id = try #require(try await rings.useCases.steer(rings.house.tenant.id).first)
        return (rings, id)
    }

    @discardableResult
    private func checkIn(
        _ endpoint: TestEndpoint, _ rings: RingHouse, _ health: [String: Bool]? = nil
    ) async throws -> [String]? {
        try await rings.useCases.checkIn(
            CheckInRequest(
                inventoryDigest: nil, postureDigest: nil, scannedAt: nil, agentVersion: "1",
                bootId: "boot-1", health: health), by: endpoint.principal
        ).probes
    }

    /// The canary's updates are in, and its probe fails, which passed before.
    private func fallIll(_ rings: RingHouse) async throws {
        let canary = rings.endpoints[0]
        let order = try #require(try await canary.collect())
        try await canary.work(on: order)
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.")
        }
        _ = try await rings.useCases.reportResult(
            JobResult(
                outcomes: outcomes, isHealthy: false, wasHealthy: true,
                failure: .unhealthyAfterPatch), job: order.job, by: canary.principal)
    }

    @Test func `they are asked for the probes, and those that have an order are not`() async throws
    {
        let (rings, _) = try await rings()
        #expect(try await checkIn(rings.endpoints[0], rings) == nil)
        for endpoint in rings.others {
            #expect(try await checkIn(endpoint, rings) == ["tcp:443"])
        }
    }

    @Test(
        arguments: [
            ([true, true, true, true], true), ([false, false, false, false], false),
            // Fewer than three words could be chance.
            ([false, false], true), ([], true),
        ] as [([Bool], Bool)])
    func `a canary that falls ill halts the rollout, unless they are as ill without the update`(
        _ words: [Bool], _ halts: Bool
    ) async throws {
        let (rings, id) = try await rings()
        for (endpoint, isHealthy) in zip(rings.others, words) {
            try await checkIn(endpoint, rings, ["tcp:443": isHealthy])
        }
        try await fallIll(rings)
        let standing = try await rings.standing(id)
        #expect(standing.state == (halts ? .halted : .running))
        #expect(standing.waits.contains { $0.contains("outage") } == !halts)
    }

    @Test func `when the outage ends and the canary stays ill, the rollout halts`() async throws {
        let (rings, id) = try await rings()
        for endpoint in rings.others { try await checkIn(endpoint, rings, ["tcp:443": false]) }
        try await fallIll(rings)
        #expect(try await rings.standing(id).state == .running)
        rings.house.clock.advance(seconds: 120)
        for endpoint in rings.others { try await checkIn(endpoint, rings, ["tcp:443": true]) }
        #expect(try await rings.standing(id).state == .halted)
    }

    @Test func `a rollout that halts or ends asks nobody any more`() async throws {
        let (rings, id) = try await rings()
        try await fallIll(rings)
        #expect(try await rings.standing(id).state == .halted)
        #expect(try await checkIn(rings.endpoints[1], rings) == nil)
    }
}

/// Who is asked, and which words are news: by the desk alone.
@Suite struct `The desk of those that wait` {
    private let desk = PeerDesk()
    private let now = House.start
    private let tenant: TenantID
    private let keys: [RolloutKey]
    private let endpoints: [EndpointID]

    init() {
        var generator = SeededGenerator(seed: 7)
        let tenant = TenantID(at: House.start, using: &generator)
        self.tenant = tenant
        keys = (0..<4).map { _ in
            RolloutKey(
                tenant: tenant, deployment: DeploymentID(at: House.start, using: &generator))
        }
        endpoints = (0..<2).map { _ in EndpointID(at: House.start, using: &generator) }
    }

    @Test func `passes on what has changed, and the same again after a while`() {
        let (key, peer) = (keys[0], endpoints[0])
        desk.watch(key, probes: ["tcp:1", "tcp:2"], peers: [peer])
        func hear(_ health: [String: Bool], after seconds: Int64) -> [Bool] {
            desk.words(health, of: peer, at: now.adding(seconds: seconds)).map(\.isHealthy)
        }
        #expect(hear(["tcp:1": true], after: 0) == [])
        #expect(hear(["tcp:1": true, "tcp:2": true, "tcp:9": false], after: 1) == [true])
        #expect(hear(["tcp:1": true, "tcp:2": true], after: 2) == [])
        #expect(hear(["tcp:1": true, "tcp:2": false], after: 3) == [false])
        // What was said is kept when the rollout takes a step.
        desk.watch(key, probes: ["tcp:1", "tcp:2"], peers: [peer])
        #expect(hear(["tcp:1": true, "tcp:2": false], after: 4) == [])
        #expect(hear(["tcp:1": true, "tcp:2": false], after: 903) == [false])
        #expect(desk.words(["tcp:1": true, "tcp:2": true], of: endpoints[1], at: now).isEmpty)
    }

    @Test func `asks one endpoint for two rollouts at most, and for no list that is too long`() {
        let peer = endpoints[0]
        for number in 1...3 {
            desk.watch(keys[number - 1], probes: ["tcp:\(number)"], peers: [peer])
        }
        #expect(desk.probes(of: peer) == ["tcp:1", "tcp:2"])
        desk.keep([keys[1]], of: tenant)
        #expect(desk.probes(of: peer) == ["tcp:2"])
        desk.watch(keys[1], probes: [], peers: [peer])
        #expect(desk.probes(of: peer) == nil)
        let long = String(repeating: "a", count: 500)
        desk.watch(keys[3], probes: Array(repeating: long, count: 9), peers: [peer])
        #expect(desk.probes(of: peer) == nil)
    }
}
