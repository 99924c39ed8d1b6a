public import Fleet

extension TimeZoneRules {
    /// How far the zone's clocks are ahead of UTC at an instant, in seconds.
    public func offset(at instant: Timestamp) -> Int {
        offset(atSecond: instant.flooredSeconds)
    }

    /// The date on the zone's calendars at an instant.
    public func date(at instant: Timestamp) -> LocalDate {
        let local = instant.flooredSeconds + Int64(offset(at: instant))
        return LocalDate(daysSinceEpoch: local.flooredQuotient(86_400))
    }

    /// The instant at which the zone's clocks show a time on a date.
    ///
    /// Where they show it twice it is the first; where they skip it, the first instant after the
    /// gap. So every date and time has exactly one instant, and a later one never an earlier
    /// instant.
    public func instant(of date: LocalDate, at time: LocalTime = .midnight) -> Timestamp {
        let local = date.daysSinceEpoch * 86_400 + Int64(time.minutes) * 60
        return Timestamp(seconds: second(showing: local))
    }

    /// An instant as RFC 3339 by the zone's clocks, `2026-12-20T22:00:00+01:00`.
    ///
    /// RFC 3339 knows offsets in whole minutes below 24 hours only; at any other (local mean time,
    /// before there were zones) the text is in UTC.
    public func text(_ instant: Timestamp) -> String {
        let offset = offset(at: instant)
        guard offset != 0, offset % 60 == 0, abs(offset) < 86_400 else {
            return instant.description
        }
        // The text of the shifted instant ends in Z, which gives way to the offset.
        let local = instant.adding(seconds: Int64(offset)).description.dropLast()
        let minutes = Int64(abs(offset) / 60)
        let shown = "\(Digits.padded(minutes / 60, 2)):\(Digits.padded(minutes % 60, 2))"
        return "\(local)\(offset < 0 ? "-" : "+")\(shown)"
    }

    private func offset(atSecond second: Int64) -> Int {
        if let rule, second >= (changes.last?.at ?? .min) {
            let year = LocalDate(daysSinceEpoch: second.flooredQuotient(86_400)).year
            let recent =
                rule.changes(inYear: year - 1) + rule.changes(inYear: year)
                + rule.changes(inYear: year + 1)
            return recent.last { $0.at <= second }?.offset ?? rule.standardOffset
        }
        let index = changes.countBefore { $0.at <= second }
        return index == 0 ? firstOffset : changes[index - 1].offset
    }

    /// Walks the stretches of constant offset around a local time.
    private func second(showing local: Int64) -> Int64 {
        // Universal time, mostly: these clocks never jump.
        if changes.isEmpty, rule == nil { return local - Int64(firstOffset) }
        let reach = Int64(Self.maximumOffset) + 1
        let start = local - reach
        var offset = Int64(offset(atSecond: start))
        for change in changes(after: start, through: local + reach) {
            if local - offset < change.at { return local - offset }
            offset = Int64(change.offset)
            // The clocks jump over the time just here.
            if local - offset < change.at { return change.at }
        }
        return local - offset
    }

    /// The changes in a stretch of time, recorded and by the rule.
    private func changes(after start: Int64, through end: Int64) -> [Change] {
        let from = changes.countBefore { $0.at <= start }
        let recorded = changes[from...].prefix { $0.at <= end }
        let lastRecorded = changes.last?.at ?? .min
        guard let rule, end > lastRecorded else { return Array(recorded) }
        let years = [start, end].map {
            LocalDate(daysSinceEpoch: $0.flooredQuotient(86_400)).year
        }
        let ruled = (years[0] - 1...years[1] + 1).flatMap { rule.changes(inYear: $0) }
        return recorded + ruled.filter { $0.at > max(start, lastRecorded) && $0.at <= end }
    }
}

extension Array {
    /// How many elements stand before the first that does not satisfy the predicate, which those
    /// at the front do and the others do not.
    func countBefore(_ isInFront: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isInFront(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Int64 {
    /// The quotient rounded down, for positive divisors.
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }
}

extension Timestamp {
    /// Whole seconds since the epoch, rounded down.
    var flooredSeconds: Int64 { milliseconds.flooredQuotient(1000) }
}
