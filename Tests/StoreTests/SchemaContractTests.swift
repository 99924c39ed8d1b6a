import Administration
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Testing

@testable import Store

/// The database itself refuses what no use case would store, so that a fault there shows at once.
@Suite struct `The schema` {
    /// A column that holds the name of a case, and how a row is changed to hold another.
    struct Column: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let statement: String
        let cases: [String]
    }

    static let columns = [
        Column(
            testDescription: "the state of a job",
            statement: """
                UPDATE job SET state = $1, is_open = CASE WHEN $1 IN ('queued', 'leased', 'running',
                    'interrupted', 'pendingRestart') THEN 1 ELSE 0 END
                """, cases: Job.State.allCases.map(\.rawValue)),
        Column(
            testDescription: "the state of a deployment",
            statement: "UPDATE deployment SET state = $1",
            cases: Deployment.State.allCases.map(\.rawValue)),
        Column(
            testDescription: "the role of a person", statement: "UPDATE person SET role = $1",
            cases: Role.allCases.map(\.rawValue)),
        Column(
            testDescription: "the state of a request",
            statement: "UPDATE approval_request SET state = $1",
            cases: RequestRecord.State.allCases.map(\.rawValue)),
        Column(
            testDescription: "the state of a bundle",
            statement: "UPDATE patch_bundle SET state = $1",
            cases: PatchBundle.State.allCases.map(\.rawValue)),
        Column(
            testDescription: "what stands in an update's way",
            statement: "UPDATE update_item SET installability = $1",
            cases: Installability.allCases.map(\.rawValue)),
    ]

    private func prepare(_ ledger: SQLLedger) async throws {
        var samples = Samples()
        let placed = try await samples.place(in: ledger)
        let deployment = samples.deployment(of: placed.tenant.id)
        let job = samples.job(of: placed.endpoint, in: deployment)
        // The tenant's: not every role is the provider's.
        let user = samples.user("anna", of: placed.tenant.id)
        let request = samples.request(of: placed.tenant.id)
        let posture = samples.posture([samples.update("openssl")])
        let bundle = samples.bundle(
            try #require(PolicyName("browsers")), 1, of: placed.tenant.id)
        try await ledger.write { records in
            try records.insert(bundle, lines: [])
            try records.insert(deployment)
            try records.insert(job)
            try records.insert(user)
            try records.insert(request)
            try records.store(posture, of: placed.endpoint.id, tenant: placed.tenant.id)
        }
    }

    @Test(arguments: Engine.present, columns)
    func `takes every case of an enumeration, and nothing else`(_ engine: Engine, _ column: Column)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            try await prepare(ledger)
            for name in column.cases {
                let changed = try await ledger.store.write {
                    try $0.change(column.statement, name)
                }
                #expect(changed == 1, "\(name)")
            }
            for name in ["", "nonsense", column.cases[0].uppercased()] {
                await #expect(throws: LedgerUnavailable.self, "\(name)") {
                    try await ledger.store.write { try $0.change(column.statement, name) }
                }
            }
        }
    }

    @Test(arguments: Engine.present)
    func `keeps an ended job from counting as open`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            try await prepare(ledger)
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.store.write { try $0.change("UPDATE job SET state = 'verified'") }
            }
        }
    }

    @Test func `names keys in PostgreSQL after the tables that they belong to`() async throws {
        guard Engine.present.contains(.postgreSQL) else { return }
        try await withLedger(.postgreSQL) { (ledger: SQLLedger) async throws in
            let strangers = try await ledger.store.read {
                try $0.rows(
                    """
                    SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
                        AND indexname LIKE '%\\_pkey' AND indexname <> tablename || '_pkey'
                    """
                ).map { row in
                    var row = row.reader
                    return try row.next() as String
                }
            }
            #expect(strangers == [])
        }
    }
}
