import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs

/// dnf 4 and dnf 5 over rpm.
struct DnfTool: Sendable {
    let manager = PackageManagerName.dnf
    let runner: any CommandRunning
    /// Whether it is the fifth, which answers in JSON and has other options.
    let isFifth: Bool
    /// The program.
    let path: String
    /// What the agent has kept; `nil` where it keeps nothing.
    var replaced: ReplacedPackages?

    /// What a query is told: no network, no questions.
    private var quiet: [String] { ["-C", "-q"] }

    /// The dnf of this machine.
    init(runner: any CommandRunning) {
        let isFifth = Files.exists("/usr/bin/dnf5")
        self.init(
            runner: runner, isFifth: isFifth,
            path: isFifth
                ? "/usr/bin/dnf5"
                : Files.exists("/usr/bin/dnf") ? "/usr/bin/dnf" : "/usr/bin/dnf-3")
    }

    init(runner: any CommandRunning, isFifth: Bool, path: String) {
        self.runner = runner
        self.isFifth = isFifth
        self.path = path
    }

    private var dnf: ToolRunner { ToolRunner(runner: runner, path: path) }

    private var sources: RpmSources {
        RpmSources.read(folders: ["/etc/yum.repos.d", "/etc/distro.repos.d"])
    }

    /// Fields of an offer; dnf 5 ends no line by itself.
    private var offerFormat: String {
        "%{name}|%{arch}|%{epoch}:%{version}-%{release}|%{repoid}|%{downloadsize}"
            + (isFifth ? "\\n" : "")
    }
}

// MARK: - Looking

extension DnfTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        var errors: [(key: String, error: String?)] = []
        // One by one, since a source that fails would else keep the others from being told.
        for source in sources.sources {
            let only =
                isFifth
                ? ["--repo=\(source.id)"] : ["--disablerepo=*", "--enablerepo=\(source.id)"]
            let output = await dnf.run(
                ["-y", "-q"] + only
                    + [
                        "--setopt=skip_if_unavailable=False", "--setopt=retries=2", "--refresh",
                        "makecache",
                    ], seconds: ToolRunner.refreshSeconds)
            errors.append((source.id, output.status == 0 ? nil : output.reason))
        }
        return RefreshReport.of(errors, at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        guard let database = await RpmDatabase.read(runner, manager: manager) else {
            throw ScanFailure(
                code: "E_SCAN_RPM_UNREADABLE", message: "rpm's database cannot be read.",
                nextStep: "Run `rpm -qa` on the endpoint as root and see what is printed.")
        }
        let sources = sources
        var look = SoftwareLook()
        look.packages = database.packages
        look.unparsed = database.unparsed + sources.unparsed
        look.architecture = RpmArchitecture.usual(database.packages)
        look.sources = sources.sources.map {
            SourceJudgement(key: $0.id, name: $0.name, indexTime: indexTime($0.id))
                .state(report: report, now: now)
        }
        look.signals = await signals(database)
        // Without any index there is nothing to ask, and the sources say so.
        guard look.sources.contains(where: { $0.refreshedAt != nil }) else { return look }
        await addUpdates(database, to: &look)
        return look
    }

    private func addUpdates(_ database: RpmDatabase, to look: inout SoftwareLook) async {
        // dnf 5 waits, even for a question, until a transaction has ended.
        if isFifth, let holder = lockHolder() {
            return look.fail("dnf", "\(holder) is changing packages at this moment.")
        }
        let all = await dnf.run(quiet + withoutLocks + query)
        guard all.status == 0 else { return look.fail("dnf", all.reason) }
        let offers = offers(all.output, &look.unparsed)
        guard !offers.isEmpty else { return }
        let plan = await dnf.run(["-C", "--assumeno", "upgrade"])
        let reading = DnfPlanReader(plan.lines)
        guard reading.isWhole else { return look.fail("dnf", plan.reason) }
        let visible = await dnf.run(quiet + query)
        var unread: [String] = []
        let locks = DnfLocks.read(isFifth: isFifth)
        let seen = Set(self.offers(visible.output, &unread).map(\.name))
        let advisories = await advisories(&look.unparsed)
        look.updates =
            RpmUpdates(
                manager: manager, packages: database.packages, offers: offers, locks: locks,
                excluded: visible.status == 0
                    ? Set(offers.map(\.name)).subtracting(seen).subtracting(locks.keys) : [],
                plan: reading.plan, advisories: advisories
            ).updates
    }

    private var query: [String] { ["repoquery", "--upgrades", "--qf", offerFormat] }

    private var withoutLocks: [String] {
        isFifth
            ? ["--setopt=disable_excludes=*"]
            : ["--disableexcludes=all", "--disableplugin=versionlock"]
    }

    private func offers(_ bytes: [UInt8], _ unparsed: inout [String]) -> [RpmUpdates.Offer] {
        var offers: [RpmUpdates.Offer] = []
        for line in TextLines.strings(bytes) where !line.isEmpty {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
                .map(String.init)
            guard fields.count == 5, PackageName(fields[0], of: manager) != nil,
                RpmName.isVersion(fields[2])
            else {
                unparsed.append(line)
                continue
            }
            offers.append(
                RpmUpdates.Offer(
                    name: fields[0], architecture: fields[1],
                    version: RpmUpdates.withoutZeroEpoch(fields[2]), source: fields[3],
                    bytes: Int64(fields[4])))
        }
        return offers
    }

    private func advisories(_ unparsed: inout [String]) async -> [ToolAdvisory] {
        let arguments =
            isFifth
            ? quiet + ["advisory", "list", "--available", "--json"]
            : quiet + ["updateinfo", "list", "--updates"]
        let output = await dnf.run(arguments)
        guard output.status == 0 else {
            unparsed.append("dnf's advisories cannot be read: \(output.reason)")
            return []
        }
        guard !output.output.allSatisfy(TextLines.isBlank) else { return [] }
        let reading = ToolOutput.dnfUpdateinfo.read(output.output)
        unparsed += reading.unparsed
        return reading.advisories
    }

    /// When the endpoint's copy of a source's index was written: `id-<16 digits>/repodata`.
    private func indexTime(_ id: String) -> Timestamp? {
        let folders = isFifth ? ["/var/cache/libdnf5"] : ["/var/cache/dnf"]
        let times = folders.flatMap { folder in
            Files.names(in: folder).compactMap { name -> Timestamp? in
                guard name.hasPrefix("\(id)-"), name.utf8.count == id.utf8.count + 17 else {
                    return nil
                }
                return Files.status("\(folder)/\(name)/repodata/repomd.xml")?.modified
            }
        }
        return times.max()
    }

    private func signals(_ database: RpmDatabase) async -> [RebootSignal] {
        var signals: [RebootSignal] = []
        let running = KernelIdentity.running.release
        if let signal = database.kernelSignal(running: running, isBootable: BootFiles.has) {
            signals.append(signal)
        }
        if isFifth, lockHolder() != nil { return signals }
        let output = await dnf.run((isFifth ? ["-C"] : ["-C", "-q"]) + ["needs-restarting", "-r"])
        return signals + [NeedsRestarting(output).signal].compactMap { $0 }
    }
}

