@testable import AgentCore
import AgentProtocol
import Fleet
import Logging
import Rollout
import Testing

/// The agent as a whole, with a control plane, an endpoint and a clock that exist only here.
struct LoopTests {
    let world = World(["labgood": .good])
    let folder: CrashingFolder
    let link: FakeLink

    init() {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
    }

    private var agent: AgentLoop {
        AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: true),
            link: link,
            scanner: world, installer: world, runs: world, state: folder, effects: world.effects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs the agent until `isDone`, or until the clock has gone a day further.
    private func run(until isDone: () -> Bool) async -> Bool {
        let end = world.now.adding(seconds: 86_400)
        let agent = agent
        return await world.live(agent, until: end, isDone: isDone)
    }

    @Test func `an order is carried out, reported once, and its scan is uploaded`() async throws {
        link.change { $0.orders = [Orders.order(of: "labgood")] }
        let link = link
        #expect(
            await run {
                link.change { !$0.results.isEmpty && $0.uploads.count > 1 && $0.orders.isEmpty }
            })
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
        #expect(world.starts.count == 1)
        let phases = link.change { Set($0.progress.map(\.phase)) }
        #expect(!phases.isEmpty)
    }

    @Test
    func
        `a result is sent until it arrives, and the same order again brings only the result again`()
        async throws
    {
        let order = Orders.order(of: "labgood")
        link.change {
            $0.orders = [order]
            $0.resultFailures = [
                .unreachable("cut"), .busy(retryAfterSeconds: 30),
                .refused(status: 500, Self.problem),
            ]
        }
        let link = link
        #expect(await run { link.change { $0.results.count == 1 } })
        // The server lost what it had, as after a restored backup.
        link.change { $0.orders = [order] }
        #expect(await run { link.change { $0.results.count == 2 } })
        #expect(link.change { $0.results[0] == $0.results[1] })
        #expect(world.starts.count == 1)
    }

    @Test func `a result that is refused for good is not sent for ever`() async throws {
        link.change {
            $0.orders = [Orders.order(of: "labgood")]
            $0.resultFailures = [.refused(status: 409, Self.problem)]
        }
        let folder = folder
        let path = JobFolder(Orders.job).journal
        #expect(
            await run {
                String(decoding: folder.files[path] ?? [], as: UTF8.self).contains("E_JOB_STATE")
            })
    }

    @Test func `an agent that starts finds its unfinished job before it asks for another`()
        async throws
    {
        let order = Orders.order(of: "labgood")
        try JobFolder(order.job).append([JournalEntry(at: world.now, .accepted(order))], in: folder)
        let link = link
        #expect(await run { link.change { $0.results.count == 1 } })
        #expect(world.starts.count == 1)
    }

    @Test
    func `an unreadable journal is put aside, its job told as failed, and the others go on`()
        async throws
    {
        let order = Orders.order(of: "labgood")
        let journal = JobFolder(order.job).journal
        try JobFolder(order.job).append(
            [
                JournalEntry(at: world.now, .accepted(order)),
                JournalEntry(at: world.now, .checked(settled: [], signals: [])),
            ], in: folder)
        folder.spoil(journal)
        let link = link
        // The control plane names the job again, as it does with all that have no result.
        link.change { $0.orders = [order, Orders.order([], job: Orders.identifier(9))] }
        #expect(await run { link.change { $0.results.count == 2 } })
        let outcome = try #require(link.change { $0.results.first?.outcomes.first })
        #expect(outcome.state == .failed)
        #expect(outcome.failure == .journalUnreadable)
        #expect(outcome.sentence.contains("journal was lost or damaged"))
        #expect(link.change { $0.results[0].notes.contains { $0.contains("put aside") } })
        #expect(folder.files["\(journal).damaged"] != nil)
        #expect(world.starts.isEmpty)
    }

    @Test func `an unreadable journal of which nobody asks does not stop new work`() async throws {
        let lost = JobFolder(Orders.identifier(8))
        folder.put(Array("{}\n".utf8), at: lost.journal)
        folder.spoil(lost.journal)
        link.change { $0.orders = [Orders.order(of: "labgood")] }
        let link = link
        #expect(await run { link.change { $0.results.count == 1 } })
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
    }

    @Test
    func
        `the whole inventory goes up once, then a delta, and the whole again when the base is lost`()
        async throws
    {
        for number in 0..<40 { world.change { $0.installed[World.key("lab\(number)")] = "1.0" } }
        let (link, world) = (link, world)
        #expect(await run { link.change { $0.known != nil } })
        #expect(link.change { $0.inventories.count } == 1)

        link.change { $0.uploads = [] }
        world.change { $0.installed[World.key("lab7")] = "2.0" }
        #expect(
            await run {
                link.change { $0.known == $0.uploads.last?.inventoryDigest && !$0.uploads.isEmpty }
            })
    }

    @Test func `while the server cannot be reached the agent waits longer and longer`() async throws
    {
        link.change { $0.failures = Array(repeating: .unreachable("cut"), count: 40) }
        let link = link
        #expect(await run { link.change { $0.known != nil } })
        // 40 failures shared by check-ins and polls: with waits that double, far more than a
        // minute.
        #expect(world.now.seconds(since: Orders.start) > 60)
    }

    @Test
    func `a person's wish for a scan is granted, and one without end does not make the agent spin`()
        async throws
    {
        link.change { $0.scanNow = true }
        let (link, world) = (link, world)
        #expect(await run { world.now.seconds(since: Orders.start) > 3000 })
        let scans = world.change { $0.scans }
        // Told again and again before the scan begins, it is one wish: the next is not put off for it.
        #expect(scans >= 3000 / Int(Presence.shortestWishedScanInterval) / 3)
        #expect(scans <= 3000 / Int(Presence.shortestWishedScanInterval) + 4)
        #expect(link.change { $0.wishesTold } > scans, "it is told again before each scan")
    }

    @Test(arguments: [0, 20_000, 90_000] as [Int64])
    func `one wish is one scan, however long that takes and however often the wish is told`(
        milliseconds: Int64
    ) async throws {
        let (link, world) = (link, world)
        world.change { $0.scanMilliseconds = milliseconds }
        link.change { $0.scanInterval = 86_400 }
        // The looks that follow a start are over then.
        let asked = Orders.start.adding(seconds: 1800)
        #expect(
            await run {
                let now = world.now
                if now >= asked { link.change { $0.scanRequestedAt = $0.scanRequestedAt ?? now } }
                return now >= asked.adding(seconds: 3600)
            })
        #expect(link.change { $0.wishesTold } >= 1)
        #expect(world.change { $0.scansTaken.count { $0 >= asked } } == 1)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func `an interval out of range is not obeyed`(_ seconds: Int64) {
        let schedule = CheckInSchedule(Orders.endpoint)
        let next = schedule.next(after: Orders.start, intervalSeconds: seconds)
        let wait = next.seconds(since: Orders.start)
        #expect((1...(CheckInSchedule.longestInterval * 5 / 4)).contains(wait))
    }

    private static let problem = ProblemBody(
        code: "E_JOB_STATE", message: "No.", nextStep: "Drop it.")
}

