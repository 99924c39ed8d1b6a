public import Calendar
public import Fleet

/// A policy: what should happen to which endpoints, and when. It is the value of the policy
/// document, version 1; the dashboard's form and the YAML text are two ways to write the same
/// value.
///
/// The type is not called `Policy`, so that the module's name can still tell its types from those
/// of other modules.
public struct PatchPolicy: Hashable, Sendable, Codable {
    /// The version of the document that this is the value of.
    public static let documentVersion = "policy/v1"

    /// Its name, unique in its scope.
    public var name: PolicyName
    /// A name for people; `nil` when only the name is given.
    public var title: String?
    /// The endpoints that it applies to.
    public var applies: GroupExpression
    /// The policy whose settings hold where this one says nothing.
    public var inherits: PolicyName?
    /// Which windows and rings an approved update goes through.
    public var lanes: Lanes
    /// The rules in order: the first that matches an update decides.
    public var rules: [PolicyRule]
    /// What happens with updates that no rule matches.
    public var otherwise: Treatment
    /// When work may happen; each window has a name of its own, which is a `PolicyName`.
    public var windows: [MaintenanceWindow]
    /// Days on which no window opens; those of every policy that applies count together.
    public var freezes: [Freeze]
    /// What becomes of a missed window; `nil` when the inherited policy says.
    public var catchUp: CatchUp?
    /// The lists of rings by name.
    public var rings: [PolicyName: [Ring]]
    /// Whether and how endpoints reboot; `nil` when the inherited policy says.
    public var reboot: RebootRule?
    /// What must hold before an installation; `nil` when the inherited policy says.
    public var before: Preconditions?
    /// What must hold after an installation; `nil` when the inherited policy says.
    public var after: HealthCheck?
    /// Whether services are restarted after an installation; `nil` when the inherited policy says.
    public var services: ServiceRule?
    /// How fast updates may be downloaded; `nil` when the inherited policy says.
    public var bandwidth: Bandwidth?
    /// The clocks that run for findings, by the names of their presets, such as `pci-401`; those of
    /// every policy that applies count together.
    public var sla: [PolicyName]
    /// How long an accepted risk may hold; `nil` when a wider policy says, else as long as any may.
    public var longestException: TimeSpan?

    /// The most rules of one policy: what a person can still read.
    public static let maximumRules = 256

    /// A policy.
    public init(
        name: PolicyName, title: String? = nil, applies: GroupExpression,
        inherits: PolicyName? = nil, lanes: Lanes, rules: [PolicyRule] = [],
        otherwise: Treatment, windows: [MaintenanceWindow] = [], freezes: [Freeze] = [],
        catchUp: CatchUp? = nil, rings: [PolicyName: [Ring]] = [:], reboot: RebootRule? = nil,
        before: Preconditions? = nil, after: HealthCheck? = nil, services: ServiceRule? = nil,
        bandwidth: Bandwidth? = nil, sla: [PolicyName] = [], longestException: TimeSpan? = nil
    ) {
        self.name = name
        self.title = title
        self.applies = applies
        self.inherits = inherits
        self.lanes = lanes
        self.rules = rules
        self.otherwise = otherwise
        self.windows = windows.sorted { $0.name < $1.name }
        self.freezes = freezes
        self.catchUp = catchUp
        self.rings = rings
        self.reboot = reboot
        self.before = before
        self.after = after
        self.services = services
        self.bandwidth = bandwidth
        self.sla = sla
        self.longestException = longestException
    }

    /// What people call it: the title, or else the name.
    public var displayName: String { title ?? name.text }
}
