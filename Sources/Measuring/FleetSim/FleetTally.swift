import Foundation

/// What has been counted of a simulated fleet. Tallies of several workers add up.
struct FleetTally: Sendable {
    /// How long check-ins took.
    var latencies = LatencyHistogram()
    /// Endpoints that enrolled.
    var enrolled = 0
    /// Whole inventories sent.
    var wholeInventories = 0
    /// Deltas sent.
    var deltas = 0
    /// Packages named in both.
    var packages = 0
    /// Calls that did not succeed, by their code.
    var errors: [String: Int] = [:]
    /// One of them in words.
    var firstError: String?

    /// Counts a call that did not succeed.
    mutating func count(_ error: any Error) {
        let failure = error as? FleetLink.CallFailure
        errors[failure?.code ?? "other", default: 0] += 1
        if firstError == nil { firstError = failure?.message ?? "\(error)" }
    }

    /// Counts what was sent.
    mutating func count(_ sent: SimulatedEndpoint.Sent) {
        if sent.wasWhole { wholeInventories += 1 } else { deltas += 1 }
        packages += sent.packages
    }

    /// Adds another worker's.
    mutating func add(_ other: FleetTally) {
        latencies.add(other.latencies)
        enrolled += other.enrolled
        wholeInventories += other.wholeInventories
        deltas += other.deltas
        packages += other.packages
        errors.merge(other.errors) { $0 + $1 }
        firstError = firstError ?? other.firstError
    }
}

/// Durations in classes of 2 % width, so that a run of any length needs the same memory.
struct LatencyHistogram: Sendable {
    /// Each class is this much wider than the one before.
    private static let growth = 1.02
    /// The classes reach from 1 µs to 70 s; what took longer counts as 70 s.
    private static let classes = 920

    private var counts = [Int](repeating: 0, count: classes)
    /// How many durations were counted.
    private(set) var count = 0

    /// Counts a duration.
    mutating func count(_ duration: Duration) {
        let microseconds = max(1, duration / .microseconds(1))
        let place = Int((log(microseconds) / log(Self.growth)).rounded())
        counts[min(place, Self.classes - 1)] += 1
        count += 1
    }

    /// Adds another histogram's.
    mutating func add(_ other: LatencyHistogram) {
        for place in counts.indices { counts[place] += other.counts[place] }
        count += other.count
    }

    /// The duration, in milliseconds, that so many percent of the durations do not exceed; `nil`
    /// when nothing was counted.
    func percentile(_ percent: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int((Double(count) * percent / 100).rounded(.up)))
        var seen = 0
        for (place, number) in counts.enumerated() {
            seen += number
            if seen >= wanted {
                let microseconds = pow(Self.growth, Double(place))
                return (microseconds).rounded() / 1000
            }
        }
        return nil
    }
}
