@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Testing
import Trust

/// What a control plane in the wrong hands could try with papers that operators have really signed:
/// the same order under its own name again, silence that looks like absence, what was said of the
/// endpoint before, or a reboot that nothing needs.
@Suite struct `A hostile control plane with what operators have signed` {
    private let world = World(["labgood": .good])
    private let folder: CrashingFolder
    private let link: FakeLink
    private let office: SigningOffice
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        office = try SigningOffice()
    }

    private func desk(_ office: SigningOffice? = nil) -> TrustDesk {
        TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: (office ?? self.office).root.payloadDigest, state: folder,
            zones: { $0 == "Etc/UTC" ? .utc : nil }, effects: world.effects, logger: quiet)
    }

    /// One life of the agent, until `isDone` or for so many hours.
    private func live(hours: Int64, until isDone: () -> Bool) async -> Bool {
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: world, installer: world, runs: world, state: folder,
            trust: desk(), effects: world.effects, logger: quiet)
        let end = world.now.adding(seconds: hours * 3600)
        return await world.live(agent, until: end, isDone: isDone)
    }

    private func publish(_ set: PolicySet) throws -> Envelope {
        let policies = try office.sign(set, "policy")
        let (root, text) = (office.text(office.root), office.text(policies))
        link.change { $0.trust = TrustResponse(digest: "1", roots: [root], policies: text) }
        return policies
    }

    private func order(_ grant: String) -> JobOrder {
        var order = Orders.order([Orders.update("labgood")], deadlineSeconds: 3 * 86_400)
        order.grant = grant
        return order
    }

    /// Carries an order out, and forgets its journal, as it is forgotten when enough others have
    /// come and ended.
    private func carryOut(_ order: JobOrder) async throws -> JobResult? {
        link.change {
            $0.results = []
            $0.orders = [order]
        }
        let link = link
        #expect(await live(hours: 1) { link.change { !$0.results.isEmpty } })
        try folder.remove(JobFolder(order.job).path)
        return link.change { $0.results.first }
    }

    @Test(arguments: [World.Behaviour.good, .ignored])
    func `an order under its own name again begins nothing, though its journal is gone`(
        _ behaviour: World.Behaviour
    ) async throws {
        let policies = try publish(try SigningOffice.policies(from: 12))
        let order = order(
            try office.grant([Orders.update("labgood")], under: policies, tries: 3))
        world.change { $0.behaviours["labgood"] = behaviour }
        #expect(try await carryOut(order)?.outcomes.count == 1)
        #expect(world.starts.count == 1)
        world.change {
            $0.behaviours["labgood"] = .good
            $0.installed[World.key("labgood")] = "1.0"
            $0.runs = [:]
            $0.starts = [:]
        }
        let again = try #require(try await carryOut(order))
        #expect(world.starts.isEmpty)
        #expect(world.change { $0.installed[World.key("labgood")] } == "1.0")
        #expect(again.outcomes.allSatisfy { $0.state != .verified })
    }

    @Test func `a server that lets the endpoint wait for a day makes no absence of it`()
        async throws
    {
        let policies = try publish(try SigningOffice.policies(from: 13, catchUp: .nextCheckIn))
        link.change {
            $0.nextCheckIn = CheckInSchedule.longestInterval
            $0.scanInterval = CheckInSchedule.scanIntervals.upperBound
        }
        let world = world
        let evening = Orders.start.adding(seconds: 7 * 3600)
        #expect(await live(hours: 8) { world.now >= evening })
        // Approved at noon; its window was open from 13:00 to 17:00, and the endpoint was there.
        let order = order(try office.grant([Orders.update("labgood")], under: policies))
        link.change { $0.orders = [order] }
        let link = link
        #expect(await live(hours: 1) { link.change { !$0.waiting.isEmpty } })
        #expect(await !live(hours: 4) { !world.starts.isEmpty })
    }

    private func placement(_ tag: String) -> Placement {
        Placement([
            Placement.Entry(
                Orders.endpoint, of: EndpointSubject(key: Orders.endpoint.text, tags: [tag]))
        ])
    }

    private func tags(_ desk: TrustDesk) throws -> Set<String>? {
        let memo = try #require(try TrustFiles.load(from: folder))
        return try desk.subject(memo, facts: nil, at: world.now).tags
    }

    @Test func `what was said of an endpoint before, in another batch, is not brought back`() throws
    {
        let desk = desk()
        let now = world.now
        func offer(
            _ tag: String, _ name: String, _ version: Int, minutesAgo: Int64
        ) throws -> VerificationRefusal? {
            let paper = try office.sign(
                placement(tag), name, version: version,
                issuedAt: now.adding(seconds: -60 * minutesAgo))
            return desk.take(
                TrustResponse(
                    digest: nil, roots: [office.text(office.root)], placement: office.text(paper)))
        }
        #expect(try offer("lab", "placement-2", 5, minutesAgo: 90) == nil)
        // Others have gone, and it stands in another batch.
        #expect(try offer("production", "placement-1", 2, minutesAgo: 60) == nil)
        #expect(try tags(desk) == ["production"])
        let held = now.adding(seconds: -3600)
        #expect(
            try offer("lab", "placement-2", 5, minutesAgo: 90) == .outdated(held: held))
        #expect(try tags(desk) == ["production"])
        #expect(try offer("production", "placement-1", 2, minutesAgo: 60) == nil)
        #expect(try offer("branch", "placement-2", 6, minutesAgo: 30) == nil)
        #expect(try tags(desk) == ["branch"])
    }

    @Test func `policies of another name that were signed before do not come back either`() throws {
        let desk = desk()
        let root = office.text(office.root)
        func offer(_ hour: Int, _ scope: DocumentScope, minutesAgo: Int64) throws
            -> VerificationRefusal?
        {
            let paper = try office.sign(
                try SigningOffice.policies(from: hour), "policy", scope: scope,
                issuedAt: world.now.adding(seconds: -60 * minutesAgo))
            return desk.take(
                TrustResponse(digest: nil, roots: [root], policies: office.text(paper)))
        }
        let own = DocumentScope.tenant(SigningOffice.tenant)
        #expect(try offer(3, own, minutesAgo: 60) == nil)
        let held = world.now.adding(seconds: -3600)
        #expect(try offer(12, .allTenants, minutesAgo: 61) == .outdated(held: held))
        #expect(try offer(4, .allTenants, minutesAgo: 59) == nil)
    }

    @Test func `what is said after a move counts by its version, whatever the server's clock says`()
        throws
    {
        let desk = desk()
        let root = office.text(office.root)
        func offer(
            _ tag: String, _ version: Int, minutesAgo: Int64, of tenant: TenantID
        ) throws -> VerificationRefusal? {
            // A managed server names it by the endpoint, at whichever site that stands.
            let paper = try office.sign(
                placement(tag), Orders.endpoint.text, version: version, scope: .tenant(tenant),
                issuedAt: world.now.adding(seconds: -60 * minutesAgo))
            return desk.take(
                TrustResponse(digest: nil, roots: [root], placement: office.text(paper)))
        }
        #expect(try offer("berlin", 1, minutesAgo: 10, of: SigningOffice.tenant) == nil)
        #expect(try offer("hamburg", 2, minutesAgo: 60, of: SigningOffice.tenant) == nil)
        #expect(try tags(desk) == ["hamburg"])
        // An endpoint has one tenant for life: what is signed for another is none of its papers.
        #expect(try offer("munich", 3, minutesAgo: 5, of: Orders.identifier(78)) == .wrongTenant)
        #expect(try tags(desk) == ["hamburg"])
    }

    @Test func `what only former keys have signed stands in nobody's way`() throws {
        let managed = try SigningOffice(mode: .managed)
        let sealed = try SigningOffice(seed: 6, after: managed)
        let desk = desk(managed)
        let now = world.now
        let first = try managed.sign(placement("lab"), Orders.endpoint.text, issuedAt: now)
        #expect(
            desk.take(
                TrustResponse(
                    digest: nil, roots: [managed.text(managed.root)],
                    placement: managed.text(first))) == nil)
        // Operators made it before, and have signed it only now.
        let next = try sealed.sign(
            placement("production"), "placement-1", issuedAt: now.adding(seconds: -600))
        #expect(
            desk.take(
                TrustResponse(
                    digest: nil, roots: [sealed.text(sealed.root)], placement: sealed.text(next)))
                == nil)
        #expect(try tags(desk) == ["production"])
    }

    @Test(arguments: [SigningMode.sealed, .managed])
    func `where operators hold the keys only what needs a reboot gets one`(
        _ mode: SigningMode
    ) async throws {
        let office = try SigningOffice(mode: mode)
        let desk = desk(office)
        desk.use(ScanDesk(world))
        var set = try SigningOffice.policies(from: 12)
        set.policies[0].policy.reboot = RebootRule(mode: .ifNeeded)
        let policies = try office.sign(set, "policy")
        let refusal = desk.take(
            TrustResponse(
                digest: nil, roots: [office.text(office.root)], policies: office.text(policies)))
        #expect(refusal == nil)
        let terms = await desk.terms(for: Orders.order([]), at: world.now)
        #expect(terms?.rule.mode == .ifNeeded)
        #expect(terms?.mustBeNeeded == (mode == .sealed))
    }

    @Test func `an approval opens a reboot's windows for its own endpoint and updates only`()
        async throws
    {
        let desk = desk()
        desk.use(ScanDesk(world))
        var set = try SigningOffice.policies(from: 22)
        set.policies[0].policy.reboot = RebootRule(mode: .ifNeeded)
        let always = try #require(PolicyName("always"))
        let day = try #require(
            MaintenanceWindow(
                name: always.text, recurrence: .daily, from: .midnight, lengthSeconds: 25 * 3600))
        set.policies[0].policy.windows.append(day)
        set.policies[0].policy.lanes.emergency = LaneRoute(windows: [always])
        let policies = try office.sign(set, "policy")
        desk.take(
            TrustResponse(
                digest: nil, roots: [office.text(office.root)], policies: office.text(policies)))
        let line = Orders.update("labgood")
        func isOpen(_ updates: [LockedUpdate], _ grant: String) async -> Bool {
            var order = Orders.order(updates)
            order.grant = grant
            guard case .open = await desk.terms(for: order, at: world.now)?.opening else {
                return false
            }
            return true
        }
        let own = try office.grant([line], under: policies, lane: .emergency)
        let others = try office.grant(
            [line], under: policies, for: Orders.identifier(77), lane: .emergency)
        #expect(await isOpen([line], own))
        #expect(await !isOpen([line], others))
        #expect(await !isOpen([], own))
        #expect(await !isOpen([Orders.update("labmore")], own))
        #expect(await !isOpen([line], try office.grant([line], under: policies)))
    }

    @Test func `no more orders wait on an endpoint than anybody waits for`() async throws {
        let former = try office.sign(try SigningOffice.policies(from: 12), "policy")
        // Its approval holds, and was made under other policies: each order with it waits.
        let grant = try office.grant([Orders.update("labgood")], under: former)
        _ = try publish(try SigningOffice.policies(from: 13))
        let orders = (0..<JobWorker.mostWaiting + 20).map { number in
            var order = Orders.order(
                [Orders.update("labgood")], job: Orders.identifier(UInt64(1000 + number)))
            order.grant = grant
            return order
        }
        link.change { $0.orders = orders }
        let (link, folder) = (link, folder)
        let isFull = await live(hours: 1) {
            link.change { $0.waiting.count >= JobWorker.mostWaiting + 1 }
        }
        #expect(!isFull)
        #expect(link.change { $0.waiting.count } == JobWorker.mostWaiting)
        #expect(try folder.names(in: JobFolder.parent).count == JobWorker.mostWaiting)
        #expect(world.starts.isEmpty)
    }
}
