import CommandBasics
import Fleet
import Foundation
import Trust

/// Signed documents, and the keys that sign them, in files.
enum SignedFiles {
    /// The bytes of a document or an envelope.
    static func bytes(_ path: String) throws -> [UInt8] {
        let file = URL(filePath: path)
        guard let bytes = try PrivateFile.read(file, limit: Envelope.maximumBytes) else {
            throw Failure(
                .wrongUse, "There is no file \(path).", nextStep: "Name a file that exists.",
                code: "E_FILE")
        }
        return bytes
    }

    /// A private key; refused when others than its owner may read it.
    static func key(_ path: String) throws -> SigningKey {
        try PrivateFile.requirePrivate(URL(filePath: path))
        return try SigningKey(fileBytes: bytes(path))
    }

    /// A trust root as the file has it, whose own keys have signed it, for the tenant's documents.
    /// That it is the right one is the word of who named the file.
    static func state(_ path: String, tenant: TenantID, at now: Timestamp) throws -> TrustState {
        let bytes = try bytes(path)
        let fingerprint = try Envelope(json: bytes).payloadDigest
        return try TrustState(root: bytes, fingerprint: fingerprint, tenant: tenant, at: now)
    }

    /// Writes an envelope, which is no secret, for its owner to hand on.
    static func write(_ envelope: Envelope, to path: String) throws {
        try PrivateFile.write(envelope.json + [UInt8(ascii: "\n")], to: URL(filePath: path))
    }
}
