@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Readiness
import Rollout
import Synchronization
import Testing
import Trust

/// An endpoint that is not as the policy wants it waits, says for what, and begins once it is.
struct ReadinessTests {
    /// An endpoint whose surroundings a test changes.
    private final class Laptop: Safeguarding {
        let namesBackupCommands = false
        private let state = Mutex(Surroundings())

        func change(_ surroundings: Surroundings) { state.withLock { $0 = surroundings } }

        func lastBackup(at now: Timestamp) async -> BackupAnswer { .unknown("") }

        func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
            .notPossible("")
        }

        func surroundings(for rule: ReadinessRule) async -> Surroundings {
            state.withLock { $0 }
        }
    }

    let world = World(["labgood": .good])
    let folder: CrashingFolder
    let link: FakeLink
    let office: SigningOffice
    private let laptop = Laptop()
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let onBattery = Surroundings(power: Power(onMains: false, batteryPercent: 34))

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        office = try SigningOffice()
    }

    /// Has the control plane offer policies that want mains power, and an order that they approve.
    /// The window is open when the tests begin.
    private func order() throws {
        var set = try SigningOffice.policies(from: 10)
        set.policies[0].policy.before = Preconditions(ready: ReadinessRule(power: .mains))
        let policies = try office.sign(set, "policy")
        var order = Orders.order([Orders.update("labgood")], deadlineSeconds: 3 * 86_400)
        order.grant = try office.grant([Orders.update("labgood")], under: policies)
        let (root, text, ready) = (office.text(office.root), office.text(policies), order)
        link.change {
            $0.trust = TrustResponse(digest: "1", roots: [root], policies: text)
            $0.orders = [ready]
        }
    }

    @discardableResult
    private func run(hours: Int64, until isDone: () -> Bool = { false }) async -> Bool {
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: world, installer: world, runs: world, state: folder,
            trust: TrustDesk(
                endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
                fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
                effects: world.effects, logger: quiet),
            safeguards: laptop, effects: world.effects, logger: quiet)
        let end = world.now.adding(seconds: hours * 3_600)
        return await world.live(agent, until: end, isDone: isDone)
    }

    private var sentences: [String] {
        link.change { $0.progress.filter { $0.phase == .waitingForWindow }.map(\.sentence) }
    }

    @Test func `on battery it waits and says so, and installs once it is on mains`() async throws {
        try order()
        laptop.change(onBattery)
        await run(hours: 1)
        #expect(world.starts.isEmpty)
        #expect(link.change { $0.results.isEmpty }, "it waits, and is not refused")
        #expect(
            sentences.last
                == "Waits until the endpoint is as the policy wants it: it runs on battery (34%), and "
                + "must run on mains power.")
        laptop.change(Surroundings())
        let link = link
        #expect(await run(hours: 1, until: { link.change { !$0.results.isEmpty } }))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
    }

    @Test func `when its window closes meanwhile it waits for the next one`() async throws {
        try order()
        laptop.change(onBattery)
        await run(hours: 8)
        #expect(sentences.last?.contains("battery") == false, "\(sentences.last ?? "")")
        laptop.change(Surroundings())
        let before = world.starts.count
        await run(hours: 6)
        #expect(before == 0 && world.starts.isEmpty, "the window is closed until the morning")
        let world = world
        #expect(await run(hours: 20, until: { world.starts.count == 1 }))
    }

    @Test func `what takes an update back waits for nothing`() async throws {
        var update = Orders.update("labgood")
        update.goesBack = true
        var job = JobRun(Orders.order([update]), endpoint: Orders.endpoint)
        laptop.change(onBattery)
        try order()
        await run(hours: 1)
        let desk = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
            effects: world.effects, logger: quiet)
        let scans = ScanDesk(world)
        desk.use(scans)
        _ = try await scans.scan(refreshingSources: false)
        let runner = JobRunner(
            endpoint: Orders.endpoint, desk: scans, installer: world, runs: world, state: folder,
            effects: world.effects, aftercare: nil, gate: GrantGate(desk: desk, link: link),
            selfUpdates: nil, safeguards: laptop)
        #expect(await runner.unready(for: job) == nil)
        job = JobRun(Orders.order([Orders.update("labgood")]), endpoint: Orders.endpoint)
        #expect(await runner.unready(for: job) != nil)
    }

    @Test func `nothing is downloaded ahead over a metered connection`() async {
        let wanted = Preconditions(ready: ReadinessRule(network: .unmetered))
        laptop.change(Surroundings(isMetered: true))
        #expect(await laptop.keepsFromDownloading(wanted))
        #expect(await !laptop.keepsFromDownloading(Preconditions()))
        laptop.change(onBattery)
        #expect(await !laptop.keepsFromDownloading(wanted))
    }
}
