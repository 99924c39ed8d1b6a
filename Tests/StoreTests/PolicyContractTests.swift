import Administration
import ControlPlane
import Fleet
import Policy
import ServerRecords
import Store
import TestSupport
import Testing

/// Policies, what people have said, and what they say of endpoints, on both engines.
@Suite struct `Policies in the store` {
    /// A tenant of each of two names, stored.
    private func tenants(_ ledger: SQLLedger, _ samples: inout Samples) async throws -> (
        Tenant, Tenant
    ) {
        let (ours, theirs) = (samples.tenant("Ours"), samples.tenant("Theirs"))
        try await ledger.write { records in
            try records.insert(ours)
            try records.insert(theirs)
        }
        return (ours, theirs)
    }

    @Test(arguments: Engine.present)
    func `a policy keeps every version, and the latest is the one that holds`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let first = try samples.policy("servers", .tenant(ours.id))
            try await ledger.write { try $0.insert(first) }
            var second = first
            second.version = 2
            second.yaml = "changed"
            let next = second
            try await ledger.write { try $0.update(next) }
            #expect(try await ledger.read { try $0.policy(first.id, in: .provider) } == next)
            #expect(
                try await ledger.read {
                    try $0.policyHistory(of: first.id, in: .tenant(ours.id), limit: 9)
                } == [next, first])
            #expect(
                try await ledger.read { try $0.policy(first.id, in: .tenant(theirs.id)) } == nil)
            #expect(
                try await ledger.read {
                    try $0.policyHistory(of: first.id, in: .tenant(theirs.id), limit: 9)
                } == [])
            // A version that does not follow is not stored.
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.write { try $0.update(next) }
            }
        }
    }

    @Test(arguments: Engine.present)
    func `the provider's policies hold for each tenant, and switched-off ones for none`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let base = try samples.policy("base", .provider)
            let own = try samples.policy("own", .tenant(ours.id))
            var off = try samples.policy("off", .tenant(ours.id))
            off.isEnabled = false
            let stored = [base, own, off]
            try await ledger.write { records in for each in stored { try records.insert(each) } }
            let (holding, others, all) = try await ledger.read { records in
                (
                    try records.policies(holdingFor: ours.id),
                    try records.policies(holdingFor: theirs.id),
                    try records.policies(in: .tenant(ours.id))
                )
            }
            #expect(holding.map(\.name.text) == ["base", "own"])
            #expect(others.map(\.name.text) == ["base"])
            #expect(all.map(\.name.text) == ["off", "own"])
        }
    }

    @Test(arguments: Engine.present)
    func `a policy that does not hold any more is found by its name, the latest first`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            var gone = try samples.policy("servers", .tenant(ours.id))
            let first = gone
            (gone.version, gone.change, gone.isEnabled) = (2, .deleted, false)
            (gone.savedAt, gone.savedBy) = (gone.savedAt.adding(seconds: 60), "user:ben")
            let deleted = gone
            let name = first.name
            func former(_ tenant: Tenant) async throws -> PolicyRecord? {
                try await ledger.read { try $0.formerPolicy(name, of: tenant.id) }
            }
            try await ledger.write { try $0.insert(first) }
            #expect(try await former(ours) == nil)
            try await ledger.write { try $0.update(deleted) }
            #expect(try await former(ours) == deleted)
            #expect(try await former(theirs) == nil)
            var base = try samples.policy("servers", .provider)
            base.isEnabled = false
            base.savedAt = deleted.savedAt.adding(seconds: 60)
            let off = base
            try await ledger.write { try $0.insert(off) }
            #expect(try await former(ours) == off)
            #expect(try await former(theirs) == off)
        }
    }

    @Test(arguments: Engine.present)
    func `the stamp of a tenant's policies moves with each change that concerns it`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            func stamp(_ tenant: Tenant) async throws -> String {
                try await ledger.read { try $0.policyStamp(of: tenant.id) }
            }
            var seen: Set<String> = [try await stamp(ours)]
            let quiet = try await stamp(theirs)
            var policy = try samples.policy("own", .tenant(ours.id))
            let first = policy
            try await ledger.write { try $0.insert(first) }
            seen.insert(try await stamp(ours))
            policy.version = 2
            policy.change = .deleted
            policy.isEnabled = false
            let second = policy
            try await ledger.write { try $0.update(second) }
            seen.insert(try await stamp(ours))
            #expect(seen.count == 3)
            #expect(try await stamp(theirs) == quiet)
        }
    }

    @Test(arguments: Engine.present)
    func `a name is taken once in a tenant, and free again when its policy is deleted`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let first = try samples.policy("servers", .tenant(ours.id))
            let rival = try samples.policy("servers", .tenant(ours.id))
            let foreign = try samples.policy("servers", .tenant(theirs.id))
            try await ledger.write { try $0.insert(first) }
            try await ledger.write { try $0.insert(foreign) }
            await #expect(throws: NameTaken.self) {
                try await ledger.write { try $0.insert(rival) }
            }
            var gone = first
            gone.version = 2
            gone.change = .deleted
            let deleted = gone
            try await ledger.write { try $0.update(deleted) }
            try await ledger.write { try $0.insert(rival) }
            #expect(
                try await ledger.read { try $0.policies(in: .tenant(ours.id)) }.map(\.id)
                    == [rival.id])
        }
    }

    @Test(arguments: Engine.present)
    func `what people have said is told until it is taken back`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let own = samples.approval(.tenant(ours.id))
            let wide = samples.approval(.provider)
            try await ledger.write { records in
                try records.insert(own)
                try records.insert(wide)
            }
            #expect(
                try await ledger.read { try $0.approvals(holdingFor: ours.id) } == [own, wide])
            #expect(try await ledger.read { try $0.approvals(holdingFor: theirs.id) } == [wide])
            var ended = own
            ended.endedAt = samples.now
            ended.endedBy = "user:ben"
            let taken = ended
            try await ledger.write { try $0.update(taken) }
            #expect(try await ledger.read { try $0.approvals(holdingFor: ours.id) } == [wide])
            let listed = try await ledger.read {
                try $0.approvals(
                    in: .tenant(ours.id), includingEnded: true, before: nil, limit: 9)
            }
            #expect(listed == [taken])
            #expect(
                try await ledger.read { try $0.approval(own.id, in: .tenant(theirs.id)) } == nil)
        }
    }

    @Test(arguments: Engine.present)
    func `only approved exceptions hold`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let asked = samples.exception(.tenant(ours.id))
            try await ledger.write { try $0.insert(asked) }
            #expect(try await ledger.read { try $0.exceptions(holdingFor: ours.id) } == [])
            var agreed = asked
            agreed.state = .approved
            agreed.approvedBy = "user:ben"
            let approved = agreed
            try await ledger.write { try $0.update(approved) }
            #expect(
                try await ledger.read { try $0.exceptions(holdingFor: ours.id) } == [approved])
            #expect(try await ledger.read { try $0.exceptions(holdingFor: theirs.id) } == [])
            #expect(
                try await ledger.read { try $0.exception(asked.id, in: .tenant(theirs.id)) }
                    == nil)
            // A request that is turned down never held; what was agreed to did, until it ended.
            for approvedAt in [nil, samples.now] {
                var ended = agreed
                (ended.state, ended.approvedAt, ended.endedAt) = (.ended, approvedAt, samples.now)
                let last = ended
                try await ledger.write { try $0.update(last) }
                #expect(try await ledger.read { try $0.exceptions(holdingFor: ours.id) } == [])
                let held = try await ledger.read { try $0.exceptions(endedFor: ours.id) }
                #expect(held == (approvedAt == nil ? [] : [last]))
                #expect(try await ledger.read { try $0.exceptions(endedFor: theirs.id) } == [])
            }
        }
    }

    @Test(arguments: Engine.present)
    func `requests are told by tenant, newest first, and those that wait alone`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let all = [samples.request(of: ours.id), samples.request(of: ours.id)]
                .sorted { $0.id.text < $1.id.text }
            let foreign = samples.request(of: theirs.id)
            var answered = all[1]
            answered.state = .refused
            (answered.answeredBy, answered.answer) = ("user:anna", "No")
            let update = answered
            try await ledger.write { records in
                for each in all + [foreign] { try records.insert(each) }
                try records.update(update)
            }
            func requests(
                _ scope: Scope, waiting: Bool = false, before: RequestID? = nil, limit: Int = 9
            ) async throws -> [RequestRecord] {
                try await ledger.read {
                    try $0.requests(
                        in: scope, waitingOnly: waiting, before: before, limit: limit)
                }
            }
            #expect(try await requests(.tenant(ours.id)) == [update, all[0]])
            #expect(try await requests(.tenant(ours.id), waiting: true) == [all[0]])
            #expect(try await requests(.tenant(ours.id), before: all[1].id) == [all[0]])
            #expect(try await requests(.tenant(ours.id), limit: 1) == [update])
            #expect(try await requests(.provider).count == 3)
            let (own, other) = (Scope.tenant(ours.id), Scope.tenant(theirs.id))
            #expect(try await ledger.read { try $0.request(update.id, in: own) } == update)
            #expect(try await ledger.read { try $0.request(update.id, in: other) } == nil)
            #expect(try await ledger.write { try $0.remove(ours.id) } == ["requests"])
        }
    }

    @Test(arguments: Engine.present)
    func `traits are replaced as a whole, and told by endpoint and by tenant`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let endpoint = samples.endpoint(of: ours.id)
            try await ledger.write { try $0.insert(endpoint) }
            #expect(
                try await ledger.read { try $0.traits(of: endpoint.id, tenant: ours.id) } == nil)
            let traits = EndpointTraits(
                role: "server", tags: ["b", "a"], criticality: .high, isExposed: false)
            let now = samples.now
            for each in [EndpointTraits(), traits] {
                try await ledger.write {
                    try $0.store(
                        each, of: endpoint.id, tenant: ours.id, by: "user:anna", at: now)
                }
                #expect(
                    try await ledger.read { try $0.traits(of: endpoint.id, tenant: ours.id) }
                        == each)
            }
            #expect(
                try await ledger.read { try $0.traits(of: ours.id) } == [endpoint.id: traits])
            #expect(try await ledger.read { try $0.traits(of: theirs.id) } == [:])
        }
    }

    @Test(arguments: Engine.present)
    func `groups are stored by tenant and name`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = try await tenants(ledger, &samples)
            let name = try #require(PolicyName("web"))
            var group = EndpointGroup(
                tenant: ours.id, name: name, members: try GroupExpression(parsing: "tag = web"),
                savedAt: samples.now, savedBy: "user:anna")
            let first = group
            try await ledger.write { try $0.store(first) }
            group.members = .always
            let second = group
            try await ledger.write { try $0.store(second) }
            #expect(try await ledger.read { try $0.groups(in: .provider) } == [second])
            #expect(try await ledger.read { try $0.groups(in: .tenant(theirs.id)) } == [])
            #expect(try await ledger.write { try $0.deleteGroup(name, of: theirs.id) } == false)
            #expect(try await ledger.write { try $0.deleteGroup(name, of: ours.id) })
            #expect(try await ledger.read { try $0.groups(in: .provider) } == [])
        }
    }
}

extension Samples {
    mutating func policy(_ name: String, _ place: PolicyPlace) throws -> PolicyRecord {
        let window = try #require(PolicyName("any"))
        return PolicyRecord(
            id: id(), place: place,
            policy: PatchPolicy(
                name: try #require(PolicyName(name)), applies: .always,
                lanes: Lanes(routine: LaneRoute(windows: [window])),
                otherwise: Treatment(.byHand)),
            yaml: "name: \(name)", savedAt: now, savedBy: "user:anna", note: "For a test")
    }

    mutating func approval(_ place: PolicyPlace) -> ApprovalRecord {
        ApprovalRecord(
            id: id(), place: place,
            word: ApprovalByHand(
                .hold(reason: "Tested first"), updates: UpdateSelector(package: "openssl"),
                level: place.level, person: "user:anna", at: now))
    }

    mutating func exception(_ place: PolicyPlace) -> ExceptionRecord {
        ExceptionRecord(
            id: id(), place: place, name: "Old Java", owner: "anna", reason: "Support ends",
            compensatingControl: "No network", package: "openjdk-8", vulnerabilities: [],
            endpoints: nil, startsAt: now, expiresAt: now.adding(seconds: 86_400),
            requestedBy: "user:anna", requestedAt: now)
    }
}
