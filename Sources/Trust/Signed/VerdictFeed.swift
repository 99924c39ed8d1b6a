public import Fleet
public import Verdicts

/// What a verdict feed says at one time: all its verdicts, with a number that only counts up.
///
/// It is signed in an envelope as other documents are (`Envelope`), but by its publisher's own key,
/// which has nothing to do with any trust root: who subscribes to a feed pins that key.
public struct VerdictFeedDocument: Hashable, Sendable, Codable {
    /// What the envelope says that it holds.
    public static let payloadType = "application/vnd.patchbay.verdicts.v1+json"

    /// The feed's name: lower-case letters, digits and hyphens.
    public var feed: String
    /// Counts up with each publication; an older one is never taken after a newer one.
    public var sequence: Int
    /// When it was signed.
    public var issuedAt: Timestamp
    /// Until when its ok counts; a publisher signs anew before that.
    public var expiresAt: Timestamp
    /// Everything that the feed says.
    public var verdicts: [UpdateVerdict]

    /// The largest envelope of a feed, in bytes: 10,000 verdicts with a paragraph of evidence each.
    public static let maximumBytes = Envelope.maximumBytes
    /// The most verdicts of one feed: the updates of some distributions over several years.
    public static let maximumVerdicts = 10_000
    /// The longest name of a feed, in bytes.
    public static let maximumNameBytes = 63
    /// The longest that a publication may hold, in seconds: a year. A feed of which nobody has
    /// looked at for longer says nothing of today.
    public static let maximumSeconds: Int64 = 366 * 86_400
    /// How far a publisher's clock may be ahead, in seconds.
    static let clockSlackSeconds: Int64 = 300
    /// A document is an object with a list of objects; one level more for the envelope's own.
    private static let maximumDepth = 4

    /// A publication.
    public init(
        feed: String, sequence: Int, issuedAt: Timestamp, expiresAt: Timestamp,
        verdicts: [UpdateVerdict]
    ) {
        self.feed = feed
        self.sequence = sequence
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.verdicts = verdicts
    }

    /// The SHA-256 of what is signed, in hexadecimal.
    public var digest: String { Digest.sha256Hex(StrictJSON.encode(self) ?? []) }

    /// Whether a text can be a feed's name.
    public static func isName(_ text: String) -> Bool {
        (1...maximumNameBytes).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
    }

    /// Signs it.
    ///
    /// - Throws: `VerdictFeedRefusal` when a subscriber would not take it.
    public func envelope(signedBy key: SigningKey) throws -> Envelope {
        try check()
        guard let payload = StrictJSON.encode(self) else {
            throw VerdictFeedRefusal.malformed("it cannot be written as JSON")
        }
        var envelope = Envelope(payloadType: Self.payloadType, payload: payload)
        try envelope.sign(with: key)
        guard envelope.json.count <= Self.maximumBytes else { throw VerdictFeedRefusal.tooLarge }
        return envelope
    }

    /// Reads a publication, and believes it only where the pinned key has signed these very bytes.
    ///
    /// `feed` is the name that it must have; `nil` for any.
    /// `seen` is what was taken last: its number and the SHA-256 of its payload. The same again is
    /// taken as well.
    public init(
        envelope bytes: [UInt8], feed: String?, signedBy key: PublicKey,
        after seen: (sequence: Int, digest: String)? = nil, at now: Timestamp
    ) throws(VerdictFeedRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        let envelope: Envelope
        do {
            envelope = try Envelope(json: bytes)
        } catch {
            if error == .tooLarge { throw .tooLarge }
            throw .malformed("it is no envelope of DSSE")
        }
        guard envelope.payloadType == Self.payloadType else { throw .wrongType }
        guard envelope.isSigned(by: key) else { throw .badSignature }
        try self.init(payload: envelope.payload)
        guard feed == nil || self.feed == feed else { throw .otherFeed(self.feed) }
        guard issuedAt.seconds(since: now) <= Self.clockSlackSeconds else {
            throw .notYetValid(from: issuedAt)
        }
        guard now < expiresAt else { throw .expired(at: expiresAt) }
        guard let seen else { return }
        guard sequence > seen.sequence || envelope.payloadDigest == seen.digest else {
            throw .rolledBack(seen: seen.sequence, offered: sequence)
        }
    }

    /// The document of signed bytes, which have exactly one text.
    private init(payload: [UInt8]) throws(VerdictFeedRefusal) {
        guard
            let read = StrictJSON.read(Self.self, from: payload, maximumDepth: Self.maximumDepth)
        else { throw .malformed("its payload is not the JSON of a verdict feed") }
        guard StrictJSON.encode(read) == payload else { throw .unknownField }
        try read.check()
        self = read
    }

    /// Reads a publication as its publisher writes it by hand, in any order and layout. A key that
    /// is not known is refused: left out silently, it would make a verdict mean more than was meant.
    public init(draft bytes: [UInt8]) throws(VerdictFeedRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        guard let read = StrictJSON.read(Self.self, from: bytes, maximumDepth: Self.maximumDepth)
        else { throw .malformed("it is not the JSON of a verdict feed") }
        guard StrictJSON.read(KnownKeys.self, from: bytes, maximumDepth: Self.maximumDepth) != nil
        else { throw .unknownField }
        try read.check()
        self = read
    }

