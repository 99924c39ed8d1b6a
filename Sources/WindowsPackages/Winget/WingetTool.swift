import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs
import Versions

/// winget: the programs that are there for everybody on the endpoint and that a source of winget
/// knows.
struct WingetTool: Sendable {
    let manager = PackageManagerName.winget
    let runner: any CommandRunning
    let path: String

    /// winget chooses what fits the machine, and its lists name no architecture.
    static let architecture = "all"
    /// For the whole machine; nobody is asked. A source's own terms are accepted, as winget cannot
    /// be used without, and the job says so (docs/windows.md). Those of a package never are.
    private static let common = ["--disable-interactivity", "--accept-source-agreements"]
    private static let scope = ["--scope", "machine"]
    /// Options that winget has had only since 1.5 or so, which shows pinned packages.
    private static let all = ["--include-unknown", "--include-pinned"]
    /// INVALID_CL_ARGUMENTS: an option or command that an older winget does not have.
    private static let unknownOption = Int32(bitPattern: 0x8A15_0002)
    /// NO_APPLICATIONS_FOUND and UPDATE_NOT_APPLICABLE: nothing to list.
    private static let nothingFound: Set<Int32> = [
        Int32(bitPattern: 0x8A15_0014), Int32(bitPattern: 0x8A15_002B),
    ]

    private var winget: AskedProgram { AskedProgram(runner: runner, path: path) }

    private func answered(_ word: ProgramWord) -> Bool {
        word.status.map { $0 == 0 || Self.nothingFound.contains($0) } ?? false
    }

    private func reason(_ word: ProgramWord) -> String {
        guard let status = word.status, let code = WingetCode.of(status) else {
            return word.reason
        }
        return "\(code.clause) (\(WingetCode.text(status)))"
    }

    /// What is newer than what is installed, with what a run over everything would leave out.
    private func newer() async -> ProgramWord {
        let words = ["list", "--upgrade-available"] + Self.scope + Self.common
        let word = await winget.ask(words + Self.all, seconds: AskedProgram.networkSeconds)
        guard word.status == Self.unknownOption else { return word }
        return await winget.ask(words, seconds: AskedProgram.networkSeconds)
    }

    /// The words of the rows of a table, whatever language its heading is in.
    private static func rows(_ word: ProgramWord) -> [[String]] {
        let lines = TextLines.strings(word.output).map { TextLines.trimmed(ToolText.shown($0)) }
        guard let rule = lines.firstIndex(where: { $0.count >= 10 && Grammar.isRule($0, of: "-") })
        else { return [] }
        return lines[(rule + 1)...].prefix { !$0.isEmpty }.map { TextLines.words($0) }
    }

    /// What pins hold: every word of a row, one of which is the identifier. `nil` when winget does
    /// not tell; one without pins has none.
    private func pinned() async -> Set<String>? {
        let word = await winget.ask(["pin", "list", "--disable-interactivity"])
        if word.status == Self.unknownOption { return [] }
        guard answered(word) else { return nil }
        return Set(Self.rows(word).flatMap { $0 }.map { $0.lowercased() })
    }

    /// The sources, by name and address.
    private func sources() async -> [(name: String, address: String)] {
        let word = await winget.ask(["source", "list", "--disable-interactivity"])
        return Self.rows(word).compactMap { words in
            guard words.count > 1, Grammar.consists(words[0], of: "._-") else { return nil }
            return (words[0], words[1])
        }
    }

    /// A version without blanks: `<1.2` for `< 1.2`, which says that it is older than that.
    private static func plain(_ version: String) -> String {
        TextLines.words(version).joined(separator: version.hasPrefix("<") ? "" : "_")
    }

    private static let pin = "A pin on this endpoint holds it (winget pin)."
    private static let unknownVersion =
        "winget cannot tell which version of it is installed, so that it cannot update it."
}

