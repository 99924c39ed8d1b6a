import Fleet
package import ServerRecords

extension UseCases {
    /// Runs a transaction that may change what others wait for, and wakes them once it has been
    /// committed: earlier, whoever wakes would not see it yet. Those of this process are woken by
    /// `signals`, those of others on the same database by the database itself. A rollout that was
    /// told something takes its next step, in a transaction of its own.
    ///
    /// `body` adds to its second argument the subjects to wake.
    package func writeWaking<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records, inout Set<String>) throws -> Answer
    ) async throws -> Answer {
        let (answer, wakes) = try await ledger.write { records in
            var wakes: Set<String> = []
            let answer = try body(records, &wakes)
            if !wakes.isEmpty { try records.announce(wakes) }
            return (answer, wakes)
        }
        for subject in wakes { signals.notify(subject) }
        for subject in wakes {
            if let key = SignalSubject.rollout(in: subject) { await step(key) }
        }
        return answer
    }
}
