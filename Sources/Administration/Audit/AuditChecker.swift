import ControlPlane
import ServerRecords
import Trust

/// Follows one chain, entry by entry, to its signed end. The database and an export are checked by
/// the same code.
struct AuditChecker {
    private let head: AuditHead
    private let publicKey: [UInt8]
    private var sequence: Int64 = 0
    private var hash = AuditChain.genesis
    /// The number of the first entry that is wrong or missing; `nil` so far.
    private(set) var brokenAt: Int64?
    /// Chains that the provider's chain says were begun.
    private(set) var chainsBegun: Set<String> = []

    /// A check of the chain that ends in `head`.
    init(head: AuditHead, publicKey: [UInt8]) {
        self.head = head
        self.publicKey = publicKey
    }

    /// Takes the next entry. Nothing more is looked at after a broken place.
    mutating func take(_ entry: AuditEntry) {
        guard brokenAt == nil else { return }
        let follows =
            entry.chain == head.chain && entry.sequence == sequence + 1
            && entry.previousHash == hash
            && entry.sequence <= head.sequence && entry.isIntact
        guard follows else {
            // An entry that was cut out is missed at its own number.
            brokenAt = min(entry.sequence, sequence + 1)
            return
        }
        sequence = entry.sequence
        hash = entry.hash
        if entry.chain == UseCases.providerChain, entry.action == UseCases.chainBegun {
            chainsBegun.insert(entry.subject)
        }
    }

    /// Compares what was read with the signed end.
    mutating func finish() {
        guard brokenAt == nil else { return }
        let isSigned = AuditChain.isValidHead(
            chain: head.chain, sequence: head.sequence, hash: head.hash, signature: head.signature,
            publicKey: publicKey)
        if sequence < head.sequence {
            brokenAt = sequence + 1
        } else if hash != head.hash || !isSigned {
            brokenAt = max(sequence, 1)
        }
    }
}
