import Crypto

/// The name of a public key: the SHA-256 of its 32 bytes, in hexadecimal.
public struct KeyID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public let text: String

    /// The name of a key.
    init(of publicKey: [UInt8]) { text = Digest.sha256Hex(publicKey) }

    /// Reads a name; `nil` unless it is 64 lower-case hexadecimal digits.
    public init?(_ text: String) {
        guard Hex.decode(text)?.count == 32 else { return nil }
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// The order of the texts.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }
}

extension KeyID: Codable {
    /// Reads the name from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a key id")
        }
        self = value
    }

    /// Writes the name as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The public half of a signing key: Ed25519 (RFC 8032).
public struct PublicKey: Hashable, Sendable {
    /// The 32 bytes.
    public let bytes: [UInt8]
    /// Its name.
    public let id: KeyID

    /// A key; `nil` unless there are 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == DeviceKey.byteCount else { return nil }
        self.bytes = bytes
        id = KeyID(of: bytes)
    }
}

extension PublicKey: Codable {
    /// Reads the key from its base64.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Base64.decode(try container.decode(String.self)),
            let value = Self(bytes: bytes)
        else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a public key of Ed25519")
        }
        self = value
    }

    /// Writes the key as base64.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Base64.encode(bytes))
    }
}

/// An operator's, or in managed mode the server's, Ed25519 key (RFC 8032) that signs documents.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// The public half.
    public let publicKey: PublicKey

    /// The name of the public half.
    public var id: KeyID { publicKey.id }

    /// The key of 32 bytes: random ones for a new key.
    ///
    /// - Throws: `TrustError` `E_SIGNING_KEY` when there are not 32.
    public init(bytes: [UInt8]) throws(TrustError) {
        guard bytes.count == DeviceKey.byteCount,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes),
            let publicKey = PublicKey(bytes: Array(key.publicKey.rawRepresentation))
        else { throw .badSigningKey("has not \(DeviceKey.byteCount) bytes") }
        self.key = key
        self.publicKey = publicKey
    }

    /// The signature over a message, 64 bytes.
    ///
    /// - Throws: `TrustError` `E_SIGNING` when the cryptographic library fails.
    func sign(_ message: [UInt8]) throws(TrustError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw TrustError(
                "E_SIGNING", "The key could not sign.",
                nextStep: "Check the machine's free memory, then try again.")
        }
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    /// Names the key by its public half.
    public var description: String { "signing key \(id.text.prefix(16))" }
    /// Nothing of the private half is to be seen.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SigningKey {
    /// What a key file begins with.
    private static let fileHeading = "patchbay signing key v1"
    /// The largest key file that is looked at, in bytes: ours have about 160.
    public static let fileLimit = 4096

    /// The content of the key's file: a heading, the key id, the private key in hexadecimal. It is
    /// a secret: mode 0600, on an operator's machine or a removable medium.
    public var fileBytes: [UInt8] {
        let secret = Hex.encode(Array(key.rawRepresentation))
        return Array("\(Self.fileHeading)\nkey id: \(id)\nprivate key: \(secret)\n".utf8)
    }

    /// The key of a file.
    ///
    /// - Throws: `TrustError` `E_SIGNING_KEY`, with nothing of the file's content.
    public init(fileBytes bytes: [UInt8]) throws(TrustError) {
        guard bytes.count <= Self.fileLimit, let text = String(validating: bytes, as: UTF8.self)
        else { throw .badSigningKey("is no key file") }
        let lines = text.split(separator: "\n")
        guard lines.count == 3, lines[0] == Self.fileHeading, lines[1].hasPrefix("key id: "),
            lines[2].hasPrefix("private key: "),
            let secret = Hex.decode(String(lines[2].dropFirst("private key: ".count)))
        else { throw .badSigningKey("is no key file") }
        try self.init(bytes: secret)
        guard lines[1].dropFirst("key id: ".count) == id.text else {
            throw .badSigningKey("is damaged: its key is not the one that it names")
        }
    }
}

extension TrustError {
    fileprivate static func badSigningKey(_ what: String) -> TrustError {
        TrustError(
            "E_SIGNING_KEY", "The signing key \(what).",
            nextStep: "Use a key file as “patchbay trust init” writes it, or its copy.")
    }
}
