import AgentCore
import Fleet
import PackageManagers
import ToolOutputs

/// snapd: what is installed, and what its store has newer. snapd brings that in by itself, and
/// Patchbay leaves it to it.
///
/// What is exact is the revision; a version is the snap's own and may stand still. So a version here
/// is `version@revision`.
struct SnapTool: Sendable {
    let manager = PackageManagerName.snap
    let runner: any CommandRunning

    /// Why none of its updates is installed.
    static let notInstalled =
        "snapd brings it in by itself; Patchbay does not install snaps. Run `snap refresh` on the "
        + "endpoint to have it now."
    private static let store = "snap store"

    init(runner: any CommandRunning) {
        self.runner = runner
    }

    private var snap: ToolRunner { ToolRunner(runner: runner, path: "/usr/bin/snap") }
}

extension SnapTool: SoftwareLooking {
    /// Nothing lies here that could be refreshed: each look asks the store.
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport {
        RefreshReport.of([], at: now, after: last)
    }

    func look(
        at now: Timestamp, after report: RefreshReport?
    ) async throws(ScanFailure) -> SoftwareLook {
        let list = await snap.run(["list"])
        guard list.status == 0 else {
            throw ScanFailure(
                code: "E_SCAN_SNAP", message: "snapd cannot list what is installed.",
                nextStep: "Run `snap list` on the endpoint: \(list.reason)")
        }
        var look = SoftwareLook()
        look.packages = SnapRows.packages(list.output, unparsed: &look.unparsed)
        // Without a snap there is nothing to ask the store for.
        guard !look.packages.isEmpty else { return look }
        let output = await snap.run(["refresh", "--list"], seconds: ToolRunner.refreshSeconds)
        guard output.status == 0 else {
            look.sources = [SourceState(name: Self.store, state: .failed, error: output.reason)]
            return look
        }
        look.sources = [SourceState(name: Self.store, state: .ok, refreshedAt: now)]
        let reading = ToolOutput.snapRefreshList.read(output.output)
        look.unparsed += reading.unparsed
        for update in reading.updates {
            let candidate = SnapRows.version(
                update.candidate, update.details?["revision"] ?? "")
            guard let own = look.packages.first(where: { $0.name == update.name }) else {
                look.unparsed.append("\(update.name) \(candidate) is not installed")
                continue
            }
            let isHeld = update.isHeld == true
            look.updates.append(
                Update(
                    manager: manager, name: own.name, architecture: own.architecture,
                    installed: own.version, candidate: candidate, classes: [.feature],
                    origin: update.details?["publisher"] ?? "",
                    installability: isHeld ? .held : .keptBack, bytes: update.bytes,
                    reason: isHeld
                        ? "Its refreshes are held on this endpoint (snap refresh --hold)."
                        : Self.notInstalled))
        }
        return look
    }
}

/// Reads `snap list`: `name version revision [tracking] publisher notes`, without blanks in any of
/// them, below a heading in any language.
enum SnapRows {
    static func packages(_ bytes: [UInt8], unparsed: inout [String]) -> [Package] {
        var packages: [Package] = []
        var isBelowHeading = false
        for line in TextLines.strings(bytes) {
            let words = TextLines.words(line)
            guard !words.isEmpty else { continue }
            if (5...6).contains(words.count), PackageName(words[0], of: .snap) != nil,
                isRevision(words[2])
            {
                packages.append(
                    Package(
                        manager: .snap, name: words[0], version: version(words[1], words[2]),
                        architecture: "all", source: words[0],
                        sourceVersion: version(words[1], words[2])))
            } else if !isBelowHeading, (5...8).contains(words.count),
                !line.contains(where: \.isNumber)
            {
                isBelowHeading = true
            } else {
                unparsed.append(line)
            }
        }
        return packages.sorted { $0.precedes($1) }
    }

    static func version(_ version: String, _ revision: String) -> String {
        version.isEmpty || version == "-" ? revision : "\(version)@\(revision)"
    }

    /// A number, or `x` and a number for one that was installed from a file.
    private static func isRevision(_ text: String) -> Bool {
        Grammar.isNumber(text.hasPrefix("x") ? text.dropFirst() : text[...])
    }
}
