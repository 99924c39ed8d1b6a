public import AgentCore
import Applications
public import Fleet
public import PackageManagers
public import Recipes
import Rollout

/// Looks at an endpoint with whatever package tools it has.
public struct EndpointScanner: Scanning {
    private let configuration: DebianScanner.Configuration
    private let runner: any CommandRunning
    private let clock: @Sendable () -> Timestamp
    /// Without a slash at its end; empty for this machine.
    private let root: String
    private let variables: [String: String]
    private let recipes: @Sendable () -> [Recipe]

    /// A scanner that runs this machine's tools; `clock` tells the time at the start of a scan,
    /// `proxyEnvironment` holds the variables that downloads get, and `recipes` gives the signed
    /// recipes that hold.
    public init(
        _ configuration: DebianScanner.Configuration = DebianScanner.Configuration(),
        proxyEnvironment: [String: String] = [:],
        recipes: @escaping @Sendable () -> [Recipe] = { [] },
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.init(
            configuration, runner: SubprocessRunner(), proxyEnvironment: proxyEnvironment,
            recipes: recipes, clock: clock)
    }

    package init(
        _ configuration: DebianScanner.Configuration, runner: any CommandRunning,
        proxyEnvironment: [String: String] = [:],
        recipes: @escaping @Sendable () -> [Recipe] = { [] },
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.recipes = recipes
        variables = proxyEnvironment
        self.configuration = configuration
        self.runner = runner
        self.clock = clock
        var root = configuration.root
        while root.hasSuffix("/") { root.removeLast() }
        self.root = root
    }

