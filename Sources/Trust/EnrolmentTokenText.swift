import SwiftASN1
import X509

/// What an enrolment token's file holds, in one line: where the server is, what its identity is,
/// and the secret.
///
/// Because the server's identity certificate is in it, the agent's first connection is already
/// authenticated, and there is nothing to skip or to accept on trust. The text is `pbe1.` and
/// base64url of: number of addresses (1 byte); for each its length (1 byte) and text; the secret
/// (32 bytes); the certificate's length (2 bytes) and DER; where a trust root is named, one byte 1
/// and the SHA-256 of the root's payload; the first 16 bytes of the SHA-256 of all before.
public struct EnrolmentTokenText: Hashable, Sendable {
    /// What a token's text begins with.
    public static let prefix = "pbe1."
    /// The longest text, in bytes: 8 addresses and the largest certificate make about 8 KB.
    public static let textLimit = 16 * 1024
    /// The most server addresses.
    public static let addressCountLimit = 8
    /// The longest server address, in bytes.
    public static let addressLimit = 255
    /// The largest identity certificate, in bytes: ours have about 450.
    static let certificateLimit = 4096
    private static let checksumLength = 16
    /// What stands before the fingerprint of a trust root, and how long that is, in bytes.
    private static let rootMark: UInt8 = 1
    private static let rootLength = 32

    /// The server's addresses, such as `https://patchbay.example.org:8443`, in the order in which
    /// to try them.
    public let serverURLs: [String]
    /// The server's identity certificate, DER.
    public let identityCertificate: [UInt8]
    /// The secret.
    public let secret: Secret
    /// The fingerprint of the trust root whose documents the endpoint will believe, 32 bytes.
    public let rootFingerprint: [UInt8]?

    /// A token.
    ///
    /// - Throws: `TrustError` `E_SERVER_URL` when there is no address, there are too many, or one
    ///   is not `https://` and a name; `E_TOKEN_DAMAGED` when the certificate is none.
    public init(
        serverURLs: [String], identityCertificate: [UInt8], secret: Secret,
        rootFingerprint: [UInt8]? = nil
    ) throws(TrustError) {
        guard (1...Self.addressCountLimit).contains(serverURLs.count),
            serverURLs.allSatisfy(Self.isAcceptable)
        else { throw .badServerURL }
        guard identityCertificate.count <= Self.certificateLimit,
            (try? Certificate(derEncoded: identityCertificate)) != nil,
            rootFingerprint?.count ?? Self.rootLength == Self.rootLength
        else { throw .damagedToken }
        self.serverURLs = serverURLs
        self.identityCertificate = identityCertificate
        self.secret = secret
        self.rootFingerprint = rootFingerprint
    }

    /// Reads a token's file; white space around the line is ignored.
    ///
    /// - Throws: `TrustError` `E_TOKEN_FORMAT` when it is something else, `E_TOKEN_DAMAGED` when
    ///   characters are missing or changed, `E_SERVER_URL`.
    public init(parsing text: String) throws(TrustError) {
        guard text.utf8.count <= Self.textLimit else { throw .foreignToken }
        let line = Substring(text).trimmingASCIIWhitespace()
        guard line.hasPrefix(Self.prefix) else { throw .foreignToken }
        guard let bytes = Base64.decode(line.utf8Text(after: Self.prefix), .url),
            bytes.count > Self.checksumLength
        else { throw .damagedToken }
        let body = bytes.dropLast(Self.checksumLength)
        guard Self.checksum(Array(body)) == Array(bytes.suffix(Self.checksumLength)) else {
            throw .damagedToken
        }
        var reader = Reader(rest: body)
        guard let content = reader.content() else { throw .damagedToken }
        try self.init(
            serverURLs: content.addresses, identityCertificate: content.certificate,
            secret: Secret(bytes: content.secret), rootFingerprint: content.root)
    }

