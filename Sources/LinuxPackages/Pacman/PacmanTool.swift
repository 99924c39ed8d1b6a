import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs
import Versions

/// Arch's pacman.
struct PacmanTool: Sendable {
    let manager = PackageManagerName.pacman
    let runner: any CommandRunning
    /// What the agent has kept; `nil` where it keeps nothing.
    var replaced: ReplacedPackages?

    private static let path = "/usr/bin/pacman"
    private static let database = "/var/lib/pacman"
    private static let lock = "/var/lib/pacman/db.lck"
    private static let configuration = "/etc/pacman.conf"
    private static let store = "/var/cache/pacman/pkg"
    /// A plan in one word each: name, version, source, bytes to download.
    private static let format = ["--print", "--print-format", "%n|%v|%r|%s"]
    private static let kernels: Set = [
        "linux", "linux-lts", "linux-zen", "linux-hardened", "linux-aarch64", "linux-rpi",
    ]
    /// How often a plan of everything is tried without what stands in its way.
    private static let rounds = 20

    init(runner: any CommandRunning) {
        self.runner = runner
    }

    private var pacman: ToolRunner { ToolRunner(runner: runner, path: Self.path) }
}

// MARK: - Looking

extension PacmanTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        let output = await pacman.run(
            ["-Sy", "--noconfirm", "--noprogressbar"], seconds: ToolRunner.refreshSeconds)
        let lines = output.lines
        let errors = sources.map { source -> (key: String, error: String?) in
            let own = lines.first {
                $0.contains("error: ")
                    && ($0.contains("'\(source.id).db'") || $0.contains("'\(source.id).db.sig'")
                        || $0.contains("error: \(source.id):")
                        || $0.contains("error: database '\(source.id)'"))
            }
            if let own { return (source.id, TextLines.trimmed(own)) }
            let isAbout = sources.contains { other in
                lines.contains { $0.contains("'\(other.id).db") }
            }
            return (source.id, output.status == 0 || isAbout ? nil : output.reason)
        }
        return RefreshReport.of(errors, at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        var look = SoftwareLook()
        look.packages = PacmanDatabase.packages("\(Self.database)/local", &look.unparsed)
        guard !look.packages.isEmpty else {
            throw ScanFailure(
                code: "E_SCAN_PACMAN_UNREADABLE",
                message: "\(Self.database)/local cannot be read, or lists no package.",
                nextStep: "Run `pacman -Q` on the endpoint as root and see what is printed.")
        }
        look.architecture =
            look.packages.first { $0.architecture != "any" }?.architecture ?? "any"
        look.sources = sources.map { source in
            let file = "\(Self.database)/sync/\(source.id).db"
            return SourceJudgement(
                key: source.id, name: source.name, indexTime: Files.status(file)?.modified
            ).state(report: report, now: now)
        }
        look.signals = LostModules.signals(
            look.packages, kernels: Self.kernels, in: "/usr/lib/modules")
        guard look.sources.contains(where: { $0.refreshedAt != nil }) else { return look }
        await addUpdates(to: &look)
        return look
    }

    private func addUpdates(to look: inout SoftwareLook) async {
        let output = await pacman.run(["-Qu"])
        let reading = ToolOutput.pacmanQu.read(output.output)
        // Status 1 without a word stands for "nothing is newer".
        let isQuiet = output.errorOutput.allSatisfy(TextLines.isBlank)
        guard output.status == 0 || (output.status == 1 && isQuiet) else {
            return look.fail("pacman", output.reason)
        }
        look.unparsed += reading.unparsed
        let free = reading.updates.filter { $0.isHeld != true }
        let (planned, problems) = await planned(free.map(\.name))
        let installed = Dictionary(look.packages.map { ($0.name, $0) }) { first, _ in first }
        for update in reading.updates {
            guard let package = installed[update.name] else { continue }
            let plan = planned[update.name]
            let isPlanned = plan?.version == update.candidate
            let isHeld = update.isHeld == true
            var reason: String?
            if isHeld {
                reason = "The endpoint's configuration holds it (IgnorePkg or IgnoreGroup)."
            } else if !isPlanned {
                reason =
                    problems[update.name].map { "Its dependencies cannot be met: \($0)." }
                    ?? "pacman leaves it out and does not say why."
            }
            look.updates.append(
                Update(
                    manager: manager, name: package.name, architecture: package.architecture,
                    installed: package.version, candidate: update.candidate, classes: [.feature],
                    origin: plan?.source ?? "",
                    installability: isHeld ? .held : isPlanned ? .installable : .keptBack,
                    bytes: plan?.bytes, reason: reason))
        }
    }

    /// What pacman would do with these, one that cannot be had left out after the other, and why.
    private func planned(
        _ names: [String]
    ) async -> (plan: [String: PacmanPlan.Row], problems: [String: String]) {
        var names = names
        var problems: [String: String] = [:]
        for _ in 0..<Self.rounds where !names.isEmpty {
            let output = await pacman.run(["-S", "--noconfirm"] + Self.format + names)
            if output.status == 0 { return (PacmanPlan(output.output).byName, problems) }
            let verdict = PacmanComplaint(lines: output.lines, status: output.status).verdict
            let out = names.filter { verdict?.culprits.contains($0) == true }
            guard !out.isEmpty else {
                for name in names { problems[name] = verdict?.sentence ?? output.reason }
                return ([:], problems)
            }
            for name in out { problems[name] = verdict?.sentence }
            names.removeAll { out.contains($0) }
        }
        return ([:], problems)
    }

    /// The sections of the configuration, with the first server of each.
    private var sources: [PacmanConfiguration.Source] {
        PacmanConfiguration(Files.bytes(Self.configuration) ?? []).sources
    }
}

