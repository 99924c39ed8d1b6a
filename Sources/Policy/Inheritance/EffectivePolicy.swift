public import Calendar

/// What the policies of all levels come to for one endpoint, each part with where it comes from.
///
/// The nearest level that says something overrides the wider ones. Rules are asked from the nearest
/// policy to the widest, then the nearest policy's default; a rule that denies (`declined`, `hold`)
/// beats an approval whatever its level. Freezes and SLA presets of all levels count together.
public struct EffectivePolicy: Hashable, Sendable {
    /// One policy's part in it.
    public struct Layer: Hashable, Sendable {
        /// The policy and its level.
        public let placed: PlacedPolicy
        /// Whether it is known that the policy applies. Of one that may apply, only the denials
        /// count: an approval needs certainty.
        public let isCertain: Bool

        /// The policy.
        public var policy: PatchPolicy { placed.policy }
    }

    /// The policies, the nearest first.
    public let layers: [Layer]
    /// What happens with updates that no rule matches; `nil` when it is not known of any policy
    /// that it applies.
    public let otherwise: Sourced<Treatment>?
    /// The routes of the lanes.
    public let lanes: Sourced<Lanes>?
    /// The windows by name.
    public let windows: [PolicyName: Sourced<MaintenanceWindow>]
    /// Every freeze of every level.
    public let freezes: [Sourced<Freeze>]
    /// What becomes of a missed window.
    public let catchUp: Sourced<CatchUp>?
    /// The lists of rings by name.
    public let rings: [PolicyName: Sourced<[Ring]>]
    /// Whether and how it reboots.
    public let reboot: Sourced<RebootRule>?
    /// What must hold before an installation.
    public let before: Sourced<Preconditions>?
    /// What must hold after an installation.
    public let after: Sourced<HealthCheck>?
    /// Whether services are restarted after an installation.
    public let services: Sourced<ServiceRule>?
    /// How fast updates may be downloaded.
    public let bandwidth: Sourced<Bandwidth>?
    /// The SLA presets of every level, each once.
    public let sla: [Sourced<PolicyName>]
    /// What does not fit together.
    public let problems: [InheritanceProblem]

    /// The policy that comes first, by whose name the whole is called; `nil` when it is not known
    /// of any that it applies.
    public var nearest: PatchPolicy? { layers.first { $0.isCertain }?.policy }

    /// The policies of which it is not known whether they apply.
    public var uncertain: [PolicyName] {
        layers.filter { !$0.isCertain }.map(\.policy.name)
    }

    /// The windows that a lane leads through, in the order of its route.
    public func windows(of lane: Lane) -> [MaintenanceWindow] {
        (lanes?.value.route(of: lane).windows ?? []).compactMap { windows[$0]?.value }
    }

    /// The rings that a lane leads through; empty when it reaches every endpoint at once.
    public func rings(of lane: Lane) -> [Ring] {
        (lanes?.value.route(of: lane).rings).flatMap { rings[$0]?.value } ?? []
    }
}

/// Something that does not fit together in the policies of an endpoint.
public enum InheritanceProblem: Hashable, Sendable {
    /// Two policies of one level apply and neither inherits the other; the first by name overrides.
    case conflict(level: PolicyLevel, policies: [PolicyName])
    /// A policy inherits one that does not exist.
    case missingParent(of: PolicyName, named: PolicyName)
    /// A policy inherits itself, directly or through others.
    case cycle(PolicyName)
    /// A lane names a window that no policy has.
    case unknownWindow(PolicyName, lane: Lane)
    /// A lane names rings that no policy has.
    case unknownRings(PolicyName, lane: Lane)

    /// The problem as a sentence.
    public var sentence: String {
        switch self {
        case .conflict(let level, let policies):
            "Several policies of the level \(level.rawValue) apply: "
                + policies.map(\.text).joined(separator: ", ")
                + ". Where they differ, \(policies.first?.text ?? "") holds."
        case .missingParent(let child, let parent):
            "\(child) inherits \(parent), which does not exist."
        case .cycle(let name): "\(name) inherits itself."
        case .unknownWindow(let name, let lane):
            "The lane \(lane.rawValue) names the window \(name), which no policy here has."
        case .unknownRings(let name, let lane):
            "The lane \(lane.rawValue) names the rings \(name), which no policy here has."
        }
    }
}
