public import Calendar
import Fleet

/// How long installations have taken: by package, and by endpoint. What is estimated from it is
/// longer than nine of ten runs were; where too little is known, the figures of `WorkFigures` hold.
public struct WorkHistory: Hashable, Sendable {
    /// A line of an order, with what there is to fetch for it.
    public struct Line: Hashable, Sendable {
        /// The package.
        public var key: WorkKey
        /// The size of the download in bytes; `nil` when it is not known.
        public var bytes: Int64?

        /// A line.
        public init(_ key: WorkKey, bytes: Int64? = nil) {
            self.key = key
            self.bytes = bytes
        }
    }

    /// The runs that each package was in.
    public var packages: [WorkKey: InstallSamples]
    /// How the endpoint's runs compared with what was expected of them, in thousandths, as the
    /// seconds of samples; `nil` where the history is one endpoint's own.
    public var pace: InstallSamples?
    /// How long the endpoint was away at its reboots; `nil` where it is not asked about one.
    public var reboots: InstallSamples?

    /// A history.
    public init(
        packages: [WorkKey: InstallSamples] = [:], pace: InstallSamples? = nil,
        reboots: InstallSamples? = nil
    ) {
        self.packages = packages
        self.pace = pace
        self.reboots = reboots
    }

    /// How long an absence is taken for a reboot, in seconds: after an hour somebody had switched
    /// it off.
    public static let rebootSeconds: ClosedRange<Int64> = 1...3600
    /// The least that is kept back for a reboot, in seconds: a disk may be checked at the next one.
    static let leastReserveSeconds: Int64 = 120

    /// What is kept back for a reboot, in seconds: half as much again as nine of ten of the
    /// endpoint's own took, once there were some; else the usual figure.
    public var rebootReserveSeconds: Int64 {
        guard let reboots, reboots.isKnown else { return WorkFigures.rebootReserveSeconds }
        let seconds = reboots.whole(packages: 1)
        return max(seconds + seconds / 2, Self.leastReserveSeconds)
    }

    /// No estimate is shorter, in seconds: a package manager reads its lists and locks first.
    public static let floorSeconds: Int64 = 30
    /// The slowest that an endpoint is taken to be, in thousandths of what others need: slower ones
    /// were busy with something else.
    private static let slowestPace: Int64 = 4_000
    /// The pace of an endpoint that needs what others do, in thousandths.
    private static let usualPace: Int64 = 1_000

    /// The estimate for an order that one run installs.
    ///
    /// Runs in which the packages were before tell it: at least the longest of them, as far as it
    /// was for so many packages, and at least the packages' parts of them together. What has no
    /// history counts by the usual figures.
    public func estimate(_ lines: some Sequence<Line>, reboots: Bool) -> WorkEstimate {
        let (seconds, runs) = measure(lines)
        return WorkEstimate(
            seconds: max(seconds * paceFactor / Self.usualPace, Self.floorSeconds),
            rebootReserveSeconds: reboots ? rebootReserveSeconds : 0, runs: runs)
    }

    /// The same before the endpoint's pace: the seconds, and how many runs stand behind them;
    /// `nil` when a package has no history.
    private func measure(_ lines: some Sequence<Line>) -> (seconds: Int64, runs: Int?) {
        var (longest, shares, runs) = (Int64(0), Int64(0), Int.max)
        var (unknown, bytes) = (0, Int64(0))
        let lines = Array(lines)
        for line in lines {
            if let samples = packages[line.key], samples.isKnown {
                longest = max(longest, samples.whole(packages: Int64(lines.count)))
                shares += samples.share
                runs = min(runs, samples.count)
            } else {
                unknown += 1
                bytes += min(max(0, line.bytes ?? 0), 1 << 40)
            }
        }
        let known = min(max(longest, shares), WorkEstimate.maximumSeconds)
        guard unknown > 0 else { return (known, runs == .max ? nil : runs) }
        let rest = WorkFigures.estimate(lines: unknown, bytes: min(bytes, 1 << 40), reboots: false)
        return (known + rest.seconds, nil)
    }

    /// How much longer the endpoint needs than others, in thousandths; it never counts as quicker.
    private var paceFactor: Int64 {
        guard let pace, pace.isKnown else { return Self.usualPace }
        return min(max(pace.whole(packages: 1), Self.usualPace), Self.slowestPace)
    }

    /// Takes a run that went well; one that cannot be is left out.
    public mutating func add(_ run: InstallRun) {
        guard run.isPlausible else { return }
        let keys = Set(run.packages.map(WorkKey.init)).sorted()
        let (expected, known) = measure(keys.map { Line($0) })
        // Only what others have shown tells how an endpoint compares with them.
        if var pace, known != nil {
            let usual = max(expected, Self.floorSeconds)
            // What is over at once says nothing of the pace.
            let thousandths =
                run.seconds <= Self.floorSeconds
                ? Self.usualPace : min(run.seconds * Self.usualPace / usual, Self.slowestPace)
            pace.add(seconds: thousandths, packages: 1)
            self.pace = pace
        }
        for key in keys {
            packages[key, default: InstallSamples()].add(
                seconds: run.seconds, packages: Int64(keys.count))
        }
    }
}
