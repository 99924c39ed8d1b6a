public import Calendar
public import Fleet

/// When the lanes of one endpoint have time, worked out once for all of its updates.
public struct WindowOutlook: Hashable, Sendable {
    /// The everyday way.
    public var routine: LaneOutlook
    /// Sooner.
    public var priority: LaneOutlook
    /// At once.
    public var emergency: LaneOutlook

    /// Three lanes.
    public init(routine: LaneOutlook, priority: LaneOutlook, emergency: LaneOutlook) {
        self.routine = routine
        self.priority = priority
        self.emergency = emergency
    }

    /// Always time: what holds where no policy names windows.
    public static let unrestricted = WindowOutlook(
        routine: .unrestricted, priority: .unrestricted, emergency: .unrestricted)

    /// The outlook of a lane.
    public subscript(_ lane: Lane) -> LaneOutlook {
        switch lane {
        case .routine: routine
        case .priority: priority
        case .emergency: emergency
        }
    }
}

/// When one lane has time.
public enum LaneOutlook: Hashable, Sendable {
    /// Always.
    case unrestricted
    /// In these openings. Indirect, since it is handed about for every update.
    indirect case openings(LaneOpenings)
    /// A window's time zone is not known.
    case zoneUnknown(String)
}

/// The openings of one lane.
public struct LaneOpenings: Hashable, Sendable {
    /// One stretch of time without a break.
    public struct Opening: Hashable, Sendable {
        /// From when to when.
        public var stretch: OpenStretch
        /// The window that opens first in it.
        public var window: String
        /// How far ahead of UTC the window's own clock is then, in seconds.
        public var offset: Int

        /// The opening by the window's own clock.
        var opens: LocalMinute { LocalMinute(at: stretch.opens, offset: offset) }
    }

    /// The stretches in order, the one under way first.
    public var openings: [Opening]
    /// Why a window that would come earlier stays shut; `nil` when no freeze is in the way.
    public var freezeReason: String?
    /// The last window that the endpoint was not there for; `nil` when it has missed none.
    public var missed: Missed?
    /// The window among them that counts from the update's release; `nil` when none does.
    public var counted: Counted?
    /// The next openings that need somebody on duty and have nobody, in order.
    public var unattended: [Opening] = []

    /// A window that counts from a release.
    public struct Counted: Hashable, Sendable {
        /// Its name.
        public var window: String
        /// When it opens or opened; `nil` where it is not known when the fix came out.
        public var opens: Timestamp?
        /// The day of that by its own clock: what opens on one day can be ordered together.
        public var day: LocalDate?
        /// How far ahead of UTC its own clock is then, in seconds.
        public var offset: Int
    }

    /// A missed window, and what the policy makes of it.
    public struct Missed: Hashable, Sendable {
        /// The window.
        public var window: String
        /// What becomes of it.
        public var catchUp: CatchUp
        /// When it is made up for; `nil` for never.
        public var startsAt: Timestamp?
    }
}

extension EffectivePolicy {
    /// How far ahead openings are listed, in seconds: 70 days hold two openings of anything
    /// monthly. Where nothing opens so soon, the one next opening is listed.
    public static let outlookSeconds: Int64 = 70 * 86_400

    /// When the lanes have time for installing, from `now` on, in the endpoint's zones.
    ///
    /// It looks as far as `end`, `outlookSeconds` ahead unless given. `missed` is the last opening,
    /// by lane, that the endpoint was away for and that has not been made up for. `release` is when
    /// the fix came out that is asked about, for windows that count from it (`countsFromRelease`).
    public func outlook(
        in zones: Zones, at now: Timestamp, until end: Timestamp? = nil,
        missed: [Lane: Occurrence] = [:], release: Timestamp? = nil
    ) -> WindowOutlook {
        guard otherwise != nil else { return .unrestricted }
        let end = end ?? now.adding(seconds: Self.outlookSeconds)
        func lane(_ lane: Lane) -> LaneOutlook {
            self.lane(lane, in: zones, at: now, until: end, missed[lane], release)
        }
        let routine = lane(.routine)
        // Most policies say nothing of their own about the lane between.
        let isShared =
            windows(of: .priority) == windows(of: .routine)
            && missed[.priority] == missed[.routine]
        return WindowOutlook(
            routine: routine, priority: isShared ? routine : lane(.priority),
            emergency: lane(.emergency))
    }

