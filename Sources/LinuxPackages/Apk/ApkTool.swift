import AgentCore
import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs

/// Alpine's apk: what is installed, and what its repositories have newer. Nothing is installed with
/// it: no endpoint with apk has been patched yet.
struct ApkTool: Sendable {
    let manager = PackageManagerName.apk
    let runner: any CommandRunning
    /// Without a slash at its end; empty for this machine.
    var root = ""

    private static let programs = ["/sbin/apk", "/usr/bin/apk", "/usr/sbin/apk"]
    /// apk 3 has moved it.
    private static let databases = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"]
    /// The largest systems have some 3,000 packages with 4 KB each.
    private static let largestDatabase = 64 << 20
    private static let largestList = 1 << 20
    private static let kernels: Set = [
        "linux-lts", "linux-virt", "linux-edge", "linux-stable", "linux-rpi",
    ]

    /// Why none of its updates is installed.
    static let notInstalled = "Patchbay does not install with apk yet: use apk on the endpoint."

    init(runner: any CommandRunning, root: String = "") {
        self.runner = runner
        self.root = root
    }

    private var apk: ToolRunner {
        let path = Self.programs.first { Files.exists("\(root)\($0)") } ?? Self.programs[0]
        return ToolRunner(runner: runner, path: path)
    }
}

extension ApkTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        let output = await apk.run(["update"], seconds: ToolRunner.refreshSeconds)
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
        for file in Self.databases where look.packages.isEmpty {
            let bytes = Files.bytes(root + file, limit: Self.largestDatabase) ?? []
            look.packages = ApkDatabase.packages(bytes, unparsed: &look.unparsed)
        }
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
        for update in reading.updates {
            guard let package = installed[update.name] else {
                look.unparsed.append("\(update.name) \(update.installed) < \(update.candidate)")
                continue
            }
            look.updates.append(
                Update(
                    manager: manager, name: package.name, architecture: package.architecture,
                    installed: package.version, candidate: update.candidate,
                    // apk's indexes do not say what a version is for.
                    classes: [.feature], origin: update.origin ?? "", installability: .keptBack,
                    reason: Self.notInstalled))
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

/// apk's own database: blocks of lines `LETTER:value`, parted by empty lines.
enum ApkDatabase {
    /// Every installed package; blocks that cannot be read are shown by their name.
    static func packages(_ bytes: [UInt8], unparsed: inout [String]) -> [Package] {
        var packages: [Package] = []
        var fields: [Character: String] = [:]
        func end() {
            guard !fields.isEmpty else { return }
            if let package = package(fields) {
                packages.append(package)
            } else {
                unparsed.append("P:\(fields["P"] ?? "")")
            }
            fields = [:]
        }
        for line in TextLines.strings(bytes) {
            if line.isEmpty {
                end()
            } else if line.dropFirst().first == ":", let letter = line.first,
                "PVAo".contains(letter)
            {
                fields[letter] = fields[letter] ?? String(line.dropFirst(2))
            }
        }
        end()
        return packages.sorted { $0.precedes($1) }
    }

    private static func package(_ fields: [Character: String]) -> Package? {
        guard let name = fields["P"], PackageName(name, of: .apk) != nil,
            let version = fields["V"], Grammar.consists(version, of: "._~-"),
            let architecture = fields["A"], Grammar.consists(architecture, of: "_")
        else { return nil }
        return Package(
            manager: .apk, name: name, version: version, architecture: architecture,
            source: fields["o"] ?? name, sourceVersion: version)
    }
}
