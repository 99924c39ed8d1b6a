import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs

/// Homebrew: formulae and casks.
struct HomebrewTool: Sendable {
    let manager = PackageManagerName.brew
    let home: HomebrewPlace
    let place: MacPlace
    let runner: any CommandRunning
    /// The variables of proxies, by whose names they are handed on.
    var proxies: [String: String] = [:]

    private static let source = "Homebrew"
    /// The most updates that are looked at one by one when the whole list cannot be installed.
    private static let mostLookedAtAlone = 40

    private var environment: [String: String] {
        MacEnvironment.fixed.merging(HomebrewEnvironment.fixed) { _, new in new }
            .merging(proxies) { fixed, _ in fixed }
    }

    private func brew() throws(UserProgram.Refusal) -> UserProgram {
        try UserProgram(
            home.program, named: "Homebrew", as: home.owner,
            handing: Array(HomebrewEnvironment.fixed.keys) + proxies.keys, on: place)
    }

    private func run(
        _ arguments: [String], seconds: Int64 = Command.defaultTimeoutSeconds
    ) async -> CommandOutput {
        do {
            return try await brew().run(
                arguments, runner, environment: environment, seconds: seconds)
        } catch {
            return CommandOutput(
                status: ToolRunner.notRun, errorOutput: Array(error.sentence.utf8))
        }
    }
}

extension HomebrewTool: SoftwareLooking {
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        let output = await run(["update"], seconds: ToolRunner.refreshSeconds)
        let lines = output.lines
        var told: [String: String] = [:]
        for tap in home.taps {
            told[tap] = Self.complaint(ofFolder: Self.folder(of: tap), in: lines)
        }
        let complaint = HomebrewComplaint(lines: lines, status: output.status).verdict?.sentence
        // A failure that is about no single tap is about all that Homebrew knows.
        let general = output.status == 0 || !told.isEmpty ? nil : complaint ?? output.reason
        var errors: [(key: String, error: String?)] = [(key: Self.source, error: general)]
        for tap in home.taps { errors.append((key: tap, error: told[tap] ?? general)) }
        return RefreshReport.of(errors, at: now, after: last)
    }

    /// `Error: Fetching …/Taps/owner/homebrew-name failed!`
    private static func complaint(ofFolder folder: String, in lines: [String]) -> String? {
        lines.first { line in
            line.contains("\(folder) ") && line.lowercased().contains("failed")
        }.map { MacWords.quote($0) }
    }

    private static func folder(of tap: String) -> String {
        let parts = tap.split(separator: "/")
        return "\(parts.first ?? "")/homebrew-\(parts.last ?? "")"
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        var look = SoftwareLook()
        var lists: [HomebrewKind: HomebrewList] = [:]
        for kind in HomebrewKind.allCases {
            let output = await run(["list", kind.option, "--versions"])
            guard output.status == 0 else {
                throw ScanFailure(
                    code: "E_SCAN_BREW",
                    message: "Homebrew cannot list what is installed: \(output.reason)",
                    nextStep: "Run `brew list --versions` on the endpoint as the owner of its "
                        + "folder and see what is printed.")
            }
            lists[kind] = HomebrewList(output.output)
        }
        let names = HomebrewNames(formulae: Set((lists[.formula]?.versions ?? [:]).keys))
        for (kind, list) in lists {
            look.unparsed += list.unparsed
            look.packages += list.versions.map {
                Package(manager, names.name($0.key, kind), $0.value)
            }
        }
        look.sources = sources(report, now)
        await addUpdates(names, to: &look)
        return look
    }

    private func sources(_ report: RefreshReport?, _ now: Timestamp) -> [SourceState] {
        ([Self.source] + home.taps).map { key in
            let own = report?.outcomes[key]?.succeededAt
            return SourceJudgement(
                key: key, name: key, indexTime: [own, home.fetchedAt].compactMap(\.self).max()
            ).state(report: report, now: now)
        }
    }

    private func addUpdates(_ names: HomebrewNames, to look: inout SoftwareLook) async {
        let held = await pinned()
        switch await outdated() {
        case .failure(let failure):
            // An old index is the lesser trouble.
            look.sources = look.sources.map { source in
                var source = source
                source.state = .failed
                source.error = failure.reason
                return source
            }
        case .success(let reading):
            look.unparsed += reading.unparsed
            let installed = Dictionary(look.packages.map { ($0.name, $0.version) }) { one, _ in
                one
            }
            for update in reading.updates {
                let name = names.name(update.name, Self.kind(of: update))
                guard let own = installed[name], MacVersion.isPlain(update.candidate),
                    update.candidate != own
                else {
                    // `latest` to `latest` is what a cask without versions has.
                    if update.candidate != update.installed {
                        look.unparsed.append(
                            "\(update.name) \(update.installed) -> \(update.candidate)")
                    }
                    continue
                }
                let isHeld = update.isHeld == true || held.contains(HomebrewNames.short(name))
                look.updates.append(
                    Update(
                        manager, name, from: own, to: update.candidate,
                        origin: update.origin ?? Self.source, bytes: update.bytes,
                        obstacle: isHeld ? .pinned : nil))
            }
        }
    }

    private static func kind(of update: ToolUpdate) -> HomebrewKind {
        update.details?["kind"].flatMap(HomebrewKind.init(rawValue:)) ?? .formula
    }

    private func outdated() async -> Result<ToolReading, NoAnswer> {
        let output = await run(["outdated", "--json=v2"], seconds: ToolRunner.refreshSeconds)
        let reading = ToolOutput.brewOutdatedJSON.read(output.output)
        // With something outdated some versions end with status 1.
        let isAnswer = output.status == 0 || (output.status == 1 && !reading.updates.isEmpty)
        guard isAnswer, !(reading.updates.isEmpty && !reading.unparsed.isEmpty) else {
            return .failure(NoAnswer(reason: output.reason))
        }
        return .success(reading)
    }

    private func pinned() async -> Set<String> {
        let output = await run(["list", "--pinned"])
        guard output.status == 0 else { return [] }
        return Set(
            TextLines.strings(output.output).compactMap { TextLines.words($0).first }
                .map(HomebrewNames.short))
    }
}

