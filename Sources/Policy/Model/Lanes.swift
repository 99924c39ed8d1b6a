/// Where one lane leads: its windows and its rings, by name.
public struct LaneRoute: Hashable, Sendable, Codable {
    /// Windows of this policy, or of one that it inherits; in the order of the document.
    public var windows: [PolicyName]
    /// A list of rings of this policy, or of one that it inherits; `nil` for all endpoints at once.
    public var rings: PolicyName?

    /// A route.
    public init(windows: [PolicyName], rings: PolicyName? = nil) {
        self.windows = windows
        self.rings = rings
    }
}

/// The routes of the lanes. The routine lane is mandatory; a lane without a route of its own takes
/// that of the next slower one.
public struct Lanes: Hashable, Sendable, Codable {
    /// The everyday way.
    public var routine: LaneRoute
    /// Sooner than the everyday way.
    public var priority: LaneRoute?
    /// At once.
    public var emergency: LaneRoute?

    /// The routes.
    public init(routine: LaneRoute, priority: LaneRoute? = nil, emergency: LaneRoute? = nil) {
        self.routine = routine
        self.priority = priority
        self.emergency = emergency
    }

    /// The route that a lane takes.
    public func route(of lane: Lane) -> LaneRoute {
        switch lane {
        case .routine: routine
        case .priority: priority ?? routine
        case .emergency: emergency ?? priority ?? routine
        }
    }
}
