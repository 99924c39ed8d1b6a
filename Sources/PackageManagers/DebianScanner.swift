public import AgentCore
public import Fleet
import Foundation
import SystemFiles

/// Looks at an endpoint that has dpkg and apt.
public struct DebianScanner: Scanning {
    /// Where the scanner looks, and where it keeps what it must remember.
    public struct Configuration: Hashable, Sendable {
        /// The root folder of the endpoint: `/` for this machine. Nothing is ever changed in
        /// another root.
        public var root: String
        /// A folder of the agent for the outcome of the last refresh and for apt's index cache;
        /// `nil` to keep nothing.
        public var stateFolder: String?

        /// Where the scanner looks and keeps things.
        public init(root: String = "/", stateFolder: String? = nil) {
            self.root = root
            self.stateFolder = stateFolder
        }
    }

    let runner: any CommandRunning
    let clock: @Sendable () -> Timestamp
    let stateFolder: String?
    /// Without a slash at its end; empty for this machine.
    let root: String

    /// A scanner that runs this machine's apt; `clock` tells the time at the start of a scan.
    public init(
        _ configuration: Configuration = Configuration(), clock: @escaping @Sendable () -> Timestamp
    ) {
        self.init(configuration, runner: SubprocessRunner(), clock: clock)
    }

    init(
        _ configuration: Configuration, runner: any CommandRunning,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        var root = configuration.root
        while root.hasSuffix("/") { root.removeLast() }
        self.root = root
        self.runner = runner
        self.clock = clock
        stateFolder = configuration.stateFolder
    }

    /// Takes a fresh look; throws when dpkg's database or apt's indexes cannot be read at all. The
    /// indexes of another root are never refreshed.
    public func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let now = clock()
        let status = try readStatus()
        let lists = AptSourceLists.read(folder: "\(root)/etc/apt")
        if refreshingSources, root.isEmpty { await refresh(lists.sources, at: now) }
        let caches = try AptWorkspace(root: root, status: status, stateFolder: stateFolder)
        defer { caches.remove() }
        let queries = AptQueries(runner: runner, setting: caches.setting)
        let answers = try await ask(queries, status: status)
        let facts = SystemFacts(root: root).read(architecture: status.architecture ?? "")
        let restarts = root.isEmpty ? ProcessTable().restarts() : []
        let evidence = RebootEvidence.read(
            root: root, status: status, virtualization: facts.virtualization, restarts: restarts)
        return Scan(
            scannedAt: now, endpoint: facts, sources: sourceStates(lists.sources, now: now),
            packages: answers.assembly.packages,
            updates: await changelogs.adding(to: answers.updates.map(withWayBack)),
            reboot: evidence.state,
            restarts: restarts,
            unparsed: status.notes + answers.assembly.policy.unparsed + lists.unreadable)
    }

    /// Where no source offers the installed version any more, its package may still lie on the
    /// disk.
    private func withWayBack(_ update: Update) -> Update {
        guard update.wayBack == nil else { return update }
        var kept = KeptPackages(
            folder: stateFolder.map(KeptFolder.path) ?? "", runner: runner)
        kept.archives = "\(root)/var/cache/apt/archives"
        var update = update
        update.wayBack =
            kept.mayHave(update.key, version: update.installed) ? .packageDowngrade : .noWay
        return update
    }

    private var changelogs: DownloadedChangelogs {
        let kept = stateFolder.map { [KeptFolder.path(in: $0)] } ?? []
        return DownloadedChangelogs(
            runner: runner, stateFolder: stateFolder,
            folders: ["\(root)/var/cache/apt/archives"] + kept)
    }

    private func readStatus() throws(ScanFailure) -> DpkgStatus {
        let path = "\(root)/var/lib/dpkg/status"
        guard let bytes = Files.bytes(path), !bytes.isEmpty else {
            throw ScanFailure(
                code: "E_SCAN_DPKG_UNREADABLE", message: "\(path) cannot be read, or is empty.",
                nextStep:
                    "Scan a system with dpkg, as root; a lost database has a copy in /var/backups.")
        }
        let status = DpkgStatus(bytes)
        guard status.architecture != nil else {
            throw ScanFailure(
                code: "E_SCAN_DPKG_WITHOUT_DPKG", message: "\(path) does not list dpkg itself.",
                nextStep: "The database is damaged or cut short: restore it from /var/backups.")
        }
        return status
    }

    private func ask(
        _ queries: AptQueries, status: DpkgStatus
    ) async throws(ScanFailure) -> (assembly: UpdateAssembly, updates: [Update]) {
        let releases = try await queries.releases()
        let unasked = UpdateAssembly(status: status, policy: AptPolicy([]), releases: releases)
        let policy = try await queries.policy(of: status.entries.map(unasked.aptName))
        let assembly = UpdateAssembly(status: status, policy: policy, releases: releases)
        guard !policy.entries.isEmpty else {
            throw ScanFailure(
                code: "E_SCAN_APT_SILENT",
                message: "apt-cache policy knows none of the installed packages.",
                nextStep: "Run `apt-cache policy dpkg` on the endpoint and see what is printed.")
        }
        let missing = assembly.missing
        let findings = try await queries.findings(on: missing)
        return (assembly, assembly.updates(missing, findings: findings))
    }

    // MARK: - Sources

    private var reportFile: String? { stateFolder.map { "\($0)/refresh.json" } }

    private func refresh(_ sources: [AptSource], at now: Timestamp) async {
        let last = reportFile.flatMap(RefreshReport.read)
        let refresh = AptRefresh(runner: runner, setting: AptSetting(root: root))
        let report = await refresh.refresh(sources, at: now, after: last)
        // A report that cannot be kept costs knowledge of a failure until the next refresh; a scan
        // must not fail of it.
        guard let stateFolder, let reportFile else { return }
        try? FileManager.default.createDirectory(
            atPath: stateFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try? report.write(reportFile)
    }

    private func sourceStates(_ sources: [AptSource], now: Timestamp) -> [SourceState] {
        let folder = "\(root)/var/lib/apt/lists"
        let report = root.isEmpty ? reportFile.flatMap(RefreshReport.read) : nil
        let lastAttempt = Files.status("\(folder)/partial")?.modified
        return sources.map { source in
            let unfinished = ["InRelease", "Release"].map {
                "\(folder)/partial/\(source.listPrefix)\($0)"
            }
            let evidence = SourceFreshness.Evidence(
                release: AptReleaseFile(prefix: source.listPrefix, in: folder),
                lastAttempt: lastAttempt,
                hasRejectedDownload: unfinished.contains(where: Files.exists),
                own: report?.outcomes[source.refreshKey], ownAttempt: report?.attemptedAt)
            return SourceFreshness.state(of: source, evidence: evidence, now: now)
        }
    }
}