    private func check() throws(VerdictFeedRefusal) {
        guard Self.isName(feed) else {
            throw .malformed(
                "its name has not 1 to \(Self.maximumNameBytes) of a-z, 0-9 and hyphens")
        }
        guard sequence >= 1 else { throw .malformed("its number is below 1") }
        guard issuedAt < expiresAt, expiresAt.seconds(since: issuedAt) <= Self.maximumSeconds else {
            throw .malformed(
                "it expires before it is issued, or more than \(Self.maximumSeconds / 86_400) days "
                    + "after")
        }
        guard verdicts.count <= Self.maximumVerdicts else { throw .tooLarge }
        for (place, verdict) in verdicts.enumerated() {
            if let fault = verdict.fault { throw .badVerdict(place + 1, fault) }
            // The newest counts: one dated ahead would outlive every later word.
            guard verdict.at.seconds(since: issuedAt) <= Self.clockSlackSeconds else {
                throw .badVerdict(place + 1, "it is dated after the feed was issued")
            }
        }
    }
}

/// A draft of which only the keys are looked at.
private struct KnownKeys: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Item: Decodable {
        init(from decoder: any Decoder) throws {
            try KnownKeys.require(
                [
                    "verdict", "package", "version", "origin", "os", "vulnerability", "evidence",
                    "link", "at",
                ], in: decoder)
        }
    }

    private enum Lists: String, CodingKey { case verdicts }

    init(from decoder: any Decoder) throws {
        try Self.require(
            ["feed", "sequence", "issuedAt", "expiresAt", "verdicts"], in: decoder)
        _ = try decoder.container(keyedBy: Lists.self).decode([Item].self, forKey: .verdicts)
    }

    private static func require(_ known: Set<String>, in decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Key.self).allKeys
        guard let stranger = keys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: decoder.codingPath, debugDescription: stranger.stringValue))
    }
}

/// Why a publication of a verdict feed is not taken. What was known before stays.
public enum VerdictFeedRefusal: Error, Hashable, Sendable {
    /// It is larger, or says more, than is looked at.
    case tooLarge
    /// It cannot be read; a clause says why.
    case malformed(String)
    /// It is signed as something else.
    case wrongType
    /// The pinned key has not signed it.
    case badSignature
    /// It holds a field that is not known, or is not written in the one way that is signed.
    case unknownField
    /// One of its verdicts, counted from 1, cannot be used; a clause says why.
    case badVerdict(Int, String)
    /// It is another feed's.
    case otherFeed(String)
    /// It is issued later than this clock shows.
    case notYetValid(from: Timestamp)
    /// It has expired.
    case expired(at: Timestamp)
    /// A newer one, or this number with another content, has been taken.
    case rolledBack(seen: Int, offered: Int)

    /// A stable code.
    public var code: String {
        switch self {
        case .tooLarge: "E_VERDICTS_TOO_LARGE"
        case .malformed: "E_VERDICTS_MALFORMED"
        case .wrongType: "E_VERDICTS_TYPE"
        case .badSignature: "E_VERDICTS_SIGNATURE"
        case .unknownField: "E_VERDICTS_FIELD"
        case .badVerdict: "E_VERDICTS_ENTRY"
        case .otherFeed: "E_VERDICTS_OTHER_FEED"
        case .notYetValid: "E_VERDICTS_NOT_YET_VALID"
        case .expired: "E_VERDICTS_EXPIRED"
        case .rolledBack: "E_VERDICTS_ROLLED_BACK"
        }
    }

    /// What is wrong, in one sentence.
    public var message: String {
        switch self {
        case .tooLarge:
            "The feed has more than \(VerdictFeedDocument.maximumBytes) bytes or "
                + "\(VerdictFeedDocument.maximumVerdicts) verdicts."
        case .malformed(let why): "The feed cannot be read: \(why)."
        case .wrongType: "The envelope holds no verdict feed."
        case .badSignature: "The feed is not signed by the key that was pinned for it."
        case .unknownField:
            "The feed holds a field that is not known, or its signed JSON is not in canonical form."
        case .badVerdict(let place, let why): "Verdict \(place) cannot be used: \(why)."
        case .otherFeed(let name): "It is the feed \(name), and another was asked for."
        case .notYetValid(let from): "The feed is issued at \(from), which lies ahead."
        case .expired(let end): "The feed expired at \(end)."
        case .rolledBack(let seen, let offered):
            seen == offered
                ? "Number \(offered) of the feed has been taken with another content."
                : "Number \(offered) of the feed was offered after number \(seen)."
        }
    }

    /// What to do about it, in one sentence.
    public var nextStep: String {
        switch self {
        case .tooLarge, .malformed, .unknownField, .badVerdict:
            "Let its publisher mend it; what was known before goes on counting."
        case .wrongType, .otherFeed: "Check the address and the name."
        case .badSignature:
            "Ask its publisher whether the key has changed; a new one is pinned by subscribing anew."
        case .notYetValid: "Set the clock right, here or at its publisher's."
        case .expired, .rolledBack: "Let its publisher sign a newer one."
        }
    }
}

extension VerdictFeedRefusal: CustomStringConvertible {
    /// Cause, next step and code in one line.
    public var description: String { "\(message) \(nextStep) (\(code))" }
}
