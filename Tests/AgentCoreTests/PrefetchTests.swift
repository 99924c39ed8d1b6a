@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Synchronization
import TestSupport
import Testing
import Trust

/// Downloading ahead: what the endpoint's own signed policies let it do, whatever is wished.
struct PrefetchTests {
    let world = World(["labgood": .good, "labmore": .good])
    let folder: CrashingFolder
    let office: SigningOffice
    let store = FakeStore()
    let desk: ScanDesk
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = CrashingFolder(world: world)
        office = try SigningOffice()
        desk = ScanDesk(Missing(world: world, store: store))
    }

    private func trust(_ policies: PolicySet?) throws -> TrustDesk {
        let trust = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
            effects: world.effects, logger: quiet)
        trust.use(desk)
        var answer = TrustResponse(digest: "1", roots: [office.text(office.root)])
        answer.policies = try policies.map { office.text(try office.sign($0, "policy")) }
        #expect(trust.take(answer) == nil)
        return trust
    }

    /// A policy with one window around the clock of the test's day.
    private func policies(
        allowing kinds: Set<WindowKind> = WindowKind.all, from hour: Int = 0,
        otherwise: Approval = .prepareOnly, rules: [PolicyRule] = []
    ) throws -> PolicySet {
        let name = try #require(PolicyName("ahead"))
        let opens = try #require(LocalTime(hour: hour, minute: 0))
        let window = try #require(
            MaintenanceWindow(
                name: name.text, recurrence: .daily, from: opens, lengthSeconds: 4 * 3600,
                kinds: kinds))
        let policy = PatchPolicy(
            name: try #require(PolicyName("servers")), applies: .always,
            lanes: Lanes(routine: LaneRoute(windows: [name])), rules: rules,
            otherwise: Treatment(otherwise), windows: [window])
        return PolicySet([PlacedPolicy(policy, at: .tenant)], brake: .usual)
    }

    private func prefetches(_ trust: TrustDesk, isBusy: @escaping @Sendable () -> Bool = { false })
        -> PrefetchDesk
    {
        PrefetchDesk(
            PrefetchParts(link: store, tools: store), trust: trust, desk: desk, installer: world,
            state: folder, claim: nil, isBusy: isBusy, bell: Bell(), effects: world.effects,
            logger: quiet)
    }

    private func pass(seconds: Int64) {
        world.change { $0.now = $0.now.adding(seconds: seconds) }
    }

    /// The states that the newest scan tells, by package.
    private var told: [String: Prefetch.State] {
        var told: [String: Prefetch.State] = [:]
        for update in desk.latest?.posture.updates ?? [] {
            told[update.name] = update.prefetch?.state
        }
        return told
    }

    @Test func `what is wished is downloaded in a window, told with the scan, and left alone then`()
        async throws
    {
        store.change { $0.missing = ["labgood": "2.0", "labmore": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        let prefetches = prefetches(try trust(policies(from: 10)))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        #expect(store.change { $0.fetched } == ["labgood 2.0"])
        #expect(told == ["labgood": .downloaded])
        for _ in 1...30 {
            pass(seconds: 60)
            try await prefetches.step()
        }
        #expect(store.change { $0.fetched } == ["labgood 2.0"])
        #expect(store.change { $0.asked } == 2, "once for what was missing, once for the rest")
    }

    static let closed: [(Set<WindowKind>, Int)] = [
        (WindowKind.all, 22), ([.install, .detection, .reboot], 10), ([.prefetch], 22),
    ]

    @Test(arguments: closed)
    func `nothing is asked or downloaded outside of windows that allow it`(
        kinds: Set<WindowKind>, hour: Int
    ) async throws {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        let prefetches = prefetches(try trust(policies(allowing: kinds, from: hour)))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        #expect(store.change { $0.asked } == 0)
        #expect(store.change { $0.fetched } == [])
    }

    @Test func `without signed policies nothing is downloaded`() async throws {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        let prefetches = prefetches(try trust(nil))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        #expect(store.change { $0.asked } == 0)
    }

    @Test func `a control plane cannot wish for what the policy forbids or the scan does not show`()
        async throws
    {
        store.change { $0.missing = ["labgood": "2.0", "labmore": "2.0"] }
        store.change {
            $0.wishes = ["labgood": "2.0", "labmore": "6.6.6", "labevil": "1.0"]
        }
        let held = PolicyRule(
            when: try UpdateExpression(parsing: "package = labgood"), Treatment(.declined))
        let prefetches = prefetches(try trust(policies(from: 10, rules: [held])))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        #expect(store.change { $0.asked } == 1)
        #expect(store.change { $0.fetched } == [])
    }

    @Test func `a download that fails is told and tried again with pauses, five times at most`()
        async throws
    {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        store.change { $0.fails = true }
        let prefetches = prefetches(try trust(policies(from: 10)))
        // Each day has its window.
        for _ in 1...(6 * 24 * 12) {
            _ = desk.latest == nil ? try await desk.scan(refreshingSources: false) : nil
            try await prefetches.step()
            pass(seconds: 300)
        }
        #expect(store.change { $0.tries } == 5)
        #expect(told == ["labgood": .failed])
        let update = desk.latest?.posture.updates.first
        #expect(update?.prefetch?.sentence == "The source does not answer.")
    }

    @Test func `what is gone from the disk is not told any more, and is downloaded again`()
        async throws
    {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        let prefetches = prefetches(try trust(policies(from: 10)))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        store.change { $0.files = [] }
        _ = try await desk.scan(refreshingSources: false)
        #expect(told == [:])
        pass(seconds: PrefetchDesk.askSeconds)
        try await prefetches.step()
        #expect(store.change { $0.fetched } == ["labgood 2.0", "labgood 2.0"])
        #expect(told == ["labgood": .downloaded])
    }

    @Test func `a version that another one has replaced is removed from the store`() async throws {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        let prefetches = prefetches(try trust(policies(from: 10)))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        store.change { $0.missing = ["labgood": "3.0"] }
        store.change { $0.wishes = ["labgood": "3.0"] }
        _ = try await desk.scan(refreshingSources: false)
        #expect(told == [:])
        try await prefetches.step()
        #expect(store.change { $0.files } == ["labgood 3.0"])
        #expect(told == ["labgood": .downloaded])
    }

    @Test func `a job cuts a download off, and nothing is remembered of it`() async throws {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        store.change { $0.hangs = true }
        let store = store
        let prefetches = prefetches(
            try trust(policies(from: 10)), isBusy: { store.change { $0.tries > 0 } })
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        #expect(store.change { $0.wasCutOff })
        #expect(PrefetchMemory.read(folder).entries.isEmpty)
        #expect(told == [:])
    }

    @Test func `a download ends with its window, and goes on in the next one`() async throws {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        store.change { $0.hangs = true }
        let prefetches = prefetches(try trust(policies(from: 10)))
        _ = try await desk.scan(refreshingSources: false)
        try await prefetches.step()
        #expect(store.change { $0.wasCutOff })
        #expect(world.now.wholeSeconds.description == "2026-11-21T14:00:00Z")
        try await prefetches.step()
        #expect(store.change { $0.tries } == 1, "the window is closed")
        store.change { $0.hangs = false }
        pass(seconds: 21 * 3600)
        try await prefetches.step()
        #expect(told == ["labgood": .downloaded])
    }

    @Test func `a control plane that does not answer is left alone for a while`() async throws {
        store.change { $0.missing = ["labgood": "2.0"] }
        store.change { $0.wishes = ["labgood": "2.0"] }
        store.change { $0.isSilent = true }
        let prefetches = prefetches(try trust(policies(from: 10)))
        _ = try await desk.scan(refreshingSources: false)
        for _ in 1...60 {
            try? await prefetches.step()
            pass(seconds: 60)
        }
        #expect((3...6).contains(store.change { $0.asked }))
        store.change { $0.isSilent = false }
        pass(seconds: PrefetchDesk.pauseSeconds + PrefetchDesk.pauseSpreadSeconds)
        try await prefetches.step()
        #expect(told == ["labgood": .downloaded])
    }

    @Test func `after an opening an endpoint waits for its own place, soon and always the same`()
        async throws
    {
        store.change { $0.missing = ["labgood": "2.0"] }
        let trust = try trust(policies(from: 13))
        _ = try await desk.scan(refreshingSources: false)
        let opens = world.now.adding(seconds: 3600)
        let place = CheckInSchedule(Orders.endpoint).place(in: 600_000)
        let begins = Timestamp(milliseconds: opens.milliseconds + place)
        let before = Timestamp(milliseconds: begins.milliseconds - 1)
        #expect(place > 0)
        #expect(await trust.prefetchPermission(at: before).lanes == [])
        let permission = await trust.prefetchPermission(at: begins)
        #expect(permission.closes[.routine] == opens.adding(seconds: 4 * 3600))
    }
}

/// A scan that shows updates missing.
struct Missing: Scanning {
    let world: World
    let store: FakeStore

    func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        var scan = try await world.scan(refreshingSources: refreshingSources)
        scan.updates = store.change { $0.missing }.sorted { $0.key < $1.key }.map {
            Update(
                manager: .apt, name: $0.key, architecture: "amd64", installed: "1.0",
                candidate: $0.value, classes: [.security], origin: "lab",
                installability: .installable)
        }
        return scan
    }
}

