import Administration
import Advisories
import AgentProtocol
import AdvisoryFormats
import ControlPlane
import Fleet
import Intelligence
import Policy
import Rollout
import ServerRecords
import Testing

@testable import Emergencies

/// A fleet with one vulnerability, which nginx 2 mends, and the rings of a policy.
private struct BurningHouse {
    static let cve = "CVE-2026-7"
    let house: House
    let endpoints: [TestEndpoint]

    var useCases: UseCases { house.useCases }

    /// Endpoints that miss the fix; canaries by their tag.
    init(
        canaries: Int = 1, others: Int = 2, policy: PatchPolicy? = RingHouse.policy(),
        mended: Set<Int> = []
    ) async throws {
        let shelf = TestShelf()
        shelf.publish(
            "tracker",
            .init(format: .debianTracker, records: [.debian(Self.cve, "nginx", fixed: "2")]))
        house = try await House(shelf: shelf)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "tracker", source: "https://feeds.example.org/tracker"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        var enrolled: [TestEndpoint] = []
        for number in 0..<(canaries + others) {
            let endpoint = try await house.enrol("ep\(number)")
            if mended.contains(number) {
                try await endpoint.report(["bash": "1", "nginx": "2"])
            } else {
                try await endpoint.missNginx()
            }
            enrolled.append(endpoint)
            let tags = number < canaries ? ["canary"] : []
            let (id, tenant, now) = (endpoint.id, house.tenant.id, house.clock.now)
            try await house.useCases.ledger.write {
                try $0.store(
                    EndpointTraits(role: "server", tags: tags), of: id, tenant: tenant,
                    by: "test", at: now)
            }
        }
        endpoints = enrolled
        if let policy {
            let record = PolicyRecord(
                id: house.useCases.effects.newIdentifier(), place: .tenant(house.tenant.id),
                policy: policy, yaml: "", savedAt: House.start, savedBy: "user:anna")
            try await house.useCases.ledger.write { try $0.insert(record) }
        }
        try await checkIn()
        try await house.useCases.buildFindings()
    }

    /// Everybody is heard from.
    func checkIn() async throws {
        for endpoint in endpoints {
            let (id, tenant, now) = (endpoint.id, house.tenant.id, house.clock.now)
            try await useCases.ledger.write { records in
                _ = try records.checkIn(
                    id, of: tenant,
                    reporting: CheckInReport(
                        scannedAt: nil, inventoryDigest: nil, postureDigest: nil,
                        agentVersion: "1", bootId: "boot-1"), at: now)
            }
        }
    }

    static func person(_ name: String) -> Principal {
        Principal(name: "user:\(name)", scope: .provider, permissions: Set(Permission.allCases))
    }

    func plan() async throws -> EmergencyPlan {
        try await useCases.planEmergency(
            EmergencyWish(vulnerability: Self.cve), by: Self.person("anna"))
    }

    func start(by name: String = "anna") async throws -> EmergencyRun {
        try await useCases.startEmergency(
            EmergencyWish(
                vulnerability: Self.cve, reason: "It is exploited.", confirm: Self.cve.lowercased()),
            by: Self.person(name))
    }

    func run(_ id: EmergencyID) async throws -> EmergencyRun {
        try await useCases.emergency(id, by: Self.person("anna"))
    }

    /// Which endpoints have work now, by their places.
    func working() async throws -> [Int] {
        var found: [Int] = []
        for (place, endpoint) in endpoints.enumerated() {
            let open = try await useCases.jobs(by: house.administrator, endpoint: endpoint.id)
            if open.contains(where: { !$0.job.state.isTerminal }) { found.append(place) }
        }
        return found
    }

    func alerts() async throws -> [Alert.Kind] {
        try await useCases.alerts(by: house.administrator, openOnly: true).map(\.kind)
    }

    func actions(_ id: EmergencyID) async throws -> [String] {
        let scope = Scope.tenant(house.tenant.id)
        return try await useCases.ledger.read {
            try $0.latestAuditEntries(in: scope, subject: id.text, before: nil, limit: 9)
        }.map(\.action).reversed()
    }
}

