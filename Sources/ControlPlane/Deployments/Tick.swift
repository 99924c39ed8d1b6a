import Fleet
import Rollout
import ServerRecords

extension UseCases {
    /// How many overdue jobs one transaction looks at; what is left has its turn in the next.
    static let tickBatch = 500
    /// How often `tick` wants to be called, in seconds: a lease is 150 s, so that an interruption
    /// shows within two heartbeats.
    public static let tickIntervalSeconds: Int64 = 10

    /// Lets time pass: leases that have run out make their jobs interrupted, deadlines end them,
    /// ended sessions are forgotten.
    ///
    /// - Returns: how many jobs changed.
    @discardableResult
    public func tick() async throws -> Int {
        var changed = 0
        while true {
            let now = effects.now()
            let count = try await writeWaking { records, wakes in
                let overdue = try records.overdueJobs(at: now, limit: Self.tickBatch)
                for var job in overdue {
                    let actions = try job.handle(.tick, at: now)
                    wakes.formUnion(
                        try self.carryOut(actions, of: job, actor: "system", at: now, in: records))
                }
                return overdue.count
            }
            changed += count
            guard count == Self.tickBatch else { break }
        }
        let now = effects.now()
        try await ledger.write { try $0.purgeEnded(before: now) }
        return changed
    }
}
