import AgentCore
import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs

/// Alpine's apk.
struct ApkTool: Sendable {
    let manager = PackageManagerName.apk
    let runner: any CommandRunning
    /// Without a slash at its end; empty for this machine.
    var root = ""
    /// What the agent has kept; `nil` where it keeps nothing.
    var replaced: ReplacedPackages?
    /// The indexes and packages of runs; `nil` where the agent keeps nothing.
    var store: ApkStore?

    private static let programs = ["/sbin/apk", "/usr/bin/apk", "/usr/sbin/apk"]
    /// apk 3 has moved it.
    private static let databases = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"]
    /// The largest systems have some 3,000 packages with 4 KB each.
    private static let largestDatabase = 64 << 20
    private static let largestList = 1 << 20
    private static let kernels: Set = [
        "linux-lts", "linux-virt", "linux-edge", "linux-stable", "linux-rpi",
    ]

    /// apk would refresh indexes that are older than four hours in the middle of a run: ten years,
    /// in minutes, keep it from it.
    static let frozen = ["--cache-max-age", "5256000"]

    init(runner: any CommandRunning, root: String = "") {
        self.runner = runner
        self.root = root
    }

    /// Where apk is.
    var path: String {
        Self.programs.first { Files.exists("\(root)\($0)") } ?? Self.programs[0]
    }

    var apk: ToolRunner { ToolRunner(runner: runner, path: path) }

    /// apk's own database.
    var database: [UInt8] {
        Self.databases.lazy.compactMap { Files.bytes(root + $0, limit: Self.largestDatabase) }
            .first { !$0.isEmpty } ?? []
    }

    /// The folder of the system's own indexes: the first where there is one, as apk has it.
    var indexFolder: String {
        ["/etc/apk/cache", "/var/cache/apk"].map { root + $0 }.first(where: Files.exists)
            ?? "\(root)/var/cache/apk"
    }
}

