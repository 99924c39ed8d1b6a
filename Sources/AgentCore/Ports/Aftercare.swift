public import AgentProtocol
public import Fleet
public import Health
public import Policy
public import Rollout

/// What the endpoint's own signed policy says about reboots and health.
///
/// It comes before what an order says: an endpoint whose policy says never is not rebooted because
/// somebody who can write orders wants it.
public protocol RebootRules: Sendable {
    /// The terms for an order; `nil` when the endpoint holds no signed policy, and the order's own
    /// word counts.
    func terms(for order: JobOrder, at now: Timestamp) async -> RebootTerms?
    /// The signed script of a name, if the endpoint may run it.
    func script(named name: String, at now: Timestamp) async -> ScriptStanding
    /// Whether services are restarted after an order; `nil` when the endpoint holds no signed
    /// policy that says so.
    func services(for order: JobOrder, at now: Timestamp) async -> ServiceTerms?
}

extension RebootRules {
    /// None.
    public func script(named name: String, at now: Timestamp) async -> ScriptStanding {
        .refused("the endpoint holds no signed script of that name")
    }

    /// None.
    public func services(for order: JobOrder, at now: Timestamp) async -> ServiceTerms? { nil }
}

/// The rules of an endpoint that holds no signed policy.
public struct NoSignedRules: RebootRules {
    /// Rules that leave everything to the orders.
    public init() {}

    /// None.
    public func terms(for order: JobOrder, at now: Timestamp) async -> RebootTerms? { nil }
}

/// By what an endpoint is rebooted, and what must hold afterwards.
public struct RebootTerms: Hashable, Sendable {
    /// Whether a window that allows reboots is open.
    public enum Opening: Hashable, Sendable {
        /// It is, since and until these instants; `nil` where there is no end.
        case open(since: Timestamp?, until: Timestamp?)
        /// It is not; when the next one opens, if one is known.
        case closed(next: Timestamp?)
    }

    /// The rule.
    public var rule: RebootRule
    /// The windows, at the instant for which the terms were asked.
    public var opening: Opening
    /// What must hold afterwards.
    public var check: HealthCheck
    /// Whether only what the endpoint itself finds in need of a reboot is rebooted, whoever asks.
    public var mustBeNeeded: Bool

    /// Terms.
    public init(
        rule: RebootRule, opening: Opening, check: HealthCheck, mustBeNeeded: Bool = false
    ) {
        self.mustBeNeeded = mustBeNeeded
        self.rule = rule
        self.opening = opening
        self.check = check
    }
}

/// Somebody's session on the endpoint.
public struct UserSession: Hashable, Sendable {
    /// The user's number.
    public var user: UInt32
    /// The user's name.
    public var name: String
    /// The terminal's device, such as `/dev/pts/0`; `nil` for a graphical session.
    public var terminal: String?

    /// A session.
    public init(user: UInt32, name: String, terminal: String?) {
        self.user = user
        self.name = name
        self.terminal = terminal
    }
}

/// Reboots the endpoint, with regard for who and what is at work on it.
public protocol Rebooting: Sendable {
    /// Who has a session open.
    func sessions() async -> [UserSession]
    /// Shows a text in a session's terminal; whether the system took it.
    func show(_ text: String, in session: UserSession) async -> Bool
    /// Programs that keep the endpoint from shutting down, each with its reason.
    func inhibitors() async -> [String]
    /// Reboots; `nil` when it has been ordered, else why it could not be.
    func reboot() async -> String?
}

/// Asks probes. Looking changes nothing.
public protocol Probing: Sendable {
    /// Asks one probe, once.
    func ask(_ probe: HealthProbe) async -> ProbeResult
    /// Runs a signed script, once; it passes when it ends with status 0.
    func run(_ script: SignedScript) async -> ProbeResult
    /// Reads a figure: what was counted in a time, or what the last boot took.
    func read(_ measure: HealthMeasure, since: Timestamp, until: Timestamp) async -> HealthReading
}

/// What an agent needs in order to see to reboots and health.
public struct AftercareParts: Sendable {
    /// The running boot.
    public var bootId: String
    /// What the signed policy says.
    public var rules: any RebootRules
    /// The endpoint's reboot.
    public var rebooting: any Rebooting
    /// Its probes.
    public var probing: any Probing
    /// Its services; `nil` where the agent cannot restart them.
    public var services: (any ServiceRestarting)?
    /// How far the clock that people at the endpoint go by is ahead of universal time at an instant,
    /// in seconds.
    public var clock: @Sendable (Timestamp) -> Int
    /// Keeps runs and reboots apart.
    public let claim = RunClaim()

    /// What an agent needs.
    public init(
        bootId: String, rules: any RebootRules, rebooting: any Rebooting, probing: any Probing,
        services: (any ServiceRestarting)? = nil,
        clock: @escaping @Sendable (Timestamp) -> Int = { _ in 0 }
    ) {
        self.bootId = bootId
        self.rules = rules
        self.rebooting = rebooting
        self.probing = probing
        self.services = services
        self.clock = clock
    }
}
