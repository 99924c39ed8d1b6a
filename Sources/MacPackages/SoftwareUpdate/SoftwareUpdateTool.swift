import AgentCore
import Fleet
import PackageManagers
import Rollout
import SystemFiles
import ToolOutputs

/// macOS's own updates: the system, Safari, the command line tools.
struct SoftwareUpdateTool: Sendable {
    let manager = PackageManagerName.softwareupdate
    let place: MacPlace
    let runner: any CommandRunning
    let system: MacSystem
    let kernel: KernelValues
    /// What is installed, as far as the Mac tells it: Safari, and what Apple's installer has noted.
    var installed: [String: String] = [:]
    var prepared = PreparedSystem(stateFolder: nil)

    /// It asks Apple's servers, and has been seen to hang for half a day.
    private static let listSeconds: Int64 = 900
    private static let source = "softwareupdate"
    private static let origin = "Apple"

    private var softwareupdate: ToolRunner { place.tool(Self.path, runner) }
    private static let path = "/usr/sbin/softwareupdate"

    /// The list, or why there is none.
    private func list() async -> Result<ToolReading, NoAnswer> {
        let output = await softwareupdate.run(["--list"], seconds: Self.listSeconds)
        guard output.status == 0 else { return .failure(NoAnswer(reason: output.reason)) }
        // That there is nothing new it says on the other stream.
        let reading = ToolOutput.softwareupdateList.read(output.output + output.errorOutput)
        let complaint = SoftwareUpdateComplaint(lines: output.lines).verdict
        guard reading.updates.isEmpty else { return .success(reading) }
        if let complaint, complaint.failure != .versionNotAvailable {
            return .failure(NoAnswer(reason: complaint.sentence))
        }
        // Something that cannot be read, and no update: it may have said why it has none.
        if let line = reading.unparsed.first {
            return .failure(
                NoAnswer(reason: line.isEmpty ? "softwareupdate printed nothing" : line))
        }
        return .success(reading)
    }
}

extension SoftwareUpdateTool: SoftwareLooking {
    /// Nothing lies here that could be refreshed: each look asks Apple's servers.
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        RefreshReport.of([], at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        var look = SoftwareLook()
        let waiting = prepared.version(runningSince: kernel.bootTime, running: system.version)
        let systemVersion = waiting ?? system.version
        if let waiting {
            look.signals = [
                RebootSignal(
                    kind: .newerKernelInstalled,
                    detail: "\(SoftwareProduct.system) \(waiting) is installed, \(system.version) "
                        + "is running")
            ]
        }
        var versions = installed
        versions[SoftwareProduct.system] = systemVersion
        look.packages = versions.compactMap { name, version in
            PackageName(name, of: manager) == nil ? nil : Package(manager, name, version)
        }
        switch await list() {
        case .failure(let failure):
            look.sources = [
                SourceState(name: Self.source, state: .failed, error: failure.reason)
            ]
        case .success(let reading):
            look.sources = [SourceState(name: Self.source, state: .ok, refreshedAt: now)]
            look.unparsed = reading.unparsed
            await add(reading, versions, to: &look)
        }
        return look
    }

    private func add(
        _ reading: ToolReading, _ versions: [String: String], to look: inout SoftwareLook
    ) async {
        look.unparsed += reading.updates.filter { !OfferedSoftware.isNamed($0) }.map {
            "\($0.name) \($0.candidate)"
        }
        var token: String?
        for offered in offers(in: reading) {
            var obstacle = offered.obstacle
            if obstacle == .volumeOwner {
                if token == nil { token = await bootstrapToken() }
                obstacle = MacObstacle(
                    sentence: "\(MacObstacle.volumeOwner.sentence) \(token ?? "")")
            }
            let own = versions[offered.name]
            // The list still names what waits for the restart.
            if let own, !MacVersion.isNewer(offered.version, than: own) { continue }
            if own == nil, obstacle == nil { obstacle = .notKnown }
            // Another release of macOS takes the place of the one that runs.
            let replaced = SoftwareProduct.isSystem(offered.name) ? system.version : ""
            look.updates.append(
                Update(
                    manager, offered.name, from: own ?? replaced, to: offered.version,
                    origin: Self.origin, bytes: offered.bytes, obstacle: obstacle))
        }
    }

    private func offers(in reading: ToolReading) -> [OfferedSoftware] {
        OfferedSoftware.all(
            in: reading.updates, on: system, isAppleSilicon: kernel.isAppleSilicon)
    }

    /// Whether the Mac's management could bring in what Apple silicon asks a password for.
    private func bootstrapToken() async -> String {
        let lines = await place.tool("/usr/bin/profiles", runner)
            .run(["status", "-type", "bootstraptoken"]).lines
        guard let line = lines.first(where: { $0.contains("escrowed to server:") }) else {
            return "Whether it has a bootstrap token for that is not known."
        }
        return line.hasSuffix("YES")
            ? "It has a bootstrap token for that." : "No bootstrap token is escrowed with it."
    }
}

extension MacObstacle {
    /// What is not installed, or does not tell its version, is nothing that an update replaces.
    static let notKnown = MacObstacle(
        sentence: "The Mac does not tell which version of it is installed, and Patchbay installs "
            + "nothing new by an order.")
}

extension SoftwareUpdateTool: MacTool {
    func offers(for updates: [LockedUpdate]) async -> [LockedUpdate: Offer] {
        var offers: [LockedUpdate: Offer] = [:]
        switch await list() {
        case .failure(let failure):
            let words = SoftwareUpdateComplaint(lines: [failure.reason]).verdict
            return Offer.refusals(
                of: updates, words?.failure ?? .other,
                "softwareupdate cannot tell what it offers: \(failure.reason)")
        case .success(let reading):
            let offered = Dictionary(self.offers(in: reading).map { ($0.name, $0) }) { one, _ in
                one
            }
            for update in updates {
                guard let own = offered[update.name], own.version == update.to else { continue }
                offers[update] =
                    own.obstacle?.offer
                    ?? .installs(MacStep(argument: own.label, options: options))
            }
        }
        return offers
    }

    /// Never `--restart`: policies decide when an endpoint restarts.
    private var options: [String] {
        system.isBigSurOrNewer ? ["--agree-to-license", "--verbose"] : []
    }

    /// One program for all: it goes on after one that fails.
    func commands(for steps: [MacStep]) -> [[String]] {
        guard let options = steps.first?.options else { return [] }
        return [[place.path(Self.path), "--install"] + steps.map(\.argument) + options]
    }

    func download(of step: MacStep) -> [String]? {
        [place.path(Self.path), "--download", step.argument]
    }

    /// Where it keeps its downloads is its own affair.
    func downloaded(_ step: MacStep, _ output: CommandOutput) async -> Downloaded? {
        let came = output.lines.contains { line in
            let text = TextLines.trimmed(line)
            return text.hasPrefix("Downloaded") || text == "Done."
        }
        return output.status == 0 && came && complaint(status: 0, lines: output.lines) == nil
            ? Downloaded(file: nil) : nil
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        SoftwareUpdateComplaint(lines: lines).verdict
    }
}
