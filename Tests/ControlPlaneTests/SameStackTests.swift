import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Groups
import Policy
import Rollbacks
import Rollout
import ServerRecords
import Testing
import Verdicts

/// Policies that want versions verified first in a ring, on the same stack: what is on record of the
/// ring's endpoints decides.
@Suite struct `Verified first on the same stack` {
    /// The ring `lab` of one policy, and a policy for what must not be the first of its kind.
    private struct Played {
        let house: House
        let lab: TestEndpoint
        let critical: TestEndpoint

        var useCases: UseCases { house.useCases }

        init(before: String = "{passed: lab}", ring members: String = "tag = lab") async throws {
            house = try await House()
            lab = try await house.enrol("lab-1")
            critical = try await house.enrol("core-1")
            try await set(lab, ["lab"])
            try await set(critical, ["critical"])
            try await group("tag = lab")
            try await save(
                """
                patchbay: policy/v1
                name: dev
                applies: not tag = critical
                lanes: {routine: {windows: [always], rings: first}}
                default: {approve: by hand}
                windows:
                  always: {every: day, from: "00:00", for: 24h}
                rings:
                  first:
                    - {name: lab, members: \(members)}
                    - {name: others, members: rest}
                """)
            try await save(
                """
                patchbay: policy/v1
                name: mission-critical
                applies: tag = critical
                lanes: {routine: {windows: [always]}}
                default: {approve: at once}
                windows:
                  always: {every: day, from: "00:00", for: 24h}
                before: \(before)
                """, of: house.tenant.id)
        }

        /// Who is in the group `bench`.
        func group(_ members: String) async throws {
            _ = try await useCases.saveGroup(
                GroupDraft(tenant: house.tenant.id, name: "bench", members: members, confirm: true),
                by: house.administrator)
        }

        /// A person says something of an endpoint.
        func say(_ change: TraitChange, of endpoint: TestEndpoint) async throws {
            var change = change
            change.confirm = true
            _ = try await useCases.setTraits(change, of: endpoint.id, by: house.administrator)
        }

        /// So many further orders to the lab, which have come to nothing, and a minute later.
        func order(_ count: Int, under deployment: DeploymentID) async throws {
            house.clock.advance(seconds: 60)
            let (lab, tenant, now) = (lab.id, house.tenant.id, house.clock.now)
            let effects = useCases.effects
            try await useCases.ledger.write { records in
                for _ in 0..<count {
                    var job = Job(
                        id: effects.newIdentifier(), tenant: tenant, deployment: deployment,
                        endpoint: lab, updates: [], createdAt: now,
                        deadline: now.adding(seconds: 3600))
                    _ = try job.handle(.endpointRetired, at: now)
                    try records.insert(job)
                }
            }
        }

        func steer() async throws { _ = try await useCases.steer(house.tenant.id) }

        func set(_ endpoint: TestEndpoint, _ tags: [String]) async throws {
            // What was found of rings is kept for a minute.
            house.clock.advance(seconds: 60)
            let (tenant, now) = (endpoint.principal.tenant, house.clock.now)
            try await useCases.ledger.write {
                try $0.store(
                    EndpointTraits(role: "server", tags: tags), of: endpoint.id, tenant: tenant,
                    by: "test", at: now)
            }
        }

        private func save(_ yaml: String, of tenant: TenantID? = nil) async throws {
            _ = try await useCases.savePolicy(
                PolicyDraft(tenant: tenant, yaml: yaml, note: "A test", confirm: true),
                by: house.administrator)
        }

        /// A scan that shows openssl 1 installed and 2 missing, with other packages besides.
        func miss(
            _ endpoint: TestEndpoint, also packages: [String] = [], os: OperatingSystem? = nil
        ) async throws {
            house.clock.advance(seconds: 60)
            var installed = ["openssl": "1"]
            for name in packages { installed[name] = "7" }
            try await endpoint.report(
                installed, updates: [TestEndpoint.update("openssl")], os: os)
        }

