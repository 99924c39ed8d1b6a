import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import SavedPlans
import ServerRecords
import Testing

/// Plans in the server: saved once, never changed, and held against what really ran.
@Suite struct `Saved plans in the server` {
    /// An endpoint that misses two updates, under a policy whose window opens on Saturday.
    private func world() async throws -> (House, TestEndpoint) {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(
            ["openssl": "1", "vim": "1"],
            updates: [
                TestEndpoint.update("openssl"), TestEndpoint.update("vim", classes: [.bugfix]),
            ])
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id,
                yaml: `Policies in the server`.yaml(
                    every: "saturday", from: "22:00", length: "4h"), confirm: true),
            by: house.administrator)
        return (house, endpoint)
    }

    private func save(
        _ house: House, _ name: String = "December", ticket: String? = "CHG-4711"
    ) async throws -> SavedPlanRecord {
        try await house.useCases.savePlan(
            PlanDraft(tenant: house.tenant.id, name: name, ticket: ticket),
            by: house.administrator)
    }

    private func compare(_ plan: SavedPlanRecord, _ house: House) async throws -> ComparedPlan {
        try await house.useCases.comparePlan(plan.id, by: house.administrator)
    }

    @Test func `a plan keeps what would happen, who saved it, and its digest in the audit log`()
        async throws
    {
        let (house, _) = try await world()
        let plan = try await save(house)
        #expect(plan.installs == 1)
        let saved = try await house.useCases.savedPlan(plan.id, by: house.administrator)
        let row = try #require(saved.document.installs.first)
        #expect(row.endpointName == "web-1")
        #expect(row.package.name == "openssl")
        #expect(row.approvedBy == "rule 1 of servers")
        #expect(row.startsAt.description == "2027-01-16T22:00:00Z")
        #expect(saved.document.waiting.map(\.package.name) == ["vim"])
        #expect(saved.document.ticket == "CHG-4711")
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: plan.id.text, before: nil, limit: 9)
        #expect(entries.map(\.action) == ["plan.saved"])
        #expect(entries.first?.sentence.contains(plan.digest) == true)
        // What happens afterwards changes nothing in it.
        house.clock.advance(seconds: 86_400)
        #expect(try await house.useCases.savedPlan(plan.id, by: house.administrator) == saved)
    }

    @Test func `the plan of one rollout has its rows alone, and is compared with its runs`()
        async throws
    {
        let rings = try await RingHouse(policy: RingHouse.policy(soakSeconds: 0))
        for endpoint in rings.endpoints {
            try await endpoint.report(
                ["bash": "1", "nginx": "1"],
                updates: [TestEndpoint.update("nginx"), TestEndpoint.update("bash")])
        }
        let id = try await rings.approve()
        let other = try await rings.useCases.approve(
            DeploymentSelection(
                endpoints: [rings.endpoints[0].id], updates: [.init(name: "bash")]),
            by: rings.house.administrator)
        let plan = try await rings.useCases.savePlan(
            PlanDraft(name: "nginx only", deployment: id), by: rings.house.administrator)
        let saved = try await rings.useCases.savedPlan(plan.id, by: rings.house.administrator)
        #expect(saved.document.deployment == id)
        #expect(Set(saved.document.installs.map(\.package.name)) == ["nginx"])
        #expect(saved.document.installs.count + saved.document.waiting.count == 3)
        let all = try await rings.useCases.savePlan(
            PlanDraft(name: "all"), by: rings.house.administrator)
        #expect(all.installs > plan.installs)
        // What the other deployment runs is not the plan's business.
        for _ in 0..<2 {
            let order = try #require(try await rings.endpoints[0].collect())
            try await rings.endpoints[0].work(on: order)
            try await rings.endpoints[0].finish(order, .verified)
        }
        let compared = try await rings.useCases.comparePlan(
            plan.id, by: rings.house.administrator)
        #expect(compared.comparison.unplanned.isEmpty)
        #expect(compared.count(.asPlanned) >= 1)
        #expect(other.id != id)
        _ = try await rings.useCases.cancel(id, by: rings.house.administrator)
        let over = await #expect(throws: Refusal.self) {
            try await rings.useCases.savePlan(
                PlanDraft(name: "late", deployment: id), by: rings.house.administrator)
        }
        #expect(over?.code == "E_DEPLOYMENT_STATE")
    }

    @Test func `a name is taken once, and a ticket is a line of text`() async throws {
        let (house, _) = try await world()
        _ = try await save(house)
        let taken = await #expect(throws: Refusal.self) { try await save(house) }
        #expect(taken?.code == "E_NAME_TAKEN")
        let ticket = await #expect(throws: Refusal.self) {
            try await save(house, "Another", ticket: "a\nb")
        }
        #expect(ticket?.code == "E_TICKET")
        #expect(
            try await house.useCases.savedPlans(by: house.administrator).map(\.name)
                == ["December"])
    }

    @Test func `before its window a row is still to come, and afterwards it has the decision`()
        async throws
    {
        let (house, _) = try await world()
        let plan = try await save(house)
        #expect(try await compare(plan, house).counts == ["ahead": 1])
        // Nobody was told anything: the endpoint has been silent for two days.
        house.clock.advance(seconds: 3 * 86_400)
        let row = try #require(try await compare(plan, house).comparison.rows.first)
        #expect(row.outcome == .notRun)
        #expect(row.reasons.map(\.code) == [.decision])
    }

    @Test func `what a person orders meanwhile is at another time, or was not planned`()
        async throws
    {
        let (house, endpoint) = try await world()
        let plan = try await save(house)
        house.clock.advance(seconds: 3600)
        for name in ["openssl", "vim"] {
            _ = try await house.useCases.approve(
                DeploymentSelection(
                    endpoints: [endpoint.principal.endpoint], updates: [.init(name: name)]),
                by: house.administrator)
            let order = try #require(try await endpoint.collect())
            try await endpoint.finish(order, .verified)
        }
        let compared = try await compare(plan, house)
        #expect(compared.counts == ["anotherTime": 1])
        #expect(compared.comparison.rows.first?.reasons.map(\.code) == [.orderedByPerson])
        let other = try #require(compared.comparison.unplanned.first)
        #expect(other.package.name == "vim")
        #expect(other.reasons.map(\.code) == [.orderedByPerson, .wasWaiting])
        #expect(!compared.comparison.isAsPlanned)
    }

    @Test func `what the policy installs in its window is as planned`() async throws {
        let (house, endpoint) = try await world()
        let plan = try await save(house)
        // Into Saturday's window; the reconciler gives the order.
        let opens = try #require(Timestamp("2027-01-16T22:00:30Z"))
        house.clock.advance(seconds: opens.seconds(since: house.clock.now))
        try await endpoint.report(
            ["openssl": "1", "vim": "1"],
            updates: [
                TestEndpoint.update("openssl"), TestEndpoint.update("vim", classes: [.bugfix]),
            ])
        _ = try await house.useCases.steer(house.tenant.id)
        let order = try #require(try await endpoint.collect())
        _ = try await house.useCases.reportProgress(
            JobProgress(phase: .installing, sentence: "Installs.", at: house.clock.now),
            job: order.job, by: endpoint.principal)
        try await endpoint.finish(order, .verified)
        let compared = try await compare(plan, house)
        #expect(compared.counts == ["asPlanned": 1])
        #expect(compared.comparison.isAsPlanned)
        #expect(compared.comparison.rows.first?.beganAt == house.clock.now)
    }

    @Test func `a foreign tenant's plan does not exist`() async throws {
        let (house, _) = try await world()
        let plan = try await save(house)
        let other = try await house.useCases.createTenant(name: "Bolt", by: house.administrator)
        let foreigner = Principal(
            name: "user:carl", scope: .tenant(other.id), permissions: Role.viewer.permissions)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.comparePlan(plan.id, by: foreigner)
        }
        #expect(refusal?.code == "E_NOT_FOUND")
        #expect(try await house.useCases.savedPlans(by: foreigner).isEmpty)
    }
}
