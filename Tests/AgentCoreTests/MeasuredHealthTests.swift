@testable import AgentCore
import AgentProtocol
import Fleet
import Health
import Policy
import Rollout
import TestSupport
import Testing

/// Probes that measure: a value before the installation, one after it or its reboot, and what
/// follows. By what a fake machine reads, one after another.
@Suite struct `What is measured before and after an installation` {
    let lives = Lives(["labkernel": .wantsReboot, "labgood": .good])
    private typealias Desk = `An agent and the reboot that a job needs`

    private func install(
        _ probe: String, _ readings: [HealthReading]
    ) async throws -> JobResult {
        let measure = try #require(HealthProbe(text: probe))
        guard case .measure(let figure) = measure else { throw NoMeasure() }
        lives.machine.change { $0.readings[figure.subject] = readings }
        return try await lives.install(
            Desk.order("labgood", care: Desk.care(.never, probes: [probe])))
    }

    private struct NoMeasure: Error {}

    @Test(
        arguments: [
            ("crashes:", [.value(3), .value(3)], true),
            ("crashes:", [.value(3), .value(4)], false),
            ("crashes:atMost=2", [.value(0), .value(2)], true),
            ("crashes:atMost=2", [.value(0), .value(3)], false),
            ("journal:times=3", [.value(2), .value(6)], true),
            ("journal:times=3", [.value(2), .value(7)], false),
            ("journal:times=3", [.value(2), .unknown("it broke")], false),
            ("bootTime:slower=20%", [.value(9000), .value(9000)], true),
        ] as [(String, [HealthReading], Bool)])
    func `a figure that rises too far fails the job`(
        _ probe: String, _ readings: [HealthReading], _ isHealthy: Bool
    ) async throws {
        let result = try await install(probe, readings)
        #expect(result.wasHealthy == true)
        #expect(result.isHealthy == isHealthy)
        #expect(result.failure == (isHealthy ? nil : .unhealthyAfterPatch))
        #expect(result.probes?.map(\.probe) == [probe])
        #expect(result.states == ["labgood": .verified])
    }

    @Test func `what cannot be told before and after is a note, and never health`() async throws {
        let result = try await install("bootTime:atMost=60s", [.unknown("no systemd runs here")])
        #expect(result.isHealthy == false)
        #expect(result.wasHealthy == false)
        #expect(result.failure == nil)
        #expect(result.probes?.first?.isUnknown == true)
        #expect(result.notes.contains { $0.contains("no systemd runs here") })
    }

    @Test func `what failed before excuses no other probe`() async throws {
        lives.machine.change {
            $0.failing = ["tcp:80"]
            $0.readings[.crashes] = [.value(0), .value(9)]
        }
        let result = try await lives.install(
            Desk.order("labgood", care: Desk.care(.never, probes: ["tcp:80", "crashes:"])))
        #expect(result.failure == .unhealthyAfterPatch)
        #expect(result.notes.contains { $0.contains("9 crashes") })
    }

    @Test func `it is watched for its time, and counted once`() async throws {
        let begun = lives.world.now
        lives.machine.change { $0.readings[.journal] = [.value(0), .value(8)] }
        let result = try await lives.install(
            Desk.order("labgood", care: Desk.care(.never, probes: ["journal:over=10m"])))
        #expect(result.failure == .unhealthyAfterPatch)
        let (spans, times) = lives.machine.change { ($0.spans, $0.readAt) }
        // As long before as after, and not once more though it fails.
        #expect(spans == [600, 600])
        #expect(times.count == 2)
        #expect(times.last.map { $0.seconds(since: begun) >= 600 } == true)
    }

    @Test func `crashes count from the installation's beginning, beside the day before it`()
        async throws
    {
        _ = try await install("crashes:over=1m", [.value(0)])
        let spans = lives.machine.change { $0.spans }
        #expect(spans.first == 86_400)
        #expect(spans.count == 2)
        #expect(spans.last.map { (60..<3600).contains($0) } == true)
    }

    @Test(arguments: [(24_000, true), (31_000, false)] as [(Int64, Bool)])
    func `a boot that takes longer after the reboot makes the endpoint unhealthy`(
        _ after: Int64, _ isHealthy: Bool
    ) async throws {
        lives.machine.change { $0.readings[.bootTime] = [.value(20_000), .value(after)] }
        let order = Desk.order("labkernel", care: Desk.care(probes: ["bootTime:slower=50%"]))
        let first = try await lives.install(order)
        #expect(first.goesOn == true)
        #expect(try await lives.look(lives.desk()))
        lives.boot()
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order).last)
        #expect(last.isHealthy == isHealthy)
        #expect(last.failure == (isHealthy ? nil : .unhealthyAfterPatch))
        let probe = last.probes?.first { $0.probe.hasPrefix("bootTime") }
        #expect(probe?.value == after)
        #expect(probe?.sentence.contains("20.0 s at the boot before") == true)
    }

    @Test func `a crash of the agent loses no figure of before`() async throws {
        lives.machine.change { $0.readings[.crashes] = [.value(1), .value(5)] }
        let order = Desk.order("labgood", care: Desk.care(.never, probes: ["crashes:over=10s"]))
        let result = try await lives.installThroughCrashes(order)
        #expect(result.failure == .unhealthyAfterPatch)
        #expect(result.probes?.first?.sentence.contains("1 in the day before") == true)
    }
}
