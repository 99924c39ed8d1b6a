import Administration
public import ControlPlane
import HTTPTypes
public import Hummingbird
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
import ServerRecords
import Synchronization
import Trust

/// The server: the route table behind HTTP/1.1 over TLS.
public struct PatchbayServer: Sendable {
    /// Where to listen, and what to serve besides the interface for agents and programs.
    public struct Configuration: Sendable {
        /// The address to listen on, such as `0.0.0.0`.
        public var listenAddress: String
        /// The port; 0 for one that the system chooses.
        public var port: Int
        /// The addresses that agents reach it by, such as `https://patchbay.example.org:8443`: they
        /// go into enrolment tokens.
        public var addresses: @Sendable () -> [String]
        /// Further routes: the dashboard's.
        public var pages: [Route]
        /// Makes the page for a refusal.
        public var refusalPage: Dispatcher.RefusalPage?

        /// A configuration.
        public init(
            listenAddress: String, port: Int, addresses: @escaping @Sendable () -> [String],
            pages: [Route] = [], refusalPage: Dispatcher.RefusalPage? = nil
        ) {
            self.listenAddress = listenAddress
            self.port = port
            self.addresses = addresses
            self.pages = pages
            self.refusalPage = refusalPage
        }
    }

    /// Every route that it serves.
    public let table: RouteTable
    let dispatcher: Dispatcher
    private let useCases: UseCases
    private let configuration: Configuration
    private let logger: Logger

    /// A server over the use cases. Nothing listens yet.
    ///
    /// - Throws: `RouteTable.Conflict` when a page's route is one of the interface's.
    public init(useCases: UseCases, configuration: Configuration, logger: Logger) throws {
        let metrics = ServerMetrics()
        let operations = OperationRoutes(
            metrics: metrics, isClosing: { useCases.signals.isClosed })
        table = try RouteTable(
            Self.documented(
                AgentRoutes.all + APIRoutes.all
                    + EnrolmentRoutes(addresses: configuration.addresses).all + operations.all)
                + configuration.pages)
        dispatcher = Dispatcher(
            table: table, useCases: useCases, metrics: metrics, logger: logger,
            refusalPage: configuration.refusalPage)
        self.useCases = useCases
        self.configuration = configuration
        self.logger = logger
    }

    /// The service that listens, answers, and on graceful shutdown finishes what it has begun.
    /// `onListening` is told the port.
    ///
    /// - Throws: what NIOSSL says when the TLS certificate or key cannot be used, or `TrustError`.
    public func application(
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        return Application(
            responder: RouteResponder(dispatcher),
            server: try .tls(
                .http1(
                    configuration: .init(
                        idleTimeout: .seconds(ServerLimits.idleSeconds),
                        httpDecoderConfiguration: .init(
                            maxHeaderFieldSize: ServerLimits.headerBytes,
                            maxHeaderListSize: ServerLimits.headerBytes,
                            maxHeaderFieldCount: ServerLimits.headers))),
                tlsConfiguration: try tls()),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.listenAddress, port: configuration.port),
                backlog: ServerLimits.backlog,
                availableConnectionsDelegate: .maximum(ServerLimits.connections, logger: logger)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    /// The same without TLS and socket settings, for tests that talk to the router.
    func plainApplication() -> some ApplicationProtocol {
        Application(responder: RouteResponder(dispatcher), logger: logger)
    }

    private func tls() throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(
            Array(try useCases.keys.tlsCertificateChainPEM().utf8))
        let key = try NIOSSLPrivateKey(
            bytes: Array(useCases.keys.tlsPrivateKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = .milliseconds(ServerLimits.farewellMilliseconds)
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    /// Adds the route that describes the others, and itself.
    private static func documented(_ routes: [Route]) -> [Route] {
        let document = Mutex<[UInt8]>([])
        let own = Route(
            .get, "/api/openapi.json",
            permission: .public(reason: "describes the interface, as the documentation does"),
            summary: "This description."
        ) { _ in
            Answer(
                headers: [("content-type", "application/json")],
                body: .bytes(document.withLock { $0 }))
        }
        let all = routes + [own]
        document.withLock { $0 = (try? WireJSON.encode(OpenAPIDocument(all))) ?? [] }
        return all
    }
}

/// The interface for programs, version 1.
enum APIRoutes {
    static let all =
        DirectoryRoutes.all + EndpointRoutes.all + PolicyRoutes.all + ApprovalRoutes.all
        + DeploymentRoutes.all + BlockedVersionRoutes.all + AuditRoutes.all + TrustRoutes.all
        + IdentityRoutes.all + FindingRoutes.all + ScannerRoutes.all + ExportRoutes.all
        + FeedRoutes.all + EndOfLifeRoutes.all + PlanRoutes.all + RecipeRoutes.all
        + NoticeRoutes.all + DutyRoutes.all + RequestRoutes.all + BundleRoutes.all
        + VerdictRoutes.all
        + EmergencyRoutes.all + TriageRoutes.all
}