/// A package tool's store, and a control plane that wishes for things to be in it.
final class FakeStore: Prefetching, PrefetchLink {
    struct Content: Sendable {
        var missing: [String: String] = [:]
        var wishes: [String: String] = [:]
        var files: Set<String> = []
        var fetched: [String] = []
        var asked = 0
        var tries = 0
        var fails = false
        var hangs = false
        var isSilent = false
        var wasCutOff = false
    }

    private let content = Mutex(Content())

    func change<Result: Sendable>(_ body: (inout sending Content) -> sending Result) -> Result {
        content.withLock { body(&$0) }
    }

    private static func name(_ update: LockedUpdate) -> String { "\(update.name) \(update.to)" }

    func prefetchList(
        _ request: PrefetchRequest
    ) async throws(LinkFailure) -> PrefetchResponse {
        if change({ content in
            content.asked += 1
            return content.isSilent
        }) {
            throw .unreachable("No answer.")
        }
        return change { content in
            return PrefetchResponse(
                wishes: content.wishes.sorted { $0.key < $1.key }.map {
                    PrefetchResponse.Wish(
                        update: LockedUpdate(
                            manager: .apt, name: $0.key, architecture: "amd64", from: "1.0",
                            to: $0.value), lane: "routine")
                })
        }
    }

    func prefetch(
        _ updates: [LockedUpdate], at bandwidth: Bandwidth?
    ) async -> [PrefetchResult] {
        let hangs = change { content in
            content.tries += 1
            return content.hangs
        }
        if hangs { await untilCancelled() }
        return change { content in
            content.wasCutOff = content.hangs
            return updates.map { update in
                guard !content.fails else {
                    return PrefetchResult(
                        update: update, state: .failed, sentence: "The source does not answer.")
                }
                content.files.insert(Self.name(update))
                content.fetched.append(Self.name(update))
                return PrefetchResult(update: update, state: .downloaded, sentence: "There.")
            }
        }
    }

    func isDownloaded(_ update: LockedUpdate) -> Bool {
        change { $0.files.contains(Self.name(update)) }
    }

    func discard(_ update: LockedUpdate) -> String? {
        _ = change { $0.files.remove(Self.name(update)) }
        return nil
    }
}
