public import Fleet

/// Whether and how an endpoint is rebooted after patching.
public struct RebootRule: Hashable, Sendable, Codable {
    /// Whether.
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// Never by Patchbay; the endpoint stays `pending restart`.
        case never
        /// When the endpoint says that it needs one, after a warning.
        case ifNeeded
        /// When it needs one, and the person at it agrees or the deadline has come.
        case prompt
    }

    /// Whether.
    public var mode: Mode
    /// How long after the need arose a reboot can be put off; `nil` for no deadline.
    public var deadline: TimeSpan?
    /// How often a person may put it off.
    public var deferrals: Int
    /// How long before the reboot people with a session open are warned, at the least.
    public var warning: TimeSpan

    /// How many deferrals are given when the policy does not say.
    public static let usualDeferrals = 3
    /// How long people are warned when the policy does not say: time to save and close.
    public static let usualWarning = TimeSpan.minutes(15)
    /// What holds when no policy says anything: a reboot that nobody asked for does not happen.
    public static let none = RebootRule(mode: .never)

    /// A rule.
    public init(
        mode: Mode, deadline: TimeSpan? = nil, deferrals: Int = usualDeferrals,
        warning: TimeSpan = usualWarning
    ) {
        self.mode = mode
        self.deadline = deadline
        self.deferrals = deferrals
        self.warning = warning
    }
}
