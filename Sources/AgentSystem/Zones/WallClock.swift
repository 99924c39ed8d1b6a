import Calendar
public import Fleet

/// The clock on the wall beside an endpoint: what people there read times by.
public struct WallClock: Sendable {
    private let zone: @Sendable () -> String
    private let folder: ZoneFolder

    /// The clock of a zone, which is asked for anew each time: somebody may set another one. Where
    /// its rules are not in the folder the clock shows universal time.
    public init(zone: @escaping @Sendable () -> String, folder: ZoneFolder = .system) {
        self.zone = zone
        self.folder = folder
    }

    /// How far it is ahead of universal time at an instant, in seconds.
    public func offset(at instant: Timestamp) -> Int {
        (folder.rules(named: zone()) ?? .utc).offset(at: instant)
    }

    /// An instant as it shows it: `2026-11-28 22:00 UTC+10:30`.
    public func text(_ instant: Timestamp) -> String {
        MinuteText.local(instant, offset: offset(at: instant))
    }
}