    /// Whether a lane leads through a window that opens once for each update, counted from its
    /// release: then the outlook is an update's own.
    public var countsFromRelease: Bool {
        Lane.allCases.contains { windows(of: $0).contains(where: \.countsFromRelease) }
    }

    private func lane(
        _ lane: Lane, in zones: Zones, at now: Timestamp, until end: Timestamp,
        _ missed: Occurrence?, _ release: Timestamp?
    ) -> LaneOutlook {
        let windows = windows(of: lane)
        let all: WindowCalendar
        let unfrozen: WindowCalendar
        do {
            all = try WindowCalendar(
                windows, freezes: freezes.map(\.value), zones: zones, release: release)
            unfrozen = try WindowCalendar(windows, zones: zones, release: release).only(.install)
        } catch {
            return .zoneUnknown(error.message)
        }
        let calendar = all.only(.install)
        var list = calendar.remaining(at: now, until: end)
        if list.isEmpty, let next = calendar.nextOpening(after: now) { list = [next] }
        if release != nil { list += Self.later(than: list, in: calendar, from: end) }
        let missedWindow = missed.map { occurrence in
            let catchUp = (self.catchUp?.value ?? .nextWindow).holding(
                for: occurrence, in: calendar)
            return LaneOpenings.Missed(
                window: occurrence.window, catchUp: catchUp,
                startsAt: catchUp.start(missed: occurrence, at: now, in: calendar))
        }
        return .openings(
            LaneOpenings(
                openings: Self.openings(list, windows, zones),
                freezeReason: freezeReason(before: list.first, in: unfrozen, at: now),
                missed: missedWindow, counted: Self.counted(in: calendar, zones),
                unattended: all.unattended(.install, at: now).flatMap {
                    Self.openings([$0], windows, zones)
                }))
    }

    /// The one opening of each window that counts from a release which comes after `end`: it does
    /// come, whatever opens before it.
    private static func later(
        than list: [Occurrence], in calendar: WindowCalendar, from end: Timestamp
    ) -> [Occurrence] {
        calendar.schedules.filter(\.window.countsFromRelease).flatMap(\.openingsOfRelease)
            .filter { $0.opens >= end && !list.contains($0) }.sorted()
    }

    /// The first window that counts from a release.
    private static func counted(
        in calendar: WindowCalendar, _ zones: Zones
    ) -> LaneOpenings.Counted? {
        guard let schedule = calendar.schedules.first(where: { $0.window.countsFromRelease })
        else { return nil }
        let opening = schedule.releaseOpening
        let rules = try? zones.rules(for: schedule.window.zone)
        return LaneOpenings.Counted(
            window: schedule.window.name, opens: opening?.opens, day: opening?.localDate,
            offset: opening.flatMap { rules?.offset(at: $0.opens) } ?? 0)
    }

    /// The openings as stretches without a break, each called by the window that opens it.
    private static func openings(
        _ list: [Occurrence], _ windows: [MaintenanceWindow], _ zones: Zones
    ) -> [LaneOpenings.Opening] {
        let opening = Dictionary(list.map { ($0.opens, $0) }) { first, _ in first }
        return OpenStretch.merging(list).compactMap { stretch in
            guard let first = opening[stretch.opens],
                let window = windows.first(where: { $0.name == first.window }),
                let rules = try? zones.rules(for: window.zone)
            else { return nil }
            return LaneOpenings.Opening(
                stretch: stretch, window: first.window, offset: rules.offset(at: first.opens))
        }
    }

    /// The reason of the freeze that shuts a window which would otherwise come first.
    private func freezeReason(
        before first: Occurrence?, in unfrozen: WindowCalendar, at now: Timestamp
    ) -> String? {
        guard !freezes.isEmpty,
            let shut = unfrozen.openings(at: now).first ?? unfrozen.nextOpening(after: now),
            first.map({ shut.opens < $0.opens }) ?? true
        else { return nil }
        return freezes.first { $0.value.contains(shut.localDate) }?.value.reason
            ?? freezes.first?.value.reason
    }
}
