import Testing

@testable import Trust

@Suite struct `The audit chain's arithmetic` {
    @Test func `tells apart lists of fields that look alike when joined`() {
        let lists: [[String]] = [
            ["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["a", "b", "c"], [], [""],
            ["", ""], ["c", "ab"],
        ]
        let hashes = Set(lists.map { AuditChain.hash(of: $0, previous: AuditChain.genesis) })
        #expect(hashes.count == lists.count)
        #expect(hashes.allSatisfy { $0.count == 64 })
    }

    @Test func `covers the entry before`() {
        let one = AuditChain.hash(of: ["a"], previous: AuditChain.genesis)
        #expect(AuditChain.hash(of: ["a"], previous: one) != one)
        // The previous hash is not just one more field that another entry could end with.
        #expect(
            AuditChain.hash(of: ["a", one], previous: AuditChain.genesis)
                != AuditChain.hash(of: ["a"], previous: one))
    }

    /// Computed apart from this program, with Python's hashlib, so that the format cannot change
    /// unnoticed.
    @Test func `has a fixed format`() {
        #expect(
            AuditChain.hash(of: ["provider", "1"], previous: AuditChain.genesis)
                == "95f29742527165e21fcee6d01c124e1a2921ff2e0f2813a1940fda942b3eae21")
    }

    @Test func `signs the end of a chain`() throws {
        let keys = try Sample.serverKeys()
        let hash = String(repeating: "a", count: 64)
        let signature = try keys.signAuditHead(chain: "provider", sequence: 7, hash: hash)
        func isValid(_ chain: String, _ sequence: Int64, _ hash: String, _ signature: String)
            -> Bool
        {
            AuditChain.isValidHead(
                chain: chain, sequence: sequence, hash: hash, signature: signature,
                publicKey: keys.auditPublicKey)
        }
        #expect(isValid("provider", 7, hash, signature))
        #expect(!isValid("provided", 7, hash, signature))
        #expect(!isValid("provider", 8, hash, signature))
        #expect(!isValid("provider", 7, AuditChain.genesis, signature))
        for damaged in Sample.damaged(signature) { #expect(!isValid("provider", 7, hash, damaged)) }
        #expect(
            try !AuditChain.isValidHead(
                chain: "provider", sequence: 7, hash: hash, signature: signature,
                publicKey: Sample.serverKeys(seed: 2).auditPublicKey))
    }
}
