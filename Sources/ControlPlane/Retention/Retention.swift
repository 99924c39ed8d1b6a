import ServerRecords

/// For how long what is kept for looking back is kept. The audit log, deployments and jobs are
/// never purged.
public struct Retention: Hashable, Sendable {
    /// For how many days it can be told what was on an endpoint, and which vulnerabilities it had
    /// until when. What is in force at the beginning
    /// of this time stays, however old it is.
    public var historyDays: Int64
    /// For how many days the logs of ended jobs stay. A job's result and its audit entries stay.
    public var jobLogDays: Int64

    /// 400 days of history: a yearly audit looks back over the whole year and the month in which it
    /// is made.
    public static let standardHistoryDays: Int64 = 400
    /// 90 days of logs: who looks into why an update failed does so within a quarter. A log has up
    /// to 8 MB.
    public static let standardJobLogDays: Int64 = 90
    /// What may be chosen, in days: a day, so that nothing vanishes while it is looked at, to a
    /// hundred years.
    public static let limits: ClosedRange<Int64> = 1...36_500
    /// For how many days a token that has ended is still listed, so that people see what became of
    /// it.
    public static let endedTokenDays: Int64 = 30
    /// For how many days an inventory stays that nothing names: one is sent before the scan that
    /// names it, and a scan may be repeated for a while.
    public static let unnamedInventoryDays: Int64 = 1

    /// How often `purge` wants to be called, in seconds: an hour, so that each time there is little
    /// to do.
    public static let intervalSeconds: Int64 = 3600
    /// The most rows that one transaction removes: about 20 ms, for which nothing else is written.
    public static let batch = 500
    /// The most bundles of evidence that one removes, which have up to 4 MB each.
    public static let evidenceBatch = 20
    /// The most transactions of one kind in one call, so that a call ends: 100,000 rows an hour.
    public static let mostBatches = 200

    /// For how long what is kept for looking back is kept.
    public init(
        historyDays: Int64 = Retention.standardHistoryDays,
        jobLogDays: Int64 = Retention.standardJobLogDays
    ) {
        self.historyDays = historyDays
        self.jobLogDays = jobLogDays
    }
}

/// How much a purge has removed.
public struct PurgeCounts: Hashable, Sendable {
    /// Lines of histories.
    public var historyLines = 0
    /// Times of findings that ended.
    public var spans = 0
    /// Days of figures of findings, one for each tenant.
    public var days = 0
    /// Inventories that nothing named.
    public var inventories = 0
    /// Logs of jobs.
    public var jobLogs = 0
    /// Ended tokens.
    public var tokens = 0
    /// Saved plans.
    public var plans = 0
    /// Bundles of evidence and triages.
    public var evidence = 0

    /// Nothing removed yet.
    public init() {}
}
