/// A signed envelope: DSSE v1 (the Dead Simple Signing Envelope of secure-systems-lab;
/// `protocol.md` for what is signed, `envelope.md` for the JSON).
///
/// An envelope that was read is not yet believed: `TrustState` does that.
public struct Envelope: Hashable, Sendable {
    /// What the payload is; it is signed together with the payload.
    public let payloadType: String
    /// The signed bytes.
    public let payload: [UInt8]
    /// The signatures, in the envelope's order.
    public private(set) var signatures: [Signature]

    /// One signature.
    public struct Signature: Hashable, Sendable {
        /// Says whose it may be. It is not signed, so it is a hint and no more.
        public let keyID: String?
        /// The signature's bytes.
        public let bytes: [UInt8]
    }

    /// The largest envelope that is looked at, in bytes: 4 MiB hold the longest policy that a
    /// person can still read, and a lock list of 1,000 lines several times.
    public static let maximumBytes = 4 * 1024 * 1024
    /// The most signatures: more people than ever sign one document.
    public static let maximumSignatures = 16
    /// The longest payload type and key id, in bytes.
    static let maximumNameBytes = 128
    /// An envelope is an object with a list of objects: three levels. One more for additions.
    static let maximumDepth = 4

    /// An envelope without a signature.
    public init(payloadType: String, payload: [UInt8]) {
        self.init(payloadType: payloadType, payload: payload, signatures: [])
    }

    init(payloadType: String, payload: [UInt8], signatures: [Signature]) {
        self.payloadType = payloadType
        self.payload = payload
        self.signatures = signatures
    }

    /// What is signed: DSSE's pre-authentication encoding, `DSSEv1`, then the length and the bytes
    /// of the type and of the payload, all apart by one space.
    public static func preAuthenticationEncoding(type: String, payload: [UInt8]) -> [UInt8] {
        Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }

    /// The bytes that the signatures of this envelope are made over.
    public var signedBytes: [UInt8] {
        Self.preAuthenticationEncoding(type: payloadType, payload: payload)
    }

    /// The SHA-256 of the payload in hexadecimal, by which other documents refer to this one.
    public var payloadDigest: String { Digest.sha256Hex(payload) }

    /// Adds a key's signature, in the place of an earlier one of the same key.
    ///
    /// - Throws: `TrustError` `E_SIGNING`.
    public mutating func sign(with key: SigningKey) throws(TrustError) {
        let signature = Signature(keyID: key.id.text, bytes: try key.sign(signedBytes))
        signatures.removeAll { $0.keyID == signature.keyID }
        signatures.append(signature)
    }

    /// Takes over the signatures of another envelope of the same payload, so that several people
    /// can sign apart from each other. Beyond `maximumSignatures` they are left.
    public mutating func add(_ others: [Signature]) {
        for signature in others
        where !signatures.contains(signature) && signatures.count < Self.maximumSignatures {
            signatures.append(signature)
        }
    }

    /// Whether this key's valid signature is here.
    public func isSigned(by key: PublicKey) -> Bool { !signers(among: [key]).isEmpty }

    /// The keys, of those given, whose valid signatures are here. A key counts once, however often
    /// it signed.
    public func signers(among keys: [PublicKey]) -> Set<KeyID> {
        let message = signedBytes
        var found: Set<KeyID> = []
        for signature in signatures {
            for key in keys
            where !found.contains(key.id) && signature.keyID.map({ $0 == key.id.text }) ?? true {
                if Ed25519.isValid(signature: signature.bytes, of: message, by: key.bytes) {
                    found.insert(key.id)
                }
            }
        }
        return found
    }
}

extension Envelope {
    private struct Wire: Codable {
        var payload: String
        var payloadType: String
        var signatures: [WireSignature]
    }

    private struct WireSignature: Codable {
        var keyid: String?
        var sig: String
    }

    /// The envelope's JSON, in standard base64, with keys in order.
    public var json: [UInt8] {
        let wire = Wire(
            payload: Base64.encode(payload), payloadType: payloadType,
            signatures: signatures.map {
                WireSignature(keyid: $0.keyID, sig: Base64.encode($0.bytes))
            })
        return StrictJSON.encode(wire) ?? []
    }

    /// Reads an envelope. As DSSE asks for, both alphabets of base64 are read, and what is added is
    /// passed over.
    ///
    /// - Throws: `.tooLarge` or `.malformed`.
    public init(json bytes: [UInt8]) throws(VerificationRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        guard let wire = StrictJSON.read(Wire.self, from: bytes, maximumDepth: Self.maximumDepth)
        else { throw .malformed("it is not the JSON of a DSSE envelope") }
        guard wire.signatures.count <= Self.maximumSignatures else { throw .tooLarge }
        guard wire.payloadType.utf8.count <= Self.maximumNameBytes else {
            throw .malformed("its payload type is longer than \(Self.maximumNameBytes) bytes")
        }
        guard let payload = Self.decodeBase64(wire.payload) else {
            throw .malformed("its payload is not base64")
        }
        var signatures: [Signature] = []
        for signature in wire.signatures {
            guard let bytes = Self.decodeBase64(signature.sig),
                bytes.count == Ed25519.signatureByteCount,
                (signature.keyid?.utf8.count ?? 0) <= Self.maximumNameBytes
            else { throw .malformed("one of its signatures is none of Ed25519") }
            // Some writers give an empty text where they have no key id.
            let keyID = signature.keyid.flatMap { $0.isEmpty ? nil : $0 }
            signatures.append(Signature(keyID: keyID, bytes: bytes))
        }
        self.init(payloadType: wire.payloadType, payload: payload, signatures: signatures)
    }

    /// Base64 in either alphabet; the one for addresses with or without padding.
    private static func decodeBase64(_ text: String) -> [UInt8]? {
        if let bytes = Base64.decode(text, .standard) { return bytes }
        let pads = text.utf8.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
        guard pads == 0 || text.utf8.count.isMultiple(of: 4) else { return nil }
        return Base64.decode(utf8: text.utf8.dropLast(pads), .url)
    }
}
