import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs

/// zypper over rpm.
struct ZypperTool: Sendable {
    let manager = PackageManagerName.zypper
    let runner: any CommandRunning
    /// What the agent has kept; `nil` where it keeps nothing.
    var replaced: ReplacedPackages?

    private static let path = "/usr/bin/zypper"
    private static let sourceFolder = "/etc/zypp/repos.d"
    /// Patches whose packages are asked for at once: their names stand in one argument vector.
    private static let patchesAtOnce = 200

    init(runner: any CommandRunning) {
        self.runner = runner
    }

    /// For questions: zypper takes no lock then. The variable's name is libzypp's own; it has no
    /// option for it.
    private var asking: ToolRunner {
        ToolRunner(runner: runner, path: Self.path, environment: ["ZYPP_READONLY_HACK": "1"])
    }

    private static let quiet = ["--non-interactive", "--no-refresh"]
    private static let xml = ["--xmlout"] + quiet
}

// MARK: - Looking

extension ZypperTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        var errors: [(key: String, error: String?)] = []
        let zypper = ToolRunner(runner: runner, path: Self.path)
        for source in RpmSources.read(folders: [Self.sourceFolder]).sources {
            let output = await zypper.run(
                ["--non-interactive", "refresh", source.id], seconds: ToolRunner.refreshSeconds)
            errors.append((source.id, output.status == 0 ? nil : Self.reason(output)))
        }
        return RefreshReport.of(errors, at: now, after: last)
    }

    /// zypper's first line in brackets names the cause; its last is "Could not refresh".
    private static func reason(_ output: CommandOutput) -> String {
        let lines = output.lines.map { TextLines.trimmed($0) }.filter { !$0.isEmpty }
        let cause = lines.first {
            $0.contains("[|]") || $0.contains("Curl") || $0.contains("failed")
                || $0.contains("rror") || $0.contains("invalid")
        }
        return String((cause ?? output.reason).prefix(ToolRunner.longestQuote))
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        guard let database = await RpmDatabase.read(runner, manager: manager) else {
            throw ScanFailure(
                code: "E_SCAN_RPM_UNREADABLE", message: "rpm's database cannot be read.",
                nextStep: "Run `rpm -qa` on the endpoint as root and see what is printed.")
        }
        let sources = RpmSources.read(folders: [Self.sourceFolder])
        var look = SoftwareLook()
        look.packages = database.packages
        look.unparsed = database.unparsed + sources.unparsed
        look.architecture = RpmArchitecture.usual(database.packages)
        look.sources = sources.sources.map { source in
            let file = "/var/cache/zypp/raw/\(source.id)/repodata/repomd.xml"
            return SourceJudgement(
                key: source.id, name: source.name, indexTime: Files.status(file)?.modified
            ).state(report: report, now: now)
        }
        look.signals = await signals(database)
        guard look.sources.contains(where: { $0.refreshedAt != nil }) else { return look }
        await addUpdates(database, to: &look)
        return look
    }

    private func addUpdates(_ database: RpmDatabase, to look: inout SoftwareLook) async {
        let all = await asking.run(Self.xml + ["list-updates", "--all"])
        let reading = ToolOutput.zypperListUpdatesXML.read(all.output)
        guard ZypperStatus.isAnswer(all.status), reading.unparsed.isEmpty else {
            return look.fail("zypper", reading.unparsed.first ?? all.reason)
        }
        guard !reading.updates.isEmpty else { return }
        let offers = reading.updates.map {
            RpmUpdates.Offer(
                name: $0.name, architecture: $0.architecture, version: $0.candidate,
                source: $0.origin ?? "")
        }
        let plan = ZypperPlanReader(
            await asking.run(Self.xml + ["update", "--dry-run"]).output)
        var changes = plan.plan
        let locks = await locks()
        let isPlanned = Set(changes.changed.map(\.name))
        for offer in offers where locks[offer.name] == nil && !isPlanned.contains(offer.name) {
            changes.skipped[offer.name] = await problem(of: offer)
        }
        look.updates =
            RpmUpdates(
                manager: manager, packages: database.packages, offers: offers, locks: locks,
                excluded: [], plan: changes, advisories: await advisories(&look.unparsed)
            ).updates
    }

    /// What zypper says when asked for a version that an update leaves out.
    private func problem(of offer: RpmUpdates.Offer) async -> String {
        let output = await asking.run(
            Self.xml + ["install", "--dry-run", "\(offer.name)=\(offer.version)"])
        return ZypperPlanReader(output.output).problem ?? ""
    }

    /// Needed patches, each with the packages that it says it needs: `Conflicts : labgood <
    /// 2.0-1`.
    private func advisories(_ unparsed: inout [String]) async -> [ToolAdvisory] {
        let list = await asking.run(Self.xml + ["list-patches"])
        let reading = ToolOutput.zypperListPatchesXML.read(list.output)
        unparsed += reading.unparsed
        let needed = reading.advisories.filter { $0.status == "needed" }
        var packages: [String: [ToolPackage]] = [:]
        for start in stride(from: 0, to: needed.count, by: Self.patchesAtOnce) {
            let names = needed[start..<min(start + Self.patchesAtOnce, needed.count)].map(\.id)
            let output = await asking.run(Self.quiet + ["info", "--type", "patch"] + names)
            packages.merge(ZypperPatches.packages(output.lines)) { $0 + $1 }
        }
        return needed.map { advisory in
            var advisory = advisory
            advisory.packages = packages[advisory.id] ?? []
            return advisory
        }
    }

    private func locks() async -> [String: String] {
        let output = await asking.run(Self.xml + ["locks"])
        var locks: [String: String] = [:]
        for name in ZypperPlanReader(output.output).locks {
            locks[name] = "A lock on this endpoint holds it (zypper locks)."
        }
        return locks
    }

    private func signals(_ database: RpmDatabase) async -> [RebootSignal] {
        var signals: [RebootSignal] = []
        let running = KernelIdentity.running.release
        if let signal = database.kernelSignal(running: running, isBootable: BootFiles.has) {
            signals.append(signal)
        }
        let output = await asking.run(["needs-rebooting"])
        if output.status == ZypperStatus.rebootNeeded {
            signals.append(
                RebootSignal(
                    kind: .coreFilesReplaced,
                    detail: "zypper: core libraries or services were updated"))
        }
        return signals
    }
}

