public import Policy

/// Restarts services of the endpoint.
public protocol ServiceRestarting: Sendable {
    /// What the system says of units; those that it does not know are left out.
    func describe(_ units: [String]) async -> [ServiceUnit]
    /// Restarts a unit and waits until it runs again.
    ///
    /// - Returns: `nil` when it does; else why it does not, as a clause.
    func restart(_ unit: String, within seconds: Int64) async -> String?
}

/// What the system says of a service.
public struct ServiceUnit: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Whether it runs.
    public var isActive: Bool
    /// Whether it is a task that ends by itself, and would be cut off.
    public var isTask: Bool
    /// Whether somebody started it by hand, so that no file says how to start it again.
    public var isTransient: Bool
    /// Whether it may only be stopped and started by other units.
    public var refusesByHand: Bool
    /// The units after which it is started.
    public var after: Set<String>
    /// Further names that it goes by.
    public var otherNames: Set<String>
    /// The units that are restarted with it, since they need it or are a part of it.
    public var takesAlong: Set<String>

    /// A service.
    public init(
        name: String, isActive: Bool = true, isTask: Bool = false, isTransient: Bool = false,
        refusesByHand: Bool = false, after: Set<String> = [], otherNames: Set<String> = [],
        takesAlong: Set<String> = []
    ) {
        self.name = name
        self.isActive = isActive
        self.isTask = isTask
        self.isTransient = isTransient
        self.refusesByHand = refusesByHand
        self.after = after
        self.otherNames = otherNames
        self.takesAlong = takesAlong
    }
}

/// By what services are restarted after an installation.
public struct ServiceTerms: Hashable, Sendable {
    /// The rule.
    public var rule: ServiceRule
    /// Why nothing may be restarted at the instant for which the terms were asked, as a clause;
    /// `nil` when it may.
    public var obstacle: String?

    /// Terms.
    public init(rule: ServiceRule, obstacle: String? = nil) {
        self.rule = rule
        self.obstacle = obstacle
    }
}

/// What became of a service that ran replaced code.
public struct ServiceReport: Hashable, Sendable, Codable {
    /// What became of it.
    public enum State: String, Hashable, Sendable, Codable {
        /// It was restarted, and runs.
        case restarted
        /// It was left alone.
        case left
        /// It was restarted, and does not run.
        case failed
    }

    /// The unit, or the process where there is none.
    public var unit: String
    /// What became of it.
    public var state: State
    /// Why, as a clause; empty for one that was restarted.
    public var reason: String

    /// What became of a service.
    public init(_ unit: String, _ state: State, reason: String = "") {
        self.unit = unit
        self.state = state
        self.reason = reason
    }

    /// In one sentence.
    public var sentence: String {
        switch state {
        case .restarted: "\(unit) ran replaced code and was restarted."
        case .left: "\(unit) runs replaced code and was not restarted: \(reason)."
        case .failed: "\(unit) was restarted, and does not run as it should: \(reason)."
        }
    }
}
