public import Fleet

/// One run of a package manager that went well: what it installed together, and how long it took.
public struct InstallRun: Hashable, Sendable, Codable {
    /// How long it took, in seconds, from its start to its end by the endpoint's own clock.
    public var seconds: Int64
    /// What it installed.
    public var packages: [PackageKey]

    /// The longest run that is learned from, in seconds: twelve hours are longer than any
    /// installation, and what says more is a clock that was set.
    public static let longestSeconds: Int64 = 12 * 3600

    /// The most runs of one job that are learned from: it has one or two, and one more for each
    /// try without what failed.
    public static let mostOfJob = 10

    /// The most packages of one run that is learned from: more than any system has.
    public static let mostPackages = 20_000

    /// A run.
    public init(seconds: Int64, packages: [PackageKey]) {
        self.seconds = seconds
        self.packages = packages
    }

    /// Whether it is learned from: it has packages, and its time is one that a run can take.
    public var isPlausible: Bool {
        (1...Self.mostPackages).contains(packages.count)
            && (0...Self.longestSeconds).contains(seconds)
    }
}

/// A package in the history: whatever its architecture, it takes as long.
public struct WorkKey: Hashable, Comparable, Sendable {
    /// The package manager.
    public var manager: PackageManagerName
    /// The package's name.
    public var name: String

    /// A package of a manager.
    public init(manager: PackageManagerName, name: String) {
        self.manager = manager
        self.name = name
    }

    /// The package of a key.
    public init(_ key: PackageKey) { self.init(manager: key.manager, name: key.name) }

    /// By package manager, then name.
    public static func < (left: WorkKey, right: WorkKey) -> Bool {
        (left.manager, left.name) < (right.manager, right.name)
    }
}

/// The newest measurements of one thing, oldest first.
///
/// Its text is what stores keep: `seconds/packages` of each run, parted by spaces.
public struct InstallSamples: Hashable, Sendable {
    /// How many are kept: enough for a high quantile, few enough that a change of the package shows
    /// within weeks.
    public static let most = 20
    /// How many runs there must have been before they are believed: one may have met a slow mirror.
    public static let fewest = 3
    /// The quantile that stands for all of them, in hundredths: nine of ten runs are no longer.
    private static let quantile = 90

    /// One run.
    public struct Sample: Hashable, Sendable {
        /// How long it took, in seconds.
        public var seconds: Int64
        /// How many packages it installed.
        public var packages: Int64
    }

    /// The runs.
    public private(set) var samples: [Sample] = []

    /// Nothing measured yet.
    public init() {}

    /// The runs that a text tells of; what cannot be read of it is left out.
    public init(text: String) {
        for part in text.split(separator: " ") {
            let numbers = part.split(separator: "/").compactMap { Int64($0) }
            guard numbers.count == 2 else { continue }
            add(seconds: numbers[0], packages: numbers[1])
        }
    }

    /// What is stored.
    public var text: String {
        samples.map { "\($0.seconds)/\($0.packages)" }.joined(separator: " ")
    }

    /// How many runs it has learned from.
    public var count: Int { samples.count }

    /// Takes one more run; the oldest makes place for it. A run that took impossibly long, or
    /// installed nothing, is not taken.
    public mutating func add(seconds: Int64, packages: Int64) {
        guard (0...InstallRun.longestSeconds).contains(seconds), packages >= 1 else { return }
        samples.append(Sample(seconds: seconds, packages: packages))
        samples.removeFirst(max(0, samples.count - Self.most))
    }

    /// Whether there have been enough runs to go by.
    public var isKnown: Bool { count >= Self.fewest }

    /// From so many measurements on, a long one is no longer held against the others.
    private static let many = 10
    /// With fewer, none counts for more than so many times their median: an endpoint that slept in
    /// mid-run must not keep the package out of everybody's windows.
    private static let longestOfMedian: Int64 = 4

    /// How long a run of so many packages takes by these runs' high quantile, in seconds. Of a run
    /// that installed more packages only a part counts.
    public func whole(packages: Int64) -> Int64 {
        // One more for what every run does besides: it reads lists, locks and triggers.
        Self.high(
            samples.map {
                $0.packages <= packages
                    ? $0.seconds
                    : ($0.seconds * (packages + 1) + $0.packages) / ($0.packages + 1)
            })
    }

    /// A package's part of the runs that it was in, by their high quantile, in seconds.
    public var share: Int64 {
        Self.high(samples.map { ($0.seconds + $0.packages - 1) / $0.packages })
    }

    /// The least of some numbers that at least so many hundredths of them do not exceed.
    static func high(_ numbers: [Int64]) -> Int64 {
        guard !numbers.isEmpty else { return 0 }
        let place = (numbers.count * quantile + 99) / 100
        let sorted = numbers.sorted()
        let high = sorted[max(place, 1) - 1]
        guard sorted.count < many else { return high }
        return min(high, sorted[(sorted.count - 1) / 2] * longestOfMedian)
    }
}