        /// A person has the lab install it, which ends so.
        func install(
            on endpoint: TestEndpoint, _ end: UpdateOutcome.State = .verified,
            _ cause: FailureClass? = nil
        ) async throws -> DeploymentID {
            let deployment = try await useCases.approve(
                DeploymentSelection(endpoints: [endpoint.id], updates: [.init(name: "openssl")]),
                by: house.administrator)
            let order = try #require(try await endpoint.collect())
            if let cause {
                try await endpoint.fail(order, cause)
                return deployment.id
            }
            let outcomes = order.updates.map {
                UpdateOutcome(
                    update: $0, state: end, versionAfter: $0.to, sentence: "It is in.",
                    wayBack: .packageDowngrade)
            }
            _ = try await useCases.reportResult(
                JobResult(outcomes: outcomes), job: order.job, by: endpoint.principal)
            return deployment.id
        }

        func decision(_ endpoint: TestEndpoint? = nil) async throws -> Decision {
            let detail = try await useCases.endpoint(
                (endpoint ?? critical).id, by: house.administrator)
            return try #require(detail.decisions.first { $0.update.name == "openssl" })
        }
    }

    @Test func `it waits for the ring, and goes on when a twin has verified the version`()
        async throws
    {
        let played = try await Played()
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        let waiting = try await played.decision()
        #expect(waiting.reasonCode == .awaitingTwin)
        #expect(
            waiting.sentence
                == "Waits for the ring lab, as mission-critical asks: none of its 1 endpoint with the "
                + "same stack (debian 12 on amd64) has verified it.")
        #expect(try await played.decision(played.lab).reasonCode == .awaitingApproval)
        try await played.steer()
        #expect(try await played.critical.collect() == nil)
        _ = try await played.install(on: played.lab)
        let shown = try await played.decision()
        #expect(shown.reasonCode == .windowOpen)
        #expect(
            shown.sentence.hasSuffix(
                "1 endpoint of the ring lab with the same stack (debian 12 on amd64) has verified it, "
                    + "and it failed on none."))
        try await played.steer()
        let order = try #require(try await played.critical.collect())
        #expect(order.updates.map(\.to) == ["2"])
    }

    @Test
    func `another system, or other applications, are no twin, and it is refused with the reason`()
        async throws
    {
        let played = try await Played(before: "{passed: lab, stack: [postgresql-*, nginx]}")
        try await played.miss(played.critical, also: ["nginx", "postgresql-15"])
        #expect(
            try await played.decision().sentence
                == "Refused by mission-critical: the ring lab has no endpoint that was scanned.",
            "of the lab nothing is known before its first scan")
        try await played.miss(
            played.lab, also: ["nginx", "postgresql-15"],
            os: OperatingSystem(id: "debian", versionId: "11", name: "Debian GNU/Linux 11"))
        _ = try await played.install(on: played.lab)
        let refused = try await played.decision()
        #expect(refused.reasonCode == .noTwin)
        #expect(
            refused.sentence
                == "Refused by mission-critical: no endpoint of the ring lab has the same stack "
                + "(debian 12 on amd64 with nginx and postgresql-15).")
        try await played.miss(played.lab, also: ["nginx", "bash"])
        #expect(try await played.decision().reasonCode == .noTwin)
        try await played.miss(played.lab, also: ["nginx", "postgresql-15", "bash"])
        #expect(try await played.decision().action == .install)
    }

    @Test func `a deployment by hand leaves it out, and says why`() async throws {
        let played = try await Played()
        try await played.miss(played.critical)
        let selection = DeploymentSelection(
            endpoints: [played.critical.id], updates: [.init(name: "openssl")])
        let plan = try await played.useCases.planDeployment(
            selection, by: played.house.administrator)
        #expect(plan.endpointsWithWork == 0)
        #expect(
            plan.lines.first?.leftOut.map(\.reason) == [
                "Refused by mission-critical: the ring lab has no endpoint that was scanned."
            ])
        await #expect(throws: Refusal.self) {
            _ = try await played.useCases.approve(selection, by: played.house.administrator)
        }
        try await played.miss(played.lab)
        _ = try await played.install(on: played.lab)
        let later = try await played.useCases.planDeployment(
            selection, by: played.house.administrator)
        #expect(later.endpointsWithWork == 1)
    }

    @Test func `it must hold there for the time that is asked`() async throws {
        let played = try await Played(before: "{passed: lab, passedFor: 3h}")
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        _ = try await played.install(on: played.lab)
        let until = played.house.clock.now.adding(seconds: 3 * 3600)
        let waiting = try await played.decision()
        #expect(waiting.reasonCode == .awaitingTwin)
        #expect(waiting.nextAt == until)
        let plan = try await played.useCases.planPolicies(
            for: played.house.tenant.id, by: played.house.administrator)
        #expect(plan.installs.map(\.startsAt) == [until])
        played.house.clock.advance(seconds: 3 * 3600)
        #expect(try await played.decision().reasonCode == .windowOpen)
    }

    @Test func `what was the version's fault keeps it waiting, and what was not says nothing`()
        async throws
    {
        let played = try await Played()
        let second = try await played.house.enrol("lab-2")
        try await played.set(second, ["lab"])
        for endpoint in [played.lab, second, played.critical] { try await played.miss(endpoint) }
        _ = try await played.install(on: played.lab)
        _ = try await played.install(on: second, .failed, .diskFull)
        #expect(try await played.decision().action == .install)
        _ = try await played.install(on: second, .failed, .maintainerScript)
        let waiting = try await played.decision()
        #expect(waiting.reasonCode == .awaitingTwin)
        #expect(waiting.sentence.contains("it went wrong on lab-2, which has the same stack"))
        _ = try await played.install(on: second)
        #expect(try await played.decision().sentence.contains("2 endpoints of the ring lab"))
    }

    @Test func `a result that comes after its order has run out says nothing`() async throws {
        let played = try await Played(before: "{passed: lab, passedFor: 1h}")
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        var selection = DeploymentSelection(
            endpoints: [played.lab.id], updates: [.init(name: "openssl")])
        selection.deadlineSeconds = 300
        _ = try await played.useCases.approve(selection, by: played.house.administrator)
        let order = try #require(try await played.lab.collect())
        for _ in 0..<3 {
            played.house.clock.advance(seconds: 2400)
            _ = try await played.useCases.tick()
        }
        try await played.lab.finish(order, .verified)
        let waiting = try await played.decision()
        #expect(waiting.reasonCode == .awaitingTwin)
        #expect(waiting.nextAt == nil, "nobody knows since when it is in")
    }

    @Test func `of one deployment through the ring, who needs a twin comes when the twin is done`()
        async throws
    {
        let played = try await Played()
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        let selection = DeploymentSelection(
            endpoints: [played.lab.id, played.critical.id], updates: [.init(name: "openssl")],
            policy: "dev")
        let plan = try await played.useCases.planDeployment(
            selection, by: played.house.administrator)
        #expect(
            plan.lines.last?.leftOut.map(\.reason) == [
                "Waits for the ring lab, as mission-critical asks: it must be verified there on the "
                    + "same stack (debian 12 on amd64) first."
            ])
        _ = try await played.useCases.approve(selection, by: played.house.administrator)
        let order = try #require(try await played.lab.collect())
        #expect(try await played.critical.collect() == nil)
        try await played.lab.finish(order, .verified)
        try await played.steer()
        #expect(try await played.critical.collect() != nil)
    }

    @Test
    func `of many twins it is said how many were asked, and a ring that is too large refuses none`()
    {
        let pass = RingPass(ring: "lab")
        let stack = EndpointStack(
            OperatingSystem(id: "debian", versionId: "12", name: "Debian"), architecture: "amd64",
            packages: [], of: pass)
        var many = TwinEvidence(pass, on: stack, members: 3)
        many.take([], of: "lab-1")
        many.takeUnasked()
        many.takeUnasked()
        let standing = many.standing(of: TestEndpoint.update("openssl"))
        #expect(
            standing.clause
                == "none of the 1 that were asked of its 3 endpoints with the same stack "
                + "(debian 12 on amd64) has verified it")
        let large = TwinEvidence(pass, on: stack, members: TwinDesk.mostMembers, isWhole: false)
            .standing(of: TestEndpoint.update("openssl"))
        #expect(large.answer(at: House.start) == .waiting(until: nil))
        #expect(large.clause.hasPrefix("it has more than 500 endpoints"))
        let unknown = TwinEvidence(unknown: pass, on: stack)
        #expect(!unknown.isKnown)
        #expect(
            unknown.standing(of: TestEndpoint.update("openssl")).clause
                == "nobody has looked at the ring lab yet")
    }

    @Test func `what was taken back there was not verified`() async throws {
        let played = try await Played()
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        let deployment = try await played.install(on: played.lab)
        try await played.lab.report(["openssl": "2"])
        #expect(try await played.decision().action == .install)
        _ = try await played.useCases.rollBack(deployment, by: played.house.administrator)
        let order = try #require(try await played.lab.collect())
        try await played.lab.finish(order, .verified)
        try await played.miss(played.lab)
        // The version itself is blocked by the rollback; a person lets it through again.
        #expect(try await played.decision().reasonCode == .versionBlocked)
        try await played.useCases.unblock(
            VersionToUnblock(package: "openssl", version: "2"), by: played.house.administrator)
        let waiting = try await played.decision()
        #expect(waiting.reasonCode == .awaitingTwin)
        #expect(waiting.sentence.contains("it was taken back on lab-1"))
    }

    @Test func `only endpoints of the same tenant count, and of those whoever is in the ring now`()
        async throws
    {
        let played = try await Played()
        try await played.miss(played.critical)
        let other = try await played.useCases.createTenant(
            name: "Other", by: played.house.administrator)
        let foreign = try await played.house.enrol("lab-9", tenant: other)
        try await played.set(foreign, ["lab"])
        try await played.miss(foreign)
        _ = try await played.install(on: foreign)
        #expect(try await played.decision().reasonCode == .noTwin)
        try await played.miss(played.lab)
        _ = try await played.install(on: played.lab)
        #expect(try await played.decision().action == .install)
        try await played.set(played.lab, [])
        #expect(try await played.decision().reasonCode == .noTwin)
    }

    @Test func `an order that has not begun is taken back when its twin goes wrong`() async throws {
        let played = try await Played()
        let second = try await played.house.enrol("lab-2")
        try await played.set(second, ["lab"])
        for endpoint in [played.lab, second, played.critical] { try await played.miss(endpoint) }
        _ = try await played.install(on: played.lab)
        try await played.steer()
        #expect(try await played.decision().reasonCode == .queued)
        _ = try await played.install(on: second, .failed, .maintainerScript)
        #expect(try await played.decision().reasonCode == .awaitingTwin)
        try await played.steer()
        #expect(try await played.critical.collect() == nil)
    }

    @Test func `a tag that is taken away, and one that is given, count at once`() async throws {
        let played = try await Played()
        let second = try await played.house.enrol("lab-2")
        for endpoint in [played.lab, second, played.critical] { try await played.miss(endpoint) }
        _ = try await played.install(on: played.lab)
        _ = try await played.install(on: second, .failed, .maintainerScript)
        #expect(try await played.decision().action == .install)
        // The clock stands: nothing of this is a minute later.
        try await played.say(TraitChange(tags: ["lab"]), of: second)
        let waiting = try await played.decision()
        #expect(waiting.reasonCode == .awaitingTwin)
        #expect(waiting.sentence.contains("it went wrong on lab-2"))
        try await played.say(TraitChange(tags: []), of: second)
        #expect(try await played.decision().action == .install)
        try await played.say(TraitChange(tags: []), of: played.lab)
        #expect(try await played.decision().reasonCode == .noTwin)
    }

    @Test func `an endpoint that is retired, or scanned for the first time, counts at once`()
        async throws
    {
        let played = try await Played()
        try await played.miss(played.critical)
        #expect(try await played.decision().reasonCode == .noTwin)
        try await played.lab.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        #expect(try await played.decision().reasonCode == .awaitingTwin)
        _ = try await played.install(on: played.lab)
        #expect(try await played.decision().action == .install)
        try await played.useCases.retire(played.lab.id, by: played.house.administrator)
        #expect(try await played.decision().reasonCode == .noTwin)
    }

    @Test func `a group that the ring is made of counts at once when it changes`() async throws {
        let played = try await Played(ring: "group = bench")
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        _ = try await played.install(on: played.lab)
        #expect(try await played.decision().action == .install)
        try await played.group("tag = nobody")
        #expect(try await played.decision().reasonCode == .noTwin)
        try await played.group("tag = lab")
        #expect(try await played.decision().action == .install)
    }

    @Test(
        arguments: [
            (true, false, 59, true), (true, false, 60, false), (true, true, 0, false),
            (false, false, 599, true), (false, false, 600, false), (false, true, 59, true),
            (false, true, 60, false), (false, false, -1, false),
        ] as [(Bool, Bool, Int64, Bool)])
    func `what was found of rings is taken for so long and no longer, changed or not`(
        canFindAnew: Bool, isChanged: Bool, seconds: Int64, isTaken: Bool
    ) async throws {
        let tenant = try await House().tenant.id
        let shelf = TwinShelf()
        shelf.keep(TwinDesk(at: House.start, version: 3), of: tenant)
        let desk = shelf.desk(
            of: tenant, version: isChanged ? 4 : 3, at: House.start.adding(seconds: seconds),
            canFindAnew: canFindAnew)
        #expect((desk != nil) == isTaken)
    }

    @Test func `a twin is asked about its newest 400 orders, and about none before`() async throws {
        let played = try await Played()
        try await played.miss(played.lab)
        try await played.miss(played.critical)
        let deployment = try await played.install(on: played.lab)
        try await played.order(TwinEvidence.mostOrders - 1, under: deployment)
        #expect(try await played.decision().action == .install)
        try await played.order(1, under: deployment)
        #expect(try await played.decision().reasonCode == .awaitingTwin)
    }

    @Test func `that it waits for its twins is noted once, however often it is looked at`()
        async throws
    {
        let played = try await Played(before: "{passed: lab, passedFor: 3h}")
        let second = try await played.house.enrol("lab-2")
        try await played.set(second, ["lab"])
        for endpoint in [played.lab, second, played.critical] { try await played.miss(endpoint) }
        let deployment = try await played.useCases.approve(
            DeploymentSelection(
                endpoints: [played.lab.id, played.critical.id], updates: [.init(name: "openssl")],
                policy: "dev"), by: played.house.administrator)
        try await played.lab.finish(try #require(try await played.lab.collect()), .verified)
        func look() async throws {
            for _ in 0..<4 {
                played.house.clock.advance(seconds: 700)
                _ = try await played.useCases.tick()
                try await played.steer()
            }
            #expect(try await played.critical.collect() == nil)
        }
        try await look()
        // What it waits for is said in the same words when another twin has verified it too.
        _ = try await played.install(on: second)
        try await look()
        let detail = try await played.useCases.deployment(
            deployment.id, by: played.house.administrator)
        let warnings = detail.rollout?.warnings.filter { $0.contains("was left out") } ?? []
        #expect(warnings.count <= 1, "\(warnings)")
        #expect((detail.timeline ?? []).count { $0.action == "rollout.denied" } <= 1)
        played.house.clock.advance(seconds: 3 * 3600)
        try await played.steer()
        #expect(try await played.critical.collect() != nil)
    }
}
