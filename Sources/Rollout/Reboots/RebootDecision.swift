public import Fleet
public import Policy

/// What is known on an endpoint when a reboot is thought about.
public struct RebootSituation: Hashable, Sendable, Codable {
    /// When the need for a reboot arose; `nil` when there is none.
    public var neededSince: Timestamp?
    /// Whether a window that allows reboots is open.
    public var isWindowOpen: Bool
    /// Whether somebody has a session open.
    public var hasSession: Bool
    /// When a warning was first shown, and somebody acknowledged it.
    public var warningAcknowledgedAt: Timestamp?
    /// How often people have put it off.
    public var deferrals: Int
    /// Until when they have put it off; `nil` when they have not.
    public var deferredUntil: Timestamp?
    /// Whether somebody has agreed to a reboot now.
    public var isAgreed: Bool
    /// Who keeps the endpoint from shutting down, such as a backup that holds an inhibitor.
    public var inhibitors: [String]
    /// When Patchbay rebooted it, as far as the counter on its disk tells.
    public var reboots: [Timestamp]
    /// When the window that is open has opened.
    public var windowOpenedAt: Timestamp?

    /// A situation in which nothing stands in the way but the need.
    public init(
        neededSince: Timestamp?, isWindowOpen: Bool = true, hasSession: Bool = false,
        warningAcknowledgedAt: Timestamp? = nil, deferrals: Int = 0,
        deferredUntil: Timestamp? = nil, isAgreed: Bool = false, inhibitors: [String] = [],
        reboots: [Timestamp] = [], windowOpenedAt: Timestamp? = nil
    ) {
        self.neededSince = neededSince
        self.isWindowOpen = isWindowOpen
        self.hasSession = hasSession
        self.warningAcknowledgedAt = warningAcknowledgedAt
        self.deferrals = deferrals
        self.deferredUntil = deferredUntil
        self.isAgreed = isAgreed
        self.inhibitors = inhibitors
        self.reboots = reboots
        self.windowOpenedAt = windowOpenedAt
    }
}

/// Whether an endpoint reboots now, and if not, why and what it waits for.
public enum RebootDecision: Hashable, Sendable, Codable {
    /// Now.
    case reboot
    /// No reboot is needed.
    case notNeeded
    /// The policy leaves reboots to people: it stays pending restart.
    case leftToPeople
    /// Too many reboots in this window or day: something needs them again and again.
    case loopStopped(reboots: Int)
    /// A window that allows reboots has to open.
    case waitForWindow
    /// Programs keep it from shutting down.
    case inhibited(by: [String])
    /// People at it have to see and acknowledge a warning; how often they may still put it off.
    case warn(deferralsLeft: Int)
    /// The warning was acknowledged, and the time that it promised runs until then.
    case waitForWarning(until: Timestamp)
    /// Somebody put it off until then.
    case deferred(until: Timestamp)
    /// Somebody has to agree; `nil` when no deadline ends the waiting.
    case ask(until: Timestamp?, deferralsLeft: Int)
}

extension RebootDecision {
    /// The most reboots by Patchbay in one window.
    public static let mostInWindow = 2
    /// The most reboots by Patchbay in 24 hours.
    public static let mostInDay = 3

    /// Decides. With a session open nobody is rebooted without a warning that was shown and
    /// acknowledged, whatever the deadline; a deadline ends deferrals and the waiting for consent.
    public static func decide(
        _ situation: RebootSituation, by rule: RebootRule, at now: Timestamp
    ) -> RebootDecision {
        guard let neededSince = situation.neededSince else { return .notNeeded }
        guard rule.mode != .never else { return .leftToPeople }
        if let count = loop(situation, now) { return .loopStopped(reboots: count) }
        guard situation.isWindowOpen else { return .waitForWindow }
        guard situation.inhibitors.isEmpty else { return .inhibited(by: situation.inhibitors) }
        let deadline = rule.deadline.map { neededSince.adding(seconds: $0.seconds) }
        let isOverdue = deadline.map { $0 <= now } ?? false
        let left = isOverdue ? 0 : max(0, rule.deferrals - situation.deferrals)
        // Whoever put it off may have left and let something run.
        if let until = deferral(situation, rule, deadline), until > now {
            return .deferred(until: until)
        }
        if situation.hasSession {
            guard let acknowledged = situation.warningAcknowledgedAt else {
                return .warn(deferralsLeft: left)
            }
            let over = acknowledged.adding(seconds: rule.warning.seconds)
            if over > now, !situation.isAgreed { return .waitForWarning(until: over) }
            if rule.mode == .prompt, !situation.isAgreed, !isOverdue {
                return .ask(until: deadline, deferralsLeft: left)
            }
        }
        return .reboot
    }

    /// Until when it is put off, if that was one of the deferrals that the rule allows, and never
    /// beyond the deadline.
    private static func deferral(
        _ situation: RebootSituation, _ rule: RebootRule, _ deadline: Timestamp?
    ) -> Timestamp? {
        guard let until = situation.deferredUntil, situation.deferrals <= rule.deferrals else {
            return nil
        }
        return deadline.map { min($0, until) } ?? until
    }

    /// How many reboots there were when there were too many.
    private static func loop(_ situation: RebootSituation, _ now: Timestamp) -> Int? {
        let dayAgo = now.adding(seconds: -86_400)
        let inDay = situation.reboots.count { $0 > dayAgo }
        if inDay >= mostInDay { return inDay }
        guard let opened = situation.windowOpenedAt else { return nil }
        let inWindow = situation.reboots.count { $0 >= opened }
        return inWindow >= mostInWindow ? inWindow : nil
    }
}
