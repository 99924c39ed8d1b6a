public import Calendar
public import Fleet
public import Policy

/// When each ring will begin and end at the earliest, if all goes well: the timeline of a rollout.
public struct RolloutForecast: Hashable, Sendable, Codable {
    /// One ring on the timeline.
    public struct Bar: Hashable, Sendable, Codable {
        /// The ring.
        public var ring: PolicyName
        /// When it begins, or began.
        public var opensAt: Timestamp
        /// When its last endpoint is done at the earliest; `nil` when there is no window for
        /// somebody in the openings that were given.
        public var doneAt: Timestamp?
        /// Until when it is watched; `nil` for the last ring, and when it is never done.
        public var soakUntil: Timestamp?
        /// Endpoints that find no time in the openings that were given.
        public var withoutWindow: [EndpointID]
    }

    /// The rings, in order, as far as they can be foreseen.
    public private(set) var bars: [Bar] = []

    /// Foresees a rollout. A budget lets so many endpoints work at once, one after another; what a
    /// site or a cluster adds to that is not foreseen, hence “at the earliest”.
    ///
    /// An endpoint that is not in `openings` may work at any time. `seconds` is how long the work
    /// takes on one endpoint, reserve for a reboot included.
    public init(
        of rollout: RingRollout, openings: [EndpointID: [Occurrence]], workSeconds seconds: Int64,
        from now: Timestamp
    ) {
        var opensAt = now
        let plan = rollout.plan
        for (place, ring) in plan.rings.enumerated() {
            let progress = rollout.progress[place]
            if let opened = progress.openedAt { opensAt = opened }
            let left = rollout.endpoints.filter { $0.ring == place && !$0.hasLeft && $0.isPending }
            let limit = ring.budget.map { $0.limit(of: ring.members.count) } ?? Int.max
            let turns = Self.turns(
                left.map(\.member.endpoint), openings: openings, seconds: max(0, seconds),
                limit: limit, from: max(now, opensAt))
            var bar = Bar(ring: ring.name, opensAt: opensAt, withoutWindow: turns.without)
            if turns.without.isEmpty { bar.doneAt = turns.doneAt }
            guard place < plan.rings.count - 1 else {
                bars.append(bar)
                return
            }
            bar.soakUntil =
                progress.passedAt ?? progress.soakUntil
                ?? bar.doneAt?.adding(seconds: plan.soakSeconds(of: place))
            bars.append(bar)
            guard let next = bar.soakUntil else { return }
            opensAt = max(now, next)
        }
    }

    /// Gives each endpoint the first turn that its openings and the budget allow.
    private static func turns(
        _ endpoints: [EndpointID], openings: [EndpointID: [Occurrence]], seconds: Int64,
        limit: Int, from start: Timestamp
    ) -> (doneAt: Timestamp, without: [EndpointID]) {
        guard limit > 0 else { return (start, endpoints) }
        var free: [Timestamp] = Array(repeating: start, count: min(limit, endpoints.count))
        var doneAt = start
        var without: [EndpointID] = []
        for endpoint in endpoints {
            guard let desk = free.indices.min(by: { free[$0] < free[$1] }) else { break }
            let begins =
                openings[endpoint].map {
                    FailureCounts.start(notBefore: free[desk], seconds: seconds, openings: $0)
                } ?? free[desk]
            guard let begins else {
                without.append(endpoint)
                continue
            }
            free[desk] = begins.adding(seconds: seconds)
            doneAt = max(doneAt, free[desk])
        }
        return (doneAt, without)
    }
}
