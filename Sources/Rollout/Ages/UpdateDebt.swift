public import Fleet

/// One of many updates that an endpoint has fallen behind with.
public struct OwedUpdate: Hashable, Sendable, Codable {
    /// Which package.
    public var key: PackageKey
    /// How bad what it closes is.
    public var severity: Severity
    /// When it is due, if a clock runs.
    public var dueAt: Timestamp?
    /// How long it takes, in seconds.
    public var seconds: Int64

    /// An update that is owed.
    public init(key: PackageKey, severity: Severity, dueAt: Timestamp? = nil, seconds: Int64 = 0) {
        self.key = key
        self.severity = severity
        self.dueAt = dueAt
        self.seconds = seconds
    }
}

/// How an endpoint that is far behind catches up: in batches, the worst first, so that no single
/// run is longer than its window or harder to undo than it must be.
public struct UpdateDebt: Hashable, Sendable {
    /// The most updates of one batch.
    public var mostUpdates: Int
    /// The longest one batch may take, in seconds.
    public var mostSeconds: Int64

    /// The most updates of one batch when the policy does not say.
    public static let usualMostUpdates = 50

    /// Bounds of a batch; at least one update fits by number.
    public init(mostUpdates: Int = usualMostUpdates, mostSeconds: Int64 = .max) {
        self.mostUpdates = max(1, mostUpdates)
        self.mostSeconds = max(0, mostSeconds)
    }

    /// The next batch: the most severe first, then what is due first, then by name. An update that
    /// takes too long for what is left of the batch makes room for shorter ones behind it.
    public func nextBatch(of owed: [OwedUpdate]) -> [OwedUpdate] {
        let far = Timestamp(milliseconds: .max)
        let ordered = owed.sorted {
            ($0.severity, $0.dueAt ?? far, $0.key) < ($1.severity, $1.dueAt ?? far, $1.key)
        }
        var batch: [OwedUpdate] = []
        var left = mostSeconds
        for update in ordered where batch.count < mostUpdates && max(0, update.seconds) <= left {
            batch.append(update)
            left -= max(0, update.seconds)
        }
        return batch
    }
}
