@testable import AgentCore
import AgentProtocol
import Fleet
import Health
import Logging
import Policy
import Rollout
import Synchronization
import Testing

/// People, programs and a power button that exist only in a test.
final class FakeMachine: Rebooting, Probing, RebootRules, ServiceRestarting {
    struct Content: Sendable {
        var sessions: [UserSession] = []
        /// Users whose terminals take nothing.
        var unreachable: Set<UInt32> = []
        var inhibitors: [String] = []
        var shown: [(user: UInt32, text: String, at: Timestamp)] = []
        var reboots: [Timestamp] = []
        var rebootFault: String?
        var signed: RebootTerms?
        /// What the signed policy says about services.
        var services: ServiceTerms?
        /// The services that systemd knows.
        var units: [ServiceUnit] = []
        /// Services that do not come back, or end soon after.
        var broken: Set<String> = []
        var shortLived: Set<String> = []
        var restarted: [String] = []
        /// What each probe answers; those that are not here pass.
        var failing: Set<String> = []
        /// What is read of each subject, one after another; the last stays.
        var readings: [HealthMeasure.Subject: [HealthReading]] = [:]
        /// For which times it was asked, in seconds, and when.
        var spans: [Int64] = []
        var readAt: [Timestamp] = []
        var boot = 1
        /// How far the clock on the wall is ahead of universal time, in seconds.
        var offset = 0
    }

    private let content = Mutex(Content())
    private let world: World

    init(_ world: World) {
        self.world = world
    }

    func change<Result: Sendable>(_ body: (inout sending Content) -> sending Result) -> Result {
        content.withLock { body(&$0) }
    }

    func sessions() async -> [UserSession] { change { $0.sessions } }

    func show(_ text: String, in session: UserSession) async -> Bool {
        let now = world.now
        return change { content in
            guard !content.unreachable.contains(session.user) else { return false }
            content.shown.append((session.user, text, now))
            return true
        }
    }

    func inhibitors() async -> [String] { change { $0.inhibitors } }

    func reboot() async -> String? {
        let now = world.now
        return change { content in
            if content.rebootFault == nil { content.reboots.append(now) }
            return content.rebootFault
        }
    }

    func ask(_ probe: HealthProbe) async -> ProbeResult {
        let isPassed = change { !$0.failing.contains(probe.text) }
        return ProbeResult(
            probe: probe.text, isPassed: isPassed,
            sentence: "\(probe.text) \(isPassed ? "passes" : "fails").")
    }

    func read(
        _ measure: HealthMeasure, since: Timestamp, until: Timestamp
    ) async -> HealthReading {
        let now = world.now
        return change { content in
            content.spans.append(until.seconds(since: since))
            content.readAt.append(now)
            guard let all = content.readings[measure.subject], let first = all.first else {
                return .value(0)
            }
            if all.count > 1 { content.readings[measure.subject] = Array(all.dropFirst()) }
            return first
        }
    }

    func run(_ script: SignedScript) async -> ProbeResult {
        let isPassed = change { !$0.failing.contains("script:\(script.name)") }
        return ProbeResult(
            probe: "script:\(script.name)", isPassed: isPassed,
            sentence: "Script \(script.name): \(script.interpreter) \(script.text)")
    }

    func describe(_ units: [String]) async -> [ServiceUnit] {
        change { content in
            content.units.filter { units.contains($0.name) }.map { unit in
                var unit = unit
                let ends = content.shortLived.union(content.broken).contains(unit.name)
                if ends, content.restarted.contains(unit.name) { unit.isActive = false }
                return unit
            }
        }
    }

    func restart(_ unit: String, within seconds: Int64) async -> String? {
        let isBroken = change { content in
            content.restarted.append(unit)
            return content.broken.contains(unit)
        }
        world.change { $0.restarts.removeAll { $0.unit == unit } }
        return isBroken ? "it did not run again within \(seconds) s" : nil
    }

    func terms(for order: JobOrder, at now: Timestamp) async -> RebootTerms? {
        change { $0.signed }
    }

