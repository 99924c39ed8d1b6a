import AgentCore
import AgentSystem
import AgentTransport
import ArgumentParser
import Fleet
import LinuxPackages
import Logging
import PackageManagers
import Recipes
import Trust

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the agent keeps what must survive it.
struct StateOption: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp("The agent's state folder.", valueName: "folder"))
    var path = DiskStateFolder.standardPath

    func folder() throws -> DiskStateFolder {
        guard path.hasPrefix("/") else {
            throw ProgramFailure("--state needs an absolute path.", status: ProgramFailure.wrongUse)
        }
        return DiskStateFolder(path)
    }
}

/// An enrolled agent's link to its server.
struct ServerLink {
    let identity: AgentIdentity
    let servers: [ServerAddress]
    let proxy: ProxySetting?
    let client: AgentClient
    let link: HTTPSControlPlane

    /// The link that the identity in the state folder tells of.
    init(state: DiskStateFolder) throws {
        let (identity, key) = try IdentityFiles.load(from: state)
        let servers = try identity.servers()
        guard let first = servers.first else {
            throw ProgramFailure("The identity names no server. Enrol again.")
        }
        proxy = try ProxySetting.from(Environment.all, for: first)
        client = try AgentClient(servers: servers, trust: identity.trust, proxy: proxy)
        link = HTTPSControlPlane(
            identity: identity, key: key, client: client, effects: .system,
            randomBytes: Machine.randomBytes)
        self.identity = identity
        self.servers = servers
    }

    /// The signed documents that the agent believes.
    func trust(in state: DiskStateFolder, logger: Logger) -> TrustDesk {
        TrustDesk(identity, state: state, logger: logger)
    }
}

extension TrustDesk {
    /// The signed documents that an endpoint of this machine believes.
    convenience init(_ identity: AgentIdentity, state: DiskStateFolder, logger: Logger) {
        self.init(
            endpoint: identity.endpoint, tenant: identity.tenant,
            fingerprint: identity.rootFingerprint, state: state,
            zones: { ZoneFolder.system.rules(named: $0) }, effects: .system, logger: logger)
    }
}

/// The variables that the agent was started with.
enum Environment {
    /// Those that the agent reads.
    private static let names = [
        "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY",
        "NOTIFY_SOCKET",
    ]

    static var all: [String: String] {
        var values: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return values
    }

    /// The variables by which a desktop is reached from a user's session.
    static var desktop: [String: String] {
        var values = ["PATH": "/usr/bin:/bin"]
        for name in [
            "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "HOME",
            "LANG",
        ] {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return values
    }

    /// The proxy settings that package downloads get too.
    static var proxies: [String: String] {
        all.filter { $0.key != "NOTIFY_SOCKET" }
    }
}

extension AftercareParts {
    /// What this machine's agent sees to reboots and health with.
    static func ofThisMachine(
        state: DiskStateFolder, rules: any RebootRules = NoSignedRules()
    ) -> AftercareParts {
        AftercareParts(
            bootId: Machine.bootId, rules: rules, rebooting: SystemReboot(),
            probing: SystemProbes(state: state) { await LoopbackProbe.ask($0) },
            services: SystemServices.ofThisMachine,
            clock: { WallClock.ofThisMachine.offset(at: $0) })
    }
}

extension WallClock {
    /// The one that people at this machine go by.
    static let ofThisMachine = WallClock { TimeZoneFact(root: "").name }
}

extension EndpointScanner {
    /// The scanner of this machine, which remembers refreshes in the agent's state folder.
    init(state: DiskStateFolder, recipes: @escaping @Sendable () -> [Recipe] = { [] }) {
        self.init(
            DebianScanner.Configuration(root: "/", stateFolder: state.path),
            proxyEnvironment: Environment.proxies, recipes: recipes, clock: AgentEffects.system.now)
    }
}
