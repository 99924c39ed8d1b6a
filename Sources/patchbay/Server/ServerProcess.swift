import Administration
import CommandBasics
import ControlPlane
import Dashboard
import Feeds
import Fleet
import Foundation
import HTTPAPI
import Logging
import NIOCore
import ServerRecords
import ServiceLifecycle
import Store
import Synchronization
import Trust
import UnixSignals

/// A control plane in this process: the home folder, the database, the use cases and the server
/// over them.
final class ServerProcess: Sendable {
    let home: Home
    let listen: ListenAddress
    let useCases: UseCases
    private let ledger: SQLLedger
    private let lock: HomeLock
    private let names: [String]
    private let retention: Retention
    private let furtherRoutes: [Route]
    private let trustRoot: [UInt8]?
    private let port: Mutex<Int>
    private let fetcher: FeedFetcher
    private let logger: Logger

    /// Prepares everything; nothing listens yet.
    ///
    /// - Parameters:
    ///   - home: the home folder; it is made when it is not there.
    ///   - listen: where the server will listen.
    ///   - names: the names and addresses that the server is reached by, the best first.
    ///   - database: the database's address; `nil` for the usual place.
    ///   - retention: for how long what is kept.
    ///   - furtherRoutes: routes besides the interface's and the dashboard's.
    ///   - trustRoot: a trust root of operators, to be taken before agents are served.
    ///   - logger: takes what the server has to say.
    /// - Throws: `Failure`, `TrustError` or `LedgerUnavailable`, each with what to do.
    init(
        home: Home, listen: ListenAddress, names: [String], database: String?,
        retention: Retention = Retention(), furtherRoutes: [Route] = [],
        trustRoot: [UInt8]? = nil, logger: Logger
    ) throws {
        try home.make()
        lock = try HomeLock(home)
        let location = try home.databaseLocation(database)
        try Self.requireDatabase(of: home, location)
        let keys = try KeyStore(home: home).loadOrMake(names: names + listen.names)
        ledger = try SQLLedger.open(location)
        let signals = Signals()
        fetcher = FeedFetcher(userAgent: "patchbay/\(Patchbay.versionNumber)")
        try ledger.listen { subjects in for subject in subjects { signals.notify(subject) } }
        useCases = UseCases(
            ledger: ledger, effects: ServerZones.effects, keys: keys, signals: signals,
            shelf: FeedFolder(home.feeds, fetcher: fetcher),
            verdictSource: VerdictFetcher(home.feeds, fetcher: fetcher),
            signingKeys: { try SigningKeyStore(home: home).loadAll() })
        self.home = home
        self.listen = listen
        self.names = names
        self.retention = retention
        self.furtherRoutes = furtherRoutes
        self.trustRoot = trustRoot
        self.logger = logger
        port = Mutex(listen.port)
    }

    /// An installation whose database is gone is not quietly begun anew: its keys are known to
    /// endpoints that the new database would not know.
    private static func requireDatabase(of home: Home, _ location: DatabaseLocation) throws {
        guard case .sqliteFile(let path) = location, path == home.database.path, home.exists,
            !FileManager.default.fileExists(atPath: path)
        else { return }
        throw Failure(
            .couldNot, "There are keys in \(home.folder.path), and no database.",
            nextStep: "Restore a backup, name the database with --database, "
                + "or remove the folder to begin anew.",
            code: "E_DATABASE_MISSING")
    }

    /// The address for this machine's own browser, command line and agent.
    var localAddress: String {
        let host =
            switch listen.address {
            case "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            default: listen.address
            }
        return "https://\(host.contains(":") ? "[\(host)]" : host):\(port.withLock { $0 })"
    }

    /// The addresses that agents on other machines reach the server by.
    var addresses: [String] {
        if listen.isLocal { return [localAddress] }
        let port = port.withLock { $0 }
        return names.prefix(EnrolmentTokenText.addressCountLimit).map { name in
            "https://\(name.contains(":") ? "[\(name)]" : name):\(port)"
        }
    }

