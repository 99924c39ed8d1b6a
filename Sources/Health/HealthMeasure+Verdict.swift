extension HealthMeasure {
    /// What a reading before the installation says. Only what is beyond an absolute limit fails
    /// already then.
    public func judgeBefore(_ reading: HealthReading) -> HealthVerdict {
        guard case .value(let value) = reading else { return unknown(reading) }
        let limit = limit(before: value) ?? value
        let isPassed = value <= limit
        return HealthVerdict(
            isPassed: isPassed, value: value, isUnknown: false,
            sentence: Self.capitalized("\(whole(value)) \(whenBefore) the installation")
                + (isPassed ? "." : "; \(bound(limit))."))
    }

    /// What a reading afterwards says, beside the value before.
    public func judge(_ reading: HealthReading, before: Int64?) -> HealthVerdict {
        guard case .value(let value) = reading else { return unknown(reading) }
        let now = Self.capitalized("\(whole(value)) \(when)")
        guard let limit = limit(before: before) else {
            return HealthVerdict(
                isPassed: false, value: value, isUnknown: true,
                sentence: "\(now); nothing is known of before to compare it with.")
        }
        let former = before.map { ", \($0 == 0 ? "none" : amount($0)) \(whenBefore)" } ?? ""
        return HealthVerdict(
            isPassed: value <= limit, value: value, isUnknown: false,
            sentence: "\(now)\(former); \(bound(limit)).")
    }

    private func unknown(_ reading: HealthReading) -> HealthVerdict {
        var reason = "it was not read"
        if case .unknown(let words) = reading { reason = words }
        return HealthVerdict(
            isPassed: false, value: nil, isUnknown: true,
            sentence: "\(subjectWords) not known: \(reason).")
    }

    private var subjectWords: String {
        switch subject {
        case .crashes: "How many programs crash is"
        case .journal: "How many errors the journal tells of is"
        case .bootTime: "How long the last boot took is"
        }
    }

    private var when: String {
        switch subject {
        case .crashes: "since the installation began"
        case .journal: "in \(Self.span(watchSeconds)) after the installation"
        case .bootTime: "at the last boot"
        }
    }

    private var whenBefore: String {
        switch subject {
        case .crashes: "in the day before"
        case .journal: "in \(Self.span(watchSeconds)) before"
        case .bootTime: "at the boot before"
        }
    }

    /// A value with what it counts: `2 crashes of nginx`.
    private func whole(_ value: Int64) -> String {
        let amount = amount(value)
        switch subject {
        case .crashes:
            return "\(amount) \(value == 1 ? "crash" : "crashes")"
                + (name.map { " of \($0)" } ?? "")
        case .journal:
            return "\(amount) \(value == 1 ? "error" : "errors") in the journal"
                + (name.map { " of \($0)" } ?? "") + (text.map { " with “\($0)”" } ?? "")
        case .bootTime: return "\(amount) to the default target"
        }
    }

    /// A value by itself: a count, or seconds with their tenths.
    private func amount(_ value: Int64) -> String {
        if subject == .bootTime { return "\(value / 1000).\(value % 1000 / 100) s" }
        if value > Self.counts.upperBound { return "more than \(Self.counts.upperBound)" }
        return value == 0 ? "no" : "\(value)"
    }

    /// A limit in words.
    private func bound(_ limit: Int64) -> String {
        limit == 0 ? "there may be none" : "\(amount(limit)) is the most that passes"
    }

    private static func capitalized(_ words: String) -> String {
        words.prefix(1).uppercased() + words.dropFirst()
    }
}