/// Small decisions of the loop.
struct LoopDecisionTests {
    @Test func `endpoints spread over the interval and keep their phase`() {
        let interval: Int64 = 120
        var phases: Set<Int64> = []
        for seed in 0..<200 as Range<UInt64> {
            let schedule = CheckInSchedule(Orders.identifier(seed))
            let first = schedule.next(after: Orders.start, intervalSeconds: interval)
            let second = schedule.next(after: first, intervalSeconds: interval)
            #expect(second.milliseconds - first.milliseconds == interval * 1000)
            phases.insert(first.milliseconds / 1000 % interval)
        }
        #expect(phases.count > 70)
    }

    @Test func `the back-off doubles up to its bound and never spins`() {
        var backOff = BackOff(first: 1000, longest: 8000)
        #expect(
            (0..<6).map { _ in backOff.next(chance: 1) } == [1000, 2000, 4000, 8000, 8000, 8000])
        #expect(backOff.next(chance: 0) == BackOff.shortest)
        for _ in 0..<100 { _ = backOff.next(chance: 1) }
        #expect(backOff.next(chance: 1) == 8000)
    }

    @Test(arguments: [Int64.min, 0, 30, Int64.max])
    func `a Retry-After is bounded`(_ seconds: Int64) {
        var backOff = BackOff.link
        let pause = LinkFailure.busy(retryAfterSeconds: seconds).pause(&backOff, chance: 1)
        #expect((1000...4_500_000).contains(pause))
    }

    @Test func `a piece of the log never ends inside a character`() {
        let text = Array("Größe €".utf8)
        for length in 2...text.count {
            let piece = JobReporter.wholeCharacters(Array(text.prefix(length)))
            #expect(String(validating: piece, as: UTF8.self) != nil, "\(length)")
        }
        #expect(JobReporter.wholeCharacters([0xC3]).count == 1)
    }
}
