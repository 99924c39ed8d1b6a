import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs

/// The Mac App Store through `mas`, where somebody has put it there.
struct AppStoreTool: Sendable {
    let manager = PackageManagerName.mas
    let place: MacPlace
    let runner: any CommandRunning
    /// mas itself.
    let program: String
    /// Whom it belongs to.
    let owner: UInt32

    private static let source = "App Store"

    /// mas, beside Homebrew's programs; `nil` where it is not.
    static func find(on place: MacPlace, _ runner: any CommandRunning) -> AppStoreTool? {
        for file in ["/opt/homebrew/bin/mas", "/usr/local/bin/mas"] {
            guard let status = Files.status(place.path(file)), status.isRegular else { continue }
            return AppStoreTool(
                place: place, runner: runner, program: place.path(file), owner: status.owner)
        }
        return nil
    }

    /// To look is everybody's: it is run as its own owner, or as who sits at the machine.
    private func run(
        _ arguments: [String], seconds: Int64 = Command.defaultTimeoutSeconds
    ) async -> CommandOutput {
        let user = owner != 0 ? owner : place.consoleUser
        do throws(UserProgram.Refusal) {
            guard let user else { throw .nobodyIsThere }
            return try await UserProgram(program, named: "mas", as: user, handing: [], on: place)
                .run(arguments, runner, environment: MacEnvironment.fixed, seconds: seconds)
        } catch {
            return CommandOutput(
                status: ToolRunner.notRun, errorOutput: Array(error.sentence.utf8))
        }
    }

    /// To install needs the session of somebody whom the store knows. A program that belongs to
    /// another user is not run in it.
    private func installer() throws(UserProgram.Refusal) -> UserProgram {
        guard let user = place.consoleUser else { throw .nobodyIsThere }
        guard owner == 0 || owner == user else { throw .anothersProgram }
        return try UserProgram(
            program, named: "mas", as: user, isAtConsole: true, handing: [], on: place)
    }
}

extension UserProgram.Refusal {
    static let nobodyIsThere = UserProgram.Refusal(
        sentence:
            "Nobody is signed in at the Mac, and the App Store installs in somebody's session "
            + "only.")
    static let anothersProgram = UserProgram.Refusal(
        sentence: "mas belongs to another user than the one who sits at the Mac, and is not run in "
            + "that one's session.")
}

extension AppStoreTool: SoftwareLooking {
    /// Nothing lies here that could be refreshed: each look asks the store.
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        RefreshReport.of([], at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        let list = await run(["list"])
        guard list.status == 0 else {
            throw ScanFailure(
                code: "E_SCAN_MAS", message: "mas cannot list what is installed: \(list.reason)",
                nextStep: "Run `mas list` on the endpoint and see what is printed.")
        }
        var look = SoftwareLook()
        look.packages = AppStoreRows.packages(list.output, unparsed: &look.unparsed)
        switch await outdated() {
        case .failure(let failure):
            look.sources = [SourceState(name: Self.source, state: .failed, error: failure.reason)]
        case .success(let reading):
            look.sources = [SourceState(name: Self.source, state: .ok, refreshedAt: now)]
            look.unparsed += reading.unparsed
            let installed = Dictionary(look.packages.map { ($0.name, $0.version) }) { one, _ in
                one
            }
            for update in reading.updates {
                guard let own = installed[update.name], MacVersion.isPlain(update.candidate) else {
                    look.unparsed.append(
                        "\(update.name) \(update.installed) -> \(update.candidate)")
                    continue
                }
                look.updates.append(
                    Update(
                        manager, update.name, from: own, to: update.candidate,
                        origin: Self.source))
            }
        }
        return look
    }

    private func outdated() async -> Result<ToolReading, NoAnswer> {
        let output = await run(["outdated"], seconds: ToolRunner.refreshSeconds)
        let reading = ToolOutput.masOutdated.read(output.output)
        let complaint = AppStoreComplaint(lines: output.lines).verdict
        guard output.status == 0, !reading.updates.isEmpty || complaint == nil else {
            return .failure(NoAnswer(reason: complaint?.sentence ?? output.reason))
        }
        return .success(reading)
    }
}

extension AppStoreTool: MacTool {
    func offers(for updates: [LockedUpdate]) async -> [LockedUpdate: Offer] {
        do {
            _ = try installer()
        } catch {
            return Offer.refusals(of: updates, .refused, error.sentence)
        }
        var offers: [LockedUpdate: Offer] = [:]
        switch await outdated() {
        case .failure(let failure):
            let words = AppStoreComplaint(lines: [failure.reason]).verdict
            return Offer.refusals(
                of: updates, words?.failure ?? .other,
                "mas cannot tell what it offers: \(failure.reason)")
        case .success(let reading):
            for update in updates {
                let isOffered = reading.updates.contains {
                    $0.name == update.name && $0.candidate == update.to
                }
                if isOffered { offers[update] = .installs(MacStep(argument: update.name)) }
            }
        }
        return offers
    }

    func commands(for steps: [MacStep]) -> [[String]] {
        guard let words = try? installer().words else { return [] }
        return [words + ["upgrade"] + steps.map(\.argument)]
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        AppStoreComplaint(lines: lines).verdict
    }
}

/// Reads `mas list`: a number, a title and, between parentheses, a version.
enum AppStoreRows {
    static func packages(_ bytes: [UInt8], unparsed: inout [String]) -> [Package] {
        var packages: [Package] = []
        for line in TextLines.strings(bytes) {
            let text = TextLines.trimmed(line)
            if text.isEmpty || text.hasPrefix("Warning: ") || text.hasPrefix("==> ") { continue }
            let number = String(text.prefix { $0.isNumber })
            guard PackageName(number, of: .mas) != nil, text.hasSuffix(")"),
                let open = text.lastIndex(of: "(")
            else {
                unparsed.append(line)
                continue
            }
            let title = TextLines.trimmed(text[..<open].dropFirst(number.count))
            let version = TextLines.trimmed(text[open...].dropFirst().dropLast())
            guard !title.isEmpty, MacVersion.isPlain(version) else {
                unparsed.append(line)
                continue
            }
            packages.append(Package(.mas, number, version, title: title))
        }
        return packages
    }
}

/// What mas prints when it cannot.
struct AppStoreComplaint {
    let lines: [String]

    var verdict: RunVerdict? {
        for (failure, texts) in Self.words {
            let found = lines.first { line in
                let plain = line.lowercased()
                return texts.contains { plain.contains($0) }
            }
            if let found {
                return RunVerdict(failure: failure, sentence: MacWords.quote(found))
            }
        }
        return lines.first { $0.hasPrefix("Error: ") }.map {
            RunVerdict(failure: .other, sentence: MacWords.quote($0.dropFirst("Error: ".count)))
        }
    }

    private static let words: [(FailureClass, [String])] = [
        (.diskFull, ["not enough disk space", "no space left"]),
        (
            .network,
            ["internet connection appears to be offline", "could not connect", "network error"]
        ),
        (
            .refused,
            [
                "not signed in", "not available for this apple", "a password is required",
                "a terminal is required", "requires root", "not supported on this macos",
            ]
        ),
        (.versionNotAvailable, ["nothing found to upgrade", "no downloads began"]),
    ]
}
