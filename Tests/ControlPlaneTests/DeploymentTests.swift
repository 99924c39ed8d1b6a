import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import TestSupport
import Testing

@Suite("An approval reaches the endpoint once and ends in one true result")
struct DeploymentUseCaseTests {
    private func prepared() async throws -> (House, TestEndpoint) {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(
            ["bash": "1", "dash": "1"],
            updates: [TestEndpoint.update("bash"), TestEndpoint.update("dash", .held)])
        return (house, endpoint)
    }

    private func selection(_ endpoint: TestEndpoint, _ names: String...) -> DeploymentSelection {
        DeploymentSelection(
            endpoints: [endpoint.principal.endpoint], updates: names.map { .init(name: $0) })
    }

    @Test func `the plan says what would be installed and what is left out, and changes nothing`()
        async throws
    {
        let (house, endpoint) = try await prepared()
        let plan = try await house.useCases.planDeployment(
            selection(endpoint, "bash", "dash", "zsh"), by: house.administrator)
        #expect(plan.lines.first?.updates.map(\.name) == ["bash"])
        #expect(plan.lines.first?.leftOut.map(\.name) == ["dash", "zsh"])
        #expect(plan.lines.first?.bytes == 1000)
        #expect(try await house.useCases.deployments(by: house.administrator).isEmpty)
    }

