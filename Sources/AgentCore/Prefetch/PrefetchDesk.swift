import AgentProtocol
import Fleet
import Logging
import Policy
import Rollout
import Synchronization
import Trust

/// Downloads updates ahead of their installation, in the windows of the endpoint's signed policies
/// that allow it.
///
/// What is worth it the control plane says; whether it is done the endpoint decides by what it has
/// signed: the window, holds, rules that forbid, and its own scan, which must show exactly that
/// version missing. A job or a reboot always comes first: a download under way is cut off for it,
/// and ends with its window.
final class PrefetchDesk: Sendable {
    /// How often there is a look whether something is to be done, in milliseconds.
    static let tickMilliseconds: Int64 = 60_000
    /// How long the answer to the same question holds, in seconds: an approval may have aged.
    static let askSeconds: Int64 = 3_600
    /// How long a control plane that did not answer is left alone at least, in seconds, and by how
    /// much more at most, so that a fleet does not come back at once.
    static let pauseSeconds: Int64 = 600
    static let pauseSpreadSeconds: Int64 = 600
    /// How often there is a look whether a job has come, in milliseconds.
    static let busyPollMilliseconds: Int64 = 1_000

    private let parts: PrefetchParts
    private let trust: TrustDesk
    private let desk: ScanDesk
    private let installer: any Installing
    private let state: any StateFolder
    private let claim: RunClaim?
    private let isBusy: @Sendable () -> Bool
    private let mustWait: @Sendable (Timestamp) async -> Bool
    private let bell: Bell
    private let effects: AgentEffects
    private let logger: Logger
    private let asked = Mutex<Question?>(nil)
    private let pause = Mutex<Pause?>(nil)

    /// How long nothing is asked after a question without an answer.
    private struct Pause: Hashable, Sendable {
        var since: Timestamp
        var seconds: Int64

        /// Not any more either when the clock was put back.
        func holds(at now: Timestamp) -> Bool {
            (0..<seconds).contains(now.seconds(since: since))
        }
    }

    /// What was asked last, and when.
    private struct Question: Hashable, Sendable {
        var policies: String?
        var lanes: Set<Lane>
        var open: [LockedUpdate]
        var at: Timestamp
    }

    init(
        _ parts: PrefetchParts, trust: TrustDesk, desk: ScanDesk, installer: any Installing,
        state: any StateFolder, claim: RunClaim?, isBusy: @escaping @Sendable () -> Bool,
        mustWait: @escaping @Sendable (Timestamp) async -> Bool = { _ in false },
        bell: Bell, effects: AgentEffects, logger: Logger
    ) {
        self.parts = parts
        self.trust = trust
        self.desk = desk
        self.installer = installer
        self.state = state
        self.claim = claim
        self.isBusy = isBusy
        self.mustWait = mustWait
        self.bell = bell
        self.effects = effects
        self.logger = logger
        let tools = parts.tools
        desk.mark { Self.marked($0, by: PrefetchMemory.read(state), tools) }
    }

    /// The updates of a scan, each with how it stands. What is gone from the disk is not downloaded
    /// any more.
    private static func marked(
        _ updates: [Update], by memory: PrefetchMemory, _ tools: any Prefetching
    ) -> [Update] {
        guard !memory.entries.isEmpty else { return updates }
        return updates.map { update in
            guard let entry = memory.entry(of: update),
                entry.prefetch.state != .downloaded || tools.isDownloaded(entry.update)
            else { return update }
            var marked = update
            marked.prefetch = entry.prefetch
            return marked
        }
    }

