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
/// version missing. A job always comes first: a download under way is cut off for it.
final class PrefetchDesk: Sendable {
    /// How often there is a look whether something is to be done, in milliseconds.
    static let tickMilliseconds: Int64 = 60_000
    /// How long the answer to the same question holds, in seconds: an approval may have aged.
    static let askSeconds: Int64 = 3_600
    /// How often there is a look whether a job has come, in milliseconds.
    static let busyPollMilliseconds: Int64 = 1_000

    private let parts: PrefetchParts
    private let trust: TrustDesk
    private let desk: ScanDesk
    private let installer: any Installing
    private let state: any StateFolder
    private let claim: RunClaim?
    private let isBusy: @Sendable () -> Bool
    private let bell: Bell
    private let effects: AgentEffects
    private let logger: Logger
    private let asked = Mutex<Question?>(nil)

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
        bell: Bell, effects: AgentEffects, logger: Logger
    ) {
        self.parts = parts
        self.trust = trust
        self.desk = desk
        self.installer = installer
        self.state = state
        self.claim = claim
        self.isBusy = isBusy
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
        let memory = try tidied(allBut: record.posture.updates)
        let open = record.posture.updates.filter {
            $0.installability == .installable
                && memory.wants($0, isThere: parts.tools.isDownloaded, at: now)
        }
        guard !open.isEmpty else { return }
        let permission = await trust.prefetchPermission(at: now)
        guard !permission.lanes.isEmpty else { return }
        let question = Question(
            policies: (try TrustFiles.load(from: state))?.policyDigest, lanes: permission.lanes,
            open: open.map { LockedUpdate($0) }, at: now)
        guard isNew(question) else { return }
        let answer = try await parts.link.prefetchList(PrefetchRequest())
        asked.withLock { $0 = question }
        let wanted = open.filter { update in
            answer.wishes.contains { wish in
                wish.update.key == update.key && wish.update.to == update.candidate
                    && Lane(rawValue: wish.lane).map {
                        permission.allows(update, lane: $0, at: now)
                    } ?? false
            }
        }
        guard !wanted.isEmpty else { return }
        try await download(wanted.map { LockedUpdate($0) })
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
        for update in replaced { parts.tools.discard(update) }
        return memory
    }

    private func download(_ updates: [LockedUpdate]) async throws {
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
            guard let fetched = await fetchUnlessBusy(install) else { return forgetQuestion() }
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

    /// Downloads; `nil` when a job came in between, for which the download was cut off.
    private func fetchUnlessBusy(_ updates: [LockedUpdate]) async -> [PrefetchResult]? {
        await withTaskGroup(of: [PrefetchResult]?.self) { group in
            group.addTask { [parts] in await parts.tools.prefetch(updates) }
            group.addTask { [isBusy, effects] in
                while !Task.isCancelled, !isBusy() {
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
