public import Fleet
public import Health
public import Policy

/// When probes are asked: before an installation, or after it with what is known of before.
public enum ProbeMoment: Hashable, Sendable {
    /// Right before the first run.
    case before(at: Timestamp)
    /// After the installation, or the return from its reboot: when the first run began, when all was
    /// over, and what the probes showed before.
    case after(begun: Timestamp, ended: Timestamp, former: [ProbeResult])

    /// For how many more seconds an endpoint is watched before its probes are asked: who asks at
    /// once sees nothing crash. A clock that was set back makes nobody wait for longer than once.
    public func watch(_ probes: [HealthProbe], at now: Timestamp) -> Int64 {
        guard case .after(_, let ended, _) = self else { return 0 }
        let whole = probes.map(\.watchSeconds).max() ?? 0
        return min(whole, max(0, ended.adding(seconds: whole).seconds(since: now)))
    }

    /// The time of which a figure is read.
    public func span(
        of measure: HealthMeasure, at now: Timestamp
    ) -> (since: Timestamp, until: Timestamp) {
        switch self {
        case .before(let at): (at.adding(seconds: -measure.secondsBefore), at)
        case .after(let begun, let ended, _):
            // What crashes while a package's own scripts run counts; their errors are the run's.
            measure.subject == .journal
                ? (ended, ended.adding(seconds: measure.watchSeconds)) : (begun, max(begun, now))
        }
    }

    /// What a figure says at this moment.
    public func result(of measure: HealthMeasure, _ reading: HealthReading) -> ProbeResult {
        let text = HealthProbe.measure(measure).text
        let verdict: HealthVerdict
        switch self {
        case .before: verdict = measure.judgeBefore(reading)
        case .after(_, _, let former):
            let known = former.first { $0.probe == text && $0.value != nil }
            verdict = measure.judge(reading, before: known?.value)
        }
        return ProbeResult(
            probe: text, isPassed: verdict.isPassed, sentence: verdict.sentence,
            value: verdict.value, isUnknown: verdict.isUnknown ? true : nil)
    }
}

extension HealthProbe {
    /// For how many seconds it must be watched before it can be asked; what was read then does not
    /// change any more.
    public var watchSeconds: Int64 {
        if case .measure(let measure) = self { measure.watchSeconds } else { 0 }
    }
}