// MARK: - Installing

extension DnfTool: DownloadingTool, ReturningTool {
    var scriptHosts: [String] { ["dnf", "dnf-3", "dnf5"] }

    func lockHolder() -> String? {
        let files = [
            "/var/lib/dnf/rpmdb_lock.pid", "/var/cache/dnf/metadata_lock.pid",
            "/var/cache/dnf/download_lock.pid", "/run/yum.pid", "/var/run/yum.pid",
        ]
        return RpmLock.holder() ?? files.lazy.compactMap { PidFile.holder($0) }.first
            ?? LockHolders.holder(of: "/run/dnf/rpmtransaction.lock")
    }

    func damage() async -> String? {
        guard let database = await RpmDatabase.read(runner),
            let first = database.installedTwice.min(by: { $0.key < $1.key })
        else { return nil }
        return "\(first.key.name) is \(first.value)."
    }

    /// dnf 5 has no word for it; a check tells a person what is wrong.
    var repair: [[String]] {
        isFifth ? [[path, "check", "--duplicates"]] : [[path, "-y", "remove", "--duplicates"]]
    }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
        let locks = DnfLocks.read(isFifth: isFifth)
        var held: [PackageKey: String] = [:]
        for update in updates { held[update.key] = locks[update.name] }
        return held
    }

    /// Upgrades exactly these versions and nothing else of what is installed; `upgrade` and not
    /// `install`, since the latter would mark the packages as chosen by a person.
    private func upgrade(_ updates: [LockedUpdate]) -> [String] {
        let isBack = updates.contains(where: \.isRollback)
        return (isBack ? ["downgrade"] : ["--best", "upgrade"])
            + updates.map { update in
                (isBack ? replaced?.file(of: update, with: self) : nil)
                    ?? "\(update.name)-\(update.to).\(update.architecture)"
            }
    }

    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        let offered = await offered(
            updates.map { "\($0.name)-\($0.from).\($0.architecture)" })
        return Set(
            updates.filter { update in
                offered.contains {
                    $0.name == update.name && $0.architecture == update.architecture
                        && $0.version == update.from
                }
            })
    }

    private func offered(_ packages: [String]) async -> [RpmUpdates.Offer] {
        guard !packages.isEmpty, !isFifth || lockHolder() == nil else { return [] }
        let output = await dnf.run(quiet + ["repoquery", "--qf", offerFormat] + packages)
        guard output.status == 0 else { return [] }
        var unread: [String] = []
        return offers(output.output, &unread)
    }

    func keptName(_ update: LockedUpdate, version: String) -> String? {
        RpmStore.keptName(update.name, version, update.architecture)
    }

    func storedFile(_ update: LockedUpdate, version: String) -> String? {
        RpmStore().file(update.name, version, update.architecture)
    }

    func downloadAgain(_ updates: [LockedUpdate]) -> [String]? {
        [path] + changeOptions + ["reinstall", "--downloadonly"]
            + updates.map { "\($0.name)-\($0.from).\($0.architecture)" }
    }

    func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool {
        await RpmFile(runner: runner, path: file).isReplaced(by: update)
    }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        let output = await dnf.run(["-C", "--assumeno"] + upgrade(updates))
        let lines = output.lines
        let reading = DnfPlanReader(lines)
        // A plan that was refused at the question ends with status 1 too.
        guard reading.isWhole else {
            let obstacle = Obstacle(
                complaint(status: output.status, lines: lines), else: output.reason)
            if obstacle.failure == .versionNotAvailable, let first = updates.first,
                updates.count == 1, await isExcluded(first)
            {
                return .refused(Obstacle(.held, Self.exclusion, culprits: [first.name]))
            }
            return .refused(obstacle)
        }
        for update in updates where !reading.plan.brings(update) {
            if await isExcluded(update) {
                return .refused(Obstacle(.held, Self.exclusion, culprits: [update.name]))
            }
        }
        return .plan(reading.plan)
    }

    private static let exclusion = "The endpoint's own configuration excludes it."

    /// dnf 4 says of an excluded version no more than that there is none.
    private func isExcluded(_ update: LockedUpdate) async -> Bool {
        let name = "\(update.name)-\(update.to).\(update.architecture)"
        let all = await dnf.run(quiet + withoutLocks + ["repoquery", name])
        let visible = await dnf.run(quiet + ["repoquery", name])
        return all.status == 0 && visible.status == 0
            && !all.output.allSatisfy(TextLines.isBlank)
            && visible.output.allSatisfy(TextLines.isBlank)
    }

    func commands(for updates: [LockedUpdate]) -> [[String]] {
        // What is kept needs no source, and dnf else ends when one that has grown old cannot be
        // reached.
        let needsNothing = updates.allSatisfy { update in
            update.isRollback && replaced?.file(of: update, with: self) != nil
        }
        return [[path] + (needsNothing ? ["-C"] : []) + changeOptions + upgrade(updates)]
    }

    private var changeOptions: [String] {
        isFifth
            ? ["-y", "--setopt=install_weak_deps=False"]
            : ["-y", "--setopt=install_weak_deps=False", "--setopt=exit_on_lock=True"]
    }

    /// dnf keeps what it only downloads until its next transaction has gone well.
    func download(of updates: [LockedUpdate]) -> [String] {
        [path] + changeOptions + upgrade(updates) + ["--downloadonly"]
    }

    func downloadedFile(of update: LockedUpdate) -> String? {
        RpmStore().file(update.name, update.to, update.architecture)
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        DnfComplaint(lines: lines, status: status).verdict
    }

    func files(of package: PackageKey) async -> [String] {
        await RpmFiles.list(runner, package)
    }
}

/// The files of an rpm package.
enum RpmFiles {
    static func list(_ runner: any CommandRunning, _ package: PackageKey) async -> [String] {
        let output = await ToolRunner(runner: runner, path: "/usr/bin/rpm").run([
            "-ql", "\(package.name).\(package.architecture)",
        ])
        return output.status == 0 ? TextLines.strings(output.output) : []
    }
}

/// The architecture of an endpoint's packages.
enum RpmArchitecture {
    /// The one that most packages have, those for all architectures apart.
    static func usual(_ packages: [Package]) -> String {
        var counts: [String: Int] = [:]
        for package in packages where package.architecture != "noarch" {
            counts[package.architecture, default: 0] += 1
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "noarch"
    }
}

/// The files that a boot loader needs.
enum BootFiles {
    static func has(_ release: String) -> Bool {
        Files.exists("/boot/vmlinuz-\(release)")
            || Files.exists("/usr/lib/modules/\(release)/vmlinuz")
    }
}
