import Administration
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Store
import TestSupport
import Testing

/// Saved plans, on both engines.
@Suite struct `Saved plans in the store` {
    @Test(arguments: Engine.present)
    func `a plan and its document come back as they were, to their tenant only`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let theirs = try await samples.place(in: ledger, "web-2")
            let until = samples.now.adding(seconds: 86_400)
            let first = samples.plan("First", ours.tenant, until)
            let second = samples.plan("Second", ours.tenant, until)
            let foreign = samples.plan("First", theirs.tenant, until)
            try await ledger.write { records in
                for plan in [first, second, foreign] {
                    try records.insert(plan, document: "{\"of\": \"\(plan.id)\"}")
                }
            }
            let found = try await ledger.read { records in
                (
                    try records.plan(first.id, in: ours.scope),
                    try records.planDocument(first.id, in: ours.scope),
                    try records.plan(first.id, in: theirs.scope),
                    try records.planDocument(first.id, in: theirs.scope),
                    try records.plans(in: ours.scope, before: nil, limit: 9),
                    try records.plans(in: ours.scope, before: second.id, limit: 9),
                    try records.planCount(of: ours.tenant.id)
                )
            }
            #expect(found.0 == first)
            #expect(found.1 == "{\"of\": \"\(first.id)\"}")
            #expect(found.2 == nil)
            #expect(found.3 == nil)
            #expect(Set(found.4) == [first, second])
            #expect(found.5.allSatisfy { $0.id < second.id })
            #expect(found.6 == 2)
        }
    }

    @Test(arguments: Engine.present)
    func `a tenant's second plan of a name is refused`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let until = samples.now.adding(seconds: 86_400)
            let plans = (0..<2).map { _ in samples.plan("Same", placed.tenant, until) }
            try await ledger.write { try $0.insert(plans[0], document: "{}") }
            await #expect(throws: NameTaken.self) {
                try await ledger.write { try $0.insert(plans[1], document: "{}") }
            }
        }
    }
}
