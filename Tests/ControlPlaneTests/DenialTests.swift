import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Testing

@Suite("A denial stops what is under way")
struct DenialTests {
    private let packages = ["bash": "1", "nginx": "1"]
    private var missing: [Update] { [TestEndpoint.update("nginx"), TestEndpoint.update("bash")] }

    /// A house of canaries and others that all miss nginx and bash, by a policy that approves at
    /// once.
    private func rings(
        canaries: Int = 1, others: Int = 2, _ policy: PatchPolicy? = nil
    ) async throws -> (RingHouse, DeploymentID) {
        let rings = try await RingHouse(
            canaries: canaries, others: others,
            policy: policy ?? RingHouse.policy(approval: .atOnce))
        for endpoint in rings.endpoints { try await endpoint.report(packages, updates: missing) }
        let opened = try await rings.useCases.steer(rings.house.tenant.id)
        return (rings, try #require(opened.first))
    }

    private func decline(
        _ package: String, _ rings: RingHouse, verdict: ApprovalDraft.Verdict = .decline,
        endpoints: [EndpointID]? = nil
    ) async throws -> ApprovalItem {
        try await rings.useCases.decide(
            ApprovalDraft(
                verdict, tenant: rings.house.tenant.id, endpoints: endpoints, package: package,
                reason: "It broke our shop."), by: rings.house.administrator)
    }

    private func patch(_ endpoint: TestEndpoint, _ order: JobOrder) async throws {
        try await endpoint.work(on: order)
        try await endpoint.finish(order, .verified)
        let done = Dictionary(uniqueKeysWithValues: order.updates.map { ($0.name, $0.to) })
        try await endpoint.report(
            packages.merging(done) { $1 }, updates: missing.filter { done[$0.name] == nil })
    }

    private func jobs(_ rings: RingHouse, of endpoint: TestEndpoint) async throws -> [Job] {
        try await rings.useCases.jobs(by: rings.house.administrator, endpoint: endpoint.id)
            .map(\.job).sorted { !$0.state.isTerminal && $1.state.isTerminal }
    }

    @Test(arguments: [ApprovalDraft.Verdict.decline, .hold])
    func `what is declined in the soak goes to nobody else, and the rest goes on without it`(
        verdict: ApprovalDraft.Verdict
    ) async throws {
        let (rings, id) = try await rings()
        let first = try #require(try await rings.endpoints[0].collect())
        #expect(Set(first.updates.map(\.name)) == ["bash", "nginx"])
        try await patch(rings.endpoints[0], first)
        _ = try await decline("nginx", rings, verdict: verdict)
        try await rings.pass(seconds: RingHouse.soakSeconds)
        for endpoint in rings.others {
            let order = try #require(try await endpoint.collect())
            #expect(order.updates.map(\.name) == ["bash"])
            try await patch(endpoint, order)
        }
        let detail = try await rings.detail(id)
        #expect(detail.summary.deployment.state == .finished)
        #expect(detail.rollout?.warnings.contains { $0.contains("It broke our shop.") } == true)
        #expect(detail.timeline?.contains { $0.action == "rollout.denied" } == true)
        try await rings.pass(seconds: 7200)
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
    }

    @Test func `a rollout of which nothing is left is called off with the reason`() async throws {
        let (rings, id) = try await rings()
        let first = try #require(try await rings.endpoints[0].collect())
        try await patch(rings.endpoints[0], first)
        _ = try await decline("*", rings)
        try await rings.pass(seconds: 10)
        let detail = try await rings.detail(id)
        #expect(detail.summary.deployment.state == .cancelled)
        #expect(detail.summary.deployment.finishedAt != nil)
        #expect(detail.rollout?.state == .cancelled)
        let reason = try #require(detail.rollout?.reason)
        #expect(reason.contains("Declined by") && reason.contains("It broke our shop."))
        #expect(detail.timeline?.contains { $0.sentence.contains(reason) } == true)
        try await rings.pass(seconds: 2 * RingHouse.soakSeconds)
        for endpoint in rings.others {
            #expect(try await endpoint.collect() == nil)
            #expect(try await jobs(rings, of: endpoint).isEmpty)
        }
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    @Test func `an order that was not collected is rewritten without what is declined`()
        async throws
    {
        let (rings, _) = try await rings(canaries: 2, others: 0)
        _ = try await decline("nginx", rings)
        // The scheduler has not had its turn: the hand-out itself looks.
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(order.updates.map(\.name) == ["bash"])
        let own = try await jobs(rings, of: rings.endpoints[0])
        #expect(own.map(\.state) == [.leased, .cancelled])
        #expect(own.last?.sentence.contains("Declined by") == true)
        // And where nobody asks for work the scheduler takes it back.
        try await rings.pass(seconds: 10)
        let other = try await jobs(rings, of: rings.endpoints[1])
        #expect(other.map(\.state) == [.queued, .cancelled])
        #expect(other.first?.updates.map(\.name) == ["bash"])
    }

    @Test func `what is collected and not begun is taken back, what installs goes on`()
        async throws
    {
        let (rings, _) = try await rings(canaries: 2, others: 0)
        let begun = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: begun)
        let waiting = try #require(try await rings.endpoints[1].collect())
        _ = try await decline("nginx", rings)
        // An answer that was lost is not given again.
        #expect(try await rings.endpoints[1].collect() == nil)
        try await rings.pass(seconds: 10)
        let answer = try await rings.useCases.reportProgress(
            JobProgress(phase: .waitingForWindow, sentence: "Waits.", at: rings.house.clock.now),
            job: waiting.job, by: rings.endpoints[1].principal)
        #expect(answer.cancel)
        _ = try await rings.useCases.reportResult(
            JobResult(outcomes: [], cancelledBeforeStart: true), job: waiting.job,
            by: rings.endpoints[1].principal)
        #expect(
            try await rings.endpoints[1].collect()?.updates.map(\.name) == ["bash"])
        // What is under way is not touched.
        let goesOn = try await rings.useCases.reportProgress(
            JobProgress(phase: .installing, sentence: "Installs.", at: rings.house.clock.now),
            job: begun.job, by: rings.endpoints[0].principal)
        #expect(!goesOn.cancel)
        try await rings.endpoints[0].finish(begun, .verified)
        #expect(try await jobs(rings, of: rings.endpoints[0]).first?.state == .verified)
    }

