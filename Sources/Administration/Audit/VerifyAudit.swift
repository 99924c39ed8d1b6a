public import ControlPlane
import ServerRecords
import Trust

extension UseCases {
    /// How many entries are read at a time: a page of 1,000 takes about 400 KB.
    static let auditPage = 1000

    /// Checks every chain of the audit log, page by page, up to where each ends now.
    public func verifyAudit() async throws -> AuditVerdict {
        let (heads, hasUsers) = try await ledger.read {
            (try $0.auditHeads(in: .provider), try !$0.users().isEmpty)
        }
        // The first user's making is the first entry: users without any entry tell of a log that
        // was taken away whole.
        if heads.isEmpty, hasUsers { return verdict(0, brokenIn: Self.providerChain, at: 1) }
        var entries: Int64 = 0
        var begun: Set<String> = []
        // The provider's chain first: it names the others.
        for head in heads.sorted(by: Self.providerFirst) {
            var checker = AuditChecker(head: head, publicKey: keys.auditPublicKey)
            try await eachAuditPage(of: head) { page in
                entries += Int64(page.count)
                for entry in page { checker.take(entry) }
            }
            checker.finish()
            begun.formUnion(checker.chainsBegun)
            if let sequence = try await brokenPlace(checker, head) {
                return verdict(entries, brokenIn: head.chain, at: sequence)
            }
        }
        if let missing = Self.missingChain(begun: begun, heads: heads) {
            return verdict(entries, brokenIn: missing, at: 1)
        }
        return AuditVerdict(
            entries: entries, firstBroken: nil, auditKeyFingerprint: keys.auditFingerprint)
    }

    private func verdict(_ entries: Int64, brokenIn chain: String, at sequence: Int64)
        -> AuditVerdict
    {
        AuditVerdict(
            entries: entries, firstBroken: .init(chain: chain, sequence: sequence),
            auditKeyFingerprint: keys.auditFingerprint)
    }

    /// Where the chain is broken; also asks, in one snapshot, for entries behind the end, which
    /// nobody signed.
    private func brokenPlace(_ checker: AuditChecker, _ head: AuditHead) async throws -> Int64? {
        if let sequence = checker.brokenAt { return sequence }
        return try await ledger.read { records in
            guard
                let now = try records.auditHeads(in: .provider).first(where: {
                    $0.chain == head.chain
                })
            else { return head.sequence }
            return try records.auditEntries(of: head.chain, after: now.sequence, limit: 1).first?
                .sequence
        }
    }

    /// A chain that must be there and is not: one that the provider's chain says was begun, or the
    /// provider's own.
    static func missingChain(begun: Set<String>, heads: [AuditHead]) -> String? {
        let present = Set(heads.map(\.chain))
        if !present.isEmpty, !present.contains(providerChain) { return providerChain }
        return begun.subtracting(present).min()
    }

    static func providerFirst(_ left: AuditHead, _ right: AuditHead) -> Bool {
        (left.chain == providerChain ? 0 : 1, left.chain) < (
            right.chain == providerChain ? 0 : 1, right.chain
        )
    }

    /// Reads the entries of a chain up to a head, page by page, each in its own transaction.
    func eachAuditPage(
        of head: AuditHead, _ body: ([AuditEntry]) async throws -> Void
    ) async throws {
        var last: Int64 = 0
        while last < head.sequence {
            let after = last
            let page = try await ledger.read {
                try $0.auditEntries(of: head.chain, after: after, limit: Self.auditPage)
            }
            guard let end = page.last, end.sequence > after else { return }
            try await body(page.filter { $0.sequence <= head.sequence })
            last = end.sequence
        }
    }
}
