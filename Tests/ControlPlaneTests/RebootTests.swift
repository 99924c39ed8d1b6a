import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Testing

@Suite struct `A reboot that the endpoint sees to by itself` {
    private func prepared() async throws -> (House, TestEndpoint) {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(
            ["bash": "1"], updates: [TestEndpoint.update("bash", from: "1", to: "2")])
        return (house, endpoint)
    }

    private func approve(
        _ endpoint: TestEndpoint, in house: House, _ care: Aftercare?
    ) async throws -> JobOrder {
        _ = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: "bash")],
                aftercare: care), by: house.administrator)
        return try #require(try await endpoint.collect())
    }

    private func state(_ job: JobID, in house: House) async throws -> Job.State {
        try await house.useCases.job(job, by: house.administrator).summary.job.state
    }

    private func result(_ order: JobOrder, _ state: UpdateOutcome.State, goesOn: Bool? = nil)
        -> JobResult
    {
        JobResult(
            outcomes: order.updates.map {
                UpdateOutcome(update: $0, state: state, versionAfter: $0.to, sentence: "It is.")
            }, goesOn: goesOn)
    }

    @Test func `the order carries what follows, and no scan ends the job before the endpoint does`()
        async throws
    {
        let (house, endpoint) = try await prepared()
        let care = Aftercare(reboot: .ifNeeded, probes: ["tcp:443"])
        let order = try await approve(endpoint, in: house, care)
        #expect(order.aftercare == care)
        _ = try await house.useCases.reportResult(
            result(order, .pendingRestart, goesOn: true), job: order.job, by: endpoint.principal)
        house.clock.advance(seconds: 60)
        try await endpoint.report(["bash": "2"], bootId: "boot-2")
        #expect(try await state(order.job, in: house) == .pendingRestart)
        var last = result(order, .verified)
        last.probes = [
            ProbeResult(probe: "tcp:443", isPassed: false, sentence: "Port 443\u{1B}[2J refuses.")
        ]
        last.isHealthy = false
        last.failure = .unhealthyAfterPatch
        last.notes = ["The endpoint is unhealthy."]
        _ = try await house.useCases.reportResult(
            last, job: order.job, by: endpoint.principal)
        let job = try await house.useCases.job(order.job, by: house.administrator).summary.job
        #expect(job.state == .failed)
        #expect(job.result?.probes?.first?.sentence.contains("\u{1B}") == false)
    }

    @Test func `what cannot be done is refused before anything is approved`() async throws {
        let (house, endpoint) = try await prepared()
        await #expect(throws: Refusal.self) {
            _ = try await approve(
                endpoint, in: house,
                Aftercare(reboot: .never, probes: ["http:http://example.com/"]))
        }
        #expect(try await endpoint.collect() == nil)
    }

    @Test func `a reboot is asked for once, as a job that the endpoint ends`() async throws {
        let (house, endpoint) = try await prepared()
        let id = endpoint.principal.endpoint
        let job = try await house.useCases.requestReboot(id, by: house.administrator)
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.requestReboot(id, by: house.administrator)
        }
        let order = try #require(try await endpoint.collect())
        #expect(order.job == job.id)
        #expect(order.updates.isEmpty)
        #expect(order.aftercare?.isRebootAsked == true)
        #expect(order.aftercare?.reboot == .ifNeeded)
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: [], goesOn: true), job: job.id, by: endpoint.principal)
        #expect(try await state(job.id, in: house) == .pendingRestart)
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: [], notes: ["The endpoint has rebooted."]), job: job.id,
            by: endpoint.principal)
        #expect(try await state(job.id, in: house) == .verified)
    }
}
