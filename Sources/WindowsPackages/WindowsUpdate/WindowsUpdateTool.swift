import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// The Windows Update Agent, asked and told by a script for Windows PowerShell.
///
/// An update is named by its article (`KB5079473`) where no other update of the same answer has that
/// one too, else by its identifier; its version is identifier and revision, which is exact.
struct WindowsUpdateTool: Sendable {
    let manager = PackageManagerName.windowsUpdate
    let runner: any CommandRunning
    let powershell: String
    let folder: UpdateFolder

    /// The one source, as it is shown and kept.
    static let source = "Windows Update"
    /// What nothing on an endpoint tells of updates of Windows.
    static let architecture = "all"
    /// A search that asks the service takes minutes, and half an hour on a slow machine that has
    /// never asked before, in seconds.
    static let searchSeconds: Int64 = 1_800
    /// How long a run begins new updates, in seconds: six hours bring a machine up to date that was
    /// never patched.
    static let runSeconds: Int64 = 6 * 3600
    /// How much stays free on the system's disk beyond the downloads, in bytes: Windows unpacks
    /// beside what is there.
    static let reserve: Int64 = 4 << 30

    private var program: AskedProgram { AskedProgram(runner: runner, path: powershell) }

    /// The arguments of the script. Those of an order are checked by it once more.
    func arguments(
        _ action: String, _ updates: [LockedUpdate] = [], seconds: Int64, online: Bool = false
    ) -> [String] {
        var words = [
            "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File",
            folder.script, "-Action", action, "-Seconds", "\(seconds)",
        ]
        if !updates.isEmpty { words += ["-Updates", updates.map(\.to).joined(separator: ",")] }
        return online ? words + ["-Online"] : words
    }

    /// What the Agent knows, or what keeps it from answering.
    private func search(online: Bool) async throws(ScanFailure) -> (ScriptAnswer, ToolReading) {
        if let fault = folder.writeScript() { throw Self.failure(fault) }
        let word = await program.ask(
            arguments("search", seconds: Self.searchSeconds, online: online),
            seconds: Self.searchSeconds)
        guard word.status != nil else { throw Self.failure(word.reason) }
        let lines = TextLines.strings(word.output)
        guard let (answer, line) = ScriptAnswer.last(in: lines), answer.action == "search" else {
            throw Self.failure(word.reason)
        }
        if let fault = answer.fault { throw Self.failure(fault) }
        var reading = ToolOutput.wuaJSON.read(Array(line.utf8))
        // What others print around the answer is shown.
        reading.unparsed += lines.filter { TextLines.trimmed($0) != line && !$0.isEmpty }
        return (answer, reading)
    }

    private static func failure(_ reason: String) -> ScanFailure {
        ScanFailure(
            code: "E_SCAN_WINDOWS_UPDATE",
            message: "The Windows Update Agent does not tell what is installed: \(reason)",
            nextStep: "Look whether the service `wuauserv` runs, and whether PowerShell may run "
                + "the agent's script.")
    }
}

// MARK: - Looking

extension WindowsUpdateTool: WindowsTool {
    func look(
        refreshing: Bool, at now: Timestamp, after last: RefreshReport?
    ) async throws(ScanFailure) -> WindowsLook {
        let (answer, reading) = try await search(online: refreshing)
        var look = WindowsLook()
        look.facts = answer.facts?.facts
        look.unparsed = reading.unparsed
        look.report =
            refreshing
            ? RefreshedSource.report([(Self.source, answer.serviceFault)], at: now, after: last)
            : last
        look.sources = [
            RefreshedSource.state(Self.source, key: Self.source, after: look.report, at: now)
        ]
        add(reading, to: &look)
        look.signals += (answer.rebootSignals ?? []).map { Self.signal($0) }
        folder.keep(
            downloaded: Set(
                reading.updates.filter { $0.details?["isDownloaded"] == "true" }.map(\.candidate)))
        return look
    }

    private func add(_ reading: ToolReading, to look: inout WindowsLook) {
        var counts: [String: Int] = [:]
        for name in reading.updates.map(\.name) + reading.packages.map(\.name) {
            counts[name, default: 0] += 1
        }
        for package in reading.packages {
            guard let identifier = Self.identifier(package.version) else {
                look.unparsed.append("\(package.displayName ?? package.name): no identifier")
                continue
            }
            let name = counts[package.name] == 1 ? package.name : identifier
            look.packages.append(Self.package(name, package.version))
        }
        for update in reading.updates {
            guard let identifier = Self.identifier(update.candidate) else {
                look.unparsed.append("\(update.displayName ?? update.name): no identifier")
                continue
            }
            let name = counts[update.name] == 1 ? update.name : identifier
            if update.details?["rebootRequired"] == "true" {
                // Brought in already; what it changes is in force after a reboot.
                look.packages.append(Self.package(name, update.candidate))
                look.signals.append(
                    RebootSignal(
                        kind: .coreFilesReplaced,
                        detail: "Windows Update waits for a reboot to finish \(name)"))
            } else {
                look.updates.append(Self.update(update, named: name))
            }
        }
    }

