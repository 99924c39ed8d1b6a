/// At which level a policy is written; from the widest to the nearest. What is written nearer
/// overrides what is written wider, but for denials, which hold from every level.
public enum PolicyLevel: String, Codable, Sendable, CaseIterable, Comparable, Hashable {
    /// The managed service provider: all tenants.
    case provider
    /// One tenant.
    case tenant
    /// One site.
    case site
    /// One group.
    case group
    /// One endpoint.
    case endpoint

    /// Whether one level is wider.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .provider: 0
        case .tenant: 1
        case .site: 2
        case .group: 3
        case .endpoint: 4
        }
    }
}

/// A policy, and the level that it is written at.
public struct PlacedPolicy: Hashable, Sendable, Codable {
    /// The policy.
    public var policy: PatchPolicy
    /// Where it is written.
    public var level: PolicyLevel

    /// A policy at a level.
    public init(_ policy: PatchPolicy, at level: PolicyLevel) {
        self.policy = policy
        self.level = level
    }
}

/// A setting, with the policy and the level that it comes from.
public struct Sourced<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The setting.
    public let value: Value
    /// The policy that gives it.
    public let policy: PolicyName
    /// The level of that policy.
    public let level: PolicyLevel

    init(_ value: Value, from placed: PlacedPolicy) {
        self.value = value
        policy = placed.policy.name
        level = placed.level
    }
}
