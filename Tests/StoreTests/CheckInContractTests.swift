import Administration
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `The check-in` {
    @Test(arguments: Engine.present) func `it notes the endpoint, and tells what was before`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.placeScanned(in: ledger)
            let deployment = samples.deployment(of: placed.tenant.id)
            let jobs = [
                samples.job(of: placed.endpoint, in: deployment),
                samples.job(of: placed.endpoint, in: deployment),
            ]
            try await ledger.write { records in
                try records.insert(deployment)
                for job in jobs { try records.insert(job) }
            }
            let now = samples.now
            let first = try await ledger.checkIn(placed, scannedAt: now, bootId: "b1", at: now)
            #expect(first?.openJobs == 2)
            let later = now.adding(seconds: 60)
            let second = try await ledger.checkIn(placed, scannedAt: later, bootId: "b2", at: later)
            #expect(second?.openJobs == 2)
            let id = placed.endpoint.id
            let stored = try await ledger.read { try $0.endpoint(id, in: .provider) }
            #expect(stored?.lastSeenAt == later)
            #expect(stored?.scannedAt == later)
            #expect(stored?.bootId == "b2")
            #expect(stored?.agentVersion == "0.1.0")
        }
    }

    @Test(
        arguments: Engine.present,
        [
            // Seconds from now: what is held, what is reported, what is held then.
            (nil, nil, nil), (nil, -10, -10), (-10, nil, -10), (-10, -5, -5), (-10, -20, -10),
        ] as [(Int64?, Int64?, Int64?)])
    func `a scan's time never goes back`(
        _ engine: Engine, _ row: (held: Int64?, reported: Int64?, then: Int64?)
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            var placed = try await samples.placeScanned(in: ledger)
            let now = samples.now
            placed.endpoint.scannedAt = row.held.map { now.adding(seconds: $0) }
            let endpoint = placed.endpoint
            try await ledger.write { try $0.update(endpoint) }
            _ = try await ledger.checkIn(
                placed, scannedAt: row.reported.map { now.adding(seconds: $0) }, bootId: "b",
                at: now)
            let stored = try await ledger.read { try $0.endpoint(endpoint.id, in: .provider) }
            #expect(stored?.scannedAt == row.then.map { now.adding(seconds: $0) })
        }
    }

    @Test(arguments: Engine.present)
    func `a scan whose content has not arrived makes nothing fresh`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.placeScanned(in: ledger)
            let now = samples.now
            for (inventory, posture) in [("other", "posture"), ("inventory", "other"), (nil, nil)] {
                _ = try await ledger.checkIn(
                    placed, scannedAt: now, bootId: "b", inventory: inventory, posture: posture,
                    at: now)
            }
            let id = placed.endpoint.id
            #expect(try await ledger.read { try $0.endpoint(id, in: .provider) }?.scannedAt == nil)
        }
    }

    @Test(arguments: Engine.present)
    func `a retired, unknown or foreign endpoint is not let in, and not noted`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            var placed = try await samples.place(in: ledger)
            let other = try await samples.place(in: ledger)
            let now = samples.now
            let foreign = Placed(tenant: other.tenant, endpoint: placed.endpoint)
            #expect(try await ledger.checkIn(foreign, scannedAt: nil, bootId: "b", at: now) == nil)
            let unknown = Placed(
                tenant: other.tenant, endpoint: samples.endpoint(of: other.tenant.id))
            #expect(try await ledger.checkIn(unknown, scannedAt: nil, bootId: "b", at: now) == nil)
            placed.endpoint.retiredAt = now
            let retired = placed.endpoint
            try await ledger.write { try $0.update(retired) }
            #expect(try await ledger.checkIn(placed, scannedAt: nil, bootId: "b", at: now) == nil)
            #expect(try await ledger.read { try $0.endpoint(retired.id, in: .provider) } == retired)
        }
    }
}

extension Samples {
    /// A placed endpoint that has sent a scan, of which the time is not held yet.
    fileprivate mutating func placeScanned(in ledger: SQLLedger) async throws -> Placed {
        var placed = try await place(in: ledger)
        placed.endpoint.inventoryDigest = "inventory"
        placed.endpoint.postureDigest = "posture"
        let endpoint = placed.endpoint
        try await ledger.write { try $0.update(endpoint) }
        return placed
    }
}

extension Ledger {
    fileprivate func checkIn(
        _ placed: Placed, scannedAt: Timestamp?, bootId: String, inventory: String? = "inventory",
        posture: String? = "posture", at now: Timestamp
    ) async throws -> CheckInStanding? {
        try await write {
            try $0.checkIn(
                placed.endpoint.id, of: placed.tenant.id,
                reporting: CheckInReport(
                    scannedAt: scannedAt, inventoryDigest: inventory, postureDigest: posture,
                    agentVersion: "0.1.0", bootId: bootId),
                at: now)
        }
    }
}
