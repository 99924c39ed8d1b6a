import AcceptedRisks
import Emergencies
import Foresight
import Intelligence
import Administration
import ControlPlane
import Logging
import ServerRecords
import ServiceLifecycle
import Store
import Synchronization
import Triage
import VerdictFeeds

/// Does what comes once the server listens, and then waits; when the work says that this was all,
/// the group ends.
struct BeginService: Service {
    private let work: @Sendable () async throws -> Bool

    init(_ work: @escaping @Sendable () async throws -> Bool) {
        self.work = work
    }

    func run() async throws {
        let isAll = try await cancelWhenGracefulShutdown { try await work() }
        if !isAll { try? await gracefulShutdown() }
    }
}

/// Lets time pass for the use cases.
struct TickService: Service {
    let useCases: UseCases
    /// Whether it is this process's turn: of several on one database one does it.
    let isDue: @Sendable () -> Bool
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if isDue() {
                        try await useCases.tick()
                        try await useCases.steerAll()
                    }
                } catch let failure as LedgerUnavailable {
                    // The next round tries again: nothing is lost while the database is away,
                    // deadlines only show later.
                    logger.warning("tick: \(failure.reason): \(failure.detail)")
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    // One thing that cannot be done must not keep everything else waiting.
                    logger.error("tick: \(error)")
                }
                try await Task.sleep(for: .seconds(UseCases.tickIntervalSeconds))
            }
        }
    }
}

/// Looks for what comes to its end by itself and is to be told: emergency runs, accepted risks.
struct WatchService: Service {
    let useCases: UseCases
    /// Whether it is this process's turn: of several on one database one does it.
    let isDue: @Sendable () -> Bool
    let logger: Logger

    /// How long it waits between two looks, in seconds: an end is told within a minute, and a look
    /// costs some small questions for each tenant.
    private static let intervalSeconds: Int64 = 30

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await look { try await useCases.watchEmergencies() }
                try await look { try await useCases.watchExceptions() }
                try await look { try await useCases.watchTriages() }
                try await Task.sleep(for: .seconds(Self.intervalSeconds))
            }
        }
    }

    /// One part of a look: what goes wrong in it keeps no other part waiting.
    private func look(_ body: () async throws -> Void) async throws {
        do {
            if isDue() { try await body() }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The next look finds it again.
            logger.warning("watch: \(error)")
        }
    }
}

/// Asks for verdict feeds when their time has come, apart from the feeds of vulnerabilities: a slow
/// server of one must not hold up the other.
struct VerdictService: Service {
    let useCases: UseCases
    /// Whether it is this process's turn: of several on one database one does it.
    let isDue: @Sendable () -> Bool
    let logger: Logger

    /// How long it waits between two looks, in seconds: the shortest interval of a feed is ten times
    /// that, and a look costs one small question.
    private static let intervalSeconds: Int64 = 30

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await look { try await useCases.refreshDueVerdicts() }
                try await look { try await useCases.watchVerdictFeeds() }
                try await Task.sleep(for: .seconds(Self.intervalSeconds))
            }
        }
    }

    /// One part of a look: that feeds cannot be asked is the very time to tell of stale ones.
    private func look(_ body: () async throws -> Void) async throws {
        do {
            if isDue() { try await body() }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The next look tries again.
            logger.warning("verdicts: \(error)")
        }
    }
}

/// Each hour: notes how many findings there are, and removes what is over its time; each day the
/// software that nothing names any more.
struct PurgeService: Service {
    let useCases: UseCases
    let ledger: SQLLedger
    let retention: Retention
    let logger: Logger