extension WingetTool: WindowsTool {
    func look(
        refreshing: Bool, at now: Timestamp, after last: RefreshReport?
    ) async throws(ScanFailure) -> WindowsLook {
        var look = WindowsLook()
        look.packages = try await installed(unparsed: &look.unparsed)
        let sources = await sources()
        look.report = last
        if refreshing {
            var errors: [(key: String, error: String?)] = []
            for source in sources {
                let word = await winget.ask(
                    ["source", "update", "--name", source.name, "--disable-interactivity"],
                    seconds: AskedProgram.networkSeconds)
                errors.append((source.name, word.status == 0 ? nil : reason(word)))
            }
            look.report = RefreshedSource.report(errors, at: now, after: last)
        }
        look.sources = sources.map { source in
            RefreshedSource.state(
                "\(source.name) \(source.address)", key: source.name, after: look.report, at: now)
        }
        let word = await newer()
        guard answered(word) else {
            look.failSources(reason(word), else: "winget")
            return look
        }
        let reading = ToolOutput.wingetUpgrade.read(word.output)
        look.unparsed += reading.unparsed
        failNamed(sources.map(\.name), by: reading.unparsed, in: &look)
        let pinned = await pinned()
        if pinned == nil { look.unparsed.append("winget pin list: no answer") }
        add(reading.updates, pinned: pinned ?? [], to: &look)
        return look
    }

    /// A complaint beside the table that names a source is about that source.
    private func failNamed(_ names: [String], by lines: [String], in look: inout WindowsLook) {
        for (place, name) in names.enumerated() where look.sources[place].state != .failed {
            let line = lines.first { line in
                line.split { !($0.isLetter || $0.isNumber || "._-".contains($0)) }.contains {
                    $0.lowercased() == name.lowercased()
                } && !line.contains("  ")
            }
            guard let line else { continue }
            look.sources[place].state = .failed
            look.sources[place].error = AskedProgram.quote(line)
        }
    }

    /// What a source knows; what else is in Windows' list of programs has no name that winget
    /// could install it by.
    private func installed(unparsed: inout [String]) async throws(ScanFailure) -> [Package] {
        let word = await winget.ask(
            ["list"] + Self.scope + Self.common, seconds: AskedProgram.networkSeconds)
        guard answered(word) else {
            throw ScanFailure(
                code: "E_SCAN_WINGET",
                message: "winget cannot list what is installed: \(reason(word))",
                nextStep: "Run `winget list --scope machine` on the endpoint as the agent's user.")
        }
        let reading = ToolOutput.wingetList.read(word.output)
        unparsed += reading.unparsed
        var packages: [String: Package] = [:]
        for found in reading.packages where PackageName(found.name, of: manager) != nil {
            let version = Self.plain(found.version)
            guard !version.isEmpty else {
                unparsed.append("\(found.name): no version")
                continue
            }
            // Of several side by side the newest is told.
            if let other = packages[found.name], !Self.isNewer(version, other.version) { continue }
            packages[found.name] = Package(
                manager: manager, name: found.name, version: version,
                architecture: Self.architecture, source: found.name, sourceVersion: version,
                origin: found.origin)
        }
        return packages.values.sorted { $0.precedes($1) }
    }

    private static func isNewer(_ version: String, _ other: String) -> Bool {
        (try? Ecosystem.winget.compare(version, other)) == .greater
    }

    private func add(
        _ updates: [ToolUpdate], pinned: Set<String>, to look: inout WindowsLook
    ) {
        let own = Dictionary(look.packages.map { ($0.name, $0) }) { one, _ in one }
        for found in updates {
            guard let package = own[found.name] else {
                look.unparsed.append("\(found.name) \(found.candidate) is not installed")
                continue
            }
            // Of several side by side only the newest has a place in the inventory.
            guard package.version == Self.plain(found.installed) else { continue }
            var update = Update(
                manager: manager, name: package.name, architecture: package.architecture,
                installed: package.version, candidate: found.candidate,
                // Its sources do not say what a version is for.
                classes: [.feature], origin: found.origin ?? "", installability: .installable,
                wayBack: .noWay)
            if pinned.contains(package.name.lowercased()) {
                (update.installability, update.reason) = (.held, Self.pin)
            } else if Self.isUnknown(package.version) {
                (update.installability, update.reason) = (.keptBack, Self.unknownVersion)
            } else if found.details?["explicit"] == "yes" {
                (update.installability, update.reason) = (
                    .keptBack, "winget updates it only by its name, as its manifest asks for."
                )
            }
            look.updates.append(update)
        }
    }

