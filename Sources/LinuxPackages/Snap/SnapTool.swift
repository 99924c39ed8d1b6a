import AgentCore
import Fleet
import PackageManagers
import ToolOutputs

/// snapd. It also brings its updates in by itself, unless `snap refresh --hold` says otherwise.
///
/// What is exact is the revision; a version is the snap's own and may stand still. So a version here
/// is `version@revision`.
struct SnapTool: Sendable {
    let manager = PackageManagerName.snap
    let runner: any CommandRunning

    static let path = "/usr/bin/snap"
    private static let store = "snap store"

    init(runner: any CommandRunning) {
        self.runner = runner
    }

    var snap: ToolRunner { ToolRunner(runner: runner, path: Self.path) }
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
        let rows = SnapRows(list.output)
        look.unparsed = rows.unparsed
        look.packages = rows.rows.map(\.package).sorted { $0.precedes($1) }
        // Without a snap there is nothing to ask the store for.
        guard !look.packages.isEmpty else { return look }
        look.signals = await changes().compactMap(\.rebootSignal)
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
            let isHeld =
                update.isHeld == true || rows.rows.contains { $0.name == own.name && $0.isHeld }
            look.updates.append(
                Update(
                    manager: manager, name: own.name, architecture: own.architecture,
                    installed: own.version, candidate: candidate, classes: [.feature],
                    origin: update.details?["publisher"] ?? "",
                    installability: isHeld ? .held : .installable, bytes: update.bytes,
                    reason: isHeld ? Self.heldReason : nil))
        }
        return look
    }

    /// What is said of one that is held.
    static let heldReason = "Its refreshes are held on this endpoint (snap refresh --hold)."

    /// What snapd is at work on, and what it has done of late.
    func changes() async -> [SnapChange] {
        let output = await snap.run(["changes", "--abs-time"])
        guard output.status == 0 else { return [] }
        return TextLines.strings(output.output).compactMap { SnapChange($0) }
    }
}
