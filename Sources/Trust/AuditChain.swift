/// The arithmetic of the audit log: each entry's hash covers the entry before, and the chain's end
/// is signed.
///
/// Changing, removing, inserting or reordering an entry changes a hash that a later entry or the
/// signed end holds. Cutting entries off the end, or computing a whole chain anew, fails at the
/// signature. What it cannot tell by itself is an older, complete state put back with its own
/// signed end: for that, compare with an export that was kept elsewhere.
public enum AuditChain {
    /// The hash before the first entry.
    public static let genesis = String(repeating: "0", count: 64)

    private static let entryContext = Array("patchbay audit entry v1\n".utf8)
    private static let headContext = Array("patchbay audit head v1\n".utf8)

    /// The hash of an entry with these fields, which follows the entry with the hash `previous`.
    ///
    /// Each field is preceded by its length, and all by their number, so that no two lists of
    /// fields give the same bytes.
    public static func hash(of fields: [String], previous: String) -> String {
        Digest.sha256Hex(entryContext + encoded(fields + [previous]))
    }

    /// The bytes that are signed for the end of a chain.
    static func headMessage(chain: String, sequence: Int64, hash: String) -> [UInt8] {
        headContext + encoded([chain, String(sequence), hash])
    }

    /// Whether the signature (base64) of a chain's end is the audit key's.
    public static func isValidHead(
        chain: String, sequence: Int64, hash: String, signature: String, publicKey: [UInt8]
    ) -> Bool {
        Ed25519.isValid(
            signature: signature, of: headMessage(chain: chain, sequence: sequence, hash: hash),
            by: publicKey)
    }

    private static func encoded(_ fields: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.reduce(8) { $0 + 8 + $1.utf8.count })
        append(fields.count, to: &bytes)
        for field in fields {
            append(field.utf8.count, to: &bytes)
            bytes.append(contentsOf: field.utf8)
        }
        return bytes
    }

    /// Adds a number in eight bytes, the highest first.
    private static func append(_ count: Int, to bytes: inout [UInt8]) {
        var shift = 56
        while shift >= 0 {
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
            shift -= 8
        }
    }
}