extension ApkTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        // Without the option apk 2.14.10 leaves indexes alone that are younger than four hours.
        let output = await apk.run(
            ["update", "--update-cache"], seconds: ToolRunner.refreshSeconds)
        let errors = repositories.map { ($0, Self.complaint(of: $0, in: output.lines)) }
        let isTold = errors.contains { $0.1 != nil }
        return RefreshReport.of(
            errors.map { repository, error in
                // A failure that is about no single repository is about all of them.
                (
                    repository,
                    error
                        ?? (output.status == 0 || isTold
                            ? nil : PlainAddress.all(in: output.reason))
                )
            }, at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        var look = SoftwareLook()
        look.packages = ApkDatabase.packages(database, unparsed: &look.unparsed)
        guard !look.packages.isEmpty else {
            throw ScanFailure(
                code: "E_SCAN_APK_UNREADABLE",
                message: "\(Self.databases[0]) cannot be read, or lists no package.",
                nextStep: "Run `apk info -v` on the endpoint as root and see what is printed.")
        }
        look.architecture =
            look.packages.first { $0.architecture != "noarch" }?.architecture ?? "noarch"
        look.sources = repositories.map {
            SourceJudgement(key: $0, name: $0, indexTime: indexTime).state(report: report, now: now)
        }
        look.signals = LostModules.signals(
            look.packages, kernels: Self.kernels, in: "\(root)/lib/modules")
        await addUpdates(to: &look)
        return look
    }

    private func addUpdates(to look: inout SoftwareLook) async {
        let output = await apk.run(["version", "-v", "-l", "<"])
        guard output.status == 0 else {
            return look.fail("apk", PlainAddress.all(in: output.reason))
        }
        // What apk says beside the list: a repository whose index it does not have.
        let said = TextLines.strings(output.errorOutput)
        for place in look.sources.indices where look.sources[place].state == .ok {
            if let error = Self.complaint(of: look.sources[place].name, in: said) {
                look.sources[place].state = .failed
                look.sources[place].error = error
            }
        }
        let reading = ToolOutput.apkVersion.read(output.output)
        // Without an update apk prints nothing, or the heading alone.
        look.unparsed += reading.unparsed.filter { !TextLines.trimmed($0).isEmpty }
        let installed = Dictionary(look.packages.map { ($0.name, $0) }) { first, _ in first }
        let plan = reading.updates.isEmpty ? nil : await planOfAll()
        let world = ApkWorld.read(root: root)
        for update in reading.updates {
            guard let package = installed[update.name] else {
                look.unparsed.append("\(update.name) \(update.installed) < \(update.candidate)")
                continue
            }
            let (state, reason) = standing(of: update, in: plan, world)
            look.updates.append(
                Update(
                    manager: manager, name: package.name, architecture: package.architecture,
                    installed: package.version, candidate: update.candidate,
                    // apk's indexes do not say what a version is for.
                    classes: [.feature], origin: update.origin ?? "", installability: state,
                    reason: reason))
        }
    }

    /// What apk would do to bring in all that is newer, or why it would do nothing.
    private func planOfAll() async -> Solution {
        let output = await apk.run(
            ["upgrade", "--simulate", "--no-self-upgrade"] + Self.frozen)
        let plan = ApkPlan(output.lines)
        guard !plan.isWhole else { return .plan(plan.plan) }
        let verdict = ApkComplaint(lines: output.lines, status: output.status).verdict
        return .refused(Obstacle(verdict, else: output.reason))
    }

    private func standing(
        of update: ToolUpdate, in plan: Solution?, _ world: ApkWorld
    ) -> (Installability, String?) {
        if let wish = world.hold(on: update.name, at: update.candidate) {
            return (.held, "/etc/apk/world holds it on this endpoint (\(wish.text)).")
        }
        switch plan {
        case .refused(let obstacle)?:
            return (.keptBack, PlainAddress.all(in: obstacle.sentence))
        case .plan(let plan)?
        where plan.changed.contains { $0.name == update.name && $0.version == update.candidate }:
            return (.installable, nil)
        case .plan(let plan)?:
            let other = plan.changed.first { $0.name == update.name }?.version
            return (
                .keptBack,
                other.map { "apk would bring \($0) in its place." }
                    ?? "apk leaves it out and does not say why."
            )
        case nil: return (.keptBack, nil)
        }
    }

    /// What apk says of a repository: `WARNING: updating and opening ADDRESS: …`, `ERROR: ADDRESS: …`.
    private static func complaint(of repository: String, in lines: [String]) -> String? {
        // apk may print the password, or a sign in its place.
        lines.lazy.map { PlainAddress.all(in: TextLines.trimmed($0)) }.first {
            ($0.hasPrefix("WARNING: ") || $0.hasPrefix("ERROR: "))
                && ($0.contains("\(repository): ") || $0.contains("\(repository)/"))
        }
    }

    /// The repositories' addresses, without their tags, and without names and passwords, which must
    /// not leave the endpoint.
    private var repositories: [String] {
        let folder = "\(root)/etc/apk/repositories.d"
        let more = Files.names(in: folder).filter { $0.hasSuffix(".list") }.sorted()
        var found: [String] = []
        for file in ["\(root)/etc/apk/repositories"] + more.map({ "\(folder)/\($0)" }) {
            for line in TextLines.strings(Files.bytes(file, limit: Self.largestList) ?? []) {
                let words = TextLines.words(line)
                guard let first = words.first, !first.hasPrefix("#") else { continue }
                let address = first.hasPrefix("@") ? words.dropFirst().first : first
                var plain = PlainAddress.of(address ?? "")
                while plain.hasSuffix("/") { plain.removeLast() }
                if !plain.isEmpty, !found.contains(plain) { found.append(plain) }
            }
        }
        return found
    }

    /// When the newest index was written. Their files are named by a hash of the address; one
    /// `apk update` writes all of them.
    private var indexTime: Timestamp? {
        ["/var/cache/apk", "/etc/apk/cache"].map { root + $0 }.flatMap { folder in
            Files.names(in: folder).filter { $0.hasPrefix("APKINDEX.") }
                .compactMap { Files.status("\(folder)/\($0)")?.modified }
        }.max()
    }
}
