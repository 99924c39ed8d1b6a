import Administration
import AgentCore
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Store
import Trust

/// One world: a server, agents, what is between them, and what goes wrong.
///
/// It is driven by one task alone. The agents' tasks run on `executor`, and only while it is
/// drained; the server is called one call at a time.
final class World {
    /// For how long things go wrong, in seconds; then everything is well, and everything must end.
    ///
    /// Most worlds are short, since what goes wrong mostly does so between two neighbours in time;
    /// every so many is long enough for retries, leases and deadlines to run out.
    static let shortStormSeconds: Int64 = 1200
    static let longStormSeconds: Int64 = 4500
    static let longEvery: UInt64 = 10
    /// How long everything may take to end, in seconds: the longest deadline and some.
    static let calmSeconds: Int64 = 6 * 3600
    /// The names of the packages, and what each endpoint starts with.
    static let packages = ["alpha", "bravo", "carol", "delta"]

    /// A request for work that waits at the server.
    struct Poll {
        var message: Message
        var version: UInt64
    }

    let seed: UInt64
    let plant: PlantedBug?
    let timeline: Timeline
    let executor = TurnExecutor()
    let switchboard: Switchboard
    let book = GrantBook()
    let server: Server
    let observer: UseCases
    let store: SQLLedger
    let signer: Operator
    let rules: WorldPolicy
    let stormSeconds: Int64
    var tenants: [Tenant] = []
    var endpoints: [SimulatedEndpoint] = []
    var gates: [OrderGate] = []
    var lives: [AgentLife?] = []
    var livesSoFar = 0
    var polls: [Int: Poll] = [:]
    var isCalm = false
    var step = 0
    var trials: [RingTrial] = []
    /// The jobs as they were when they were last looked at.
    var jobs = SeenJobs()
    var looks = 0
    var commitsSeen = -1
    var halted: Set<DeploymentID> = []
    /// What a person has declined for the first tenant and not taken back.
    var denial: (package: String, word: ApprovalID, at: Timestamp)?
    /// Rollouts that have been called off in calm.
    var calledOff: Set<DeploymentID> = []

    /// A world of a seed, in a store that holds nothing yet.
    init(
        seed: UInt64, plant: PlantedBug?, keys: ServerKeys, store: SQLLedger, keepsLog: Bool
    ) throws {
        self.seed = seed
        self.plant = plant
        stormSeconds =
            seed % Self.longEvery == 0 ? Self.longStormSeconds : Self.shortStormSeconds
        timeline = Timeline(seed: seed, keepsLog: keepsLog)
        switchboard = Switchboard(timeline)
        self.store = store
        server = Server(store, keys: keys, timeline: timeline)
        observer = server.observer()
        let minutes = stormSeconds / 60 - DailyWindow.lengthSeconds / 120
        let opensAt = timeline.chance { $0.number(in: 0...max(5, minutes / 2)) }
        guard let window = DailyWindow(opensAt: 8, minute: opensAt) else {
            throw WorldPolicy.WrongConstant()
        }
        rules = try WorldPolicy(window: window, plant: plant)
        signer = try Operator(
            keyBytes: timeline.chance { $0.bytes(DeviceKey.byteCount) },
            policy: try WorldPolicy(window: window, plant: nil).policy)
    }

    /// Lets the world go on until every job has ended in calm, or a promise is broken.
    func run() async throws {
        try await settleIn()
        let storm = timeline.now + stormSeconds * 1000
        try await goOn(until: storm)
        guard timeline.firstViolation == nil else { return self.end() }
        calmDown()
        let end = storm + Self.calmSeconds * 1000
        try await goOn(until: end)
        if timeline.firstViolation == nil { try await checkTheEnd() }
        self.end()
    }

    private func goOn(until end: Int64) async throws {
        while !timeline.isBroken, let happening = timeline.next(before: end) {
            step += 1
            try await perform(happening)
            executor.drain()
            buryTheDead()
            checkEndpoints()
            if isCalm, isSettled { return }
        }
    }

    private func end() {
        for life in lives { life?.die() }
        executor.drain()
    }

    private func settleIn() async throws {
        for name in ["Acme", "Borealis"] {
            let tenant = try await server.useCases.createTenant(name: name, by: .localAdministrator)
            tenants.append(tenant)
            let record = PolicyRecord(
                id: timeline.chance { PolicyID(at: Timeline.start, using: &$0) },
                place: .tenant(tenant.id), policy: rules.policy, yaml: "",
                savedAt: timeline.instant, savedBy: "user:operator")
            try await store.write { try $0.insert(record) }
        }
        let beliefs = try signer.beliefs(of: tenants.map(\.id))
        for place in 0..<4 {
            let ownTenant = place < 3 ? 0 : 1
            let tenant = tenants[ownTenant].id
            let endpoint = makeEndpoint(place, tenant)
            let record = EndpointRecord(
                id: endpoint.id, tenant: tenant, name: endpoint.name,
                publicKey: timeline.chance { $0.bytes(DeviceKey.byteCount) },
                machineFingerprint: nil, enrolledAt: timeline.instant)
            try await store.write { try $0.insert(record) }
            endpoints.append(endpoint)
            gates.append(
                OrderGate(
                    book, belief: beliefs[ownTenant], window: rules.window, plant: plant)
            )
            lives.append(nil)
            // Most agents start at once, some late: until then nothing is known of their endpoint.
            let delay = timeline.chance {
                $0.happens(0.8) ? $0.number(in: 0...60_000) : $0.number(in: 0...stormSeconds * 500)
            }
            timeline.schedule(after: delay, .lifeBegins(endpoint: place, boot: 1))
        }
        timeline.schedule(after: 90_000, .fault)
        timeline.schedule(after: 100_000, .person)
        timeline.schedule(after: 120_000, .rings)
        timeline.schedule(after: UseCases.tickIntervalSeconds * 1000, .tick)
    }

    private func makeEndpoint(_ place: Int, _ tenant: TenantID) -> SimulatedEndpoint {
        let now = timeline.instant
        return timeline.chance { chance in
            var software: [String: SimulatedEndpoint.Software] = [:]
            for name in Self.packages {
                software[name] = SimulatedEndpoint.Software(
                    version: "1.0", candidate: chance.happens(0.7) ? "2.0" : "1.0",
                    behaviour: chance.pick(SimulatedEndpoint.Behaviour.mixture) ?? .good)
            }
            let isSkewed = chance.happens(0.2)
            let skew = chance.number(in: isSkewed ? -1_800_000...1_800_000 : -2000...2000)
            return SimulatedEndpoint(
                place: place, id: EndpointID(at: now, using: &chance), tenant: tenant,
                timeline: timeline, clockOffset: skew, software: software)
        }
    }

    /// Agents that have died are started again some time later.
    private func buryTheDead() {
        for place in lives.indices where lives[place]?.isDead == true {
            lives[place] = nil
            let calm = isCalm
            let delay = timeline.chance {
                calm || $0.happens(0.6)
                    ? $0.number(in: 500...10_000) : $0.number(in: 10_000...900_000)
            }
            timeline.schedule(
                after: delay, .lifeBegins(endpoint: place, boot: endpoints[place].boot))
        }
    }
}
