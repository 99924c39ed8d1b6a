/// A name of one thing: a prefix that tells its kind, and 128 bits that sort by creation time.
///
/// Its text is `prefix_` and 26 characters of Crockford's base 32 in lower case: 48 bits of
/// creation time in milliseconds, then 80 random bits (the layout of a ULID). Texts compare as
/// their creation times do.
public struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable {
    /// The whole text, prefix included.
    public let text: String

    /// Reads an identifier; `nil` unless the prefix, the length and every character are right.
    public init?(_ text: String) {
        var bytes = text
        guard bytes.withUTF8({ IdentifierAlphabet.isText($0, prefix: Kind.prefix) }) else {
            return nil
        }
        self.text = text
    }

    /// A new identifier, made at `now`, with 80 bits from `generator`.
    public init(at now: Timestamp, using generator: inout some RandomNumberGenerator) {
        let time = UInt64(clamping: now.milliseconds) & 0xFFFF_FFFF_FFFF
        let high = time << 16 | UInt64.random(in: 0...0xFFFF, using: &generator)
        let low = UInt64.random(in: .min ... .max, using: &generator)
        text = Kind.prefix + "_" + IdentifierAlphabet.encode(high: high, low: low)
    }

    /// The order of the texts.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.text < rhs.text
    }
}

/// What an identifier names.
public protocol IdentifierKind: Sendable {
    /// Lower-case letters that stand before the underscore.
    static var prefix: String { get }
}

extension Identifier {
    /// Its 128 bits: a fifth of the memory that its text takes. `nil` for a text that stands for more,
    /// which no identifier does that was made here.
    public var bits: (high: UInt64, low: UInt64)? {
        var (high, low): (UInt64, UInt64) = (0, 0)
        for byte in text.utf8.dropFirst(Kind.prefix.utf8.count + 1) {
            guard high >> 59 == 0, let digit = IdentifierAlphabet.digit(of: byte) else {
                return nil
            }
            high = high << 5 | low >> 59
            low = low << 5 | digit
        }
        return (high, low)
    }

    /// The identifier of these bits.
    public init(bits: (high: UInt64, low: UInt64)) {
        text = Kind.prefix + "_" + IdentifierAlphabet.encode(high: bits.high, low: bits.low)
    }
}

extension Identifier: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}

extension Identifier: Codable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a \(Kind.prefix)_ identifier: \(text.prefix(40))")
        }
        self = value
    }

    /// Writes the value as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The kinds of things that have identifiers.
public enum Kinds {
    /// A client organisation.
    public enum Tenant: IdentifierKind {
        /// “tnt”
        public static let prefix = "tnt"
    }
    /// A place of a tenant.
    public enum Site: IdentifierKind {
        /// “sit”
        public static let prefix = "sit"
    }
    /// A machine with an agent.
    public enum Endpoint: IdentifierKind {
        /// “ept”
        public static let prefix = "ept"
    }
    /// A lock list moving over endpoints.
    public enum Deployment: IdentifierKind {
        /// “dep”
        public static let prefix = "dep"
    }
    /// One endpoint's part of a deployment.
    public enum Job: IdentifierKind {
        /// “job”
        public static let prefix = "job"
    }
    /// A person who signs in.
    public enum User: IdentifierKind {
        /// “usr”
        public static let prefix = "usr"
    }
    /// A secret that lets endpoints enrol, or lets a program use the API.
    public enum Token: IdentifierKind {
        /// “tok”
        public static let prefix = "tok"
    }

    /// An alert.
    public enum Alert: IdentifierKind {
        /// `alr`
        public static let prefix = "alr"
    }
    /// A policy of the provider or of a tenant.
    public enum Policy: IdentifierKind {
        /// “pol”
        public static let prefix = "pol"
    }
    /// What a person has said about updates.
    public enum Approval: IdentifierKind {
        /// “apv”
        public static let prefix = "apv"
    }
    /// A risk that is accepted until a date, or is asked to be.
    public enum Exception: IdentifierKind {
        /// “exc”
        public static let prefix = "exc"
    }
    /// An emergency run for a vulnerability.
    public enum Emergency: IdentifierKind {
        /// “emr”
        public static let prefix = "emr"
    }
    /// What somebody asks for and others decide.
    public enum Request: IdentifierKind {
        /// “req”
        public static let prefix = "req"
    }
    /// One version of a bundle of updates.
    public enum Bundle: IdentifierKind {
        /// “bdl”
        public static let prefix = "bdl"
    }
    /// A plan that was saved.
    public enum Plan: IdentifierKind {
        /// “pln”
        public static let prefix = "pln"
    }
    /// Somebody who is told before work begins.
    public enum NoticeContact: IdentifierKind {
        /// “ctc”
        public static let prefix = "ctc"
    }
    /// What such a one was told.
    public enum Notice: IdentifierKind {
        /// “ntc”
        public static let prefix = "ntc"
    }
    /// A bundle of evidence that an endpoint has taken of itself.
    public enum Evidence: IdentifierKind {
        /// “evd”
        public static let prefix = "evd"
    }
    /// The examination of an endpoint before it is patched.
    public enum Triage: IdentifierKind {
        /// “tri”
        public static let prefix = "tri"
    }
}

