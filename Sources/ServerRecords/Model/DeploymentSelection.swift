public import Fleet
public import Policy
public import Rollout

/// Which updates a person chooses, for which endpoints.
public struct DeploymentSelection: Hashable, Sendable, Codable {
    /// One chosen update.
    public struct ChosenUpdate: Hashable, Sendable, Codable {
        /// The package's name.
        public var name: String
        /// Exactly this version; `nil` for the candidate that each endpoint has.
        public var candidate: String?

        /// A chosen update.
        public init(name: String, candidate: String? = nil) {
            self.name = name
            self.candidate = candidate
        }
    }

    /// The endpoints; all of one tenant.
    public var endpoints: [EndpointID]
    /// The updates; empty when `allSecurity` is set.
    public var updates: [ChosenUpdate]
    /// Every missing update of the class security that can be installed.
    public var allSecurity: Bool?
    /// A name for people; `nil` for one made of the updates.
    public var title: String?
    /// For how many seconds jobs may be open; `nil` for a week.
    public var deadlineSeconds: Int64?
    /// What follows the installation on each endpoint; `nil` when nothing does: what needs a reboot
    /// then waits for people.
    public var aftercare: Aftercare?

    /// The policy through whose rings it moves; `nil` for all endpoints at once.
    public var policy: String?
    /// The lane of that policy; `nil` for the routine one.
    public var lane: Lane?
    /// Whether it is approved knowing that a part of it cannot be undone; without this word nothing
    /// is approved of which that is known.
    public var acceptsNoWayBack: Bool?

    /// A selection.
    public init(
        endpoints: [EndpointID], updates: [ChosenUpdate], allSecurity: Bool? = nil,
        title: String? = nil,
        deadlineSeconds: Int64? = nil, aftercare: Aftercare? = nil,
        policy: String? = nil, lane: Lane? = nil, acceptsNoWayBack: Bool? = nil
    ) {
        self.acceptsNoWayBack = acceptsNoWayBack
        self.endpoints = endpoints
        self.updates = updates
        self.allSecurity = allSecurity
        self.title = title
        self.deadlineSeconds = deadlineSeconds
        self.aftercare = aftercare
        self.policy = policy
        self.lane = lane
    }

    /// Whether an update is chosen.
    package func chooses(_ update: Update) -> Bool {
        if allSecurity == true, update.classes.contains(.security) { return true }
        return updates.contains {
            $0.name == update.name && ($0.candidate == nil || $0.candidate == update.candidate)
        }
    }
}
