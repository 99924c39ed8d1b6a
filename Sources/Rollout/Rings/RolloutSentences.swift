package import Fleet
import Policy

/// The words in which people read of rollouts.
public enum RolloutSentences {
    /// A length of time, such as `2 h 30 min`.
    public static func duration(_ seconds: Int64) -> String {
        TimeSpan.measured(seconds)
    }

    /// So many endpoints.
    package static func endpoints(_ count: Int) -> String {
        count == 1 ? "1 endpoint" : "\(count) endpoints"
    }

    /// A text in which endpoints stand with their names in place of their identifiers.
    package static func naming(_ text: String, _ name: (EndpointID) -> String?) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let bare = word.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            guard bare.hasPrefix("ept_"), let id = EndpointID(String(bare)), let known = name(id)
            else { return String(word) }
            return known + word.dropFirst(bare.count)
        }.joined(separator: " ")
    }

    /// What a ring must reach before the next begins.
    package static func gate(_ ring: RolloutRing, hasProbes: Bool) -> String {
        guard let gate = ring.gate else {
            return "everyone who can be reached has ended, and one is verified"
        }
        var words = "\(percent(gate.verified)) verified, at least \(gate.minimum)"
        if let healthy = gate.healthy, hasProbes {
            words += ", \(percent(healthy)) of them healthy"
        }
        return words
    }

    private static func percent(_ share: Percentage) -> String {
        let (whole, rest) = share.basisPoints.quotientAndRemainder(dividingBy: 100)
        return rest == 0 ? "\(whole) %" : "\(whole).\(rest < 10 ? "0" : "")\(rest) %"
    }
}

extension RolloutWait {
    /// What is waited for, in one sentence.
    public var sentence: String {
        switch self {
        case .start: "Waits for somebody to begin it."
        case .resume(let reason): "Halted: \(reason.sentence)"
        case .jobs(let ring, let count):
            "Ring \(ring): \(RolloutSentences.endpoints(count)) \(count == 1 ? "has" : "have") an order."
        case .soak(let ring, let until):
            "Ring \(ring) is watched until \(until.wholeSeconds)."
        case .retries(let ring, let count, let first):
            "Ring \(ring): \(RolloutSentences.endpoints(count)) \(count == 1 ? "rests" : "rest") before "
                + "another try, the first until \(first.wholeSeconds)."
        case .offline(let ring, let count):
            "Ring \(ring): \(RolloutSentences.endpoints(count)) \(count == 1 ? "is" : "are") silent."
        case .budget(let ring, let waiting):
            "Ring \(ring): \(RolloutSentences.endpoints(waiting)) \(waiting == 1 ? "waits" : "wait") for "
                + "room in the disruption budget."
        case .cluster(let ring, let waiting):
            "Ring \(ring): \(RolloutSentences.endpoints(waiting)) \(waiting == 1 ? "waits" : "wait") "
                + "until another member of the cluster is back."
        case .outage(let ring):
            "Ring \(ring): endpoints without the update are unhealthy too; waits for the outage to "
                + "end."
        case .gate(let ring): "The gate of ring \(ring) is not reached yet."
        }
    }
}

extension GiveUpReason {
    /// The reason as part of a sentence.
    package var words: String {
        switch self {
        case .failure(let cause): "it failed (\(cause.rawValue)). \(cause.nextStep)".trimmedStop
        case .expired: "its order ran out in the middle of the work too often"
        case .comesBack: "the update keeps going missing again after it was verified"
        }
    }
}

extension String {
    /// The text without a full stop at its end.
    fileprivate var trimmedStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension ResumeMode {
    /// What resuming in this way means, in one sentence.
    public var sentence: String {
        switch self {
        case .keep: "Resumed as it stands."
        case .retryFailed: "Resumed: endpoints that were given up are tried again."
        case .passGate: "Resumed: a person answers for the gates of the rings that are open."
        }
    }
}
