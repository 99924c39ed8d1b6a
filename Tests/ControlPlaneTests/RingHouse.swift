import Administration
import AgentProtocol
import Calendar
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Trust

/// A house whose endpoints move through the rings of a policy: canaries by their tag, the rest
/// after a soak of an hour.
struct RingHouse {
    let house: House
    let endpoints: [TestEndpoint]

    var useCases: UseCases { house.useCases }
    var canaries: ArraySlice<TestEndpoint> { endpoints.prefix(canaryCount) }
    var others: ArraySlice<TestEndpoint> { endpoints.dropFirst(canaryCount) }
    private let canaryCount: Int

    static let soakSeconds: Int64 = 3600

    /// Endpoints that all miss `nginx 2`, and a policy.
    init(
        canaries: Int = 1, others: Int = 2, policy: PatchPolicy = RingHouse.policy(),
        tags: [Int: [String]] = [:], seed: UInt64 = 1,
        signingKeys: @escaping @Sendable () throws -> [SigningKey] = { [] }
    ) async throws {
        house = try await House(seed: seed, signingKeys: signingKeys)
        canaryCount = canaries
        var enrolled: [TestEndpoint] = []
        for number in 0..<(canaries + others) {
            let endpoint = try await house.enrol("ep\(number)")
            try await endpoint.missNginx()
            enrolled.append(endpoint)
            let own = (number < canaries ? ["canary"] : []) + (tags[number] ?? [])
            let (id, tenant, now) = (endpoint.id, house.tenant.id, house.clock.now)
            try await house.useCases.ledger.write {
                try $0.store(
                    EndpointTraits(role: "server", tags: own), of: id, tenant: tenant, by: "test",
                    at: now)
            }
        }
        endpoints = enrolled
        let record = PolicyRecord(
            id: house.useCases.effects.newIdentifier(), place: .tenant(house.tenant.id),
            policy: policy, yaml: "", savedAt: House.start, savedBy: "user:anna")
        try await house.useCases.ledger.write { try $0.insert(record) }
    }

    /// What a person chooses: nginx for everybody, through the rings.
    var selection: DeploymentSelection {
        DeploymentSelection(
            endpoints: endpoints.map(\.id), updates: [.init(name: "nginx")], policy: "servers")
    }

    /// Approves it.
    func approve(_ lane: Lane = .routine) async throws -> DeploymentID {
        var selection = selection
        selection.lane = lane
        return try await useCases.approve(selection, by: house.administrator).id
    }

    func standing(_ id: DeploymentID) async throws -> RolloutStanding {
        let detail = try await useCases.deployment(id, by: house.administrator)
        guard let standing = detail.rollout else { throw NoRings() }
        return standing
    }

    func detail(_ id: DeploymentID) async throws -> DeploymentDetail {
        try await useCases.deployment(id, by: house.administrator)
    }

    /// Lets time pass, with everybody checking in.
    func pass(seconds: Int64, silent: Set<EndpointID> = []) async throws {
        house.clock.advance(seconds: seconds)
        for endpoint in endpoints where !silent.contains(endpoint.id) {
            let (id, tenant, now) = (endpoint.id, house.tenant.id, house.clock.now)
            try await useCases.ledger.write { records in
                _ = try records.checkIn(
                    id, of: tenant,
                    reporting: CheckInReport(
                        scannedAt: nil, inventoryDigest: nil, postureDigest: nil,
                        agentVersion: "1", bootId: "boot-1"), at: now)
            }
        }
        try await useCases.tick()
        try await useCases.steerAll()
    }

    struct NoRings: Error {}

    /// Servers: canaries by tag with a gate, the rest after them.
    static func policy(
        soakSeconds: Int64 = RingHouse.soakSeconds, minimum: Int = 1,
        approval: Approval = .byHand, lane: Lane = .routine, budget: DisruptionBudget? = nil,
        sla: [String] = []
    ) -> PatchPolicy {
        let canaries = group("tag = canary")
        let rings = [
            Ring(
                name: name("canary"), members: .matching(canaries),
                soak: TimeSpan(seconds: soakSeconds) ?? .hours(0),
                gate: RingGate(verified: percent(100), minimum: minimum)),
            Ring(name: name("broad"), members: .rest, budget: budget),
        ]
        return PatchPolicy(
            name: name("servers"), applies: group("all"),
            lanes: Lanes(routine: LaneRoute(windows: [name("any")], rings: name("standard"))),
            otherwise: Treatment(approval, lane: lane), windows: [anyTime],
            rings: [name("standard"): rings],
            sla: sla.map { name($0) })
    }

    /// Every day, all day.
    private static var anyTime: MaintenanceWindow {
        guard let every = try? Recurrence("day"), let midnight = LocalTime(hour: 0, minute: 0),
            let window = MaintenanceWindow(
                name: "any", recurrence: every, from: midnight, lengthSeconds: 86_400)
        else { preconditionFailure("a window") }
        return window
    }

    static func group(_ text: String) -> GroupExpression {
        do {
            return try GroupExpression(parsing: text)
        } catch {
            preconditionFailure("not a condition: \(text)")
        }
    }

    static func name(_ text: String) -> PolicyName {
        guard let name = PolicyName(text) else { preconditionFailure("not a name: \(text)") }
        return name
    }

    static func percent(_ number: Int) -> Percentage {
        guard let share = Percentage(basisPoints: number * 100) else {
            preconditionFailure("not a share: \(number)")
        }
        return share
    }
}

extension TestEndpoint {
    var id: EndpointID { principal.endpoint }

    /// A scan that shows nginx 1 installed and 2 missing.
    func missNginx() async throws {
        try await report(
            ["bash": "1", "nginx": "1"], updates: [TestEndpoint.update("nginx")])
    }

    /// Collects its order, works on it, and ends it well: a scan shows the update.
    func patch() async throws {
        guard let order = try await collect() else { throw RingHouse.NoRings() }
        try await work(on: order)
        try await finish(order, .verified)
        try await report(["bash": "1", "nginx": "2"])
    }

    /// Reports that it installs.
    func work(on order: JobOrder) async throws {
        _ = try await house.useCases.reportProgress(
            JobProgress(phase: .installing, sentence: "Installs.", at: house.clock.now),
            job: order.job, by: principal)
    }

    /// Fails its order with a cause.
    func fail(_ order: JobOrder, _ cause: FailureClass) async throws {
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: .failed, failure: cause, versionAfter: $0.from,
                sentence: "\($0.name): \(cause.rawValue).")
        }
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: principal)
    }
}
