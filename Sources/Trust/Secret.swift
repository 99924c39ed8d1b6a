/// 256 unpredictable bits that open a door: an enrolment token's, an API token's or a session's
/// secret.
///
/// Whoever checks a secret keeps its hash only. Its text must be asked for by name: descriptions,
/// dumps and interpolations show nothing of it, so that it cannot stray into a log or an error.
public struct Secret: Hashable, Sendable {
    /// How many bytes a secret has: 256 bits cannot be guessed, and need no slow hash.
    public static let byteCount = 32

    private let bytes: [UInt8]

    /// A secret of these bytes, which must come from a source that cannot be foretold.
    ///
    /// - Precondition: there are `byteCount` of them.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a secret has \(Self.byteCount) bytes")
        self.bytes = bytes
    }

    /// Reads a secret's text; `nil` unless it is exactly one, after `prefix`.
    public init?(text: some StringProtocol, prefix: String = "") {
        let utf8 = text.utf8
        guard utf8.count == prefix.utf8.count + Self.textLength, utf8.starts(with: prefix.utf8),
            let bytes = Base64.decode(utf8: utf8.dropFirst(prefix.utf8.count), .url)
        else { return nil }
        self.bytes = bytes
    }

    /// How long a secret's text is, without a prefix.
    static let textLength = (byteCount * 8 + 5) / 6

    /// The secret itself, in base64url: to be shown once to whom it is for.
    public var revealed: String { Base64.encode(bytes, .url) }

    /// The bytes themselves.
    public var revealedBytes: [UInt8] { bytes }

    /// The SHA-256 of the bytes, in hexadecimal: what is stored and compared. A secret with 256
    /// random bits cannot be found from it.
    public var hash: String { Digest.sha256Hex(bytes) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is a secret, and nothing of it.
    public var description: String { "(secret)" }
    /// The same.
    public var debugDescription: String { "(secret)" }
    /// Nothing to be seen.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
