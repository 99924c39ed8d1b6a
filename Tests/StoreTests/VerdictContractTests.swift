import Fleet
import ServerRecords
import Store
import Testing
import Trust
import Verdicts

/// What both databases keep of verdict feeds, and of operators' own words.
@Suite struct `Verdicts in the store` {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private func feed(_ name: String, _ tenant: TenantID?) throws -> VerdictFeedRecord {
        let key = try #require(PublicKey(bytes: [UInt8](repeating: 1, count: 32)))
        return VerdictFeedRecord(
            tenant: tenant, name: name, source: "/noc.json", key: key, intervalSeconds: 3600,
            by: "user:anna", at: Self.now)
    }

    @Test(arguments: Engine.present)
    func `a tenant sees its own and the provider's, and what a feed says is replaced whole`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (one, two) = (samples.tenant("Acme"), samples.tenant("Bolt"))
            let (all, own) = (try feed("noc", nil), try feed("noc", one.id))
            let said = ["a", "b"].map {
                UpdateVerdict(.block, package: $0, evidence: "It fails", at: Self.now)
            }
            try await ledger.write { records in
                try records.insert(one)
                try records.insert(two)
                for feed in [all, own] { try records.save(feed) }
                try records.save(said, of: own)
                var later = own
                later.problem = "It does not answer."
                try records.save(later)
                #expect(try records.verdicts(of: later) == said, "they outlive a failure")
                #expect(try records.verdicts(of: all) == [])
                #expect(try Set(records.verdictFeeds(in: .tenant(one.id))) == [all, later])
                #expect(try records.verdictFeeds(in: .tenant(two.id)) == [all])
                #expect(try records.verdictFeeds(in: .provider).count == 2)
                try records.save(Array(said.prefix(1)), of: own)
                #expect(try records.verdicts(of: own).map(\.package) == ["a"])
                try records.remove(own)
                #expect(try records.verdicts(of: own) == [])
                #expect(try records.verdictFeeds(in: .provider) == [all])
            }
        }
    }

    @Test(arguments: Engine.present)
    func `the highest number of a feed and key stays, also when the feed is left`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            let followed = try feed("noc", nil)
            let other = try #require(PublicKey(bytes: [UInt8](repeating: 2, count: 32)))
            @Sendable func number(_ sequence: Int, _ digest: String) -> VerdictNumber {
                VerdictNumber(feed: "noc", key: followed.key, sequence: sequence, digest: digest)
            }
            try await ledger.write { records in
                #expect(try records.verdictNumber(of: "noc", signedBy: followed.key) == nil)
                try records.save(followed)
                for new in [number(3, "c"), number(7, "g"), number(5, "e"), number(7, "x")] {
                    try records.keep(new)
                }
                try records.remove(followed)
                #expect(
                    try records.verdictNumber(of: "noc", signedBy: followed.key) == number(7, "g"))
                #expect(try records.verdictNumber(of: "noc", signedBy: other) == nil)
                #expect(try records.verdictNumber(of: "lab", signedBy: followed.key) == nil)
            }
        }
    }

    @Test(arguments: Engine.present)
    func `an own word takes the place of an earlier one of the same, and goes with its tenant`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant()
            @Sendable func own(_ word: VerdictWord, at second: Int64, _ tenant: TenantID?)
                -> OwnVerdict
            {
                OwnVerdict(
                    tenant: tenant,
                    UpdateVerdict(
                        word, package: "openssl", version: "3", evidence: "Tried",
                        at: Self.now.adding(seconds: second)), by: "user:anna")
            }
            try await ledger.write { records in
                try records.insert(tenant)
                try records.save(own(.ok, at: 0, tenant.id))
                try records.save(own(.block, at: 1, tenant.id))
                try records.save(own(.caution, at: 2, nil))
                let words = try records.ownVerdicts(in: .tenant(tenant.id)).map(\.verdict.verdict)
                #expect(words == [.caution, .block])
                try records.save(try self.feed("noc", tenant.id))
                #expect(try records.remove(tenant.id) == [])
                #expect(try records.ownVerdicts(in: .provider) == [own(.caution, at: 2, nil)])
                #expect(try records.verdictFeeds(in: .provider) == [])
                try records.remove(own(.caution, at: 2, nil))
                #expect(try records.ownVerdicts(in: .provider) == [])
            }
        }
    }
}
