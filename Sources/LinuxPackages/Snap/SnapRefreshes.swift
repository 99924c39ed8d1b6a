import Fleet
import PackageManagers
import ToolOutputs

extension SnapTool {
    /// snapd itself, which brings new revisions in by its own timer; `nil` while refreshes of all
    /// snaps are held (`snap refresh --hold`), or where it cannot be asked.
    func ownUpdater(at now: Timestamp) async -> OwnUpdater? {
        let output = await snap.run(["refresh", "--time", "--abs-time"])
        guard output.status == 0 else { return nil }
        return SnapRefreshes(output.output).ownUpdater(at: now)
    }
}

/// Reads `snap refresh --time --abs-time`: when snapd refreshes by itself, a line for each of
/// `timer` (`schedule` before 2.33), `last`, `hold` and `next`.
struct SnapRefreshes: Hashable {
    /// The timer, in snapd's own words; `nil` when it is not told.
    private(set) var timer: String?
    /// Until when all snaps are held: a time, or `forever`.
    private(set) var hold: String?

    init(_ bytes: [UInt8]) {
        for line in TextLines.strings(bytes) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = TextLines.words(String(line[line.index(after: colon)...]))
                .joined(separator: " ")
            switch line[..<colon] {
            case "timer", "schedule": timer = value
            case "hold": hold = value
            default: break
            }
        }
    }

    /// What it means at a time: snapd refreshes by itself unless all is held.
    func ownUpdater(at now: Timestamp) -> OwnUpdater? {
        guard let timer, !timer.isEmpty else { return nil }
        if let hold {
            if hold == "forever" { return nil }
            if let end = Timestamp(hold), now < end { return nil }
        }
        return OwnUpdater(
            "snapd",
            evidence: "its timer is \(timer), and refreshes of all snaps are not held "
                + "(snap refresh --hold)")
    }
}