    /// How long after the start the first purge comes, in seconds: the agents come first.
    private static let firstSeconds: Int64 = 60
    /// After how many purges the software is swept: once a day.
    private static let purgesPerSweep = 24

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await Task.sleep(for: .seconds(Self.firstSeconds))
            var count = 0
            while !Task.isCancelled {
                if ledger.holdsSchedule {
                    await noteExposure()
                    await purge(sweeping: count % Self.purgesPerSweep == 0)
                    count += 1
                }
                try await Task.sleep(for: .seconds(Retention.intervalSeconds))
            }
        }
    }

    /// Notes the day's figures of findings, each hour anew until the day is over, and tells of due
    /// dates that have passed or will be missed.
    private func noteExposure() async {
        let works: [(String, (UseCases) async throws -> Void)] = [
            ("exposure", { try await $0.noteExposure() }),
            ("due dates", { try await $0.alertOfDueDates() }),
            ("foresight", { try await $0.foresee() }),
        ]
        for (name, work) in works {
            do { try await work(useCases) } catch { logger.warning("\(name): \(error)") }
        }
    }

    private func purge(sweeping: Bool) async {
        do {
            try await useCases.renewSignatures()
            let counts = try await useCases.purge(retention, at: useCases.effects.now())
            if counts != PurgeCounts() {
                logger.info(
                    "Purged \(counts.historyLines) lines of history, \(counts.inventories) inventories, \(counts.jobLogs) job logs, \(counts.tokens) tokens, \(counts.plans) saved plans."
                )
            }
            guard sweeping else { return }
            let swept = try await ledger.sweep()
            if swept > 0 { logger.info("Forgot \(swept) pieces of software that nothing names.") }
        } catch let failure as LedgerUnavailable {
            // The next hour tries again: what is over its time stays a little longer.
            logger.warning("purge: \(failure.reason): \(failure.detail)")
        } catch {
            logger.debug("The purge was ended: \(error)")
        }
    }
}

/// Keeps the fleet's findings in this process: reads the fleet at the start, then each endpoint as
/// something happens to it.
struct FindingService: Service {
    let useCases: UseCases
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await useCases.keepFindings { error in
                logger.warning("findings: \(error)")
            }
        }
        // Signals close before this service is told to end; to end earlier would be a fault.
        try? await gracefulShutdown()
    }
}

/// Reads what is held of the feeds at the start, then asks for each when its time has come, and
/// raises an alert for what has not answered.
struct FeedService: Service {
    let useCases: UseCases
    /// Whether it is this process's turn: of several on one database one asks.
    let isDue: @Sendable () -> Bool
    let logger: Logger

    /// Whether what is held of the feeds is in memory.
    private final class Readiness: Sendable {
        private let state = Mutex(false)

        var isSo: Bool {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    func run() async throws {
        let readiness = Readiness()
        try? await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await follow(readiness) }
                group.addTask { try await settle(readiness) }
            }
        }
    }

    private func follow(_ readiness: Readiness) async throws {
        var isPrepared = false
        while !Task.isCancelled {
            if !isPrepared {
                isPrepared = await noting { try await useCases.prepareFeeds() }
                readiness.isSo = isPrepared
            }
            let version = useCases.signals.version(of: SignalSubject.feeds)
            if isDue() { await noting { try await useCases.refreshDueFeeds() } }
            if isDue() { await noting { try await useCases.watchFeeds() } }
            let isFollowed = await noting { try await useCases.followFeeds() }
            readiness.isSo = isPrepared && isFollowed
            try await waitForNews(since: version)
        }
    }

    /// Endpoints are judged beside the feeds' downloads, which can take minutes. What is not held of
    /// the feeds must not make an endpoint compliant.
    private func settle(_ readiness: Readiness) async throws {
        while !Task.isCancelled {
            let version = useCases.signals.version(of: SignalSubject.feeds)
            guard readiness.isSo else {
                try await Task.sleep(for: .seconds(1))
                continue
            }
            if isDue() { await noting { try await useCases.settleSupport() } }
            try await waitForNews(since: version)
        }
    }

    private func waitForNews(since version: UInt64) async throws {
        await useCases.signals.wait(
            for: SignalSubject.feeds, since: version,
            timeout: .seconds(UseCases.tickIntervalSeconds))
        // Nobody waits any more once the process is about to end.
        if useCases.signals.isClosed { try await Task.sleep(for: .seconds(1)) }
    }

    /// What goes wrong with a feed is noted with it; here is noted what went wrong besides, and the
    /// next round tries again.
    @discardableResult
    private func noting(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch is CancellationError {
            return false
        } catch {
            logger.warning("feeds: \(error)")
            return false
        }
    }
}

/// When the group is asked to end: lets go of those who wait for news, so that the server can
/// finish.
struct ClosingService: Service {
    let signals: Signals

    func run() async throws {
        try? await gracefulShutdown()
        signals.close()
    }
}
