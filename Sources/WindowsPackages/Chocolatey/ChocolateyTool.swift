import AgentCore
import Fleet
import PackageManagers
import Rollout
import Synchronization
import ToolOutputs

/// Chocolatey: the packages that it has installed on the endpoint.
struct ChocolateyTool: Sendable {
    let manager = PackageManagerName.chocolatey
    let runner: any CommandRunning
    let path: String

    /// What Chocolatey installs fits the machine; it names no architecture.
    static let architecture = "all"
    /// The statuses of an answer: with `useEnhancedExitCodes` 2 says that a list is empty, or that
    /// something is outdated.
    private static let answers: Set<Int32> = [0, 2]
    /// Since this version `list` is about what is installed, without an option that says so.
    private static let listsLocally = 2

    private var choco: AskedProgram { AskedProgram(runner: runner, path: path) }

    private func answered(_ word: ProgramWord) -> Bool {
        word.status.map { Self.answers.contains($0) } ?? false
    }

    /// Rows of `--limit-output`; what is none, and not blank, comes back as it is.
    private static func rows(
        _ word: ProgramWord, cells: ClosedRange<Int>
    ) -> (rows: [[String]], others: [String]) {
        var found: (rows: [[String]], others: [String]) = ([], [])
        for line in TextLines.strings(word.output) where !TextLines.trimmed(line).isEmpty {
            let row = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { TextLines.trimmed($0) }
            if cells.contains(row.count), !row[0].isEmpty {
                found.rows.append(row)
            } else {
                found.others.append(line)
            }
        }
        return found
    }

    private func installed(
        unparsed: inout [String]
    ) async throws(ScanFailure) -> [Package] {
        let version = await choco.ask(["--version"])
        let number = version.lines.reversed().lazy
            .compactMap { Int(TextLines.trimmed($0).prefix { $0.isNumber }) }.first
        let isLocal = (number ?? Self.listsLocally) >= Self.listsLocally
        let list = await choco.ask(isLocal ? ["list", "-r"] : ["list", "-lo", "-r"])
        guard version.status != nil, answered(list) else {
            throw ScanFailure(
                code: "E_SCAN_CHOCOLATEY",
                message: "Chocolatey cannot list what is installed: "
                    + "\(version.failure ?? list.reason)",
                nextStep: "Run `choco list` on the endpoint as the agent's user.")
        }
        let (rows, others) = Self.rows(list, cells: 2...2)
        unparsed += others
        var packages: [Package] = []
        for row in rows {
            guard PackageName(row[0], of: manager) != nil, Self.isVersion(row[1]) else {
                unparsed.append(row.joined(separator: "|"))
                continue
            }
            packages.append(
                Package(
                    manager: manager, name: row[0], version: row[1],
                    architecture: Self.architecture, source: row[0], sourceVersion: row[1]))
        }
        return packages
    }

    /// NuGet's versions: `1.2.3.4-rc.1+build`.
    private static func isVersion(_ text: String) -> Bool {
        Grammar.consists(text, of: ".-+") && text.utf8.first.map(Grammar.isDigit) == true
    }

    /// The sources that are in use, by name and address.
    private func sources() async -> [(name: String, address: String)] {
        let word = await choco.ask(["source", "list", "-r"])
        return Self.rows(word, cells: 3...12).rows.compactMap { row in
            row[1].isEmpty || row[2].lowercased() == "true" ? nil : (row[0], Self.plain(row[1]))
        }
    }

    /// An address without a user and a password.
    private static func plain(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://"),
            let sign = address[scheme.upperBound...].prefix(while: { $0 != "/" })
                .lastIndex(of: "@")
        else { return address }
        return String(address[..<scheme.upperBound] + address[address.index(after: sign)...])
    }
}

extension ChocolateyTool: WindowsTool {
    /// Nothing lies here that could be refreshed: each look asks the sources.
    func look(
        refreshing: Bool, at now: Timestamp, after last: RefreshReport?
    ) async throws(ScanFailure) -> WindowsLook {
        var look = WindowsLook()
        look.packages = try await installed(unparsed: &look.unparsed)
        let sources = await sources()
        let word = await choco.ask(["outdated", "-r"], seconds: AskedProgram.networkSeconds)
        look.sources = sources.map { name, address in
            SourceState(name: "\(name) \(address)", state: .ok, refreshedAt: now)
        }
        let said = word.lines.filter { !$0.contains("|") }
        for (place, source) in sources.enumerated() {
            // Whatever it says of a source beside the rows is a complaint.
            guard let line = said.first(where: { $0.contains(source.address) }) else { continue }
            look.sources[place].state = .failed
            look.sources[place].refreshedAt = nil
            look.sources[place].error = AskedProgram.quote(line)
        }
        guard answered(word) else {
            look.failSources(word.reason, else: "Chocolatey")
            return look
        }
        let reading = ToolOutput.chocoOutdated.read(word.output)
        look.unparsed += reading.unparsed
        add(reading.updates, to: &look)
        if refreshing { await askForWaysBack(look.updates) }
        for place in look.updates.indices {
            look.updates[place].wayBack = Offered.has(LockedUpdate(look.updates[place]))
                .map { $0 ? .packageDowngrade : .noWay }
        }
        return look
    }

