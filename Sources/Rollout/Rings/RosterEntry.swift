public import Fleet

/// What a rollout knows of one endpoint.
public struct RosterEntry: Hashable, Sendable, Codable {
    /// Where an endpoint stands.
    public enum Phase: Hashable, Sendable, Codable {
        /// It has no order.
        case waiting
        /// It has an order that it has not begun.
        case offered
        /// Its order is being taken back; it may have begun all the same.
        case withdrawing
        /// It works, or waits for its restart.
        case running
        /// It failed, and is tried again after an instant.
        case resting(until: Timestamp)
        /// The update is in force.
        case verified
        /// It is not tried again.
        case failed(GiveUpReason)
        /// It did not try.
        case skipped(SkipReason)
    }

    /// Which endpoint.
    public let member: RolloutMember
    /// Its ring, counted from 0.
    public let ring: Int
    /// Where it stands.
    public internal(set) var phase = Phase.waiting
    /// The number of its latest order; 0 before the first.
    public internal(set) var orders = 0
    /// Its failures since it was last reset.
    public internal(set) var failures = FailureCounts()
    /// How often the update went missing again.
    public internal(set) var returns = 0
    /// Whether its probes passed at the last word; `nil` when they never answered.
    public internal(set) var isHealthy: Bool?
    /// When the last word about its health was observed.
    var healthAt: Timestamp?
    /// Whether its probes failed before it was patched: the update is not to blame then.
    public internal(set) var wasUnhealthy = false
    /// Whether it is silent.
    public internal(set) var isOffline = false
    /// When the last word about its silence was observed.
    var reachAt: Timestamp?
    /// Whether it no longer belongs to the rollout; an order under way still ends.
    public internal(set) var hasLeft = false
    /// When it was verified.
    public internal(set) var verifiedAt: Timestamp?

    init(_ member: RolloutMember, ring: Int) {
        self.member = member
        self.ring = ring
    }

    /// Its latest order.
    var offer: RolloutOffer { RolloutOffer(endpoint: member.endpoint, number: orders) }

    /// Whether an order is out that may be carried out.
    public var isOpen: Bool {
        switch phase {
        case .offered, .withdrawing, .running: true
        case .waiting, .resting, .verified, .failed, .skipped: false
        }
    }

    /// Whether it rests though nothing has failed: its order was not begun, or there was none to
    /// give.
    public var restsUntried: Bool {
        if case .resting = phase { failures.isEmpty && !hasLeft } else { false }
    }

    /// Whether it may still come to be verified.
    package var isPending: Bool {
        switch phase {
        case .waiting, .offered, .withdrawing, .running, .resting: true
        case .verified, .failed, .skipped: false
        }
    }

    /// Whether it counts among the members of its ring.
    package var counts: Bool {
        !hasLeft && phase != .skipped(.notNeeded) && phase != .skipped(.denied)
    }

    /// Whether it is in work, or was patched and is unhealthy: it uses the budget.
    public var usesBudget: Bool {
        isOpen || (!hasLeft && phase == .verified && isHealthy == false)
    }

    /// Whether its service is to be taken as down, so that its cluster must not lose another.
    public var isDown: Bool { isOpen || (!hasLeft && (isOffline || isHealthy == false)) }

    /// Whether it was made unhealthy by the update, as far as it alone can tell.
    var isSuspect: Bool {
        counts && phase == .verified && isHealthy == false && !wasUnhealthy
    }
}
