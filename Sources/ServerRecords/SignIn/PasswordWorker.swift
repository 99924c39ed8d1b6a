import Foundation
import Synchronization
public import Trust

/// Hashes and checks passwords on threads of its own, a few at a time: scrypt takes some 80 ms and
/// 32 MiB on purpose, which would stall everything else on the cooperative threads, and fill the
/// memory if everybody could start one.
public final class PasswordWorker: Sendable {
    /// How many run at a time: 64 MiB at the standard cost.
    public static let concurrency = 2
    /// How many may wait: at 80 ms each and two at a time, the last waits a good second.
    public static let queueLimit = 32

    private struct State {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
    }

    private let cost: PasswordCost
    private let state = Mutex(State())

    /// A worker whose new hashes have this cost.
    public init(cost: PasswordCost = .standard) {
        self.cost = cost
    }

    /// A new password's hash, as it is stored.
    ///
    /// - Throws: `Refusal` `E_BUSY` when too many wait already.
    package func hash(_ password: String, salt: [UInt8]) async throws -> String {
        let cost = cost
        return try await run { () throws(TrustError) in
            try PasswordHash(of: password, salt: salt, cost: cost).text
        }
    }

    /// Whether the password is the one of a stored hash.
    ///
    /// Without a hash (there is no such user) it takes as long, and the answer is no: the time must
    /// not tell who exists.
    ///
    /// - Throws: `Refusal` `E_BUSY`; `E_PASSWORD_HASH` when the stored hash cannot be used.
    package func matches(_ password: String, hash: String?) async throws -> Bool {
        let text = hash ?? nobodysHash
        let isRight = try await run { () throws(TrustError) in
            try PasswordHash(text: text).matches(password)
        }
        return isRight && hash != nil
    }

    /// A hash at the same cost that no password has.
    private var nobodysHash: String {
        let salt = Base64.encode([UInt8](repeating: 0, count: PasswordHash.saltByteCount), .url)
        let hash = Base64.encode([UInt8](repeating: 0, count: 32), .url)
        return "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(salt)$\(hash)"
    }

    private func run<Answer: Sendable>(
        _ work: @escaping @Sendable () throws(TrustError) -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = enqueue {
                do throws(TrustError) {
                    continuation.resume(returning: try work())
                } catch {
                    continuation.resume(throwing: Refusal(.unavailable, error))
                }
            }
            if !isTaken { continuation.resume(throwing: Self.busy) }
        }
    }

    /// Puts work into the queue and sees that a thread takes it; `false` when the queue is full.
    private func enqueue(_ work: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, needsThread) = state.withLock { state in
            guard state.waiting.count < Self.queueLimit else { return (false, false) }
            state.waiting.append(work)
            guard state.running < Self.concurrency else { return (true, false) }
            state.running += 1
            return (true, true)
        }
        if needsThread { Thread { self.drain() }.start() }
        return isTaken
    }

    /// Works until nothing waits; then the thread ends.
    private func drain() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    private static let busy = Refusal(
        .tooMany, "E_BUSY", "Too many people sign in at this moment.",
        nextStep: "Try again in a few seconds.",
        retryAfterSeconds: 2)
}

extension Refusal {
    /// A refusal for want of trust.
    package init(_ kind: Kind, _ error: TrustError) {
        self.init(kind, error.code, error.message, nextStep: error.nextStep)
    }
}