// MARK: - Installing

extension PacmanTool: DownloadingTool, ReturningTool {
    var scriptHosts: [String] { ["pacman"] }

    func lockHolder() -> String? {
        Files.exists(Self.lock) ? OpenFiles.holder(of: Self.lock) : nil
    }

    /// A lock file that no process has open was left by a run that was cut off: pacman(8) says to
    /// remove it then.
    func damage() async -> String? {
        guard Files.exists(Self.lock), OpenFiles.holder(of: Self.lock) == nil else { return nil }
        return "a pacman that was cut off has left its lock (\(Self.lock))."
    }

    var repair: [[String]] { [["/usr/bin/rm", "-f", Self.lock]] }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
        let reading = ToolOutput.pacmanQu.read(await pacman.run(["-Qu"]).output)
        let names = Set(reading.updates.filter { $0.isHeld == true }.map(\.name))
        var held: [PackageKey: String] = [:]
        for update in updates where names.contains(update.name) {
            held[update.key] = "The endpoint's configuration holds \(update.name) (IgnorePkg)."
        }
        return held
    }

    private static let options = ["--noconfirm", "--noprogressbar"]

    /// A source offers the newest version only: an older one is installed from its file.
    private func install(_ updates: [LockedUpdate]) -> [String] {
        guard updates.contains(where: \.isRollback) else {
            return ["-S"] + Self.options + updates.map { "\($0.name)=\($0.to)" }
        }
        return ["-U"] + Self.options
            + updates.compactMap { replaced?.file(of: $0, with: self) }
    }

    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> { [] }

    /// The ending tells how it is compressed, which pacman sees for itself.
    func keptName(_ update: LockedUpdate, version: String) -> String? {
        "\(update.name)-\(version)-\(update.architecture).pkg.tar"
    }

    /// How packages are compressed, the usual ways first (makepkg.conf(5)).
    private static let endings = [".zst", ".xz", ".gz", "", ".bz2", ".lz4", ".lz", ".lzo", ".lrz"]

    /// `name-version-architecture.pkg.tar.zst`, with a signature beside it. The store is not listed
    /// for it: it may hold every version that there ever was.
    func storedFile(_ update: LockedUpdate, version: String) -> String? {
        let start = "\(update.name)-\(version)-\(update.architecture).pkg.tar"
        guard !start.contains("/") else { return nil }
        return Self.endings.lazy.map { "\(Self.store)/\(start)\($0)" }
            .first { Files.status($0)?.isRegular == true }
    }

    /// pacman reads the whole package to answer.
    func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool {
        let output = await pacman.run(["-Qp", file])
        return output.status == 0
            && TextLines.strings(output.output).contains("\(update.name) \(update.from)")
    }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        let lost = updates.filter { $0.isRollback && replaced?.file(of: $0, with: self) == nil }
        if let first = lost.first {
            return .refused(
                Obstacle(
                    .versionNotAvailable, "The package of \(first.name) \(first.to) is not kept.",
                    culprits: lost.map(\.name)))
        }
        let output = await pacman.run(install(updates) + Self.format)
        guard output.status == 0 else {
            let lines = output.lines
            return .refused(
                Obstacle(
                    PacmanComplaint(lines: lines, status: output.status).verdict,
                    else: output.reason))
        }
        var unread: [String] = []
        let installed = Dictionary(
            PacmanDatabase.packages("\(Self.database)/local", &unread).map { ($0.name, $0.version) }
        ) { first, _ in first }
        var plan = ChangePlan()
        for row in PacmanPlan(output.output).rows {
            plan.download += row.bytes ?? 0
            let change = ChangePlan.Change(name: row.name, architecture: "", version: row.version)
            guard let old = installed[row.name] else {
                plan.added.append(change)
                continue
            }
            let isOlder = (try? Ecosystem.pacman.compare(row.version, old)) == .less
            if isOlder {
                plan.goBack(to: change)
            } else {
                plan.changed.append(change)
            }
        }
        return .plan(plan)
    }

    func commands(for updates: [LockedUpdate]) -> [[String]] {
        [[Self.path] + install(updates)]
    }

    func download(of updates: [LockedUpdate]) -> [String] {
        [Self.path, "-Sw"] + install(updates).dropFirst()
    }

    func downloadedFile(of update: LockedUpdate) -> String? {
        storedFile(update, version: update.to)
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        PacmanComplaint(lines: lines, status: status).verdict
    }

    func files(of package: PackageKey) async -> [String] {
        let output = await pacman.run(["-Qlq", package.name])
        return output.status == 0 ? TextLines.strings(output.output) : []
    }
}

/// Processes that have a file open.
enum OpenFiles {
    /// The first, as `name (pid N)`; `nil` when none has.
    static func holder(of path: String) -> String? {
        guard let own = Files.status(path) else { return nil }
        for id in Files.names(in: "/proc") where id.allSatisfy(\.isNumber) {
            for number in Files.names(in: "/proc/\(id)/fd") {
                guard let other = Files.status("/proc/\(id)/fd/\(number)"),
                    other.device == own.device, other.inode == own.inode
                else { continue }
                return "\(Files.line("/proc/\(id)/comm") ?? "a program") (pid \(id))"
            }
        }
        return nil
    }
}