/// One command brings a fix to all endpoints at once, and keeps what protects them.
@Suite struct `Emergency runs` {
    @Test func `the canary comes first, the others without a soak, and then a review is open`()
        async throws
    {
        let burning = try await BurningHouse()
        let plan = try await burning.plan()
        #expect(plan.endpoints == 3 && plan.online == 3 && plan.leftOut.isEmpty)
        #expect(plan.rollouts.map { $0.rings.map(\.endpoints) } == [[1, 2]])
        #expect(plan.rollouts[0].rings[0].soakSkippedSeconds == RingHouse.soakSeconds)
        #expect(plan.updates == ["nginx 2"])
        #expect(try await burning.working().isEmpty, "a plan changes nothing")
        let run = try await burning.start()
        #expect(run.state == .running && run.deployments.count == 1)
        #expect(try await burning.working() == [0])
        try await burning.endpoints[0].patch()
        #expect(try await burning.working() == [1, 2], "no soak is waited out")
        try await burning.useCases.watchEmergencies()
        #expect(try await burning.run(run.id).state == .running)
        for endpoint in burning.endpoints.dropFirst() { try await endpoint.patch() }
        try await burning.useCases.watchEmergencies()
        try await burning.useCases.watchEmergencies()
        let over = try await burning.run(run.id)
        #expect(over.state == .awaitingReview)
        #expect(over.outcome == EmergencyRun.Outcome(verified: 3))
        #expect(try await burning.alerts() == [.emergencyReview])
        let closed = try await burning.useCases.reviewEmergency(
            run.id, "All went well.", by: BurningHouse.person("ben"))
        #expect(closed.state == .closed && closed.review?.by == "user:ben")
        #expect(try await burning.alerts().isEmpty)
        #expect(
            try await burning.actions(run.id) == [
                "emergency.started", "emergency.reviewOpened", "emergency.reviewed",
            ])
    }

    @Test func `it wants the vulnerability's name typed, and only one run at a time`() async throws
    {
        let burning = try await BurningHouse()
        for typed in [nil, "", "yes", "CVE-2026-8"] {
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await burning.useCases.startEmergency(
                    EmergencyWish(vulnerability: BurningHouse.cve, confirm: typed),
                    by: BurningHouse.person("anna"))
            }
            #expect(refusal?.code == "E_EMERGENCY_UNCONFIRMED")
        }
        #expect(try await burning.working().isEmpty)
        _ = try await burning.start()
        let refusal = await #expect(throws: Refusal.self) { _ = try await burning.start() }
        #expect(refusal?.code == "E_EMERGENCY_OPEN")
    }

    @Test func `the budget of a ring holds`() async throws {
        let burning = try await BurningHouse(
            others: 4, policy: RingHouse.policy(budget: DisruptionBudget(.endpoints(1))))
        #expect(try await burning.plan().rollouts[0].rings[1].budget == 1)
        _ = try await burning.start()
        try await burning.endpoints[0].patch()
        for _ in 0..<4 {
            let working = try await burning.working()
            #expect(working.count == 1)
            for place in working { try await burning.endpoints[place].patch() }
        }
        #expect(try await burning.working().isEmpty)
    }

    @Test func `a bad package stops at the canary, and the others are untouched`() async throws {
        let burning = try await BurningHouse()
        let run = try await burning.start()
        let order = try #require(try await burning.endpoints[0].collect())
        try await burning.endpoints[0].work(on: order)
        try await burning.endpoints[0].fail(order, .maintainerScript)
        #expect(try await burning.working().isEmpty)
        #expect(try await burning.alerts().contains(.rolloutHalted))
        try await burning.useCases.watchEmergencies()
        #expect(try await burning.run(run.id).state == .running, "a person must say how it goes on")
        _ = try await burning.useCases.cancel(
            run.deployments[0], by: BurningHouse.person("anna"))
        try await burning.useCases.watchEmergencies()
        let over = try await burning.run(run.id)
        #expect(over.state == .awaitingReview)
        #expect(over.outcome?.failed == 1 && over.outcome?.notReached == 2)
        #expect(over.outcome?.stops.count == 1)
    }

    @Test func `where no canary needs it another endpoint tries it for the others`() async throws {
        let burning = try await BurningHouse(mended: [0])
        let rings = try await burning.plan().rollouts[0]
        #expect(rings.rings.map(\.endpoints) == [1, 1])
        #expect(rings.warnings.contains { $0.contains("goes with ring canary instead of broad") })
        _ = try await burning.start()
        let first = try await burning.working()
        #expect(first.count == 1)
        for place in first { try await burning.endpoints[place].patch() }
        #expect(try await burning.working().count == 1)
    }

    @Test(arguments: [ApprovalDraft.Verdict.decline, .hold])
    func `what a person forbids is left out, and stays so`(
        verdict: ApprovalDraft.Verdict
    ) async throws {
        let burning = try await BurningHouse()
        let held = burning.endpoints[2].id
        _ = try await burning.useCases.decide(
            ApprovalDraft(
                verdict, tenant: burning.house.tenant.id, endpoints: [held], package: "nginx",
                reason: "The shop runs on it."), by: BurningHouse.person("ben"))
        let plan = try await burning.plan()
        #expect(plan.endpoints == 2)
        #expect(plan.leftOut.map(\.endpoint) == [held])
        #expect(plan.leftOut[0].reason.contains("The shop runs on it."))
        let run = try await burning.start()
        for place in 0..<2 { try await burning.endpoints[place].patch() }
        #expect(try await burning.working().isEmpty)
        try await burning.useCases.watchEmergencies()
        #expect(try await burning.run(run.id).extent.leftOut == 1)
    }

    @Test func `a denial that comes later is heard too`() async throws {
        let burning = try await BurningHouse()
        _ = try await burning.start()
        _ = try await burning.useCases.decide(
            ApprovalDraft(
                .decline, tenant: burning.house.tenant.id, package: "nginx", reason: "It breaks."),
            by: BurningHouse.person("ben"))
        burning.house.clock.advance(seconds: 60)
        try await burning.checkIn()
        try await burning.useCases.steerAll()
        #expect(try await burning.endpoints[0].collect() == nil)
    }

    @Test func `orders that have not begun make way, and go on afterwards`() async throws {
        let burning = try await BurningHouse()
        var selection = DeploymentSelection(
            endpoints: burning.endpoints.map(\.id), updates: [.init(name: "nginx")],
            policy: "servers")
        selection.title = "Monthly"
        let monthly = try await burning.useCases.approve(
            selection, by: BurningHouse.person("ben"))
        let plan = try await burning.plan()
        #expect(plan.takesBack.count == 1 && plan.takesBack[0].contains("“Monthly”"))
        let run = try await burning.start()
        let order = try #require(try await burning.endpoints[0].collect())
        let job = try await burning.useCases.job(order.job, by: burning.house.administrator)
        #expect(job.summary.job.deployment == run.deployments[0])
        #expect(job.summary.job.deployment != monthly.id)
    }

    @Test func `what another deployment holds together with more is left to it`() async throws {
        let burning = try await BurningHouse(others: 0)
        try await burning.endpoints[0].report(
            ["bash": "1", "nginx": "1"],
            updates: [TestEndpoint.update("nginx"), TestEndpoint.update("bash")])
        _ = try await burning.useCases.approve(
            DeploymentSelection(
                endpoints: [burning.endpoints[0].id],
                updates: [.init(name: "nginx"), .init(name: "bash")], title: "By hand"),
            by: BurningHouse.person("ben"))
        let plan = try await burning.plan()
        #expect(plan.endpoints == 0)
        #expect(plan.leftOut[0].reason.contains("“By hand” has ordered it together with bash"))
        let refusal = await #expect(throws: Refusal.self) { _ = try await burning.start() }
        #expect(refusal?.code == "E_EMERGENCY_NOTHING")
    }

    @Test func `without a policy there are no rings, and it is said`() async throws {
        let burning = try await BurningHouse(policy: nil)
        let plan = try await burning.plan()
        #expect(plan.endpoints == 0 && plan.leftOut.count == 3)
        #expect(plan.leftOut[0].reason.contains("No policy holds for it"))
    }

    @Test func `where a rule asks for two people the second starts it`() async throws {
        var policy = RingHouse.policy()
        policy.otherwise = Treatment(.byHand, approvers: 2)
        let burning = try await BurningHouse(policy: policy)
        #expect(try await burning.plan().secondPerson != nil)
        let asked = try await burning.start()
        #expect(asked.state == .awaitingSecondPerson && asked.deployments.isEmpty)
        #expect(try await burning.working().isEmpty)
        let same = await #expect(throws: Refusal.self) {
            _ = try await burning.useCases.agreeToEmergency(
                asked.id, confirming: BurningHouse.cve, by: BurningHouse.person("anna"))
        }
        #expect(same?.code == "E_EMERGENCY_SAME_PERSON")
        let run = try await burning.useCases.agreeToEmergency(
            asked.id, confirming: BurningHouse.cve, by: BurningHouse.person("ben"))
        #expect(run.state == .running && run.agreedBy == "user:ben")
        #expect(try await burning.working() == [0])
    }

    @Test func `an approver starts no run, and agrees to one that waits for a second person`()
        async throws
    {
        var policy = RingHouse.policy()
        policy.otherwise = Treatment(.byHand, approvers: 2)
        let burning = try await BurningHouse(policy: policy)
        let approver = Principal(
            name: "user:ben", scope: .provider, permissions: Role.approver.permissions)
        let wish = EmergencyWish(vulnerability: BurningHouse.cve, confirm: BurningHouse.cve)
        #expect(try await burning.useCases.planEmergency(wish, by: approver).endpoints == 3)
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await burning.useCases.startEmergency(wish, by: approver)
        }
        #expect(refusal?.code == "E_FORBIDDEN")
        let asked = try await burning.start()
        let run = try await burning.useCases.agreeToEmergency(
            asked.id, confirming: BurningHouse.cve, by: approver)
        #expect(run.state == .running)
    }

    @Test(arguments: FootingChange.allCases)
    func `a run is planned anew when what it was planned on has changed meanwhile`(
        change: FootingChange
    ) async throws {
        let burning = try await BurningHouse()
        let before = try await burning.footing()
        try await change.make(in: burning)
        let after = try await burning.footing()
        #expect((after == before) == !change.matters)
        // Whatever it was, what is opened is what holds now.
        guard change != .retired else { return }
        let run = try await burning.start()
        #expect(run.extent.endpoints == (change == .held ? 2 : 3))
    }

    @Test func `a run that nobody agrees to lapses after a day`() async throws {
        var policy = RingHouse.policy()
        policy.otherwise = Treatment(.byHand, approvers: 2)
        let burning = try await BurningHouse(policy: policy)
        let asked = try await burning.start()
        burning.house.clock.advance(seconds: 86_400 - 1)
        try await burning.useCases.watchEmergencies()
        #expect(try await burning.run(asked.id).state == .awaitingSecondPerson)
        burning.house.clock.advance(seconds: 1)
        try await burning.useCases.watchEmergencies()
        #expect(try await burning.run(asked.id).state == .lapsed)
    }

    @Test func `its review is written when it is over, once, and says something`() async throws {
        let burning = try await BurningHouse(others: 0)
        let run = try await burning.start()
        func review(_ text: String) async throws {
            _ = try await burning.useCases.reviewEmergency(
                run.id, text, by: BurningHouse.person("ben"))
        }
        let early = await #expect(throws: Refusal.self) { try await review("Well.") }
        #expect(early?.code == "E_EMERGENCY_STATE")
        try await burning.endpoints[0].patch()
        try await burning.useCases.watchEmergencies()
        let empty = await #expect(throws: Refusal.self) { try await review(" \n") }
        #expect(empty?.code == "E_EMERGENCY_REVIEW")
        try await review("Well.")
        let again = await #expect(throws: Refusal.self) { try await review("Better.") }
        #expect(again?.code == "E_EMERGENCY_STATE")
    }

    @Test func `nobody of another tenant sees or starts it`() async throws {
        let burning = try await BurningHouse()
        let other = try await burning.useCases.createTenant(
            name: "Bolt", by: burning.house.administrator)
        let stranger = Principal(
            name: "user:b", scope: .tenant(other.id), permissions: Set(Permission.allCases))
        let run = try await burning.start()
        await #expect(throws: Refusal.self) {
            _ = try await burning.useCases.planEmergency(
                EmergencyWish(vulnerability: BurningHouse.cve), by: stranger)
        }
        await #expect(throws: Refusal.self) {
            _ = try await burning.useCases.emergency(run.id, by: stranger)
        }
        #expect(try await burning.useCases.emergencies(by: stranger).isEmpty)
    }
}