    func services(for order: JobOrder, at now: Timestamp) async -> ServiceTerms? {
        change { $0.services }
    }

    var reboots: Int { change { $0.reboots.count } }
}

/// An agent's lives on one machine, from boot to boot.
struct Lives {
    let world: World
    let folder: CrashingFolder
    let link: FakeLink
    let machine: FakeMachine
    /// Whether a reboot ends the agent, as it does on a machine that comes down in time.
    var endsAtReboot = false

    init(_ behaviours: [String: World.Behaviour]) {
        world = World(behaviours)
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        machine = FakeMachine(world)
    }

    private var parts: AftercareParts {
        AftercareParts(
            bootId: "boot-\(machine.change { $0.boot })", rules: machine, rebooting: machine,
            probing: machine, services: machine
        ) { [machine] _ in machine.change { $0.offset } }
    }

    private func runner(_ parts: AftercareParts) -> JobRunner {
        JobRunner(
            endpoint: Orders.endpoint, desk: ScanDesk(world), installer: world, runs: world,
            state: folder, effects: effects, aftercare: parts)
    }

    private var effects: AgentEffects {
        var effects = world.effects
        guard endsAtReboot else { return effects }
        let (sleep, machine, before) = (effects.sleep, machine, machine.reboots)
        effects.sleep = { milliseconds in
            if machine.reboots > before { throw CancellationError() }
            try await sleep(milliseconds)
        }
        return effects
    }

    /// The desk of one life.
    func desk() -> RebootDesk {
        let parts = parts
        return RebootDesk(
            endpoint: Orders.endpoint, parts: parts, link: link, runner: runner(parts),
            presence: Bell(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Carries an order out up to its first result.
    func install(_ order: JobOrder) async throws -> JobResult {
        try JobFolder(order.job).append(
            [JournalEntry(at: world.now, .accepted(order))], in: folder)
        let job = JobRun(order, endpoint: Orders.endpoint)
        return try #require(try await runner(parts).carryOut(job, watch: JobWatch()).result)
    }

    /// Carries an order out up to its first result, through crashes of the agent.
    func installThroughCrashes(_ order: JobOrder) async throws -> JobResult {
        let job = JobFolder(order.job)
        try job.append([JournalEntry(at: world.now, .accepted(order))], in: folder)
        while true {
            do {
                guard case .intact(let entries) = try job.readJournal(in: folder),
                    let run = JobRun(replaying: entries, endpoint: Orders.endpoint)
                else { throw Workbench.NoResult() }
                return try #require(
                    try await runner(parts).carryOut(run, watch: JobWatch()).result)
            } catch let failure as StateFolderFailure where failure == CrashingFolder.crash {
                folder.revive()
            }
        }
    }

    /// Looks until the machine reboots, the desk has nothing left, or `steps` looks were taken.
    @discardableResult
    func look(_ desk: RebootDesk, steps: Int = 400) async throws -> Bool {
        let before = machine.reboots
        for _ in 0..<steps {
            do {
                guard let pause = try await look(once: desk) else { return false }
                if machine.reboots > before { return true }
                if pause > 0 { try await world.effects.sleep(pause) }
            } catch is CancellationError where machine.reboots > before {
                return true
            }
        }
        return machine.reboots > before
    }

    private func look(once desk: RebootDesk) async throws -> Int64? {
        try desk.load()
        return try await desk.step()
    }

    /// The machine comes up again; what asked for the reboot is gone unless it stays.
    func boot(clearing: Bool = true) {
        machine.change { $0.boot += 1 }
        world.change { content in
            content.now = content.now.adding(seconds: 40)
            if clearing { content.signals = [] }
        }
    }

    /// The results in the order's journal.
    func results(of order: JobOrder) throws -> [JobResult] {
        guard case .intact(let entries) = try JobFolder(order.job).readJournal(in: folder) else {
            return []
        }
        return entries.compactMap { entry in
            switch entry.event {
            case .finished(let result), .followedUp(let result): result
            default: nil
            }
        }
    }
}
