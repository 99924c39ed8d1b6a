import Administration
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Testing

@testable import Store

@Suite struct `Rollouts, first sightings and blocked versions` {
    private static func name(_ text: String) -> PolicyName {
        PolicyName(text) ?? RolloutContractSample.fallback
    }

    @Test(arguments: Engine.present)
    func `a rollout is stored after each step and read back as it was`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let other = try await samples.place(in: ledger, "web-2")
            let record = try await samples.rollout(of: placed, in: ledger)
            var begun = record
            _ = begun.rollout.handle(.started, at: samples.now)
            begun.wakeAt = samples.now.adding(seconds: 60)
            let changed = begun
            try await ledger.write { try $0.update(changed) }
            let scope = placed.scope
            #expect(
                try await ledger.read { try $0.rollout(of: changed.deployment, in: scope) }
                    == changed)
            #expect(
                try await ledger.read { try $0.rollout(of: changed.deployment, in: other.scope) }
                    == nil)
            #expect(
                try await ledger.read { try $0.openRollouts(of: placed.tenant.id) } == [changed])
            #expect(try await ledger.read { try $0.openRollouts(of: other.tenant.id) }.isEmpty)
            var ended = changed
            _ = ended.rollout.handle(.cancelRequested(by: "user:anna"), at: samples.now)
            ended.wakeAt = nil
            let cancelled = ended
            try await ledger.write { try $0.update(cancelled) }
            #expect(try await ledger.read { try $0.openRollouts(of: placed.tenant.id) }.isEmpty)
        }
    }

    @Test(arguments: Engine.present)
    func `open rollouts are found by whom they name`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let record = try await samples.rollout(of: placed, in: ledger)
            let (tenant, id) = (placed.tenant.id, placed.endpoint.id)
            let stranger = samples.id(Kinds.Endpoint.self)
            func named(_ endpoint: EndpointID) async throws -> [RolloutRecord] {
                try await ledger.read { try $0.openRollouts(of: tenant, naming: endpoint) }
            }
            #expect(try await named(id) == [record])
            #expect(try await named(stranger).isEmpty)
            // One that was opened before the store knew whom a rollout names counts for everybody.
            try await ledger.store.write {
                try $0.change("UPDATE rollout SET names_endpoints = 0")
                try $0.change("DELETE FROM rollout_endpoint")
            }
            #expect(try await named(id) == [record])
            #expect(try await named(stranger) == [record])
            let other = try await samples.rollout(of: placed, in: ledger)
            var ended = other
            _ = ended.rollout.handle(.cancelRequested(by: "user:anna"), at: samples.now)
            let cancelled = ended
            try await ledger.write { try $0.update(cancelled) }
            #expect(try await named(id) == [record])
            let left = try await ledger.store.read {
                try $0.rows("SELECT 1 FROM rollout_endpoint").count
            }
            #expect(left == 0)
        }
    }

    @Test(arguments: Engine.present)
    func `what is posted is told once, in order, and makes its rollout due`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let record = try await samples.rollout(of: placed, in: ledger)
            let now = samples.now
            let key = RolloutKey(tenant: placed.tenant.id, deployment: record.deployment)
            func due(_ at: Timestamp) async throws -> [RolloutKey] {
                try await ledger.read { try $0.dueRollouts(at: at, limit: 10) }
            }
            #expect(try await due(now).isEmpty)
            let offer = RolloutOffer(endpoint: placed.endpoint.id, number: 1)
            let events: [RolloutEvent] = [.jobStarted(offer), .jobFailed(offer, .network), .tick]
            try await ledger.write { records in
                for event in events { try records.post(event, to: key, at: now) }
            }
            #expect(try await due(now) == [key])
            let first = try await ledger.write { try $0.takeEvents(of: key, limit: 2) }
            #expect(first.map(\.event) == Array(events.prefix(2)))
            #expect(first.map(\.at) == [now, now])
            #expect(
                try await ledger.write { try $0.takeEvents(of: key, limit: 9) }.map(\.event)
                    == [.tick])
            #expect(try await due(now).isEmpty)
            var waiting = record
            waiting.wakeAt = now.adding(seconds: 5)
            let stored = waiting
            try await ledger.write { try $0.update(stored) }
            #expect(try await due(now.adding(seconds: 4)).isEmpty)
            #expect(try await due(now.adding(seconds: 5)) == [key])
        }
    }

    @Test(arguments: Engine.present)
    func `the latest wave of a policy and lane is known, those of people aside`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let tenant = placed.tenant.id
            func latest(_ lane: String) async throws -> Timestamp? {
                try await ledger.read {
                    try $0.latestWave(policy: "servers", lane: lane, of: tenant)
                }
            }
            _ = try await samples.rollout(of: placed, in: ledger, isAutomatic: false)
            #expect(try await latest("routine") == nil)
            _ = try await samples.rollout(of: placed, in: ledger)
            let newest = try await samples.rollout(of: placed, in: ledger)
            #expect(try await latest("routine") == newest.openedAt)
            #expect(try await latest("emergency") == nil)
        }
    }

    @Test(arguments: Engine.present)
    func `a version's first sighting stays, and each tenant has its own`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (here, there) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger, "web-2")
            )
            let now = samples.now
            let postures = [
                samples.posture([samples.update("openssl", "2"), samples.update("bash", "5")]),
                samples.posture([samples.update("openssl", "3")]),
            ]
            try await ledger.write {
                try $0.store(postures[0], of: here.endpoint.id, tenant: here.tenant.id)
            }
            func note(_ placed: Placed, _ at: Timestamp) async throws -> Int {
                try await ledger.write { try $0.noteFirstSeen(of: placed.tenant.id, at: at) }
            }
            #expect(try await note(here, now) == 2)
            #expect(try await note(here, now.adding(seconds: 10)) == 0)
            #expect(try await note(there, now) == 0)
            try await ledger.write {
                try $0.store(postures[1], of: here.endpoint.id, tenant: here.tenant.id)
            }
            #expect(try await note(here, now.adding(seconds: 20)) == 1)
            let seen = try await ledger.read {
                try $0.firstSeen(of: here.tenant.id, packages: ["bash", "openssl"])
            }
            #expect(
                seen.map { "\($0.package) \($0.version) \($0.firstSeenAt.seconds(since: now))" }
                    == ["bash 5 0", "openssl 2 0", "openssl 3 20"])
            #expect(
                try await ledger.read {
                    try $0.firstSeen(of: there.tenant.id, packages: ["openssl"])
                }.isEmpty)
        }
    }

    @Test(arguments: Engine.present)
    func `a blocked version stays blocked with its first reason until it is unblocked`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            let tenant = placed.tenant.id
            func blocked(_ reason: String) -> BlockedVersion {
                BlockedVersion(
                    tenant: tenant, manager: .apt, package: "nginx", version: "2",
                    deployment: nil, reason: reason, by: "user:anna", at: samples.now)
            }
            let (first, second) = (blocked("It broke."), blocked("Again."))
            try await ledger.write { records in
                try records.block(first)
                try records.block(second)
            }
            #expect(
                try await ledger.read { try $0.blockedVersions(in: .tenant(tenant)) } == [first])
            let removed = try await ledger.write { records in
                [
                    try records.unblock(.apt, "nginx", version: "3", of: tenant),
                    try records.unblock(.apt, "nginx", version: "2", of: tenant),
                    try records.unblock(.apt, "nginx", version: "2", of: tenant),
                ]
            }
            #expect(removed == [false, true, false])
            #expect(try await ledger.read { try $0.blockedVersions(in: .provider) }.isEmpty)
        }
    }

    @Test(arguments: Engine.present)
    func `presence tells of endpoints that are not retired, and when they were heard of`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let placed = try await samples.place(in: ledger)
            var gone = samples.endpoint(of: placed.tenant.id, "old")
            gone.retiredAt = samples.now
            var heard = samples.endpoint(of: placed.tenant.id, "new")
            heard.lastSeenAt = samples.now
            let others = [gone, heard]
            try await ledger.write { records in
                for endpoint in others { try records.insert(endpoint) }
            }
            let seen = try await ledger.read { try $0.presence(of: placed.tenant.id) }
            #expect(seen == [placed.endpoint.id: nil, heard.id: heard.lastSeenAt])
        }
    }
}

