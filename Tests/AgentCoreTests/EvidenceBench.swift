@testable import AgentCore
@testable import AgentEvidence
import AgentProtocol
import Fleet
import Forensics
import Logging
import Rollout
import Synchronization
import Trust

/// Takes evidence that exists only in a test, and receives it.
final class FakeEvidence: EvidenceCapturing, EvidenceLink {
    struct Content: Sendable {
        var sections = [
            EvidenceSection(.processes, lines: ["pid=1 name=init"]),
            EvidenceSection(.executables, lines: ["sha256=aa pids=1 path=/sbin/init"]),
            EvidenceSection(.connections, lines: []),
        ]
        /// When each capture was made, and what had been started by then.
        var takenAt: [Timestamp] = []
        var startedBefore: [Int] = []
        /// What came, in order.
        var received: [[UInt8]] = []
        var failures: [LinkFailure] = []
        /// Whether receipts name another digest.
        var lies = false
    }

    private let content = Mutex(Content())
    private let world: World

    init(_ world: World) { self.world = world }

    func change<Result: Sendable>(_ body: (inout sending Content) -> sending Result) -> Result {
        content.withLock { body(&$0) }
    }

    var captures: Int { change { $0.takenAt.count } }
    var received: [[UInt8]] { change { $0.received } }

    func sections(until deadline: Timestamp) async -> [EvidenceSection] {
        let (now, starts) = (world.now, world.starts.count)
        return change { content in
            content.takenAt.append(now)
            content.startedBefore.append(starts)
            return content.sections
        }
    }

    func send(evidence bytes: [UInt8]) async throws(LinkFailure) -> EvidenceReceipt {
        let failure: LinkFailure? = change {
            $0.failures.isEmpty ? nil : $0.failures.removeFirst()
        }
        if let failure { throw failure }
        guard let bundle = AgentJSON.decode(EvidenceBundle.self, from: bytes) else {
            throw LinkFailure.malformed("no bundle")
        }
        return change { content in
            content.received.append(bytes)
            return EvidenceReceipt(
                id: bundle.id, sha256: content.lies ? "00" : Digest.sha256Hex(bytes),
                bytes: bytes.count)
        }
    }
}

/// A state folder on whose disk there is no room for evidence.
struct FullFolder: StateFolder {
    let inner: CrashingFolder

    func read(_ path: String, limit: Int) throws(StateFolderFailure) -> [UInt8]? {
        try inner.read(path, limit: limit)
    }

    func size(of path: String) throws(StateFolderFailure) -> Int64 { try inner.size(of: path) }

    func read(_ path: String, from offset: Int64, length: Int) throws(StateFolderFailure) -> [UInt8]
    {
        try inner.read(path, from: offset, length: length)
    }

    func replace(_ path: String, with bytes: [UInt8]) throws(StateFolderFailure) {
        if path.hasPrefix("evidence/") {
            throw StateFolderFailure(
                code: "E_STATE_NO_SPACE", message: "No space left on device.", nextStep: "")
        }
        try inner.replace(path, with: bytes)
    }

    func rename(_ path: String, to newPath: String) throws(StateFolderFailure) {
        try inner.rename(path, to: newPath)
    }

    func append(_ bytes: [UInt8], to path: String) throws(StateFolderFailure) {
        try inner.append(bytes, to: path)
    }

    func names(in path: String) throws(StateFolderFailure) -> [String] { try inner.names(in: path) }

    func remove(_ path: String) throws(StateFolderFailure) { try inner.remove(path) }
}

/// Carries jobs out on an endpoint that takes evidence.
struct EvidenceBench {
    let world: World
    let folder: CrashingFolder
    let machine: FakeEvidence
    let isFull: Bool

    init(_ behaviours: [String: World.Behaviour] = ["labgood": .good], isFull: Bool = false) {
        world = World(behaviours)
        folder = CrashingFolder(world: world)
        machine = FakeEvidence(world)
        self.isFull = isFull
    }

    private var state: any StateFolder { isFull ? FullFolder(inner: folder) : folder }

    var desk: EvidenceDesk {
        EvidenceDesk(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "1.2", bootId: "boot-1", refreshesSources: false),
            capturing: machine, link: machine, state: state, effects: world.effects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// An order that demands evidence from after a clock's start.
    static func order(
        hoursAgo: Int64 = 5, updates: [LockedUpdate] = [Orders.update("labgood")]
    ) -> JobOrder {
        var order = Orders.order(updates)
        order.evidence = EvidenceDemand(
            vulnerabilities: ["CVE-2026-1000"],
            since: Orders.start.adding(seconds: -3600 * hoursAgo))
        return order
    }

    /// Takes the job up where its journal ends, through crashes, to its result.
    func finish(_ order: JobOrder, desk: EvidenceDesk? = nil) async throws -> JobResult {
        let place = JobFolder(order.job)
        for _ in 1...Workbench.lives {
            do {
                var job = JobRun(order, endpoint: Orders.endpoint)
                if case .intact(let entries) = try place.readJournal(in: folder),
                    let known = JobRun(replaying: entries, endpoint: Orders.endpoint)
                {
                    job = known
                } else {
                    try place.append([JournalEntry(at: world.now, .accepted(order))], in: folder)
                }
                let runner = JobRunner(
                    endpoint: Orders.endpoint, desk: ScanDesk(world), installer: world, runs: world,
                    state: folder, effects: world.effects, aftercare: nil, gate: nil,
                    selfUpdates: nil, safeguards: nil, evidence: desk ?? self.desk)
                job = try await runner.carryOut(job, watch: JobWatch())
                if case .finished(let result) = job.stage { return result }
            } catch let failure as StateFolderFailure where failure == CrashingFolder.crash {
                folder.revive()
            }
        }
        throw Workbench.NoResult()
    }

    /// Lets a desk work between jobs.
    func live(
        _ desk: EvidenceDesk, seconds: Int64, isBusy: Bool = false, until isDone: () -> Bool
    ) async {
        let end = world.now.adding(seconds: seconds)
        let task = Task { await desk.run(nil) { isBusy } }
        while !isDone(), world.now < end { await Task.yield() }
        task.cancel()
        await task.value
    }

    /// The kinds of the lines of a job's journal, of those that matter here.
    func steps(of order: JobOrder) throws -> [String] {
        guard case .intact(let entries) = try JobFolder(order.job).readJournal(in: folder) else {
            return []
        }
        return entries.compactMap {
            switch $0.event {
            case .tookEvidence: "evidence"
            case .keptWaysBack: "ways back"
            case .runPlanned(_, let plan, _): plan.kind == .install ? "install" : "repair"
            default: nil
            }
        }
    }
}
