import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A JSON Web Signature in compact form (RFC 7515, section 7.1) with the one algorithm EdDSA over
/// Ed25519 (RFC 8037).
enum CompactJWS {
    /// The longest text that is looked at, in bytes: our assertions have about 450.
    static let textLimit = 2048
    /// The longest header part, in characters.
    static let headerLimit = 256

    private static let header = Array(#"{"alg":"EdDSA"}"#.utf8)

    /// The text of a signed payload.
    static func sign(_ payload: [UInt8], with key: DeviceKey) throws(TrustError) -> String {
        let input = Base64.encode(header, .url) + "." + Base64.encode(payload, .url)
        return input + "." + Base64.encode(try key.sign(Array(input.utf8)), .url)
    }

    /// A text taken apart, whose signature has not been checked yet.
    struct Parts {
        /// The payload. It may be read to find out whose key to check with, and for nothing else
        /// before.
        let unverifiedPayload: [UInt8]
        private let signingInput: [UInt8]
        private let signature: [UInt8]

        /// Takes a text apart; `nil` when it is too large, is not three parts in base64url, or
        /// names another algorithm or an extension that must be understood (`crit`).
        init?(_ text: String) {
            guard text.utf8.count <= textLimit else { return nil }
            let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].utf8.count <= headerLimit,
                let header = Base64.decode(parts[0], .url), Self.isPinned(header),
                let payload = Base64.decode(parts[1], .url),
                let signature = Base64.decode(parts[2], .url)
            else { return nil }
            unverifiedPayload = payload
            signingInput = Array(parts[0].utf8) + [UInt8(ascii: ".")] + Array(parts[1].utf8)
            self.signature = signature
        }

        /// Whether the signature is this key's.
        func isSigned(by publicKey: [UInt8]) -> Bool {
            Ed25519.isValid(signature: signature, of: signingInput, by: publicKey)
        }

        private struct Header: Decodable {
            var alg: String
            var crit: [String]?
        }

        private static func isPinned(_ bytes: [UInt8]) -> Bool {
            guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes)) else {
                return false
            }
            return header.alg == "EdDSA" && header.crit == nil
        }
    }
}
