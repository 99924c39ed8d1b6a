import Fleet
import ServerRecords
import Synchronization

/// Gathers the check-ins that arrive while a transaction is under way, so that all of them share
/// the next one.
///
/// One of the callers leads: it writes for everybody who waits, answers them, and passes the lead
/// on. So a fleet that checks in costs one transaction a batch and not one a check-in, and whoever
/// arrives is in the next batch unless that is full.
final class CheckInDesk: Sendable {
    /// What an endpoint has to say.
    struct Arrival: Sendable {
        var endpoint: EndpointID
        var tenant: TenantID
        var report: CheckInReport
        var at: Timestamp
    }

    /// The most check-ins of one transaction: enough that the wait for the disk hardly counts for
    /// each, and done in a few milliseconds, so that other writers are not held up.
    static let maximumBatch = 128

    private enum Turn {
        /// The caller writes for all who wait.
        case lead
        /// Somebody else has.
        case answered(Result<CheckInStanding?, any Error>)
    }

    private struct Waiting {
        let arrival: Arrival
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var isLed = false
        var waiting: [Waiting] = []
    }

    private let state = Mutex(State())

    /// What the server holds for the endpoint, once its check-in is stored; `nil` when there is no
    /// such endpoint.
    ///
    /// - Throws: `LedgerUnavailable`, or what the store has against this report.
    func standing(
        for arrival: Arrival, in ledger: any Ledger
    ) async throws -> CheckInStanding? {
        let leads = state.withLock { state in
            defer { state.isLed = true }
            return !state.isLed
        }
        if leads { return try await lead(arrival, in: ledger) }
        let turn = await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                guard state.isLed else {
                    state.isLed = true
                    return true
                }
                state.waiting.append(Waiting(arrival: arrival, continuation: continuation))
                return false
            }
            if leads { continuation.resume(returning: Turn.lead) }
        }
        switch turn {
        case .lead: return try await lead(arrival, in: ledger)
        case .answered(let result): return try result.get()
        }
    }

    private func lead(_ own: Arrival, in ledger: any Ledger) async throws -> CheckInStanding? {
        let others = state.withLock { state in
            let taken = state.waiting.prefix(Self.maximumBatch - 1)
            state.waiting.removeFirst(taken.count)
            return Array(taken)
        }
        let results = await Self.store([own] + others.map(\.arrival), in: ledger)
        passOn()
        for (waiting, result) in zip(others, results.dropFirst()) {
            waiting.continuation.resume(returning: .answered(result))
        }
        return try results[0].get()
    }

    private func passOn() {
        let next = state.withLock { state in
            guard let next = state.waiting.first else {
                state.isLed = false
                return nil as Waiting?
            }
            state.waiting.removeFirst()
            return next
        }
        next?.continuation.resume(returning: .lead)
    }

    private static func store(
        _ arrivals: [Arrival], in ledger: any Ledger
    ) async -> [Result<CheckInStanding?, any Error>] {
        do {
            return try await ledger.write { records in
                try arrivals.map { .success(try checkIn($0, in: records)) }
            }
        } catch {
            guard arrivals.count > 1, !(error is LedgerUnavailable) else {
                return arrivals.map { _ in .failure(error) }
            }
        }
        // One of them cannot be stored, which must not be the others' harm.
        var results: [Result<CheckInStanding?, any Error>] = []
        for arrival in arrivals { results += await store([arrival], in: ledger) }
        return results
    }

    private static func checkIn(
        _ arrival: Arrival, in records: any Records
    ) throws -> CheckInStanding? {
        try records.checkIn(
            arrival.endpoint, of: arrival.tenant, reporting: arrival.report, at: arrival.at)
    }
}