    private static func package(_ name: String, _ version: String) -> Package {
        Package(
            manager: .windowsUpdate, name: name, version: version, architecture: architecture,
            source: name, sourceVersion: version)
    }

    private static func update(_ found: ToolUpdate, named name: String) -> Update {
        var update = Update(
            manager: .windowsUpdate, name: name, architecture: architecture, installed: "",
            candidate: found.candidate, classes: found.classes ?? [.bugfix], origin: source,
            installability: .installable, bytes: found.bytes, wayBack: .noWay)
        update.changelogVulnerabilities = found.vulnerabilities
        if found.isHeld == true {
            update.installability = .held
            update.reason = "It is hidden on this endpoint (Windows Update)."
        } else if let obstacle = obstacle(to: found) {
            update.installability = .keptBack
            update.reason = obstacle.sentence
        }
        return update
    }

    /// What nobody but a person at the endpoint can answer.
    private static func obstacle(to found: ToolUpdate) -> Obstacle? {
        if found.details?["eulaAccepted"] == "false" {
            return Obstacle(
                .refused,
                "Its licence terms have not been accepted; Patchbay accepts none for anybody.")
        }
        if found.details?["asksQuestions"] == "true" {
            return Obstacle(.refused, "Its installation may ask questions, and nobody answers.")
        }
        return nil
    }

    private static func signal(_ word: String) -> RebootSignal {
        let detail =
            switch word {
            case "ComponentBasedServicing": "Windows' servicing stack waits for a reboot"
            case "WindowsUpdate": "Windows Update waits for a reboot"
            default: "\(AskedProgram.quote(word)) waits for a reboot"
            }
        return RebootSignal(kind: .coreFilesReplaced, detail: detail)
    }

    /// The identifier of `11072231-1710-cf53-27ac-435a7a97c643.3`; `nil` when it is none.
    private static func identifier(_ version: String) -> String? {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, Grammar.isNumber(parts[1]), parts[1].count <= 10,
            let name = PackageName(String(parts[0]), of: .windowsUpdate), name.text.count == 36
        else { return nil }
        return name.text
    }
}

// MARK: - Installing

extension WindowsUpdateTool {
    /// Looks at what the Agent knows, without the network.
    func check(_ updates: [LockedUpdate]) async -> WindowsCheck {
        let answer: ScriptAnswer
        let reading: ToolReading
        do {
            (answer, reading) = try await search(online: false)
        } catch {
            let obstacle = Obstacle(.other, error.message)
            return .all(updates, obstacle)
        }
        if answer.isBusy == true { return .locked(holder: "another user of Windows Update") }
        let offered = Dictionary(reading.updates.map { ($0.candidate, $0) }) { first, _ in first }
        var obstacles: [LockedUpdate: Obstacle] = [:]
        for update in updates { obstacles[update] = obstacle(to: update, among: offered) }
        let open = updates.filter { obstacles[$0] == nil }
        let bytes = open.reduce(Int64(0)) { $0 + (offered[$1.to]?.bytes ?? 0) }
        if let shortage = Self.shortage(of: bytes, on: answer.facts?.facts.disks ?? []) {
            for update in open { obstacles[update] = Obstacle(.diskFull, shortage) }
        }
        return .obstacles(obstacles)
    }

    private func obstacle(
        to update: LockedUpdate, among offered: [String: ToolUpdate]
    ) -> Obstacle? {
        if update.isRollback {
            return Obstacle(.refused, "Patchbay does not take updates of Windows back.")
        }
        guard Self.identifier(update.to) != nil, let found = offered[update.to] else {
            return Obstacle(
                .versionNotAvailable, "Windows Update does not offer \(update.name) \(update.to).")
        }
        if found.isHeld == true {
            return Obstacle(.held, "It is hidden on this endpoint (Windows Update).")
        }
        return Self.obstacle(to: found)
    }

    private static func shortage(of bytes: Int64, on disks: [Disk]) -> String? {
        guard let disk = disks.first(where: { $0.mountPoint.uppercased() == "C:" }) ?? disks.first,
            disk.freeBytes < bytes + reserve
        else { return nil }
        return "Too little room: \(disk.mountPoint) has \(disk.freeBytes >> 20) MiB free, and "
            + "\((bytes + reserve) >> 20) MiB are needed."
    }

    /// All in one run: the Agent says of each what became of it.
    func batch(of updates: [LockedUpdate]) -> [LockedUpdate] { updates }

    func command(for batch: [LockedUpdate]) -> [String] {
        _ = folder.writeScript()
        return [powershell] + arguments("install", batch, seconds: Self.runSeconds)
    }

