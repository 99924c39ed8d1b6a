import ControlPlane
import Logging
import ServiceLifecycle

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
                    if isDue() { try await useCases.tick() }
                } catch let failure as LedgerUnavailable {
                    // The next round tries again: nothing is lost while the database is away,
                    // deadlines only show later.
                    logger.warning("tick: \(failure.reason): \(failure.detail)")
                }
                try await Task.sleep(for: .seconds(UseCases.tickIntervalSeconds))
            }
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