    private func add(_ updates: [ToolUpdate], to look: inout WindowsLook) {
        let own = Dictionary(look.packages.map { ($0.name.lowercased(), $0) }) { one, _ in one }
        for update in updates {
            guard let package = own[update.name.lowercased()],
                package.version == update.installed
            else {
                look.unparsed.append(
                    "\(update.name)|\(update.installed)|\(update.candidate): not installed so")
                continue
            }
            let isPinned = update.isHeld == true
            look.updates.append(
                Update(
                    manager: manager, name: package.name, architecture: package.architecture,
                    installed: package.version, candidate: update.candidate,
                    // Its sources do not say what a version is for.
                    classes: [.feature], origin: "Chocolatey",
                    installability: isPinned ? .held : .installable,
                    reason: isPinned ? Self.pinned : nil))
        }
    }

    private static let pinned = "A pin on this endpoint holds it (choco pin)."

    /// Asks for pins, and then for what is newer; for another version than that each source.
    func check(_ updates: [LockedUpdate]) async -> WindowsCheck {
        let pins = await choco.ask(["pin", "list", "-r"])
        let outdated = await choco.ask(["outdated", "-r"], seconds: AskedProgram.networkSeconds)
        guard answered(pins) else {
            let obstacle = Obstacle(.other, "Chocolatey does not tell its pins: \(pins.reason)")
            return .all(updates, obstacle)
        }
        let pinned = Set(Self.rows(pins, cells: 2...2).rows.map { $0[0].lowercased() })
        let newer = Dictionary(
            ToolOutput.chocoOutdated.read(outdated.output).updates.map {
                ($0.name.lowercased(), $0.candidate)
            }
        ) { first, _ in first }
        var obstacles: [LockedUpdate: Obstacle] = [:]
        for update in updates {
            if pinned.contains(update.name.lowercased()) {
                obstacles[update] = Obstacle(.held, Self.pinned)
            } else if newer[update.name.lowercased()] != update.to {
                obstacles[update] = await obstacle(to: update)
            }
        }
        return .obstacles(obstacles)
    }

    private func obstacle(to update: LockedUpdate) async -> Obstacle? {
        let (isThere, word) = await offers(update.name, update.to)
        if isThere { return nil }
        guard answered(word) else {
            let complaint = ChocolateyComplaint(
                name: update.name, status: word.status ?? 1, lines: word.lines)
            return Obstacle(
                complaint.verdict.failure ?? .other,
                "Chocolatey does not tell whether it has \(update.name) \(update.to): "
                    + word.reason)
        }
        return Obstacle(
            .versionNotAvailable,
            "No source of Chocolatey offers \(update.name) \(update.to).")
    }

    /// Whether a source has exactly this version.
    private func offers(_ name: String, _ version: String) async -> (Bool, ProgramWord) {
        let word = await choco.ask(
            ["search", name, "--exact", "--version=\(version)", "-r"],
            seconds: AskedProgram.networkSeconds)
        let isThere = Self.rows(word, cells: 2...2).rows.contains {
            $0[0].lowercased() == name.lowercased() && $0[1] == version
        }
        return (isThere && answered(word), word)
    }

    /// One package a run, so that each has its own status: 3010 would end a longer one.
    func batch(of updates: [LockedUpdate]) -> [LockedUpdate] { Array(updates.prefix(1)) }

    func command(for batch: [LockedUpdate]) -> [String] {
        guard let update = batch.first else { return [path] }
        return [
            path, "upgrade", update.name, "--version=\(update.to)", "-y", "-r", "--no-progress",
            "--fail-on-unfound", "--fail-on-not-installed",
        ] + (update.isRollback ? ["--allow-downgrade"] : [])
    }

    func verdict(status: Int32, lines: [String], on batch: [LockedUpdate]) -> RunVerdict {
        ChocolateyComplaint(
            name: batch.first?.name ?? "", status: status, lines: lines
        ).verdict
    }

    func step(_ lines: [String], of batch: [LockedUpdate]) -> RunStep? {
        batch.first.map {
            RunStep(phase: .installing, sentence: "Chocolatey installs \($0.name) \($0.to).")
        }
    }

    /// Asked anew: it is about to be relied on.
    func canGoBack(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        var found: Set<LockedUpdate> = []
        for update in updates where await offers(update.name, update.from).0 {
            found.insert(update)
        }
        return found
    }
}

// MARK: - The way back, as scans tell it

extension ChocolateyTool {
    /// The most questions of one scan about former versions: each takes a second or two.
    private static let mostAsked = 40

    /// Asks the sources whether they still have the versions before updates, as far as it has not
    /// been asked.
    private func askForWaysBack(_ updates: [Update]) async {
        let open = updates.map { LockedUpdate($0) }.filter { Offered.has($0) == nil }
        for update in open.prefix(Self.mostAsked) {
            let (isThere, word) = await offers(update.name, update.from)
            if answered(word) { Offered.note(update, isThere) }
        }
    }

    /// What sources said of former versions. A source seldom drops one, and an installation asks
    /// again.
    private enum Offered {
        /// More than an endpoint ever has are forgotten.
        private static let most = 4096
        private static let known = Mutex<[LockedUpdate: Bool]>([:])

        static func has(_ update: LockedUpdate) -> Bool? { known.withLock { $0[update] } }

        static func note(_ update: LockedUpdate, _ isThere: Bool) {
            known.withLock { known in
                if known.count >= most { known = [:] }
                known[update] = isThere
            }
        }
    }
}
