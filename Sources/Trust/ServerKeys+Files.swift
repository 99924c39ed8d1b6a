import Crypto
import SwiftASN1
import X509

extension ServerKeys {
    /// The files that hold the keys. All but the two certificates are secret: mode 0600.
    public enum File: String, Sendable, CaseIterable {
        /// The identity's private key, PEM.
        case identityKey = "identity.key"
        /// The identity's certificate, PEM.
        case identityCertificate = "identity.crt"
        /// The TLS private key, PEM.
        case tlsKey = "tls.key"
        /// The TLS certificate, PEM.
        case tlsCertificate = "tls.crt"
        /// The key of access tokens, 64 hexadecimal digits.
        case accessTokenKey = "access-token.key"
        /// The audit log's private key, 64 hexadecimal digits.
        case auditKey = "audit.key"

        /// Whether nobody but the server may read it.
        public var isSecret: Bool { self != .identityCertificate && self != .tlsCertificate }
    }

    /// The largest file that is looked at, in bytes: the largest of ours has about 900.
    public static let fileLimit = 64 * 1024

    /// The content of each file, by name.
    ///
    /// - Throws: `TrustError` `E_CERTIFICATE`.
    public func files() throws(TrustError) -> [String: [UInt8]] {
        let texts: [File: String] = [
            .identityKey: identityKey.pemRepresentation + "\n",
            .identityCertificate: try CertificateText.pem(identity),
            .tlsKey: tlsPrivateKeyPEM,
            .tlsCertificate: try CertificateText.pem(leaf),
            .accessTokenKey: Hex.encode(accessKeyBytes) + "\n",
            .auditKey: Hex.encode(Array(auditKey.rawRepresentation)) + "\n",
        ]
        var files: [String: [UInt8]] = [:]
        for (file, text) in texts { files[file.rawValue] = Array(text.utf8) }
        return files
    }

    /// The keys from their files.
    ///
    /// - Throws: `TrustError` `E_KEY_FILE_MISSING` or `E_KEY_FILE_DAMAGED` that names the file. No
    ///   content of a file is in an error.
    public init(files: [String: [UInt8]]) throws(TrustError) {
        let reader = FileReader(files: files)
        let identityKey = try reader.key(.identityKey)
        let identity = try reader.certificate(.identityCertificate)
        let tlsKey = try reader.key(.tlsKey)
        let leaf = try reader.certificate(.tlsCertificate)
        let accessKeyBytes = try reader.bytes(.accessTokenKey, count: AccessTokenKey.byteCount)
        let auditBytes = try reader.bytes(.auditKey, count: DeviceKey.byteCount)
        guard let auditKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: auditBytes)
        else {
            throw .damaged(.auditKey, "is not an Ed25519 key")
        }
        guard identity.publicKey == Certificate.PublicKey(identityKey.publicKey),
            identity.publicKey.isValidSignature(identity.signature, for: identity)
        else { throw .damaged(.identityCertificate, "does not belong to identity.key") }
        guard leaf.publicKey == Certificate.PublicKey(tlsKey.publicKey) else {
            throw .damaged(.tlsCertificate, "does not belong to tls.key")
        }
        guard identity.publicKey.isValidSignature(leaf.signature, for: leaf) else {
            throw .damaged(.tlsCertificate, "is not signed by this server's identity")
        }
        try self.init(
            identityKey: identityKey, identity: identity, tlsKey: tlsKey, leaf: leaf,
            accessKeyBytes: accessKeyBytes, auditKey: auditKey)
    }

    /// Reads the files one by one.
    private struct FileReader {
        let files: [String: [UInt8]]

        func text(_ file: File) throws(TrustError) -> String {
            guard let bytes = files[file.rawValue] else { throw .missing(file) }
            guard bytes.count <= ServerKeys.fileLimit,
                let text = String(validating: bytes, as: UTF8.self)
            else { throw .damaged(file, "is not a text of a sensible size") }
            return text
        }

        func key(_ file: File) throws(TrustError) -> P256.Signing.PrivateKey {
            let text = try text(file)
            guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
                throw .damaged(file, "is not a P-256 private key in PEM form")
            }
            return key
        }

        func certificate(_ file: File) throws(TrustError) -> Certificate {
            let text = try text(file)
            guard let certificate = try? Certificate(pemEncoded: text) else {
                throw .damaged(file, "is not a certificate in PEM form")
            }
            return certificate
        }

        func bytes(_ file: File, count: Int) throws(TrustError) -> [UInt8] {
            let text = try text(file)
            let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
            guard let bytes = Hex.decode(line), bytes.count == count else {
                throw .damaged(file, "is not \(count * 2) hexadecimal digits")
            }
            return bytes
        }
    }
}

/// Certificates as bytes and text.
enum CertificateText {
    static func der(_ certificate: Certificate) throws(TrustError) -> [UInt8] {
        do {
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        } catch {
            throw .certificate("A certificate could not be encoded.")
        }
    }

    static func pem(_ certificate: Certificate) throws(TrustError) -> String {
        do {
            return try certificate.serializeAsPEM().pemString + "\n"
        } catch {
            throw .certificate("A certificate could not be encoded.")
        }
    }
}

extension TrustError {
    static func certificate(_ what: String) -> TrustError {
        TrustError(
            "E_CERTIFICATE", what,
            nextStep: "Check the machine's clock and free memory, then try again.")
    }

    fileprivate static func missing(_ file: ServerKeys.File) -> TrustError {
        TrustError(
            "E_KEY_FILE_MISSING", "The key file \(file.rawValue) is missing.",
            nextStep:
                "Restore the home folder from a backup; a new identity would cut every agent off.")
    }

    fileprivate static func damaged(_ file: ServerKeys.File, _ what: String) -> TrustError {
        TrustError(
            "E_KEY_FILE_DAMAGED", "The key file \(file.rawValue) \(what).",
            nextStep:
                "Restore the home folder from a backup; a new identity would cut every agent off.")
    }
}