    func canGoBack(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> { [] }

    func verdict(status: Int32, lines: [String], on batch: [LockedUpdate]) -> RunVerdict {
        guard let (answer, _) = ScriptAnswer.last(in: lines), answer.action == "install" else {
            let last = lines.last { !TextLines.trimmed($0).isEmpty }.map { AskedProgram.quote($0) }
            return RunVerdict(
                failure: .other,
                sentence: "The script for Windows Update ended with status \(status) and without "
                    + "an answer\(last.map { ": \($0)" } ?? ".")")
        }
        if let fault = answer.fault {
            return RunVerdict(failure: answer.code.meaning?.failure ?? .other, sentence: fault)
        }
        let names = Dictionary(batch.map { ($0.to, $0.name) }) { first, _ in first }
        let results = answer.results ?? []
        var failed: [(name: String, obstacle: Obstacle)] = results.compactMap { result in
            let name = names[result.update] ?? result.update
            return Self.failure(of: result, named: name).map { (name, $0) }
        }
        let told = Set(results.map(\.update))
        failed += batch.filter { !told.contains($0.to) }.map {
            ($0.name, Obstacle(.other, "The script says nothing about \($0.name)."))
        }
        let notes = results.filter { $0.state == "installed" && $0.needsReboot }.map {
            "Windows Update needs a reboot to finish \(names[$0.update] ?? $0.update)."
        }
        guard let first = failed.first else {
            return RunVerdict(
                failure: nil, sentence: "Windows Update reported success.", notes: notes)
        }
        if first.obstacle.failure == .lockHeld {
            // The sentence is the holder's name.
            return RunVerdict(
                failure: .lockHeld, culprits: failed.map(\.name),
                sentence: "another user of Windows Update", notes: notes)
        }
        // The others are tried once more by themselves, and then have a class of their own.
        let alike = failed.filter { $0.obstacle.failure == first.obstacle.failure }
        return RunVerdict(
            failure: first.obstacle.failure, culprits: alike.map(\.name),
            sentence: alike.prefix(3).map(\.obstacle.sentence).joined(separator: " "), notes: notes)
    }

    private static func failure(
        of result: ScriptAnswer.Result, named name: String
    ) -> Obstacle? {
        switch result.state {
        case "installed": return nil
        case "licence":
            return Obstacle(
                .refused, "\(name) was left alone: its licence terms have not been accepted.")
        case "asks":
            return Obstacle(
                .refused, "\(name) was left alone: its installation may ask questions.")
        case "notOffered":
            return Obstacle(.versionNotAvailable, "Windows Update does not offer \(name).")
        case "notTried":
            return Obstacle(.hung, "\(name) was not begun: the time of the run was up.")
        default:
            let code = result.code
            guard code.number != 0 else {
                return Obstacle(.other, "\(name): \(AskedProgram.quote(result.words)).")
            }
            return Obstacle(
                code.meaning?.failure ?? .other, "\(name): \(code.sentence(result.words))")
        }
    }

    /// Reads `[2/5] installing 11072231-….3 Title`.
    func step(_ lines: [String], of batch: [LockedUpdate]) -> RunStep? {
        for line in lines.reversed() {
            let words = TextLines.words(line)
            guard words.count >= 3, words[0].hasPrefix("["), words[0].hasSuffix("]") else {
                continue
            }
            let counts = words[0].dropFirst().dropLast().split(separator: "/").compactMap {
                Int($0)
            }
            guard counts.count == 2, counts[0] >= 1, counts[0] <= counts[1] else { continue }
            let name = batch.first { $0.to == words[2] }?.name ?? words[2]
            let isDownload = words[1] == "downloading"
            return RunStep(
                phase: isDownload ? .downloading : .installing,
                sentence: "\(isDownload ? "Downloads" : "Installs") \(name), \(counts[0]) of "
                    + "\(counts[1]).",
                percent: (counts[0] - 1) * 100 / counts[1])
        }
        return nil
    }
}

// MARK: - Downloading ahead

extension WindowsUpdateTool {
    /// Downloads into the Agent's own store, which checks what came.
    func download(_ updates: [LockedUpdate]) async -> [PrefetchResult] {
        if let fault = folder.writeScript() {
            return updates.map { PrefetchResult(update: $0, state: .failed, sentence: fault) }
        }
        let word = await program.ask(
            arguments("download", updates, seconds: Self.runSeconds), seconds: Self.runSeconds)
        let answer = ScriptAnswer.last(in: TextLines.strings(word.output))?.answer
        let results = Dictionary((answer?.results ?? []).map { ($0.update, $0) }) { first, _ in
            first
        }
        let done = updates.filter { results[$0.to]?.state == "downloaded" }
        folder.keep(downloaded: folder.downloaded.union(done.map(\.to)))
        return updates.map { update in
            guard let result = results[update.to] else {
                return PrefetchResult(
                    update: update, state: .failed, sentence: answer?.fault ?? word.reason)
            }
            guard result.state == "downloaded" else {
                return PrefetchResult(
                    update: update, state: .failed,
                    sentence: Self.failure(of: result, named: update.name)?.sentence
                        ?? "\(update.name) was not downloaded.")
            }
            return PrefetchResult(
                update: update, state: .downloaded,
                sentence: "\(update.name) lies in Windows Update's own store.")
        }
    }

    func isDownloaded(_ update: LockedUpdate) -> Bool { folder.downloaded.contains(update.to) }
}
