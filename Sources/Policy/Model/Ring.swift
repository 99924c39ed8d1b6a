public import Fleet

/// One ring of endpoints: the update reaches it when the ring before it has passed its gate.
public struct Ring: Hashable, Sendable, Codable {
    /// The ring's name.
    public var name: PolicyName
    /// Who is in it.
    public var members: RingMembers
    /// How long it runs, after its last member is patched, before its gate is looked at.
    public var soak: TimeSpan
    /// What must hold before the next ring begins; `nil` when only the soak counts.
    public var gate: RingGate?
    /// How much of it may be in work at once; `nil` for no limit.
    public var budget: DisruptionBudget?

    /// A ring.
    public init(
        name: PolicyName, members: RingMembers, soak: TimeSpan = .hours(0), gate: RingGate? = nil,
        budget: DisruptionBudget? = nil
    ) {
        self.name = name
        self.members = members
        self.soak = soak
        self.gate = gate
        self.budget = budget
    }
}

/// Who is in a ring. An endpoint is in the first ring of the list that takes it.
public enum RingMembers: Hashable, Sendable, Codable {
    /// Whom an expression matches.
    case matching(GroupExpression)
    /// A share of those whom no expression of the list takes, chosen by a stable hash.
    case share(Percentage)
    /// Everyone who is left.
    case rest
}

/// What must hold in a ring before the next one begins.
public struct RingGate: Hashable, Sendable, Codable {
    /// The least share of its members whose update is verified.
    public var verified: Percentage
    /// The least share of the verified whose health probes pass; `nil` when probes do not count.
    public var healthy: Percentage?
    /// The least number of verified members: a share of too few says nothing.
    public var minimum: Int

    /// A gate.
    public init(verified: Percentage, healthy: Percentage? = nil, minimum: Int = 1) {
        self.verified = verified
        self.healthy = healthy
        self.minimum = minimum
    }
}

/// How many endpoints may be in work at the same time.
public struct DisruptionBudget: Hashable, Sendable, Codable {
    /// A share or a number.
    public enum Amount: Hashable, Sendable, Codable {
        /// A share of the members; at least one endpoint.
        case share(Percentage)
        /// So many endpoints.
        case endpoints(Int)
    }

    /// What the amount is counted in.
    public enum Scope: String, Hashable, Sendable, Codable, CaseIterable {
        /// The ring as a whole.
        case ring
        /// Each site's members for themselves.
        case site
    }

    /// How many.
    public var amount: Amount
    /// Of whom.
    public var scope: Scope

    /// A budget.
    public init(_ amount: Amount, per scope: Scope = .ring) {
        self.amount = amount
        self.scope = scope
    }

    /// How many of `members` endpoints may be in work at once: at least one, so that a small ring
    /// is never stuck, unless the policy says `0`.
    public func limit(of members: Int) -> Int {
        switch amount {
        case .share(let share):
            share.basisPoints == 0 ? 0 : min(max(members, 0), max(1, share.rounded(of: members)))
        case .endpoints(let count): min(max(members, 0), max(0, count))
        }
    }
}