    private static func isUnknown(_ version: String) -> Bool {
        version.lowercased() == "unknown"
    }

    func check(_ updates: [LockedUpdate]) async -> WindowsCheck {
        guard let pinned = await pinned() else {
            let obstacle = Obstacle(.other, "winget does not tell its pins.")
            return .all(updates, obstacle)
        }
        let word = await newer()
        let newer = Dictionary(
            ToolOutput.wingetUpgrade.read(word.output).updates.map { ($0.name, $0.candidate) }
        ) { first, _ in first }
        var obstacles: [LockedUpdate: Obstacle] = [:]
        for update in updates {
            if update.isRollback {
                obstacles[update] = Obstacle(.refused, "winget does not go back to a version.")
            } else if pinned.contains(update.name.lowercased()) {
                obstacles[update] = Obstacle(.held, Self.pin)
            } else if Self.isUnknown(update.from) {
                obstacles[update] = Obstacle(.other, Self.unknownVersion)
            } else if newer[update.name] != update.to {
                obstacles[update] = await obstacle(to: update)
            }
        }
        return .obstacles(obstacles)
    }

    /// Asks the sources for exactly this version.
    private func obstacle(to update: LockedUpdate) async -> Obstacle? {
        let word = await winget.ask(
            ["show", "--exact", "--id", update.name, "--version", update.to] + Self.common,
            seconds: AskedProgram.networkSeconds)
        if word.status == 0 { return nil }
        let failure = word.status.flatMap { WingetCode.of($0) }?.failure
        return Obstacle(
            failure ?? .versionNotAvailable,
            "No source of winget offers \(update.name) \(update.to): \(reason(word))")
    }

    /// One package a run, so that each has its own status.
    func batch(of updates: [LockedUpdate]) -> [LockedUpdate] { Array(updates.prefix(1)) }

    func command(for batch: [LockedUpdate]) -> [String] {
        guard let update = batch.first else { return [path] }
        return [path, "upgrade", "--exact", "--id", update.name, "--version", update.to]
            + Self.scope + ["--silent"] + Self.common
    }

    func verdict(status: Int32, lines: [String], on batch: [LockedUpdate]) -> RunVerdict {
        let name = batch.first?.name ?? ""
        guard status != 0 else {
            return RunVerdict(failure: nil, sentence: "winget reported success.")
        }
        let text = WingetCode.text(status)
        guard let code = WingetCode.of(status) else {
            let last = lines.map { TextLines.trimmed(ToolText.shown($0)) }.last {
                !$0.isEmpty && !$0.hasPrefix("+ ")
            }
            return RunVerdict(
                failure: .other, culprits: [name],
                sentence: "winget, \(name): it ended with \(text)"
                    + (last.map { ": \(AskedProgram.quote($0))" } ?? "."))
        }
        guard let failure = code.failure else {
            return RunVerdict(
                failure: nil, sentence: "winget reported success (\(text)).",
                notes: code.needsReboot ? ["\(name): \(code.clause) (\(text))."] : [])
        }
        if failure == .lockHeld {
            // The sentence is the holder's name.
            return RunVerdict(
                failure: failure, culprits: [name], sentence: "another installer (\(text))")
        }
        return RunVerdict(
            failure: failure, culprits: [name],
            sentence: "winget, \(name): \(code.clause) (\(text)).")
    }

    func step(_ lines: [String], of batch: [LockedUpdate]) -> RunStep? {
        batch.first.map {
            RunStep(phase: .installing, sentence: "winget installs \($0.name) \($0.to).")
        }
    }

    func canGoBack(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> { [] }
}