    /// Takes a fresh look with all tools of the endpoint.
    ///
    /// - Throws: `ScanFailure` when the native tool's packages cannot be read at all, or when no
    ///   tool is known.
    public func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let tools = EndpointTools.read(root: root)
        var scan = try await nativeScan(tools, refreshing: refreshingSources)
        if root.isEmpty {
            scan.restarts = await Needrestart(runner: runner).adding(
                to: scan.restarts, among: scan.packages)
        }
        let foreign = ForeignPackages.among(scan.packages, of: scan.endpoint.os)
        scan.endpoint.foreignPackages = foreign.isEmpty ? nil : foreign
        if tools.hasFlatpak, root.isEmpty {
            await add(FlatpakTool(runner: runner), refreshing: refreshingSources, to: &scan)
        }
        if tools.hasSnap, root.isEmpty {
            let snapd = SnapTool(runner: runner)
            await add(snapd, refreshing: refreshingSources, to: &scan)
            if scan.packages.contains(where: { $0.manager == .snap }),
                let updater = await snapd.ownUpdater(at: scan.scannedAt)
            {
                scan.endpoint.ownUpdaters = (scan.endpoint.ownUpdaters ?? []) + [updater]
            }
        }
        // A container has no hardware of its own.
        if tools.hasFwupd, root.isEmpty, !scan.endpoint.virtualization.isContainer {
            await add(FwupdTool(runner: runner), refreshing: refreshingSources, to: &scan)
        }
        add(LanguagePackages(root: root), to: &scan)
        if root.isEmpty { add(await recipeLook.look(), to: &scan) }
        if let native = tools.native, root.isEmpty {
            scan.endpoint.downloads = await DownloadWay(runner: runner, variables: variables)
                .facts(of: native, sources: scan.sources)
        }
        return scan
    }

    private var recipeLook: RecipeLook {
        RecipeLook(
            runner: runner, signed: recipes(),
            store: configuration.stateFolder.map {
                ApplicationStore(ApplicationStore.path(in: $0))
            })
    }

    /// Each signed recipe with the version of its application that is installed.
    public func applications() async -> [(Recipe, String?)] { await recipeLook.applications() }

    private func add(_ languages: LanguagePackages, to scan: inout Scan) {
        guard !languages.packages.isEmpty || !languages.unparsed.isEmpty else { return }
        scan.packages = (scan.packages + languages.sorted).sorted { $0.precedes($1) }
        scan.unparsed += languages.unparsed
    }

    private func add(_ applications: RecipeLook.Found, to scan: inout Scan) {
        guard applications != RecipeLook.Found() else { return }
        scan.packages = (scan.packages + applications.packages).sorted { $0.precedes($1) }
        scan.updates = (scan.updates + applications.updates).sorted { $0.key < $1.key }
        scan.unparsed += applications.unparsed
    }

    private func nativeScan(
        _ tools: EndpointTools, refreshing: Bool
    ) async throws(ScanFailure) -> Scan {
        // apt's scanner says best what is wrong with a system that has no tool at all.
        guard let native = tools.native, native != .apt else {
            return try await DebianScanner(configuration, clock: clock)
                .scan(refreshingSources: refreshing)
        }
        guard root.isEmpty else {
            throw ScanFailure(
                code: "E_SCAN_OTHER_ROOT",
                message: "Only the running system can be asked with \(native.rawValue).",
                nextStep: "Run the scan on the endpoint itself.")
        }
        guard let tool = NativeTools.looking(native, runner: runner) else {
            throw ScanFailure(
                code: "E_SCAN_NO_TOOL", message: "\(native.rawValue) is not supported yet.",
                nextStep: "See docs/package-tools.md for the tools that are.")
        }
        let now = clock()
        let look = try await self.look(tool, refreshing: refreshing, at: now)
        let downloaded = DownloadedRpms(runner: runner, stateFolder: configuration.stateFolder)
        let updates = await downloaded.adding(to: look.updates)
        let facts = SystemFacts(root: root).read(architecture: look.architecture)
        let restarts = ProcessTable().restarts()
        let signals =
            RebootEvidence.systemSignals(
                root: root, virtualization: facts.virtualization, restarts: restarts)
            + look.signals.filter {
                !(facts.virtualization.isContainer && $0.kind == .newerKernelInstalled)
            }
        return Scan(
            scannedAt: now, endpoint: facts, sources: look.sources,
            packages: look.packages.sorted { $0.precedes($1) },
            updates: await withWaysBack(updates, native).sorted { $0.key < $1.key },
            reboot: RebootState(signals: signals), restarts: restarts, unparsed: look.unparsed)
    }

    /// What can be undone: the version before it lies here, or can still be had.
    private func withWaysBack(
        _ updates: [Update], _ manager: PackageManagerName
    ) async -> [Update] {
        let replaced = configuration.stateFolder.map {
            ReplacedPackages(folder: KeptFolder(KeptFolder.path(in: $0), runner: runner))
        }
        guard let tool = NativeTools.installing(manager, runner: runner, replaced: replaced) else {
            return updates
        }
        let lines = updates.map { LockedUpdate($0) }
        let near = Set(lines.filter { replaced?.mayHave($0, with: tool) == true })
        let back = await tool.knownToBeOffered(lines.filter { !near.contains($0) }).union(near)
        return updates.map { update in
            var update = update
            update.wayBack = back.contains(LockedUpdate(update)) ? .packageDowngrade : .noWay
            return update
        }
    }

    /// A tool that fails beside the native one is a source that failed, not a scan that failed.
    private func add(
        _ tool: any SoftwareLooking, refreshing: Bool, to scan: inout Scan
    ) async {
        do {
            let look = try await self.look(tool, refreshing: refreshing, at: scan.scannedAt)
            scan.sources += look.sources
            if !look.signals.isEmpty {
                scan.reboot = RebootState(signals: scan.reboot.signals + look.signals)
            }
            scan.packages = (scan.packages + look.packages).sorted { $0.precedes($1) }
            let updates = await withWaysBack(look.updates, tool.manager)
            scan.updates = (scan.updates + updates).sorted { $0.key < $1.key }
            scan.unparsed += look.unparsed
        } catch {
            scan.sources.append(
                SourceState(name: tool.manager.rawValue, state: .failed, error: error.message))
        }
    }

    private func look(
        _ tool: any SoftwareLooking, refreshing: Bool, at now: Timestamp
    ) async throws(ScanFailure) -> SoftwareLook {
        try await tool.look(
            refreshing: refreshing, at: now, stateFolder: configuration.stateFolder)
    }
}

/// The tools of this module, by name.
enum NativeTools {
    static func looking(
        _ manager: PackageManagerName, runner: any CommandRunning
    ) -> (any SoftwareLooking)? {
        switch manager {
        case .dnf: DnfTool(runner: runner)
        case .zypper: ZypperTool(runner: runner)
        case .pacman: PacmanTool(runner: runner)
        case .flatpak: FlatpakTool(runner: runner)
        case .apk: ApkTool(runner: runner)
        default: nil
        }
    }

    static func installing(
        _ manager: PackageManagerName, runner: any CommandRunning, replaced: ReplacedPackages?
    ) -> (any ReturningTool)? {
        switch manager {
        case .dnf:
            var tool = DnfTool(runner: runner)
            tool.replaced = replaced
            return tool
        case .zypper:
            var tool = ZypperTool(runner: runner)
            tool.replaced = replaced
            return tool
        case .pacman:
            var tool = PacmanTool(runner: runner)
            tool.replaced = replaced
            return tool
        case .apk:
            var tool = ApkTool(runner: runner)
            tool.replaced = replaced
            tool.store = replaced.map { ApkStore(in: $0.stateFolder) }
            return tool
        case .flatpak: return FlatpakTool(runner: runner)
        case .snap: return SnapTool(runner: runner)
        case .fwupd: return FwupdTool(runner: runner)
        default: return nil
        }
    }
}
