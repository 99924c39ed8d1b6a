import Fleet
import ServerRecords
import Store
import Testing
import Trust

/// What both databases keep of signed documents, and of what endpoints say that they hold.
@Suite struct `Signed documents` {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private func document(
        _ scope: DocumentScope, _ version: Int, type: String = "policy", name: String = "main",
        deployment: DeploymentID? = nil, needsTwo: Bool = false
    ) -> StoredDocument {
        StoredDocument(
            scope: scope, type: type, name: name, version: version, deployment: deployment,
            digest: String(repeating: "a", count: 63) + "\(version % 10)",
            issuedAt: Self.now.adding(seconds: Int64(version)),
            expiresAt: Self.now.adding(seconds: 86_400),
            envelope: Array("{\"payload\":\"\(version)\"}".utf8) + [0, 255], needsTwo: needsTwo)
    }

    @Test(arguments: Engine.present)
    func `the newest version of a name counts, scope by scope, and older ones go when replaced`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant()
            let (own, all) = (DocumentScope.tenant(tenant.id), DocumentScope.allTenants)
            // Versions are compared as numbers: 10 comes after 9.
            let (nine, ten) = (document(own, 9), document(own, 10, needsTwo: true))
            let (other, root) = (document(own, 3, name: "other"), document(all, 1))
            try await ledger.write { records in
                try records.insert(tenant)
                for one in [nine, ten, other, root] { try records.save(one, replacing: false) }
                #expect(try records.newestDocument("policy", named: "main", of: own) == ten)
                #expect(try records.newestDocument("policy", named: "main", of: all) == root)
                #expect(try records.newestDocument("script", named: "main", of: own) == nil)
                #expect(try records.documents("policy", of: own) == [nine, ten, other])
                let eleven = self.document(own, 11)
                try records.save(eleven, replacing: true)
                #expect(try records.documents("policy", of: own) == [eleven, other])
                #expect(try records.documents("policy", of: all) == [root])
            }
        }
    }

    @Test(arguments: Engine.present) func `a duty is kept, and waits where nobody has signed it`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant()
            let own = DocumentScope.tenant(tenant.id)
            let duties = (1...2).map { document(own, $0, type: "duty", name: "duty-1") }
            try await ledger.write { records in
                try records.insert(tenant)
                for duty in duties { try records.save(duty, replacing: false) }
                let waiting = UnsignedDocument(
                    self.document(own, 3, type: "duty", name: "duty-1"), askedAt: Self.now,
                    askedBy: "user:anna", reason: "Anna is on duty.")
                try records.setUnsigned(waiting, type: "duty", name: "duty-1", of: own)
                #expect(try records.documents("duty", of: own) == duties)
                #expect(try records.unsignedDocuments(in: .tenant(tenant.id)) == [waiting])
            }
        }
    }

    @Test(arguments: Engine.present) func `a version that is there is never written over`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            let first = document(.allTenants, 1)
            var forged = first
            forged.envelope = [1, 2, 3]
            let second = forged
            try await ledger.write { try $0.save(first, replacing: false) }
            await #expect(throws: (any Error).self) {
                try await ledger.write { try $0.save(second, replacing: false) }
            }
            let kept = try await ledger.read {
                try $0.newestDocument("policy", named: "main", of: .allTenants)
            }
            #expect(kept == first)
        }
    }

    @Test(arguments: Engine.present) func `the grants of a deployment come newest first`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (placed, stranger) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger, "other")
            )
            let deployment = try #require(DeploymentID("dep_01h2xcejqtf2nbrexx3vqjhp41"))
            let own = DocumentScope.tenant(placed.tenant.id)
            let grants = (1...3).map {
                document(own, $0, type: "approval", name: "g\($0)", deployment: deployment)
            }
            try await ledger.write { records in
                for grant in grants { try records.save(grant, replacing: false) }
                let found = try records.grants(of: deployment, tenant: placed.tenant.id)
                #expect(found == grants.reversed())
                #expect(try records.grants(of: deployment, tenant: stranger.tenant.id) == [])
            }
        }
    }

    @Test(arguments: Engine.present)
    func `what waits for signatures is replaced by its name, taken away, and seen by its scope`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (one, two) = (samples.tenant("Acme"), samples.tenant("Bolt"))
            let own = DocumentScope.tenant(one.id)
            func waiting(_ version: Int, at second: Int64) -> UnsignedDocument {
                UnsignedDocument(
                    document(own, version, needsTwo: version == 2),
                    askedAt: Self.now.adding(seconds: second), askedBy: "user:anna",
                    reason: "The policies have changed.")
            }
            let (first, second) = (waiting(1, at: 5), waiting(2, at: 9))
            try await ledger.write { records in
                try records.insert(one)
                try records.insert(two)
                for each in [first, second] {
                    try records.setUnsigned(each, type: "policy", name: "main", of: own)
                }
                #expect(try records.unsignedDocuments(in: .provider) == [second])
                #expect(try records.unsignedDocuments(in: .tenant(one.id)) == [second])
                #expect(try records.unsignedDocuments(in: .tenant(two.id)) == [])
                try records.setUnsigned(nil, type: "policy", name: "main", of: own)
                #expect(try records.unsignedDocuments(in: .provider) == [])
            }
        }
    }

    @Test(arguments: Engine.present) func `an endpoint's last word on what it holds is kept`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let stranger = try await samples.place(in: ledger, "other")
            let refused = TrustReport(
                tenant: placed.tenant.id, endpoint: placed.endpoint.id, reportedAt: Self.now,
                rootVersion: 1, refusal: "E_TRUST_ROLLBACK", sentence: "An older version.")
            let taken = TrustReport(
                tenant: placed.tenant.id, endpoint: placed.endpoint.id,
                reportedAt: Self.now.adding(seconds: 60), rootVersion: 2, policyVersion: 7,
                policyDigest: String(repeating: "b", count: 64))
            let other = TrustReport(
                tenant: stranger.tenant.id, endpoint: stranger.endpoint.id, reportedAt: Self.now)
            try await ledger.write { records in
                for report in [refused, other] { try records.save(report) }
                #expect(try records.trustReports(in: placed.scope, endpoint: nil) == [refused])
                try records.save(taken)
                #expect(try records.trustReports(in: placed.scope, endpoint: nil) == [taken])
                let one = try records.trustReports(in: .provider, endpoint: stranger.endpoint.id)
                #expect(one == [other])
                let none = try records.trustReports(
                    in: placed.scope, endpoint: stranger.endpoint.id)
                #expect(none == [])
            }
        }
    }
}