    /// What runs as long as the server does.
    private var standing: [ServiceGroupConfiguration.ServiceConfiguration] {
        [
            .init(
                service: TickService(
                    useCases: useCases, isDue: { [ledger] in ledger.holdsSchedule },
                    logger: logger)),
            .init(
                service: WatchService(
                    useCases: useCases, isDue: { [ledger] in ledger.holdsSchedule },
                    logger: logger)),
            .init(
                service: PurgeService(
                    useCases: useCases, ledger: ledger, retention: retention,
                    logger: logger)),
            .init(service: FindingService(useCases: useCases, logger: logger)),
            .init(
                service: FeedService(
                    useCases: useCases, isDue: { [ledger] in ledger.holdsSchedule },
                    logger: logger)),
            .init(
                service: VerdictService(
                    useCases: useCases, isDue: { [ledger] in ledger.holdsSchedule },
                    logger: logger)),
            .init(
                service: NoticeService(
                    useCases: useCases, isDue: { [ledger] in ledger.holdsSchedule },
                    logger: logger)),
        ]
    }

    /// Serves until SIGTERM or SIGINT, or until `work` is done.
    ///
    /// - Parameters:
    ///   - services: what runs beside the server, and ends before it.
    ///   - work: is called once the server listens; when it returns `true`, the server ends.
    /// - Throws: `Failure` when it cannot listen; what `work` throws.
    func run(
        services: [any Service] = [], _ work: @escaping @Sendable () async throws -> Bool
    ) async throws {
        try await prepareTrust()
        let (listening, bell) = AsyncStream.makeStream(of: Int.self)
        let server = try PatchbayServer(
            useCases: useCases,
            configuration: .init(
                listenAddress: listen.address, port: listen.port,
                addresses: { [weak self] in self?.addresses ?? [] },
                pages: Dashboard.routes + furtherRoutes, refusalPage: Dashboard.refusalPage),
            logger: logger)
        let application = try server.application { port in
            bell.yield(port)
            bell.finish()
        }
        let begin = BeginService { [self] in
            var iterator = listening.makeAsyncIterator()
            // Without a port the server could not listen: its own error tells why.
            guard let port = await iterator.next() else { throw CancellationError() }
            self.port.withLock { $0 = port }
            try ServerNote(
                address: localAddress, pid: ProcessInfo.processInfo.processIdentifier,
                startedAt: SystemEffects.now()
            ).write(to: home)
            return try await work()
        }
        // They are ended from the last to the first: long polls are let go before the server is
        // asked to finish what it has begun.
        var all = [ServiceGroupConfiguration.ServiceConfiguration(service: application)] + standing
        all += services.map { .init(service: $0) }
        all.append(
            .init(
                service: begin, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup))
        all.append(.init(service: ClosingService(signals: useCases.signals)))
        let group = ServiceGroup(
            configuration: .init(
                services: all, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError {
            await close()
            throw Self.failure(error, listen)
        } catch {
            await close()
            throw error
        }
        await close()
    }

    /// The trust root of a new installation: that of the operators when one is given, else one of
    /// the server's own keys. Agents meet nothing half made.
    private func prepareTrust() async throws {
        let store = SigningKeyStore(home: home)
        if let trustRoot {
            let status = try await useCases.adopt(root: trustRoot, by: "local:administrator")
            if status.mode == .sealed { try store.remove() }
        }
        var keys = try store.load()
        if keys.isEmpty, try await !useCases.hasTrustRoot() { keys = try store.make() }
        try await useCases.establishTrust(with: keys)
    }

    private func close() async {
        ServerNote.remove(from: home)
        await fetcher.close()
        await ledger.close()
    }

    private static func failure(_ error: IOError, _ listen: ListenAddress) -> Failure {
        let place = "\(listen.address), port \(listen.port)"
        switch error.errnoCode {
        case EADDRINUSE:
            return Failure(
                .couldNot, "Another program listens on \(place).",
                nextStep: "Stop it, or choose another port.", code: "E_PORT_BUSY")
        case EACCES:
            return Failure(
                .couldNot, "This user may not listen on \(place).",
                nextStep: "Choose a port above 1023, or run as root.", code: "E_PORT_DENIED")
        case EADDRNOTAVAIL:
            return Failure(
                .couldNot, "This machine does not have the address \(listen.address).",
                nextStep: "Choose one of its own, or 0.0.0.0 for all.", code: "E_ADDRESS")
        default:
            return Failure(
                .couldNot,
                "The server cannot listen on \(place): \(String(cString: strerror(error.errnoCode))).",
                nextStep: "Check the address and the port.", code: "E_LISTEN")
        }
    }
}