    /// The line itself, secret included: for the token's file, and nowhere else.
    public var revealed: String {
        var body: [UInt8] = [UInt8(serverURLs.count)]
        for address in serverURLs {
            body.append(UInt8(address.utf8.count))
            body += address.utf8
        }
        body += secret.revealedBytes
        body += [UInt8(identityCertificate.count >> 8), UInt8(identityCertificate.count & 255)]
        body += identityCertificate
        if let rootFingerprint { body += [Self.rootMark] + rootFingerprint }
        return Self.prefix + Base64.encode(body + Self.checksum(body), .url)
    }

    /// The fingerprint of the server's identity.
    public var fingerprint: String { ServerKeys.fingerprint(ofIdentity: identityCertificate) }

    /// The token as it may stand in a log: everything but the secret.
    public var redactedDescription: String {
        "enrolment token for \(serverURLs.joined(separator: ", ")), server identity \(fingerprint)"
    }

    /// Whether a text can be a server's address: `https://`, a name or address, optionally a port
    /// and a path; no user, query or blank.
    public static func isAcceptable(_ address: String) -> Bool {
        let scheme = "https://"
        guard address.utf8.count <= addressLimit, address.hasPrefix(scheme) else { return false }
        let rest = address.utf8.dropFirst(scheme.utf8.count)
        let isClean = rest.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !#"@?#\"<>"#.utf8.contains(byte)
        }
        return isClean
            && rest.first.map { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") } ?? false
    }

    private static func checksum(_ body: [UInt8]) -> [UInt8] {
        Array(Digest.sha256(body).prefix(checksumLength))
    }

    /// Reads the parts one after the other.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        struct Content {
            var addresses: [String]
            var secret: [UInt8]
            var certificate: [UInt8]
            var root: [UInt8]?
        }

        mutating func content() -> Content? {
            guard let count = take(1)?.first else { return nil }
            var addresses: [String] = []
            for _ in 0..<count {
                guard let length = take(1)?.first, let bytes = take(Int(length)),
                    let text = String(validating: bytes, as: UTF8.self)
                else { return nil }
                addresses.append(text)
            }
            guard let secret = take(Secret.byteCount), let size = take(2), let high = size.first,
                let low = size.last, let certificate = take(Int(high) << 8 | Int(low))
            else { return nil }
            var content = Content(
                addresses: addresses, secret: Array(secret), certificate: Array(certificate))
            if !rest.isEmpty {
                guard take(1)?.first == EnrolmentTokenText.rootMark,
                    let root = take(EnrolmentTokenText.rootLength), rest.isEmpty
                else {
                    return nil
                }
                content.root = Array(root)
            }
            return content
        }

        private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
    }
}

extension EnrolmentTokenText: CustomStringConvertible, CustomReflectable {
    /// The redacted description.
    public var description: String { redactedDescription }
    /// Nothing of the secret is to be seen.
    public var customMirror: Mirror {
        Mirror(self, children: ["serverURLs": serverURLs, "fingerprint": fingerprint])
    }
}

extension Substring {
    fileprivate func trimmingASCIIWhitespace() -> Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        var text = drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    fileprivate func utf8Text(after prefix: String) -> Substring {
        self[(utf8.index(startIndex, offsetBy: prefix.utf8.count))...]
    }
}

extension TrustError {
    fileprivate static let badServerURL = TrustError(
        "E_SERVER_URL",
        """
        A server address is not https:// and a name, is too long, or there are none or more than \
        \(EnrolmentTokenText.addressCountLimit).
        """,
        nextStep: "Give addresses such as https://patchbay.example.org:8443.")
    fileprivate static let foreignToken = TrustError(
        "E_TOKEN_FORMAT",
        "This is not an enrolment token: it does not begin with pbe1, or is too long.",
        nextStep: "Use the file that the server made with patchbay token create.")
    fileprivate static let damagedToken = TrustError(
        "E_TOKEN_DAMAGED", "The enrolment token is damaged: characters are missing or changed.",
        nextStep: "Copy the file again, whole, or make a new token.")
}
