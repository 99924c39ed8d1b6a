public import Fleet

/// What the ring that a policy asks for has shown of one version on the endpoints of one stack.
///
/// It is an object, since it is handed along with every update.
public final class PassStanding: Hashable, Sendable {
    /// What is asked for.
    public let pass: RingPass
    /// The stack, in words; `nil` for an endpoint that is itself among those that try it first.
    public let stack: String?
    /// How many endpoints the ring has.
    public let members: Int
    /// How many of them have the stack.
    public let twins: Int
    /// How many of those were asked what they have verified; the others are too many.
    public let asked: Int
    /// Whether all of the ring was looked at: of a ring that is too large some members are not.
    public let isWhole: Bool
    /// On how many it was verified.
    public let verified: Int
    /// When it was verified on the first of them.
    public let since: Timestamp?
    /// What went wrong on one of them, as a clause; `nil` when nothing did.
    public let failure: String?

    /// What a ring has shown.
    public init(
        _ pass: RingPass, stack: String?, members: Int = 0, isWhole: Bool = true, twins: Int = 0,
        asked: Int? = nil, verified: Int = 0, since: Timestamp? = nil, failure: String? = nil
    ) {
        self.pass = pass
        self.stack = stack
        self.members = members
        self.twins = twins
        self.asked = asked ?? twins
        self.isWhole = isWhole
        self.verified = verified
        self.since = since
        self.failure = failure
    }

    /// What follows for an update.
    public enum Answer: Hashable, Sendable {
        /// Nothing stands in its way.
        case passed
        /// It waits until this instant, if nothing goes wrong before; `nil` for one that nobody
        /// knows.
        case waiting(until: Timestamp?)
        /// Nobody in the ring could ever show it.
        case noTwin
    }

    /// What follows at an instant.
    public func answer(at now: Timestamp) -> Answer {
        guard stack != nil else { return .passed }
        guard twins > 0 else { return isWhole ? .noTwin : .waiting(until: nil) }
        guard failure == nil, verified > 0, let since else { return .waiting(until: nil) }
        let ripe = since.adding(seconds: pass.seconds ?? 0)
        return now >= ripe ? .passed : .waiting(until: ripe)
    }

    /// Whether anybody has looked at the ring.
    private var isKnown: Bool { members > 0 || isWhole }

    /// Why it is not passed, as a clause.
    public var clause: String {
        let same = "the same stack (\(stack ?? ""))"
        if !isKnown { return "nobody has looked at the ring \(pass.ring) yet" }
        if members == 0 { return "the ring \(pass.ring) has no endpoint that was scanned" }
        if twins == 0, !isWhole {
            return
                "it has more than \(members) endpoints, and none of those that were looked at has "
                + "\(same): name a smaller one"
        }
        if twins == 0 { return "no endpoint of the ring \(pass.ring) has \(same)" }
        if let failure { return "\(failure), which has \(same)" }
        guard verified == 0 else {
            return "\(verified) of \(those) with \(same) "
                + "\(verified == 1 ? "has" : "have") verified it"
        }
        return "none of \(those) with \(same) has verified it"
    }

    /// What speaks for an update that has passed, as a sentence; `nil` where nothing was asked for.
    public var evidence: String? {
        guard let stack, verified > 0 else { return nil }
        return "\(count(verified)) of the ring \(pass.ring) with the same stack (\(stack)) "
            + "\(verified == 1 ? "has" : "have") verified it, and it failed on none"
            + (asked < twins ? " of the \(asked) that were asked." : ".")
    }

    /// What is waited for, as a clause that says the same until it is over: for what is noted once.
    /// That nobody has looked for a while is no other wait.
    public var demand: String {
        guard let stack, twins > 0 || !isKnown else { return clause }
        return "it must be verified there on the same stack (\(stack))"
            + (failure == nil ? " first" : ", and \(failure ?? "")")
    }

    private var those: String {
        asked < twins
            ? "the \(asked) that were asked of its \(count(twins))" : "its \(count(twins))"
    }

    private func count(_ number: Int) -> String {
        number == 1 ? "1 endpoint" : "\(number) endpoints"
    }

    /// Equal contents are equal.
    public static func == (left: PassStanding, right: PassStanding) -> Bool {
        left === right
            || (left.pass == right.pass && left.stack == right.stack
                && left.members == right.members && left.twins == right.twins
                && left.asked == right.asked && left.isWhole == right.isWhole
                && left.verified == right.verified && left.since == right.since
                && left.failure == right.failure)
    }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(pass)
        hasher.combine(stack)
        hasher.combine(verified)
        hasher.combine(since)
    }
}