// MARK: - Installing

extension ZypperTool: DownloadingTool, ReturningTool {
    /// zypper starts rpm for each package. Where it is set up to let one program install them all
    /// (`zypp-rpm`), nobody knows whose script hangs, and the run is ended whole.
    var scriptHosts: [String] { ["rpm"] }

    func lockHolder() -> String? {
        RpmLock.holder() ?? PidFile.holder("/run/zypp.pid") ?? PidFile.holder("/var/run/zypp.pid")
    }

    func damage() async -> String? {
        guard let database = await RpmDatabase.read(runner),
            let first = database.installedTwice.min(by: { $0.key < $1.key })
        else { return nil }
        return "\(first.key.name) is \(first.value)."
    }

    var repair: [[String]] { [[Self.path, "--non-interactive", "verify", "--no-recommends"]] }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
        let locks = await locks()
        var held: [PackageKey: String] = [:]
        for update in updates { held[update.key] = locks[update.name] }
        return held
    }

    /// What is installed, and how: an older version only where the list goes back.
    private func install(_ updates: [LockedUpdate]) -> [String] {
        let isBack = updates.contains(where: \.isRollback)
        return (isBack ? ["--oldpackage"] : [])
            + updates.map { update in
                (isBack ? replaced?.file(of: update, with: self) : nil)
                    ?? "\(update.name).\(update.architecture)=\(update.to)"
            }
    }

    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        guard !updates.isEmpty else { return [] }
        let output = await asking.run(
            Self.xml + ["search", "--details", "--match-exact", "--type", "package"]
                + Set(updates.map(\.name)).sorted())
        guard output.status == 0 else { return [] }
        let offers = ZypperPlanReader(output.output).offers
        return Set(
            updates.filter { update in
                offers.contains {
                    $0.name == update.name && $0.architecture == update.architecture
                        && $0.version == update.from
                }
            })
    }

    func keptName(_ update: LockedUpdate, version: String) -> String? {
        RpmStore.keptName(update.name, version, update.architecture)
    }

    func storedFile(_ update: LockedUpdate, version: String) -> String? {
        RpmStore().file(update.name, version, update.architecture)
    }

    func downloadAgain(_ updates: [LockedUpdate]) -> [String]? {
        [Self.path] + Self.quiet
            + ["install", "--force", "--download-only", "--no-recommends"]
            + updates.map { "\($0.name).\($0.architecture)=\($0.from)" }
    }

    func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool {
        await RpmFile(runner: runner, path: file).isReplaced(by: update)
    }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        let output = await asking.run(
            Self.xml + ["install", "--dry-run", "--no-recommends"] + install(updates))
        let reading = ZypperPlanReader(output.output)
        guard reading.isWhole else {
            let words = reading.problem ?? reading.errors.first
            return .refused(
                Obstacle(
                    ZypperComplaint(
                        lines: (words.map { [$0] } ?? []) + output.lines, status: output.status
                    ).verdict, else: words ?? output.reason))
        }
        return .plan(reading.plan)
    }

    func commands(for updates: [LockedUpdate]) -> [[String]] {
        // Only a list that goes back may bring older versions, and a licence that must be accepted
        // is a person's.
        [[Self.path] + Self.quiet + ["install", "--no-recommends"] + install(updates)]
    }

    func download(of updates: [LockedUpdate]) -> [String] {
        [Self.path] + Self.quiet + ["install", "--download-only", "--no-recommends"]
            + install(updates)
    }

    func downloadedFile(of update: LockedUpdate) -> String? {
        RpmStore().file(update.name, update.to, update.architecture)
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        ZypperComplaint(lines: lines, status: status).verdict
    }

    func files(of package: PackageKey) async -> [String] {
        await RpmFiles.list(runner, package)
    }
}
