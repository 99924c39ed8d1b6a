import Crypto

/// A device's Ed25519 key (RFC 8032). It is made on the device and never leaves it.
public struct DeviceKey: Sendable {
    /// How many bytes the private key has.
    public static let byteCount = 32
    private let key: Curve25519.Signing.PrivateKey

    /// The key that these bytes stand for: 32 random ones for a new key, the stored ones for an old
    /// key.
    ///
    /// - Throws: `TrustError` `E_DEVICE_KEY` when they are not 32 bytes.
    public init(bytes: [UInt8]) throws(TrustError) {
        guard bytes.count == Self.byteCount,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else {
            throw TrustError(
                "E_DEVICE_KEY",
                "The device key has \(bytes.count) bytes; it must have \(Self.byteCount).",
                nextStep: "Remove the damaged key file and enrol this endpoint again.")
        }
        self.key = key
    }

    /// The private key's 32 bytes, to be stored where only the agent can read them.
    public var revealedBytes: [UInt8] { Array(key.rawRepresentation) }

    /// The public key's 32 bytes.
    public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// The signature over a message, 64 bytes.
    ///
    /// - Throws: `TrustError` `E_SIGNING` when the cryptographic library fails, which only a lack
    ///   of memory explains.
    public func sign(_ message: [UInt8]) throws(TrustError) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            throw TrustError(
                "E_SIGNING", "The device key could not sign.",
                nextStep: "Check the machine's free memory, then try again.")
        }
    }

    /// Whether `signature` is the public key's over the message. Keys and signatures of a wrong
    /// length are simply not right.
    public static func isValid(
        signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]
    ) -> Bool {
        Ed25519.isValid(signature: signature, of: message, by: publicKey)
    }
}

/// Ed25519 (RFC 8032), which devices and the audit log sign with.
enum Ed25519 {
    /// How many bytes a signature has.
    static let signatureByteCount = 64
    /// The longest text in which a signature is looked for: 88 characters of base 64 hold it.
    static let signatureTextLimit = 128

    /// Whether the signature is the public key's over the message.
    static func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard signature.count == signatureByteCount,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }

    /// The same for a signature in base 64.
    static func isValid(signature text: String, of message: [UInt8], by publicKey: [UInt8]) -> Bool
    {
        guard text.utf8.count <= signatureTextLimit, let signature = Base64.decode(text) else {
            return false
        }
        return isValid(signature: signature, of: message, by: publicKey)
    }
}

extension DeviceKey: CustomStringConvertible, CustomReflectable {
    /// Names the key by its public half.
    public var description: String { "device key \(Digest.sha256Hex(publicKey).prefix(16))" }
    /// Nothing of the private half is to be seen.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What a device signs to enrol: it shows that it holds the private key and the token's secret, and
/// joins the two, so that neither a recorded proof nor somebody else's public key can be used with
/// another token.
public enum EnrolmentProof {
    /// What the signed bytes begin with, so that a signature made for another purpose can never
    /// serve here.
    public static let context = "patchbay enrol v1\n"

    /// The bytes that are signed: the context, the SHA-256 of the token's secret as 64 hexadecimal
    /// digits, then the public key's 32 bytes. Every part has a fixed length, so no two requests
    /// sign the same bytes.
    public static func message(secret: Secret, publicKey: [UInt8]) -> [UInt8] {
        Array(context.utf8) + Array(secret.hash.utf8) + publicKey
    }

    /// The proof for a token, as the wire carries it: base64.
    ///
    /// - Throws: `TrustError` `E_SIGNING`.
    public static func make(secret: Secret, key: DeviceKey) throws(TrustError) -> String {
        Base64.encode(try key.sign(message(secret: secret, publicKey: key.publicKey)))
    }

    /// Whether the proof, base64, is the public key's for this token.
    public static func isValid(_ proof: String, secret: Secret, publicKey: [UInt8]) -> Bool {
        Ed25519.isValid(
            signature: proof, of: message(secret: secret, publicKey: publicKey), by: publicKey)
    }
}
