public import Fleet

/// What a signed document says, apart from its heading.
public protocol DocumentBody: Codable, Hashable, Sendable {
    /// The kind of document in one word: `policy`.
    static var type: String { get }
    /// What does not make sense in it, as a clause; `nil` when it may be used.
    var fault: String? { get }
}

/// A body that keys of a role sign; all but the trust root itself.
public protocol RoleDocument: DocumentBody {
    /// Whose keys sign it.
    static var role: TrustRole { get }
    /// Whether it must be for one tenant.
    static var isForOneTenant: Bool { get }
}

extension RoleDocument {
    /// Most may be for all tenants of the provider.
    public static var isForOneTenant: Bool { false }
}

extension DocumentBody {
    /// The DSSE payload type.
    public static var payloadType: String { "application/vnd.patchbay.\(type)+json" }
}

/// Whose endpoints a document is for.
public enum DocumentScope: Hashable, Sendable {
    /// All tenants of the provider.
    case allTenants
    /// One.
    case tenant(TenantID)

    /// Whether a tenant's endpoints are meant.
    public func includes(_ tenant: TenantID) -> Bool {
        self == .allTenants || self == .tenant(tenant)
    }
}

extension DocumentScope: LosslessStringConvertible, Codable {
    /// `all`, or the tenant's identifier.
    public var description: String {
        switch self {
        case .allTenants: "all"
        case .tenant(let tenant): tenant.text
        }
    }

    /// Reads `all` or a tenant's identifier.
    public init?(_ text: String) {
        if text == "all" {
            self = .allTenants
        } else if let tenant = TenantID(text) {
            self = .tenant(tenant)
        } else {
            return nil
        }
    }

    /// Reads the scope from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not `all` and not a tenant's identifier")
        }
        self = value
    }

    /// Writes the scope as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What stands at the head of every signed document.
public struct DocumentHeading: Hashable, Sendable, Codable {
    /// Its name; versions are counted by it.
    public var name: String
    /// Counted from 1; a newer one replaces the older for good.
    public var version: Int
    /// Whose endpoints it is for.
    public var scope: DocumentScope
    /// When it was issued; it is not valid before.
    public var issuedAt: Timestamp
    /// From when on it is not valid any more.
    public var expiresAt: Timestamp

    /// The longest name, in bytes: longer than any identifier of ours.
    static let maximumNameBytes = 63
    /// The highest version: a stolen key must not use up all numbers that can be written.
    public static let maximumVersion = 1_000_000_000

    /// A heading.
    public init(
        name: String, version: Int, scope: DocumentScope, issuedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.name = name
        self.version = version
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// What does not make sense in it, as a clause.
    var fault: String? {
        let bytes = name.utf8
        guard (1...Self.maximumNameBytes).contains(bytes.count),
            bytes.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            })
        else { return "its name is not 1 to \(Self.maximumNameBytes) of a-z, 0-9, “-” and “_”" }
        guard (1...Self.maximumVersion).contains(version) else {
            return "its version is not one of 1 to \(Self.maximumVersion)"
        }
        return issuedAt < expiresAt ? nil : "it expires before it is issued"
    }
}

/// A document: its heading and what it says. The payload of the envelope is its one JSON text.
public struct SignedDocument<Body: DocumentBody>: Hashable, Sendable {
    /// What every document has.
    public var heading: DocumentHeading
    /// What it says.
    public var body: Body

    /// A document.
    public init(_ heading: DocumentHeading, _ body: Body) {
        self.heading = heading
        self.body = body
    }

    /// The document in an envelope, to be signed.
    ///
    /// - Throws: `.malformed` when heading or body do not make sense: nobody would believe it.
    public func envelope() throws(VerificationRefusal) -> Envelope {
        if let fault = heading.fault ?? body.fault { throw .malformed(fault) }
        guard let payload = StrictJSON.encode(self) else {
            throw .malformed("it cannot be written as JSON")
        }
        return Envelope(payloadType: Body.payloadType, payload: payload)
    }

    /// What an envelope holds. No signature has been looked at: for showing, and for signing.
    ///
    /// - Throws: `.wrongType` or `.malformed`.
    public init(unverified envelope: Envelope) throws(VerificationRefusal) {
        guard envelope.payloadType == Body.payloadType else {
            throw .wrongType(expected: Body.type)
        }
        guard let document = StrictJSON.decode(Self.self, from: envelope.payload) else {
            throw .malformed("it is not the canonical JSON of the type \(Body.type)")
        }
        if let fault = document.heading.fault ?? document.body.fault { throw .malformed(fault) }
        self = document
    }

    /// Reads a document that was written by hand: keys in any order, spaces as one likes.
    ///
    /// - Throws: `.tooLarge` or `.malformed`.
    public init(draft bytes: [UInt8]) throws(VerificationRefusal) {
        guard bytes.count <= Envelope.maximumBytes else { throw .tooLarge }
        guard
            let document = StrictJSON.read(
                Self.self, from: bytes, maximumDepth: StrictJSON.maximumDepth)
        else { throw .malformed("it is not the JSON of the type \(Body.type)") }
        self = document
    }
}

extension SignedDocument: Codable {
    private enum CodingKeys: String, CodingKey {
        case body, heading, type
    }

    /// Reads a document; throws when its type is another.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard try values.decode(String.self, forKey: .type) == Body.type else {
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: values, debugDescription: "not a \(Body.type)")
        }
        heading = try values.decode(DocumentHeading.self, forKey: .heading)
        body = try values.decode(Body.self, forKey: .body)
    }

    /// Writes the document with its type.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Body.type, forKey: .type)
        try values.encode(heading, forKey: .heading)
        try values.encode(body, forKey: .body)
    }
}
