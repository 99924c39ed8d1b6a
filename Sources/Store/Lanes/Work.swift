import Synchronization

/// One closure of a caller on its way through a lane.
struct Work: Sendable {
    /// Whether it may write.
    let kind: TransactionKind
    /// Runs the closure. It may be called several times; the last call counts.
    let run: @Sendable (StoreRecords) throws -> Void
    /// Tells the caller how it ended. It is called exactly once, after the commit.
    let finish: @Sendable (Result<Void, any Error>) -> Void
}

extension Work {
    /// Work that hands its answer to a continuation.
    init<Answer: Sendable>(
        _ kind: TransactionKind, _ body: @escaping @Sendable (StoreRecords) throws -> Answer,
        _ continuation: CheckedContinuation<Answer, any Error>
    ) {
        let answer = LastAnswer<Answer>()
        self.init(
            kind: kind, run: { answer.value = try body($0) },
            finish: { result in
                continuation.resume(with: Result { try answer.after(result) })
            })
    }
}

/// What a closure returned when it last ran.
private final class LastAnswer<Answer: Sendable>: Sendable {
    private let stored = Mutex<Answer?>(nil)

    var value: Answer? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }

    /// The answer of a transaction that ended so.
    func after(_ result: Result<Void, any Error>) throws -> Answer {
        do {
            try result.get()
        } catch {
            throw callerError(error)
        }
        guard let value else {
            throw SQLFailure(.other, "A transaction ended without having run.").unavailable
        }
        return value
    }
}