/// Something that happens while a run is planned.
enum FootingChange: CaseIterable {
    case nothing, checkedIn, held, tagged, ordered, retired

    /// Whether the plan may be another one after it.
    var matters: Bool { self != .nothing && self != .checkedIn }

    fileprivate func make(in burning: BurningHouse) async throws {
        let (house, last) = (burning.house, burning.endpoints[2])
        let (tenant, now) = (house.tenant.id, house.clock.now)
        switch self {
        case .nothing: break
        case .checkedIn:
            house.clock.advance(seconds: 60)
            try await burning.checkIn()
        case .held:
            _ = try await house.useCases.decide(
                ApprovalDraft(
                    .hold, tenant: tenant, endpoints: [last.id], package: "nginx",
                    reason: "The shop runs on it."), by: BurningHouse.person("ben"))
        case .tagged:
            try await house.useCases.ledger.write {
                try $0.store(
                    EndpointTraits(role: "server", tags: ["shop"]), of: last.id, tenant: tenant,
                    by: "test", at: now)
            }
        case .ordered:
            _ = try await house.useCases.approve(
                DeploymentSelection(endpoints: [last.id], updates: [.init(name: "nginx")]),
                by: BurningHouse.person("ben"))
        case .retired:
            try await house.useCases.retire(last.id, by: house.administrator)
        }
    }
}

extension BurningHouse {
    /// What a run would be planned on now.
    fileprivate func footing() async throws -> EmergencyFooting {
        let key = TestEndpoint.update("nginx").key
        let looked = Dictionary(uniqueKeysWithValues: endpoints.map { ($0.id, Set([key])) })
        let (tenant, useCases) = (house.tenant.id, useCases)
        return try await useCases.ledger.read {
            try EmergencyFooting(of: looked, tenant: tenant, in: $0, by: useCases)
        }
    }
}