extension MacObstacle {
    static let pinned = MacObstacle(
        sentence: "It is pinned on this endpoint (brew pin).", isHold: true)
}

extension HomebrewTool: MacTool {
    func offers(for updates: [LockedUpdate]) async -> [LockedUpdate: Offer] {
        do {
            _ = try brew()
        } catch {
            return Offer.refusals(of: updates, .refused, error.sentence)
        }
        let list = HomebrewList(
            await run(["list", HomebrewKind.formula.option, "--versions"]).output)
        let names = HomebrewNames(formulae: Set(list.versions.keys))
        let held = await pinned()
        var offers: [LockedUpdate: Offer] = [:]
        switch await outdated() {
        case .failure(let failure):
            let words = HomebrewComplaint(lines: [failure.reason], status: 1).verdict
            return Offer.refusals(
                of: updates, words?.failure ?? .other,
                "Homebrew cannot tell what it offers: \(failure.reason)")
        case .success(let reading):
            let offered = Dictionary(
                reading.updates.map { (names.name($0.name, Self.kind(of: $0)), $0) }
            ) { one, _ in one }
            for update in updates {
                guard let own = offered[update.name], own.candidate == update.to else { continue }
                let isHeld =
                    own.isHeld == true || held.contains(HomebrewNames.short(update.name))
                offers[update] =
                    isHeld
                    ? MacObstacle.pinned.offer
                    : .installs(
                        MacStep(argument: own.name, options: [Self.kind(of: own).option]))
            }
        }
        return await planned(offers)
    }

    /// Without what would change more than was approved.
    private func planned(_ offers: [LockedUpdate: Offer]) async -> [LockedUpdate: Offer] {
        var offers = offers
        var open: [(update: LockedUpdate, step: MacStep)] = []
        for (update, offer) in offers {
            if case .installs(let step) = offer { open.append((update: update, step: step)) }
        }
        open.sort { $0.update.name < $1.update.name }
        let approved = Set(open.map { HomebrewNames.short($0.step.argument) })
        guard !open.isEmpty, await obstacle(open.map(\.step), approved) != nil else {
            return offers
        }
        for (number, line) in open.enumerated() {
            guard number < Self.mostLookedAtAlone else {
                offers[line.update] = .refused(
                    .dependency, "It was not reached among so many that stand in each other's way.")
                continue
            }
            if let obstacle = await obstacle([line.step], approved) {
                offers[line.update] = obstacle
            }
        }
        return offers
    }

    /// What stands in the way of these; `nil` when nothing does.
    private func obstacle(_ steps: [MacStep], _ approved: Set<String>) async -> Offer? {
        for (options, own) in Dictionary(grouping: steps, by: \.options) {
            let output = await run(
                ["upgrade", "--dry-run"] + options + own.map(\.argument).sorted(),
                seconds: ToolRunner.refreshSeconds)
            let lines = output.lines
            guard output.status == 0 else {
                let verdict = complaint(status: output.status, lines: lines)
                return .refused(verdict?.failure ?? .other, verdict?.sentence ?? output.reason)
            }
            let others = Set(HomebrewPlan(lines).upgrades.keys).subtracting(approved)
            if !others.isEmpty {
                return .refused(
                    .dependency,
                    "Homebrew would also change \(others.sorted().prefix(10).joined(separator: ", "))"
                        + ", which nobody approved.")
            }
        }
        return nil
    }

    /// Formulae and casks apart: a name may stand for one of each.
    func commands(for steps: [MacStep]) -> [[String]] {
        guard let words = try? brew().words else { return [] }
        return Dictionary(grouping: steps, by: \.options).sorted {
            $0.key.first ?? "" > $1.key.first ?? ""
        }
        .map { options, own in words + ["upgrade"] + options + own.map(\.argument) }
    }

    func download(of step: MacStep) -> [String]? {
        (try? brew().words).map { $0 + ["fetch"] + step.options + [step.argument] }
    }

    /// Where it lies Homebrew says itself.
    func downloaded(_ step: MacStep, _ output: CommandOutput) async -> Downloaded? {
        guard output.status == 0, complaint(status: 0, lines: output.lines) == nil else {
            return nil
        }
        let answer = await run(["--cache"] + step.options + [step.argument])
        guard answer.status == 0,
            let file = TextLines.strings(answer.output).last(where: { $0.hasPrefix("/") }),
            Files.exists(file)
        else { return nil }
        return Downloaded(file: file)
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        HomebrewComplaint(lines: lines, status: status).verdict
    }
}
