public import Fleet
public import Policy

/// What follows an installation on its endpoint, as it comes with a job: whether and how the
/// endpoint is rebooted, and what must hold afterwards for it to count as healthy.
///
/// It is the control plane's word. An endpoint that has a signed policy of its own goes by that one
/// instead. All fields but the mode may be missing, so that programs can write it by hand.
public struct Aftercare: Hashable, Sendable, Codable {
    /// Whether the endpoint is rebooted.
    public var reboot: RebootRule.Mode
    /// For how many seconds after the need arose a reboot can be put off; `nil` for no deadline.
    public var deadlineSeconds: Int64?
    /// How often people may put it off; `nil` for `RebootRule.usualDeferrals`.
    public var deferrals: Int?
    /// For how many seconds people are warned before it; `nil` for `RebootRule.usualWarning`.
    public var warningSeconds: Int64?
    /// When it may be rebooted; `nil` for always, and none left means not any more.
    public var windows: [RebootWindow]?
    /// The probes that must pass before and after, each as `HealthProbe.text`.
    public var probes: [String]?
    /// For how many seconds they may fail before the endpoint counts as unhealthy; `nil` for
    /// `HealthCheck.usualWithin`.
    public var withinSeconds: Int64?
    /// The systemd units that must be active afterwards.
    public var services: [String]?
    /// Whether a person asked for this reboot itself, so that it needs no other reason.
    public var isRebootAsked: Bool?

    /// The most windows of one job: a daily one for four weeks.
    public static let maximumWindows = 32
    /// The most listed services; every one is asked for at each look.
    public static let maximumServices = 64
    /// The most deferrals; a number beyond it is none that anybody meant.
    public static let maximumDeferrals = 100

    /// What follows an installation.
    public init(
        reboot: RebootRule.Mode, deadlineSeconds: Int64? = nil, deferrals: Int? = nil,
        warningSeconds: Int64? = nil, windows: [RebootWindow]? = nil, probes: [String]? = nil,
        withinSeconds: Int64? = nil, services: [String]? = nil, isRebootAsked: Bool? = nil
    ) {
        self.reboot = reboot
        self.deadlineSeconds = deadlineSeconds
        self.deferrals = deferrals
        self.warningSeconds = warningSeconds
        self.windows = windows
        self.probes = probes
        self.withinSeconds = withinSeconds
        self.services = services
        self.isRebootAsked = isRebootAsked
    }

    /// What a policy says; without any rule nothing is rebooted.
    public init(
        rule: RebootRule?, check: HealthCheck?, windows: [RebootWindow]? = nil,
        services: [String]? = nil
    ) {
        let rule = rule ?? .none
        self.init(
            reboot: rule.mode, deadlineSeconds: rule.deadline?.seconds, deferrals: rule.deferrals,
            warningSeconds: rule.warning.seconds, windows: windows,
            probes: check?.probes.map(\.text), withinSeconds: check?.within.seconds,
            services: services)
    }

    /// The rule of the reboot.
    public var rule: RebootRule {
        RebootRule(
            mode: reboot, deadline: deadlineSeconds.flatMap { TimeSpan(seconds: $0) },
            deferrals: deferrals ?? RebootRule.usualDeferrals,
            warning: warningSeconds.flatMap { TimeSpan(seconds: $0) } ?? RebootRule.usualWarning)
    }

    /// What must hold afterwards: the probes, and the listed services as probes of their units.
    public var check: HealthCheck {
        HealthCheck(
            probes: (services ?? []).map { .unit($0) }
                + (probes ?? []).compactMap { HealthProbe(text: $0) },
            within: withinSeconds.flatMap { TimeSpan(seconds: $0) } ?? HealthCheck.usualWithin)
    }

    /// What is wrong with it, in one sentence; `nil` when nothing is.
    public var fault: String? {
        if let seconds = [deadlineSeconds, warningSeconds, withinSeconds].compactMap({ $0 })
            .first(where: { TimeSpan(seconds: $0) == nil })
        {
            return "\(seconds) seconds is no time that can be waited."
        }
        if let deferrals, !(0...Self.maximumDeferrals).contains(deferrals) {
            return "The deferrals must be 0 to \(Self.maximumDeferrals), not \(deferrals)."
        }
        if let windows, windows.count > Self.maximumWindows {
            return "There are \(windows.count) windows; at most \(Self.maximumWindows) are taken."
        }
        if windows?.contains(where: { $0.until <= $0.from }) == true {
            return "A window ends before it begins."
        }
        if let services, services.count > Self.maximumServices {
            return
                "There are \(services.count) services; at most \(Self.maximumServices) are taken."
        }
        if let wrong = services?.first(where: { !HealthProbe.unit($0).isSound }) {
            return "“\(wrong.prefix(80))” is not the name of a systemd unit."
        }
        if let probes, probes.count > HealthCheck.maximumProbes {
            return
                "There are \(probes.count) probes; at most \(HealthCheck.maximumProbes) are taken."
        }
        if let wrong = probes?.first(where: { HealthProbe(text: $0) == nil }) {
            return "“\(wrong.prefix(80))” is no probe. Write unit:NAME, tcp:PORT, process:NAME, "
                + "script:NAME, http:ADDRESS with an address of the endpoint itself, or one that "
                + "compares, such as crashes:atMost=2, journal:times=3 or bootTime:slower=20%."
        }
        return nil
    }
}

/// A time in which an endpoint may be rebooted.
public struct RebootWindow: Hashable, Sendable, Codable {
    /// When it opens.
    public var from: Timestamp
    /// When it closes: no reboot begins at or after this instant.
    public var until: Timestamp

    /// A window.
    public init(from: Timestamp, until: Timestamp) {
        self.from = from
        self.until = until
    }
}
