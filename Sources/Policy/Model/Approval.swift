public import Verdicts

/// What a rule says about the updates that it matches.
public enum Approval: Hashable, Sendable, Codable {
    /// Approved as soon as it is seen: `at once`.
    case atOnce
    /// Approved when the *fix* has been out for so many days: `after 2 days`. A newer version of
    /// the same fix does not begin to age again.
    case afterDays(Int)
    /// Approved when a feed's verdict is ok, or after days without one: `verdict ok or after 7 days`.
    case byVerdict(VerdictGate)
    /// Waits until a person approves it: `by hand`.
    case byHand
    /// Downloaded and planned, and installed only when a named person releases it: `prepare only`.
    case prepareOnly
    /// Not installed: `declined`.
    case declined
    /// Not installed for now, for the reason given: `hold: "…"`.
    case hold(reason: String)

    /// The longest wait, in days: one year. Who means longer means `declined`.
    public static let maximumDays = 365

    /// Whether it forbids: a denial beats an approval at every level.
    public var denies: Bool {
        switch self {
        case .declined, .hold: true
        case .atOnce, .afterDays, .byVerdict, .byHand, .prepareOnly: false
        }
    }

    /// What it asks of verdicts; `nil` when it asks for none.
    public var verdictGate: VerdictGate? {
        if case .byVerdict(let gate) = self { gate } else { nil }
    }

    /// Whether a person's approval is asked for.
    public var asksPerson: Bool {
        switch self {
        case .byHand, .prepareOnly: true
        case .atOnce, .afterDays, .byVerdict, .declined, .hold: false
        }
    }
}

/// Which windows and rings an approved update goes through.
public enum Lane: String, Codable, Sendable, CaseIterable, Hashable, CodingKeyRepresentable {
    /// The everyday way; every policy has it.
    case routine
    /// Sooner than the everyday way.
    case priority
    /// At once, with a canary and a budget all the same.
    case emergency
}

/// What happens with an update: the approval, who must give it, and the way that it then takes.
public struct Treatment: Hashable, Sendable, Codable {
    /// The approval.
    public var approval: Approval
    /// How many different people must approve where a person is asked: 1 or 2.
    public var approvers: Int
    /// The way that it takes.
    public var lane: Lane

    /// The most people that can be asked for.
    public static let maximumApprovers = 2

    /// A treatment.
    public init(_ approval: Approval, approvers: Int = 1, lane: Lane = .routine) {
        self.approval = approval
        self.approvers = approvers
        self.lane = lane
    }
}

/// One rule: which updates, and what happens with them.
public struct PolicyRule: Hashable, Sendable, Codable {
    /// Which updates; the first rule that matches decides.
    public var when: UpdateExpression
    /// What happens with them.
    public var treatment: Treatment

    /// A rule.
    public init(when: UpdateExpression, _ treatment: Treatment) {
        self.when = when
        self.treatment = treatment
    }
}