    @Test func `a verified job finishes its deployment`() async throws {
        let (house, endpoint) = try await prepared()
        let deployment = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.updates.map(\.to) == ["2"])
        try await endpoint.finish(order, .verified)
        let detail = try await house.useCases.deployment(deployment.id, by: house.administrator)
        #expect(detail.summary.deployment.state == .finished)
        #expect(detail.summary.jobs == ["verified": 1])
        #expect(try await endpoint.collect() == nil)
        #expect(try await house.useCases.verifyAudit().intact)
    }

    @Test func `an update that another deployment installs is not approved twice`() async throws {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        await #expect(throws: Refusal.self) {
            try await house.useCases.approve(
                self.selection(endpoint, "bash"), by: house.administrator)
        }
    }

    @Test func `a halted deployment hands out nothing until it is resumed`() async throws {
        let (house, endpoint) = try await prepared()
        let deployment = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        _ = try await house.useCases.halt(deployment.id, by: house.administrator)
        #expect(try await endpoint.collect() == nil)
        _ = try await house.useCases.resume(deployment.id, by: house.administrator)
        #expect(try await endpoint.collect() != nil)
    }

    @Test func `many halted deployments do not keep a newer one waiting`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let names = (0...60).map { "pkg\($0)" }
        try await endpoint.report(
            Dictionary(uniqueKeysWithValues: names.map { ($0, "1") }),
            updates: names.map { TestEndpoint.update($0) })
        for name in names.dropLast() {
            let deployment = try await house.useCases.approve(
                selection(endpoint, name), by: house.administrator)
            _ = try await house.useCases.halt(deployment.id, by: house.administrator)
        }
        #expect(try await endpoint.collect() == nil)
        _ = try await house.useCases.approve(
            selection(endpoint, "pkg60"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        #expect(order.updates.map(\.name) == ["pkg60"])
        // What is under way comes again, and an update of the oldest halted one is not approved
        // twice.
        #expect(try await endpoint.collect()?.job == order.job)
        let plan = try await house.useCases.planDeployment(
            selection(endpoint, "pkg0"), by: house.administrator)
        #expect(plan.endpointsWithWork == 0)
    }

    @Test func `cancelling ends what has not begun and asks what has`() async throws {
        let (house, endpoint) = try await prepared()
        let first = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        let cancelled = try await house.useCases.cancel(first.id, by: house.administrator)
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.finishedAt != nil)

        let second = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        _ = try await house.useCases.cancel(second.id, by: house.administrator)
        let answer = try await house.useCases.reportProgress(
            JobProgress(phase: .preflight, sentence: "Looks.", at: house.clock.now), job: order.job,
            by: endpoint.principal)
        #expect(answer.cancel)
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: [], cancelledBeforeStart: true), job: order.job,
            by: endpoint.principal)
        let job = try await house.useCases.job(order.job, by: house.administrator)
        #expect(job.summary.job.state == .cancelled)
    }

    @Test
    func `silence interrupts a job, the same job is handed out again, and its result counts once`()
        async throws
    {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        house.clock.advance(seconds: Job.leaseSeconds + 1)
        #expect(try await house.useCases.tick() == 1)
        #expect(
            try await house.useCases.job(order.job, by: house.administrator).summary.job.state
                == .interrupted)
        #expect(try await endpoint.collect()?.job == order.job)
        try await endpoint.finish(order, .verified)
        try await endpoint.finish(order, .verified)
        let history = try await house.useCases.job(order.job, by: house.administrator).history
        #expect(history.count { $0.action == "job.verified" } == 1)
    }

    @Test func `a job that nobody collects expires at its deadline`() async throws {
        let (house, endpoint) = try await prepared()
        let deployment = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        house.clock.advance(seconds: UseCases.defaultDeadlineSeconds)
        try await house.useCases.tick()
        let detail = try await house.useCases.deployment(deployment.id, by: house.administrator)
        #expect(detail.summary.jobs == ["expired": 1])
        #expect(detail.summary.deployment.finishedAt != nil)
    }

    @Test func `a pending restart is verified by the scan after the reboot`() async throws {
        let (house, endpoint) = try await prepared()
        let signal = RebootSignal(kind: .rebootRequiredFile, detail: "bash")
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        try await endpoint.finish(order, .pendingRestart)
        func state() async throws -> Job.State {
            try await house.useCases.job(order.job, by: house.administrator).summary.job.state
        }
        house.clock.advance(seconds: 10)
        try await endpoint.report(["bash": "2", "dash": "1"], reboot: [signal])
        #expect(try await state() == .pendingRestart)
        house.clock.advance(seconds: 60)
        try await endpoint.report(["bash": "2", "dash": "1"], bootId: "boot-2")
        #expect(try await state() == .verified)
    }

    @Test func `a reboot before the run, of which no scan told, does not settle a restart`()
        async throws
    {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        house.clock.advance(seconds: 60)
        let order = try #require(try await endpoint.collect())
        try await endpoint.finish(order, .pendingRestart)
        house.clock.advance(seconds: 10)
        // The endpoint had rebooted before the run; this is the first scan that says so.
        let daemon = RestartNeed(process: "bashd", pid: 7, files: ["/usr/lib/bash.so"])
        let packages = ["bash": "2", "dash": "1"]
        try await endpoint.report(packages, bootId: "boot-2", restarts: [daemon])
        func state() async throws -> Job.State {
            try await house.useCases.job(order.job, by: house.administrator).summary.job.state
        }
        #expect(try await state() == .pendingRestart)
        house.clock.advance(seconds: 60)
        try await endpoint.report(packages, bootId: "boot-3", restarts: [daemon])
        #expect(try await state() == .verified)
    }

    @Test func `a scan from before the run does not settle a restart`() async throws {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        house.clock.advance(seconds: 30)
        let before = house.clock.now
        house.clock.advance(seconds: 30)
        _ = try await house.useCases.reportProgress(
            JobProgress(phase: .verifying, sentence: "Scans.", at: house.clock.now), job: order.job,
            by: endpoint.principal)
        try await endpoint.finish(order, .pendingRestart)
        try await endpoint.report(["bash": "1", "dash": "1"], scannedAt: before)
        let job = try await house.useCases.job(order.job, by: house.administrator).summary.job
        #expect(job.state == .pendingRestart)
    }

    @Test func `what a script printed is stored without its control characters`() async throws {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        let words = "boom\u{0}\u{7}\u{1B}[31m"
        _ = try await house.useCases.appendLog(
            LogChunk(offset: 0, text: words, length: 9), job: order.job, by: endpoint.principal)
        _ = try await house.useCases.reportResult(
            JobResult(
                outcomes: order.updates.map {
                    UpdateOutcome(
                        update: $0, state: .failed, failure: .other, versionAfter: "1",
                        sentence: words)
                }, notes: [words]),
            job: order.job, by: endpoint.principal)
        let job = try await house.useCases.job(order.job, by: house.administrator)
        #expect(job.summary.job.state == .failed)
        #expect(job.summary.job.result?.notes == ["boom   [31m"])
        let log = try await house.useCases.jobLog(order.job, from: 0, by: house.administrator)
        #expect(log.text == "boom  \u{1B}[31m")
    }

    @Test func `after the restart a version that is not there is a failed verification`()
        async throws
    {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        try await endpoint.finish(order, .pendingRestart)
        house.clock.advance(seconds: 60)
        try await endpoint.report(["bash": "1", "dash": "1"], bootId: "boot-2")
        let job = try await house.useCases.job(order.job, by: house.administrator).summary.job
        #expect(job.state == .failedVerification)
        #expect(job.sentence.contains("bash is at 1 instead of 2"))
    }

    @Test func `each missing update tells where it stands`() async throws {
        let (house, endpoint) = try await prepared()
        func codes() async throws -> [String: String] {
            let detail = try await house.useCases.endpoint(
                endpoint.principal.endpoint, by: house.administrator)
            return Dictionary(
                uniqueKeysWithValues: detail.decisions.map {
                    ($0.update.name, $0.reasonCode.rawValue)
                })
        }
        #expect(try await codes() == ["bash": "awaitingApproval", "dash": "held"])
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        #expect(try await codes()["bash"] == "queued")
        let order = try #require(try await endpoint.collect())
        #expect(try await codes()["bash"] == "inProgress")
        try await endpoint.finish(order, .failed)
        #expect(try await codes()["bash"] == "lastAttemptFailed")
    }

    @Test func `a waiting request for work is answered as soon as there is some`() async throws {
        let (house, endpoint) = try await prepared()
        let waiting = Task {
            try await house.useCases.collectWork(
                WorkRequest(waitSeconds: 50), by: endpoint.principal)
        }
        await until { house.useCases.signals.waiting > 0 }
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        #expect(try await waiting.value.order != nil)
    }

    @Test func `another endpoint cannot report on a job`() async throws {
        let (house, endpoint) = try await prepared()
        let stranger = try await house.enrol("ep2")
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        await #expect(throws: Refusal.notFound("job")) {
            try await stranger.finish(order, .verified)
        }
    }

    @Test func `a result that speaks of other updates is refused`() async throws {
        let (house, endpoint) = try await prepared()
        _ = try await house.useCases.approve(selection(endpoint, "bash"), by: house.administrator)
        let order = try #require(try await endpoint.collect())
        await #expect(throws: Refusal.self) {
            try await house.useCases.reportResult(
                JobResult(outcomes: []), job: order.job, by: endpoint.principal)
        }
    }

    @Test func `retiring an endpoint ends its jobs and refuses its agent`() async throws {
        let (house, endpoint) = try await prepared()
        let deployment = try await house.useCases.approve(
            selection(endpoint, "bash"), by: house.administrator)
        try await house.useCases.retire(endpoint.principal.endpoint, by: house.administrator)
        let detail = try await house.useCases.deployment(deployment.id, by: house.administrator)
        #expect(detail.summary.jobs == ["cancelled": 1])
        await #expect(throws: Refusal.self) { _ = try await endpoint.collect() }
    }

    @Test func `a viewer may look and not approve, and a foreign tenant sees nothing`() async throws
    {
        let (house, endpoint) = try await prepared()
        let viewer = Principal(
            name: "user:vera", scope: .tenant(house.tenant.id), permissions: Role.viewer.permissions
        )
        await #expect(throws: Refusal.self) {
            try await house.useCases.approve(self.selection(endpoint, "bash"), by: viewer)
        }
        let other = try await house.useCases.createTenant(name: "Other", by: house.administrator)
        let stranger = Principal(
            name: "user:sam", scope: .tenant(other.id), permissions: Set(Permission.allCases))
        await #expect(throws: Refusal.self) {
            try await house.useCases.endpoint(endpoint.principal.endpoint, by: stranger)
        }
        await #expect(throws: Refusal.self) {
            try await house.useCases.approve(self.selection(endpoint, "bash"), by: stranger)
        }
        #expect(try await house.useCases.endpoints(EndpointFilter(), by: stranger).total == 0)
    }
}
