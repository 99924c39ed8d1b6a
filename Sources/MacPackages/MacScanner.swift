public import AgentCore
public import Fleet
import PackageManagers

/// Looks at a Mac: what it is, what is installed, what is missing.
public struct MacScanner: Scanning {
    private let place: MacPlace
    private let runner: any CommandRunning
    private let proxies: [String: String]
    private let stateFolder: String?
    private let clock: @Sendable () -> Timestamp

    /// A scanner of this machine.
    ///
    /// - Parameters:
    ///   - stateFolder: the agent's folder; `nil` to keep nothing.
    ///   - proxyEnvironment: the proxy variables that downloads get.
    ///   - clock: tells the time at the start of a scan.
    public init(
        stateFolder: String? = nil, proxyEnvironment: [String: String] = [:],
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.init(
            MacPlace(), runner: SubprocessRunner(), stateFolder: stateFolder,
            proxyEnvironment: proxyEnvironment, clock: clock)
    }

    init(
        _ place: MacPlace, runner: any CommandRunning, stateFolder: String? = nil,
        proxyEnvironment: [String: String] = [:], clock: @escaping @Sendable () -> Timestamp
    ) {
        self.place = place
        self.runner = runner
        self.stateFolder = stateFolder
        proxies = proxyEnvironment
        self.clock = clock
    }

    /// Takes a fresh look with all tools of the Mac.
    ///
    /// - Throws: `ScanFailure` when it cannot even be told which macOS it is.
    public func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let now = clock()
        let facts = MacFacts(place: place, runner: runner)
        let system = try await facts.system()
        let kernel = await facts.kernel()
        var profile = SystemProfile()
        var sources: [SourceState] = []
        switch await facts.profile() {
        case .success(let found): profile = found
        case .failure(let failure):
            // Without it an empty list of applications would look like none being installed.
            sources = [
                SourceState(name: "system_profiler", state: .failed, error: failure.reason)
            ]
        }
        var scan = Scan(
            scannedAt: now, endpoint: await facts.endpoint(system, kernel, profile),
            sources: sources, packages: [], updates: [], reboot: RebootState())
        let tools = MacTools(
            place: place, runner: runner, proxies: proxies, stateFolder: stateFolder)
        for tool in tools.all(system, kernel, installed: Self.ofApple(profile)) {
            await add(tool, refreshing: refreshingSources, to: &scan)
        }
        let applications = MacApplications(
            profile, storeIsAsked: scan.packages.contains { $0.manager == .mas })
        scan.packages += applications.packages
        scan.unparsed += applications.unparsed
        scan.packages.sort { $0.precedes($1) }
        scan.updates.sort { $0.key < $1.key }
        return scan
    }

    /// What belongs to softwareupdate besides the system: Apple's own applications, and what its
    /// installer has noted. The newest stands first in its notes.
    static func ofApple(_ profile: SystemProfile) -> [String: String] {
        var versions = MacApplications.ofApple(profile)
        for installation in profile.installations where installation.isApple {
            let name = SoftwareProduct.name(
                title: installation.name, version: installation.version)
            guard MacVersion.isPlain(installation.version),
                !SoftwareProduct.isSystem(installation.name), !name.isEmpty
            else { continue }
            if let other = versions[name], !MacVersion.isNewer(installation.version, than: other) {
                continue
            }
            versions[name] = installation.version
        }
        return versions
    }

    /// A tool that fails is a source that failed, not a scan that failed.
    private func add(
        _ tool: any MacTool, refreshing: Bool, to scan: inout Scan
    ) async {
        do {
            let look = try await tool.look(
                refreshing: refreshing, at: scan.scannedAt, stateFolder: stateFolder)
            scan.sources += look.sources
            scan.packages += look.packages
            scan.updates += look.updates
            scan.unparsed += look.unparsed
            scan.reboot = RebootState(signals: scan.reboot.signals + look.signals)
        } catch {
            scan.sources.append(
                SourceState(name: tool.manager.rawValue, state: .failed, error: error.message))
        }
    }
}

/// The tools that a Mac has.
struct MacTools: Sendable {
    let place: MacPlace
    let runner: any CommandRunning
    let proxies: [String: String]
    let stateFolder: String?

    /// All, macOS's own first.
    func all(
        _ system: MacSystem, _ kernel: KernelValues, installed: [String: String] = [:]
    ) -> [any MacTool] {
        let own = SoftwareUpdateTool(
            place: place, runner: runner, system: system, kernel: kernel, installed: installed,
            prepared: PreparedSystem(stateFolder: stateFolder))
        return [own] + others
    }

    /// Those that somebody has put there.
    var others: [any MacTool] {
        var tools: [any MacTool] = []
        if let home = HomebrewPlace.find(on: place) {
            tools.append(
                HomebrewTool(home: home, place: place, runner: runner, proxies: proxies))
        }
        if let store = AppStoreTool.find(on: place, runner) { tools.append(store) }
        return tools
    }
}
