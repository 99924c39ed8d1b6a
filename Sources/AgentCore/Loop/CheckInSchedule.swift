import AgentProtocol
public import Fleet

/// When an agent checks in: at instants that its identifier fixes, so that the endpoints of a fleet
/// are spread evenly over the interval, stay spread after an outage, and need no coordination.
public struct CheckInSchedule: Hashable, Sendable {
    /// The shortest interval that is obeyed, in seconds: a server cannot make its agents flood it,
    /// or anyone.
    public static let shortestInterval: Int64 = 5
    /// The longest interval that is obeyed, in seconds: a day, so that one wrong answer does not
    /// silence an endpoint.
    public static let longestInterval: Int64 = 86_400
    /// The bounds of the scan interval, in seconds: a scan costs about a second of processor time,
    /// and a week-old one says little.
    public static let scanIntervals: ClosedRange<Int64> = 300...604_800

    private let seed: UInt64

    /// The schedule of an endpoint.
    public init(_ endpoint: EndpointID) {
        // FNV-1a: it is the same on every run and machine, which Swift's own hashing is not.
        seed = endpoint.text.utf8.reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
    }

    /// This endpoint's own place in a span of time, in milliseconds: at least 0, less than the
    /// span.
    func place(in span: Int64) -> Int64 { span > 0 ? Int64(seed % UInt64(span)) : 0 }

    /// The next instant after `now` to check in at: the first of the endpoint's instants that is at
    /// least a quarter of the interval away, so never more than one and a quarter intervals.
    public func next(after now: Timestamp, intervalSeconds: Int64) -> Timestamp {
        let interval = min(max(intervalSeconds, Self.shortestInterval), Self.longestInterval) * 1000
        let phase = place(in: interval)
        let earliest = now.milliseconds + interval / 4
        let past = (earliest - phase) % interval
        return Timestamp(
            milliseconds: earliest + (past == 0 ? 0 : past < 0 ? -past : interval - past))
    }
}

extension CheckInResponse {
    /// The interval of scans that is obeyed.
    var boundedScanInterval: Int64 {
        min(
            max(scanIntervalSeconds, CheckInSchedule.scanIntervals.lowerBound),
            CheckInSchedule.scanIntervals.upperBound)
    }
}
