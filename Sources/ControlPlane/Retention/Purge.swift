public import Fleet
import ServerRecords

extension UseCases {
    /// Removes what is kept no longer, in small transactions, and returns how much was removed.
    ///
    /// Ages are measured at `now`. History goes before inventories, which it names.
    @discardableResult
    public func purge(_ retention: Retention, at now: Timestamp) async throws -> PurgeCounts {
        func before(_ days: Int64) -> Timestamp { now.adding(seconds: -days * 86_400) }
        let (history, logs) = (before(retention.historyDays), before(retention.jobLogDays))
        let (inventories, tokens) = (
            before(Retention.unnamedInventoryDays), before(Retention.endedTokenDays)
        )
        var counts = PurgeCounts()
        counts.historyLines = try await inBatches {
            try $0.purgeHistory(before: history, limit: Retention.batch)
        }
        counts.spans = try await inBatches {
            try $0.purgeSpans(endedBefore: history, limit: Retention.batch)
        }
        let firstDay = ExposureDay.day(of: history)
        counts.days = try await inBatches {
            try $0.purgeExposure(before: firstDay, limit: Retention.batch)
        }
        counts.inventories = try await inBatches {
            try $0.purgeUnnamedInventories(storedBefore: inventories, limit: Retention.batch)
        }
        counts.jobLogs = try await inBatches {
            try $0.purgeJobLogs(ofJobsMadeBefore: logs, limit: Retention.batch)
        }
        counts.tokens = try await inBatches {
            try $0.purgeTokens(endedBefore: tokens, limit: Retention.batch)
        }
        counts.plans = try await inBatches {
            try $0.purgePlans(endedBefore: history, limit: Retention.batch)
        }
        let evidence = before(EvidenceKeeping.days)
        counts.evidence = try await inBatches {
            try $0.purgeEvidence(before: evidence, limit: Retention.evidenceBatch)
        }
        return counts
    }

    /// Calls `remove`, each time in a transaction of its own, until it finds nothing more.
    private func inBatches(
        _ remove: @escaping @Sendable (any Records) throws -> Int
    ) async throws -> Int {
        var removed = 0
        for _ in 0..<Retention.mostBatches {
            try Task.checkCancellation()
            let count = try await ledger.write(remove)
            removed += count
            if count == 0 { break }
        }
        return removed
    }
}
