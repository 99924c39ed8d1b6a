import Calendar
import Fleet
import Policy

extension PolicyAdvice {
    /// How many days of openings are looked at: two of anything weekly, and a month.
    private static let daysLookedAt: Int64 = 35
    /// How long a window must at least be shut for the scans to grow too old: within it there is
    /// one an hour.
    private static let longestShut = ComplianceRule.maximumScanAgeSeconds - 3_600

    /// Warns where windows for looking leave an endpoint unlooked at for so long that what it
    /// misses is not known any more.
    func checkDetection() {
        guard let now, policy.inherits == nil else { return }
        let looking = policy.windows.filter { $0.kinds.contains(.detection) }
        guard let stated = looking.first(where: { !$0.kinds.contains(.install) }) else { return }
        let windows = looking.map { window in
            var window = window
            window.zone = .endpoint
            return window
        }
        guard let calendar = try? WindowCalendar(windows, zones: Zones(endpoint: .utc)) else {
            return
        }
        let end = now.adding(seconds: Self.daysLookedAt * 86_400)
        let openings = OpenStretch.merging(calendar.remaining(at: now, until: end))
        // The time after the last of them counts until where was looked.
        let nexts = openings.dropFirst().map(\.opens) + [end]
        let gaps = zip(openings, nexts).map { $1.seconds(since: $0.closes) }
        guard let gap = gaps.max(), gap > Self.longestShut else { return }
        list.warning(
            places.windows[stated.name] ?? places.start,
            "endpoints scan by themselves only in the windows that allow looking (“detection”), "
                + "which leave more than 23 hours between them: meanwhile what endpoints miss is "
                + "unknown")
    }
}