/// A client organisation's identifier.
public typealias TenantID = Identifier<Kinds.Tenant>
/// A site's identifier.
public typealias SiteID = Identifier<Kinds.Site>
/// An endpoint's identifier.
public typealias EndpointID = Identifier<Kinds.Endpoint>
/// A deployment's identifier.
public typealias DeploymentID = Identifier<Kinds.Deployment>
/// A job's identifier.
public typealias JobID = Identifier<Kinds.Job>
/// A user's identifier.
public typealias UserID = Identifier<Kinds.User>
/// A token's identifier (not its secret).
public typealias TokenID = Identifier<Kinds.Token>
/// A policy's identifier.
public typealias PolicyID = Identifier<Kinds.Policy>
/// The identifier of what a person has said about updates.
public typealias ApprovalID = Identifier<Kinds.Approval>
/// An exception's identifier.
public typealias ExceptionID = Identifier<Kinds.Exception>
/// An emergency run's identifier.
public typealias EmergencyID = Identifier<Kinds.Emergency>
/// The identifier of what somebody asks for.
public typealias RequestID = Identifier<Kinds.Request>
/// The identifier of one version of a bundle.
public typealias BundleID = Identifier<Kinds.Bundle>
/// A saved plan's identifier.
public typealias PlanID = Identifier<Kinds.Plan>
/// The identifier of somebody who is told before work begins.
public typealias NoticeContactID = Identifier<Kinds.NoticeContact>
/// A notice's identifier.
public typealias NoticeID = Identifier<Kinds.Notice>
/// The identifier of a bundle of evidence.
public typealias EvidenceID = Identifier<Kinds.Evidence>
/// A triage's identifier.
public typealias TriageID = Identifier<Kinds.Triage>
/// Names an alert.
public typealias AlertID = Identifier<Kinds.Alert>

/// Crockford's base 32, lower case: digits and letters without i, l, o and u.
private enum IdentifierAlphabet {
    static let characters = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    /// 26 x 5 = 130 bits hold 128.
    static let length = 26

    /// Whether a text is an identifier of this prefix. Byte by byte: each stored and sent value is
    /// full of them.
    static func isText(_ text: UnsafeBufferPointer<UInt8>, prefix: String) -> Bool {
        let prefixLength = prefix.utf8.count
        guard text.count == prefixLength + 1 + length, let bytes = text.baseAddress,
            bytes[prefixLength] == 0x5F
        else { return false }
        var place = 0
        for byte in prefix.utf8 {
            if bytes[place] != byte { return false }
            place += 1
        }
        place = prefixLength + 1
        while place < text.count {
            if !contains(bytes[place]) { return false }
            place += 1
        }
        return true
    }

    private static func contains(_ byte: UInt8) -> Bool {
        if byte >= 0x30, byte <= 0x39 { return true }
        // Not i, l, o and u.
        return byte >= 0x61 && byte <= 0x7A && byte != 0x69 && byte != 0x6C && byte != 0x6F
            && byte != 0x75
    }

    /// What each byte stands for; 255 for what is no digit.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: 255, count: 256)
        for (digit, character) in characters.enumerated() {
            digits[Int(character)] = UInt8(digit)
        }
        return digits
    }()

    static func digit(of byte: UInt8) -> UInt64? {
        let digit = digits[Int(byte)]
        return digit < 32 ? UInt64(digit) : nil
    }

    static func encode(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            guard let bytes = buffer.baseAddress else { return 0 }
            var (high, low) = (high, low)
            var place = length
            while place > 0 {
                place -= 1
                bytes[place] = characters[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return length
        }
    }
}
