public import Fleet

/// The verdict that counts for one update, with whose it is.
///
/// It is an object, since it is handed along with every update, of which most have none.
public final class KnownVerdict: Hashable, Sendable {
    /// Whose it is.
    public enum Source: Hashable, Sendable {
        /// A feed's, by its name.
        case feed(String)
        /// The silence of a feed that has expired.
        case expired(String)
        /// One's own: a person's, by name, which comes before what any feed says.
        case person(String)
    }

    /// What is said.
    public let word: VerdictWord
    /// By whom.
    public let source: Source
    /// Why, in the words of whoever says it.
    public let evidence: String
    /// Where more is told.
    public let link: String?
    /// Since when it is said.
    public let at: Timestamp
    /// What it names: the package or its source package, else the vulnerability; `nil` for silence.
    public let subject: String?

    /// A verdict.
    public init(
        _ word: VerdictWord, by source: Source, evidence: String, link: String? = nil,
        at: Timestamp, on subject: String? = nil
    ) {
        self.word = word
        self.source = source
        self.evidence = evidence
        self.link = link
        self.at = at
        self.subject = subject
    }

    /// As part of a sentence: `the verdict ok of the feed noc`.
    public var words: String {
        switch source {
        case .feed(let name): "the verdict \(word.rawValue) of the feed \(name)"
        case .expired(let name): "the expired feed \(name)"
        case .person(let name): "the own verdict \(word.rawValue) of \(name)"
        }
    }

    /// The same where it approves; `nil` for any other word.
    public var approver: String? { word == .ok ? words : nil }

    /// Equal contents are equal.
    public static func == (left: KnownVerdict, right: KnownVerdict) -> Bool {
        left === right
            || (left.word == right.word && left.source == right.source
                && left.evidence == right.evidence && left.link == right.link
                && left.at == right.at && left.subject == right.subject)
    }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(word)
        hasher.combine(source)
        hasher.combine(at)
    }
}

/// What a rule asks for: a verdict of ok, or that the fix has been out for so many days while
/// nobody has said anything.
public struct VerdictGate: Hashable, Sendable, Codable {
    /// After how many days an update without a verdict is approved; `nil` for never.
    public var orAfterDays: Int?

    /// A gate.
    public init(orAfterDays: Int? = nil) { self.orAfterDays = orAfterDays }

    /// What follows for an update.
    public enum Answer: Hashable, Sendable {
        /// It is approved.
        case approved
        /// It is approved at this instant, if nobody says anything before.
        case ageing(until: Timestamp)
        /// It would be approved by age, and it is not known since when the fix is out.
        case ageUnknown
        /// A person decides: caution was said, or nothing, and only an ok would do.
        case byHand
        /// It is held.
        case held
    }

    /// What follows from a verdict, or from there being none, for a fix that is out since then.
    public func answer(
        _ known: KnownVerdict?, outSince: Timestamp?, at now: Timestamp
    ) -> Answer {
        switch known?.word {
        case .ok: return .approved
        case .caution: return .byHand
        case .block: return .held
        case nil:
            guard let orAfterDays else { return .byHand }
            guard let outSince else { return .ageUnknown }
            let ripe = outSince.adding(seconds: Int64(orAfterDays) * 86_400)
            return now >= ripe ? .approved : .ageing(until: ripe)
        }
    }

    /// Why it is not approved yet, as a clause behind a colon.
    public static func cause(_ known: KnownVerdict?) -> String {
        known.map { "\($0.words) (\($0.evidence))" } ?? "no verdict is known of it"
    }
}
