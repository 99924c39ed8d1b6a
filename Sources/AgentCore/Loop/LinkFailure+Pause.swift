import AgentProtocol

extension LinkFailure {
    /// The longest that a server can make an agent wait by `Retry-After`, in seconds.
    static let longestRetryAfter: Int64 = 3600
    /// The part of a `Retry-After` that chance adds, so that those who were sent away together do
    /// not come back together.
    static let retrySpread = 0.25

    /// How long to wait before the next try, in milliseconds.
    package func pause(_ backOff: inout BackOff, chance: Double) -> Int64 {
        guard case .busy(let seconds) = self else { return backOff.next(chance: chance) }
        let wait = Double(min(max(seconds, 1), Self.longestRetryAfter) * 1000)
        return Int64(wait * (1 + Self.retrySpread * chance))
    }

    /// Whether trying the same again is useless: the server understood, and says no to this very
    /// message.
    package var isFinal: Bool {
        guard case .refused(let status, _) = self else { return false }
        // 401 and 403 may pass with a new token or a right given back, 408 and 429 with time.
        return (400..<500).contains(status) && ![401, 403, 408, 429].contains(status)
    }

    /// Whether the server does not know the job (any more), or it has ended there.
    var saysThatTheJobIsOver: Bool {
        guard case .refused(let status, _) = self else { return false }
        return [404, 409, 410].contains(status)
    }

    /// What happened, in one sentence.
    package var sentence: String {
        switch self {
        case .unreachable(let words): "the control plane cannot be reached: \(words)"
        case .refused(let status, let problem):
            "\(problem.message) (\(status) \(problem.code)) \(problem.nextStep)"
        case .busy(let seconds): "the control plane is busy and asks to wait \(seconds) s"
        case .malformed(let words):
            "the control plane's answer is not one of this protocol: \(words)"
        }
    }
}