    /// Goes on until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await step()
            } catch let failure as LinkFailure {
                logger.debug("What to download ahead could not be asked: \(failure.sentence)")
            } catch {
                logger.error("\(error)")
            }
            try? await effects.sleep(Self.tickMilliseconds)
        }
    }

    /// Looks once, and downloads what is to be downloaded.
    func step() async throws {
        guard let record = desk.latest, !isBusy() else { return }
        let now = effects.now()
        guard pause.withLock({ $0?.holds(at: now) }) != true else { return }
        let memory = try tidied(allBut: record.posture.updates)
        let open = record.posture.updates.filter {
            $0.installability == .installable
                && memory.wants($0, isThere: parts.tools.isDownloaded, at: now)
        }
        guard !open.isEmpty else { return }
        guard await !(mustWait(now)) else { return }
        let permission = await trust.prefetchPermission(at: now)
        guard !permission.lanes.isEmpty else { return }
        let question = Question(
            policies: (try TrustFiles.load(from: state))?.policyDigest, lanes: permission.lanes,
            open: open.map { LockedUpdate($0) }, at: now)
        guard isNew(question) else { return }
        let answer = try await ask(at: now)
        asked.withLock { $0 = question }
        var wanted: [LockedUpdate] = []
        var ends: [Timestamp] = []
        for update in open {
            let lane = answer.wishes.lazy
                .filter { $0.update.key == update.key && $0.update.to == update.candidate }
                .compactMap { Lane(rawValue: $0.lane) }
                .first { permission.allows(update, lane: $0, at: now) }
            guard let lane, let closes = permission.closes[lane] else { continue }
            wanted.append(LockedUpdate(update))
            ends.append(closes)
        }
        // What goes on beyond the first end is asked for and downloaded anew.
        guard let end = ends.min() else { return }
        try await download(wanted, until: end)
    }

    private func ask(at now: Timestamp) async throws(LinkFailure) -> PrefetchResponse {
        do {
            let answer = try await parts.link.prefetchList(PrefetchRequest())
            pause.withLock { $0 = nil }
            return answer
        } catch {
            let more = Int64(Double(Self.pauseSpreadSeconds) * effects.chance())
            pause.withLock { $0 = Pause(since: now, seconds: Self.pauseSeconds + more) }
            throw error
        }
    }

    private func isNew(_ question: Question) -> Bool {
        asked.withLock { last in
            guard let last else { return true }
            return last.policies != question.policies || last.lanes != question.lanes
                || last.open != question.open
                || abs(question.at.seconds(since: last.at)) >= Self.askSeconds
        }
    }

    /// What is remembered, without what is not missing any more.
    private func tidied(
        allBut missing: [Update]
    ) throws(StateFolderFailure) -> PrefetchMemory {
        var memory = PrefetchMemory.read(state)
        let before = memory
        let replaced = memory.forget(allBut: missing)
        guard memory != before else { return memory }
        try memory.write(state)
        for update in replaced {
            guard let reason = parts.tools.discard(update) else { continue }
            logger.warning("What was downloaded ahead of an older version stays: \(reason)")
        }
        return memory
    }

    private func download(_ updates: [LockedUpdate], until end: Timestamp) async throws {
        if let claim, !claim.takeForRun() { return forgetQuestion() }
        defer { claim?.releaseRun() }
        var results: [PrefetchResult]
        switch await installer.preflight(updates, tolerating: []) {
        case .locked: return forgetQuestion()
        case .needsRepair(let reason):
            results = Self.failed(updates, "The package database must be mended first: \(reason)")
        case .blocked(_, let sentence): results = Self.failed(updates, sentence)
        case .ready(let install, let settled):
            results = settled.map {
                PrefetchResult(update: $0.update, state: .failed, sentence: $0.sentence)
            }
            guard !install.isEmpty else { break }
            let words = install.prefix(5).map { "\($0.name) \($0.to)" }.joined(separator: ", ")
            logger.info("Downloads \(install.count) updates ahead: \(words).")
            guard let fetched = await fetch(install, until: end) else {
                logger.info("The download was cut off.")
                return forgetQuestion()
            }
            results += fetched
        }
        try Task.checkCancellation()
        for result in results where result.state != .downloaded {
            logger.warning("\(result.update.name) was not downloaded ahead: \(result.sentence)")
        }
        var memory = PrefetchMemory.read(state)
        memory.take(results, at: effects.now())
        try memory.write(state)
        // A fresh look: what has been downloaded can also be asked for its changelog.
        _ = try? await desk.scan(refreshingSources: false)
        bell.ring()
    }

    /// What could not be tried now is asked for again.
    private func forgetQuestion() { asked.withLock { $0 = nil } }

    private static func failed(
        _ updates: [LockedUpdate], _ sentence: String
    ) -> [PrefetchResult] {
        updates.map { PrefetchResult(update: $0, state: .failed, sentence: sentence) }
    }

    /// Downloads; `nil` when it was cut off, because a job or a reboot came in between or the
    /// window closed.
    private func fetch(
        _ updates: [LockedUpdate], until end: Timestamp
    ) async -> [PrefetchResult]? {
        let bandwidth = await trust.bandwidth(at: effects.now())
        return await withTaskGroup(of: [PrefetchResult]?.self) { group in
            group.addTask { [parts] in await parts.tools.prefetch(updates, at: bandwidth) }
            group.addTask { [isBusy, effects] in
                while !Task.isCancelled, !isBusy(), effects.now() < end {
                    try? await effects.sleep(Self.busyPollMilliseconds)
                }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
