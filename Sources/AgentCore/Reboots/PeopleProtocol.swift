public import Fleet

/// What somebody at the endpoint asks the agent about its reboot.
public struct PeopleRequest: Hashable, Sendable, Codable {
    /// The questions.
    public enum Ask: String, Hashable, Sendable, Codable {
        /// What is planned.
        case status
        /// The warning has been shown to the user who says so.
        case shown
        /// The user has seen the warning.
        case acknowledge
        /// The user wants it later.
        case `defer`
        /// The user agrees to a reboot now.
        case agree
    }

    /// The question.
    public var ask: Ask
    /// For how many seconds it is put off.
    public var seconds: Int64?

    /// The longest request, in bytes.
    public static let sizeLimit = 1024

    /// A question.
    public init(_ ask: Ask, seconds: Int64? = nil) {
        self.ask = ask
        self.seconds = seconds
    }
}

/// What the agent answers.
public struct PeopleAnswer: Hashable, Sendable, Codable {
    /// Why it cannot do what was asked; `nil` when it did.
    public var refusal: String?
    /// How the reboot stands.
    public var status: RebootStatus

    /// The longest answer, in bytes.
    public static let sizeLimit = 16 * 1024

    /// An answer.
    public init(refusal: String? = nil, status: RebootStatus) {
        self.refusal = refusal
        self.status = status
    }
}

/// How the reboot of an endpoint stands, for people at it.
public struct RebootStatus: Hashable, Sendable, Codable {
    /// Whether one waits.
    public var isPending: Bool
    /// One sentence: what is planned, or what it waits for.
    public var sentence: String
    /// What needs it, such as package names.
    public var reasons: [String]
    /// When it happens unless something comes between; `nil` when that is not known.
    public var rebootAt: Timestamp?
    /// How often it may still be put off.
    public var deferralsLeft: Int
    /// Until when it has been put off.
    public var deferredUntil: Timestamp?
    /// When deferrals end.
    public var deadline: Timestamp?
    /// Whether it waits for somebody to agree.
    public var wantsConsent: Bool
    /// The present warning, which grows with each new one; `nil` when nobody is warned.
    public var warning: Int?

    /// Nothing waits.
    public static let none = RebootStatus(
        isPending: false, sentence: "No reboot is planned.", reasons: [], rebootAt: nil,
        deferralsLeft: 0, deferredUntil: nil, deadline: nil, wantsConsent: false, warning: nil)

    /// How a reboot stands.
    public init(
        isPending: Bool, sentence: String, reasons: [String], rebootAt: Timestamp?,
        deferralsLeft: Int, deferredUntil: Timestamp?, deadline: Timestamp?, wantsConsent: Bool,
        warning: Int?
    ) {
        self.isPending = isPending
        self.sentence = sentence
        self.reasons = reasons
        self.rebootAt = rebootAt
        self.deferralsLeft = deferralsLeft
        self.deferredUntil = deferredUntil
        self.deadline = deadline
        self.wantsConsent = wantsConsent
        self.warning = warning
    }
}

/// Who asks, as the system says.
public struct Asker: Hashable, Sendable {
    /// The user's number; 0 is the administrator.
    public var user: UInt32

    /// Who asks.
    public init(user: UInt32) {
        self.user = user
    }
}

/// Answers people at the endpoint.
public protocol PeopleAnswering: Sendable {
    /// Answers at once, without waiting for anything.
    func answer(_ request: PeopleRequest, from asker: Asker) -> PeopleAnswer
}
