public import Fleet
public import Verdicts

/// What happens with one missing update of one endpoint: exactly one action and one reason, for
/// people and programs alike.
///
/// The sentence is put together when somebody reads it; until then the decision holds only what is
/// needed for that, since most of the millions of decisions are counted and never read.
public struct Decision: Hashable, Sendable {
    /// The missing update.
    public var update: Update
    /// What is done.
    public var action: Action
    /// Why.
    public var reasonCode: ReasonCode
    /// The rule that decided.
    public var rule: String
    /// When something will happen next; `nil` when that waits for a person.
    public var nextAt: Timestamp?
    /// By when it must be installed; `nil` without an SLA clock.
    public var dueAt: Timestamp?
    /// Which windows and rings it goes through; `nil` while that is open.
    public var lane: Lane?
    /// What the sentence is made of.
    var grounds: DecisionGrounds

    /// A decision whose sentence is given.
    public init(
        update: Update, action: Action, reasonCode: ReasonCode, sentence: String, rule: String,
        nextAt: Timestamp? = nil, dueAt: Timestamp? = nil
    ) {
        self.init(
            update, reasonCode, rule: rule, nextAt: nextAt, dueAt: dueAt, lane: nil,
            grounds: DecisionGrounds(stated: sentence))
        self.action = action
    }

    // Inlined, so that what it is made of is put into place instead of being copied into arguments.
    @inline(__always)
    init(
        _ update: Update, _ reasonCode: ReasonCode, rule: String, nextAt: Timestamp?,
        dueAt: Timestamp?, lane: Lane?, grounds: DecisionGrounds
    ) {
        self.update = update
        action = reasonCode.action
        self.reasonCode = reasonCode
        self.rule = rule
        self.nextAt = nextAt
        self.dueAt = dueAt
        self.lane = lane
        self.grounds = grounds
    }

    /// Why, in plain English.
    public var sentence: String { grounds.sentence(of: self) }

    /// Whether its rule asks for a verdict; `verdict` is the one that counts, if there is any.
    public var asksForVerdict: Bool { grounds.approval?.verdictGate != nil }

    /// The verdict that counts for the update where its rule asks for one.
    public var verdict: KnownVerdict? { grounds.verdict }

    /// Whether what is foreseen comes after the due date.
    public var isLate: Bool {
        guard let dueAt, let nextAt else { return false }
        return nextAt > dueAt
    }
}

extension Decision: Codable {
    private enum CodingKeys: String, CodingKey {
        case update, action, reasonCode, sentence, rule, nextAt, dueAt, lane
    }

    /// Reads a decision with its sentence as it was written.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            update: try values.decode(Update.self, forKey: .update),
            action: try values.decode(Action.self, forKey: .action),
            reasonCode: try values.decode(ReasonCode.self, forKey: .reasonCode),
            sentence: try values.decode(String.self, forKey: .sentence),
            rule: try values.decode(String.self, forKey: .rule),
            nextAt: try values.decodeIfPresent(Timestamp.self, forKey: .nextAt),
            dueAt: try values.decodeIfPresent(Timestamp.self, forKey: .dueAt))
        lane = try values.decodeIfPresent(Lane.self, forKey: .lane)
    }

    /// Writes the decision with its sentence.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(update, forKey: .update)
        try values.encode(action, forKey: .action)
        try values.encode(reasonCode, forKey: .reasonCode)
        try values.encode(sentence, forKey: .sentence)
        try values.encode(rule, forKey: .rule)
        try values.encodeIfPresent(nextAt, forKey: .nextAt)
        try values.encodeIfPresent(dueAt, forKey: .dueAt)
        try values.encodeIfPresent(lane, forKey: .lane)
    }
}
