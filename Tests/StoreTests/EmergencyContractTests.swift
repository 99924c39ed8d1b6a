import Administration
import ControlPlane
import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

/// Emergency runs and alerts about accepted risks, on both engines.
@Suite struct `Emergency runs in the store` {
    private static func run(
        _ samples: inout Samples, _ tenant: TenantID, _ state: EmergencyRun.State = .running
    ) -> EmergencyRun {
        EmergencyRun(
            id: samples.id(), tenant: tenant, vulnerability: "CVE-2026-1234", reason: "It burns",
            startedBy: "user:anna", startedAt: samples.now, state: state,
            deployments: [samples.id()],
            extent: EmergencyRun.Extent(
                endpoints: 3, mayReboot: 1, leftOut: 2, updates: ["openssl 3.0.2"]))
    }

    @Test(arguments: Engine.present)
    func `a run comes back as it was, newest first, to its tenant only`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let theirs = try await samples.place(in: ledger, "web-2")
            let runs = [
                Self.run(&samples, ours.tenant.id), Self.run(&samples, ours.tenant.id, .closed),
                Self.run(&samples, theirs.tenant.id),
            ]
            try await ledger.write { records in
                for run in runs { try records.insert(run) }
            }
            try await ledger.read { (records: any Records) throws in
                #expect(try records.emergency(runs[0].id, in: ours.scope) == runs[0])
                #expect(try records.emergency(runs[2].id, in: ours.scope) == nil)
                #expect(
                    try records.emergencies(in: ours.scope, states: [], before: nil, limit: 9)
                        == [runs[1], runs[0]])
                #expect(
                    try records.emergencies(
                        in: .provider, states: [.running, .awaitingReview], before: nil, limit: 9)
                        == [runs[2], runs[0]])
                #expect(
                    try records.emergencies(
                        in: ours.scope, states: [], before: runs[1].id, limit: 9) == [runs[0]])
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a run takes every state, and its review`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            var run = Self.run(&samples, ours.tenant.id)
            let first = run
            try await ledger.write { try $0.insert(first) }
            for state in EmergencyRun.State.allCases {
                run.state = state
                run.outcome = EmergencyRun.Outcome(verified: 2, failed: 1)
                run.review = EmergencyRun.Review(text: "Well.", by: "user:ben", at: samples.now)
                let changed = run
                try await ledger.write { try $0.update(changed) }
                let found = try await ledger.read {
                    try $0.emergency(changed.id, in: ours.scope)
                }
                #expect(found == changed)
            }
        }
    }

    @Test(arguments: Engine.present)
    func `an alert about an accepted risk is a tenant's or the provider's own`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let owners: [TenantID?] = [ours.tenant.id, nil]
            let alerts = owners.flatMap { owner in
                [Alert.Kind.exceptionEnding, .exceptionEnded].map { kind in
                    Alert(
                        id: samples.id(), tenant: owner, kind: kind, subject: "exc_1 soon",
                        sentence: "Look.", endpoints: 1, raisedAt: samples.now)
                }
            }
            let added = try await ledger.write { records in
                try alerts.map { try records.insert($0) }
            }
            #expect(added == [true, true, true, true])
            try await ledger.read { (records: any Records) throws in
                for alert in alerts {
                    #expect(
                        try records.openAlerts(alert.kind, of: alert.tenant) == [alert])
                    #expect(
                        try records.alert(alert.kind, about: "exc_1 soon", of: alert.tenant)
                            == alert)
                }
                #expect(try records.openFeedAlerts().isEmpty)
            }
        }
    }
}