enum RolloutContractSample {
    /// A name for texts that are none.
    static var fallback: PolicyName {
        guard let name = PolicyName("none") else { preconditionFailure("a name") }
        return name
    }

    static func plan(_ endpoint: EndpointID) -> RolloutPlan {
        RolloutPlan(rings: [
            RolloutRing(name: fallback, members: [RolloutMember(endpoint: endpoint)])
        ])
    }
}

extension Samples {
    /// Stores a deployment with a rollout over one endpoint.
    mutating func rollout(
        of placed: Placed, in ledger: some Ledger, isAutomatic: Bool = true
    ) async throws -> RolloutRecord {
        let deployment = deployment(of: placed.tenant.id)
        let line = WaveLine(
            key: PackageKey(manager: .apt, name: "openssl", architecture: "amd64"),
            version: "2.0-1")
        let record = RolloutRecord(
            tenant: placed.tenant.id, deployment: deployment.id,
            policy: PolicyName("servers") ?? RolloutContractSample.fallback, policyVersion: 3,
            lane: .routine, openedAt: now, isAutomatic: isAutomatic, lines: [line],
            orderSeconds: 3600, rollout: RingRollout(RolloutContractSample.plan(placed.endpoint.id))
        )
        try await ledger.write {
            try $0.insert(deployment)
            try $0.insert(record)
        }
        return record
    }
}