    /// A canary that has installed with one tool and waits for its window before the next, when
    /// bash is declined.
    private func betweenTwoTools() async throws -> (RingHouse, DeploymentID, JobOrder) {
        let (rings, id) = try await rings(canaries: 1, others: 1)
        let order = try #require(try await rings.endpoints[0].collect())
        try await rings.endpoints[0].work(on: order)
        #expect(try await !rings.endpoints[0].wait(on: order))
        _ = try await decline("bash", rings)
        return (rings, id, order)
    }

    @Test func `an order that waits before its second tool is called off at its next word`()
        async throws
    {
        let (rings, id, order) = try await betweenTwoTools()
        try await rings.pass(seconds: 10)
        #expect(try await rings.endpoints[0].wait(on: order))
        try await rings.pass(seconds: 10)
        let audit = try await rings.detail(id).timeline ?? []
        #expect(audit.count { $0.sentence.hasPrefix("Taken back; what is being installed") } <= 1)
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: $0.name == "nginx" ? .verified : .skipped,
                versionAfter: nil, sentence: "As told.")
        }
        _ = try await rings.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: rings.endpoints[0].principal)
        try await rings.endpoints[0].report(
            ["bash": "1", "nginx": "2"], updates: [TestEndpoint.update("bash")])
        // It has tried what is left for the others, and nothing has failed.
        try await rings.pass(seconds: FailureCounts.firstRestSeconds)
        #expect(try await rings.endpoints[0].collect() == nil)
        #expect(try await rings.standing(id).state == .running)
        try await rings.pass(seconds: RingHouse.soakSeconds)
        #expect(try await rings.endpoints[1].collect()?.updates.map(\.name) == ["nginx"])
    }

    @Test func `an order that was begun and interrupted is ended, and what is left is ordered`()
        async throws
    {
        let (rings, id, order) = try await betweenTwoTools()
        rings.house.clock.advance(seconds: Job.leaseSeconds)
        try await rings.useCases.tick()
        #expect(try await jobs(rings, of: rings.endpoints[0]).map(\.state) == [.interrupted])
        try await rings.pass(seconds: 10)
        let ended = try #require(try await jobs(rings, of: rings.endpoints[0]).first)
        #expect(ended.state == .cancelled && ended.id == order.job)
        #expect(ended.sentence.contains("It broke our shop."))
        // Its endpoint hears of it at its next word, which finds no open order any more.
        await #expect(throws: Refusal.self) { try await rings.endpoints[0].wait(on: order) }
        try await rings.pass(seconds: FailureCounts.firstRestSeconds)
        #expect(try await rings.endpoints[0].collect()?.updates.map(\.name) == ["nginx"])
        #expect(try await rings.standing(id).state == .running)
    }

    @Test func `a deployment without rings is called off between two tools too`() async throws {
        let rings = try await RingHouse(canaries: 1, others: 0)
        let endpoint = rings.endpoints[0]
        try await endpoint.report(packages, updates: missing)
        _ = try await rings.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.id], updates: [.init(name: "nginx"), .init(name: "bash")]),
            by: rings.house.administrator)
        let order = try #require(try await endpoint.collect())
        try await endpoint.work(on: order)
        #expect(try await !endpoint.wait(on: order))
        _ = try await decline("bash", rings)
        try await rings.pass(seconds: 10)
        #expect(try await endpoint.wait(on: order))
    }

    @Test func `a resumed rollout makes no order with what was declined while it was halted`()
        async throws
    {
        let (rings, id) = try await rings(canaries: 1, others: 0)
        _ = try await rings.useCases.halt(id, by: rings.house.administrator)
        _ = try await decline("nginx", rings)
        _ = try await rings.useCases.resume(id, by: rings.house.administrator)
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(order.updates.map(\.name) == ["bash"])
    }

    @Test func `a rule that declines or holds stops it as a person does`() async throws {
        for approval in [Approval.declined, .hold(reason: "The shop's people do it.")] {
            let (rings, id) = try await rings()
            try await rings.change { $0.otherwise = Treatment(approval) }
            try await rings.pass(seconds: 10)
            let standing = try await rings.standing(id)
            #expect(standing.state == .cancelled)
            #expect(standing.reason?.contains("default of servers") == true)
            #expect(try await rings.endpoints[0].collect() == nil)
        }
    }

    @Test func `a policy that asks a person from now on denies nothing`() async throws {
        let (rings, id) = try await rings()
        try await rings.change { $0.otherwise = Treatment(.byHand) }
        try await rings.pass(seconds: 10)
        #expect(try await rings.standing(id).state == .running)
        #expect(try await rings.endpoints[0].collect() != nil)
    }

    @Test(arguments: [PolicyRecord.Change.deleted, .disabled])
    func `a wave ends with the policy that opened it, and says so`(change: PolicyRecord.Change)
        async throws
    {
        let (rings, id) = try await rings()
        try await rings.end(change)
        // The order is not handed out though nobody has called it off yet.
        #expect(try await rings.endpoints[0].collect() == nil)
        try await rings.pass(seconds: 10)
        let standing = try await rings.standing(id)
        #expect(standing.state == .cancelled)
        let word = change == .deleted ? "deleted" : "switched off"
        let sentence = "The policy servers was \(word) by user:ben: no longer ours."
        #expect(standing.reason == sentence)
        #expect(standing.policyNote == sentence)
        let detail = try await rings.useCases.endpoint(
            rings.endpoints[0].id, by: rings.house.administrator)
        #expect(detail.decisions.allSatisfy { !$0.sentence.contains("servers") })
        #expect(detail.decisions.allSatisfy { $0.reasonCode == .awaitingApproval })
    }

    @Test func `what a person sends through a policy's rings outlives the policy`() async throws {
        let rings = try await RingHouse()
        let id = try await rings.approve()
        try await rings.end(.deleted)
        try await rings.pass(seconds: 10)
        let standing = try await rings.standing(id)
        #expect(standing.state == .running)
        #expect(standing.policyNote?.contains("was deleted by user:ben") == true)
        #expect(try await rings.endpoints[0].collect() != nil)
    }

    @Test func `a deployment without rings loses what is declined, and keeps the rest`()
        async throws
    {
        let rings = try await RingHouse()
        for endpoint in rings.endpoints { try await endpoint.report(packages, updates: missing) }
        let deployment = try await rings.useCases.approve(
            DeploymentSelection(
                endpoints: rings.endpoints.map(\.id),
                updates: [.init(name: "nginx"), .init(name: "bash")]),
            by: rings.house.administrator)
        _ = try await decline("nginx", rings, endpoints: [rings.endpoints[0].id])
        try await rings.pass(seconds: 10)
        #expect(try await rings.endpoints[0].collect()?.updates.map(\.name) == ["bash"])
        #expect(try await rings.endpoints[1].collect()?.updates.count == 2)
        _ = try await decline("*", rings, endpoints: [rings.endpoints[2].id])
        #expect(try await rings.endpoints[2].collect() == nil)
        let jobs = try await rings.detail(deployment.id).jobs.map(\.job)
        #expect(jobs.count { $0.state == .cancelled } == 2)
    }

    @Test func `nobody sends out by hand what is declined`() async throws {
        let rings = try await RingHouse()
        _ = try await decline("nginx", rings)
        let plan = try await rings.useCases.planDeployment(
            rings.selection, by: rings.house.administrator)
        #expect(plan.endpointsWithWork == 0)
        #expect(plan.lines[0].leftOut[0].reason.contains("Declined by"))
        await #expect(throws: Refusal.self) { try await rings.approve() }
    }

    @Test func `the decision names the denial at once, and the order again when it is taken back`()
        async throws
    {
        let (rings, _) = try await rings()
        func reason() async throws -> Decision.ReasonCode? {
            try await rings.useCases.endpoint(
                rings.endpoints[0].id, by: rings.house.administrator
            ).decisions.first { $0.update.name == "nginx" }?.reasonCode
        }
        #expect(try await reason() == .queued)
        let item = try await decline("nginx", rings)
        #expect(try await reason() == .declined)
        _ = try await rings.useCases.endApproval(item.record.id, by: rings.house.administrator)
        #expect(try await reason() == .queued)
    }

    @Test func `a version that a person blocks is taken back at once, until it is unblocked`()
        async throws
    {
        let (rings, _) = try await rings()
        let by = rings.house.administrator
        func decision() async throws -> Decision? {
            try await rings.useCases.endpoint(rings.endpoints[0].id, by: by).decisions
                .first { $0.update.name == "nginx" }
        }
        let wish = VersionToBlock(package: "nginx", version: "2", reason: "It broke our shop.")
        _ = try await rings.useCases.block(wish, by: by)
        let blocked = try #require(try await decision())
        #expect(blocked.reasonCode == .versionBlocked)
        #expect(blocked.sentence.contains("It broke our shop."))
        #expect(try await rings.endpoints[0].collect()?.updates.map(\.name) == ["bash"])
        await #expect(throws: Refusal.self) { try await rings.useCases.block(wish, by: by) }
        var silent = wish
        silent.reason = " "
        let wordless = silent
        await #expect(throws: Refusal.self) { try await rings.useCases.block(wordless, by: by) }
        let viewer = Principal(
            name: "user:eve", scope: .tenant(rings.house.tenant.id), permissions: [.view])
        await #expect(throws: Refusal.self) { try await rings.useCases.block(wish, by: viewer) }
        try await rings.useCases.unblock(
            VersionToUnblock(package: "nginx", version: "2"), by: by)
        #expect(try await decision()?.reasonCode != .versionBlocked)
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    /// Accepts the risk of a package, by two people.
    private func accept(_ package: String, _ rings: RingHouse) async throws -> ExceptionID {
        func person(_ name: String) -> Principal {
            Principal(
                name: "user:\(name)", scope: .tenant(rings.house.tenant.id),
                permissions: Role.operatorRole.permissions)
        }
        let asked = try await rings.useCases.requestException(
            ExceptionDraft(
                name: "Old \(package)", owner: "anna", reason: "The vendor says no.",
                compensatingControl: "No network", package: package,
                expiresAt: rings.house.clock.now.adding(seconds: 30 * 86_400)), by: person("ben"))
        _ = try await rings.useCases.approveException(asked.id, by: person("cleo"))
        return asked.id
    }

    @Test func `an accepted risk takes back what has not begun, as a denial does`() async throws {
        let (rings, id) = try await rings(canaries: 2, others: 0)
        let exception = try await accept("nginx", rings)
        let shown = try await rings.useCases.endpoint(
            rings.endpoints[0].id, by: rings.house.administrator)
        #expect(shown.decisions.first { $0.update.name == "nginx" }?.reasonCode == .riskAccepted)
        // The hand-out itself looks, and the scheduler where nobody asks for work.
        #expect(try await rings.endpoints[0].collect()?.updates.map(\.name) == ["bash"])
        try await rings.pass(seconds: 10)
        let other = try await jobs(rings, of: rings.endpoints[1])
        #expect(other.map(\.state) == [.queued, .cancelled])
        #expect(other.first?.updates.map(\.name) == ["bash"])
        let sentence = try #require(other.last?.sentence)
        #expect(sentence.contains("nginx 2: The exception Old nginx accepts the risk until"))
        #expect(sentence.hasSuffix("The other update of it comes with the next order."))
        #expect(
            try await rings.standing(id).warnings.contains {
                $0.hasPrefix("nginx 2 was left out. The exception Old nginx")
            })
        let plan = try await rings.useCases.planDeployment(
            rings.selection, by: rings.house.administrator)
        #expect(plan.lines[0].leftOut.contains { $0.reason.contains("accepts the risk") })
        _ = try await rings.useCases.endException(exception, by: rings.house.administrator)
    }

    @Test func `an exception in a policy's text takes back what has not begun too`() async throws {
        let (rings, _) = try await rings(canaries: 1, others: 0)
        let now = rings.house.clock.now
        try await rings.changeRecord { record in
            record.exceptions = [
                try RiskException(
                    name: "Old nginx",
                    papers: .init(
                        owner: "anna", reason: "The vendor says no.",
                        compensatingControl: "No network", approver: "cleo"),
                    startsAt: now, expiresAt: now.adding(seconds: 86_400), package: Glob("nginx"))
            ]
        }
        #expect(try await rings.endpoints[0].collect()?.updates.map(\.name) == ["bash"])
    }

    @Test func `a denial that ends is told where it was told that something was left out`()
        async throws
    {
        let (rings, id) = try await rings()
        let item = try await decline("nginx", rings)
        let order = try #require(try await rings.endpoints[0].collect())
        #expect(order.updates.map(\.name) == ["bash"])
        try await patch(rings.endpoints[0], order)
        try await rings.pass(seconds: 10)
        #expect(try await rings.standing(id).warnings.contains { $0.contains("was left out. ") })
        _ = try await rings.useCases.endApproval(item.record.id, by: rings.house.administrator)
        try await rings.pass(seconds: 10)
        let warnings = try await rings.standing(id).warnings
        #expect(!warnings.contains { $0.contains("was left out. ") })
        let told = try #require(warnings.first { $0.hasPrefix("nginx 2 was left out until ") })
        #expect(told.contains("goes with the rest again. 1 endpoint had its turn without it."))
        let timeline = try await rings.detail(id).timeline
        #expect(timeline?.filter { $0.action == "rollout.rejoined" }.map(\.sentence) == [told])
        try await rings.pass(seconds: RingHouse.soakSeconds)
        #expect(
            try await rings.endpoints[1].collect().map { Set($0.updates.map(\.name)) }
                == ["bash", "nginx"])
        // Said once.
        try await rings.pass(seconds: 600)
        #expect(
            try await rings.detail(id).timeline?.count { $0.action == "rollout.rejoined" } == 1)
        #expect(try await rings.useCases.verifyAudit().intact)
    }

    @Test func `a canary ring whose endpoints may not have it proves nothing for the others`()
        async throws
    {
        let (rings, id) = try await rings()
        _ = try await decline("*", rings, endpoints: [rings.endpoints[0].id])
        try await rings.pass(seconds: 2 * RingHouse.soakSeconds)
        #expect(try await rings.standing(id).state == .halted)
        for endpoint in rings.others { #expect(try await endpoint.collect() == nil) }
    }
}

extension RingHouse {
    /// Stores the policy's next version.
    func change(_ edit: @Sendable @escaping (inout PatchPolicy) -> Void) async throws {
        try await store { edit(&$0.policy) }
    }

    /// Deletes the policy, or switches it off.
    func end(_ change: PolicyRecord.Change) async throws {
        try await store {
            ($0.change, $0.isEnabled) = (change, false)
            ($0.savedBy, $0.note) = ("user:ben", "no longer ours")
        }
    }

    /// Stores the next version of the policy's whole record.
    func changeRecord(
        _ edit: @Sendable @escaping (inout PolicyRecord) throws -> Void
    ) async throws { try await store(edit) }

    private func store(
        _ edit: @Sendable @escaping (inout PolicyRecord) throws -> Void
    ) async throws {
        let now = house.clock.now
        let tenant = house.tenant.id
        try await useCases.ledger.write { records in
            guard var policy = try records.policies(in: .tenant(tenant)).first else { return }
            policy.version += 1
            policy.savedAt = now
            try edit(&policy)
            try records.update(policy)
        }
    }
}
