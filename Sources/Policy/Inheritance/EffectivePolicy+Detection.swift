public import Calendar
public import Fleet

extension EffectivePolicy {
    /// The windows that lanes lead through, each once, by name.
    public var laneWindows: [MaintenanceWindow] {
        let names = Set(Lane.allCases.flatMap { lanes?.value.route(of: $0).windows ?? [] })
        return names.sorted().compactMap { windows[$0]?.value }
    }

    /// The windows in which the endpoint scans by itself; `nil` when it does so at any time.
    ///
    /// A policy limits scans as soon as one of its windows is there for looking without installing
    /// (`allows: [detection, …]`): then every window that allows looking is one of them.
    public var detectionWindows: [MaintenanceWindow]? {
        let looking = laneWindows.filter { $0.kinds.contains(.detection) }
        return looking.contains { !$0.kinds.contains(.install) } ? looking : nil
    }

    /// When the endpoint may scan by itself, at an instant.
    public func detection(in zones: Zones, at now: Timestamp) -> DetectionTime {
        guard let windows = detectionWindows,
            // A freeze keeps things from being changed; looking changes nothing.
            let calendar = try? WindowCalendar(windows, zones: zones)
        else { return .always }
        if let open = calendar.openings(at: now).map(\.closes).max() { return .open(until: open) }
        guard let next = calendar.nextOpening(after: now) else { return .always }
        return .closed(next: next.opens, closes: next.closes)
    }
}

/// When an endpoint may scan by itself. Scans that a person asks for and those of its jobs are
/// always taken.
public enum DetectionTime: Hashable, Sendable {
    /// At any time: no policy limits it, or no window will ever open.
    case always
    /// A window is open that allows it.
    case open(until: Timestamp)
    /// None is; the next opens and closes then.
    case closed(next: Timestamp, closes: Timestamp)
}
