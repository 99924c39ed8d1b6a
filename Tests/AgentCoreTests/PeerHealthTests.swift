@testable import AgentCore
import AgentProtocol
import Fleet
import Health
import Logging
import Rollout
import Testing

/// An endpoint that waits in a rollout is asked how its probes stand, and tells it with its next
/// check-in: it is the control group of those that have the updates.
@Suite struct `An endpoint that waits in a rollout` {
    let world = World(["labgood": .good])
    let link: FakeLink
    let machine: FakeMachine

    init() {
        link = FakeLink(world)
        machine = FakeMachine(world)
    }

    /// The first check-in that tells of probes.
    private func told() async throws -> [String: Bool] {
        let parts = AftercareParts(
            bootId: "boot-1", rules: machine, rebooting: machine, probing: machine)
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: true),
            link: link, scanner: world, installer: world, runs: world,
            state: CrashingFolder(world: world), aftercare: parts, effects: world.effects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let link = link
        let end = world.now.adding(seconds: 86_400)
        _ = await world.live(agent, until: end) {
            link.change { $0.checkIns.contains { $0.health != nil } }
        }
        return try #require(link.change { $0.checkIns.compactMap(\.health).first })
    }

    @Test func `tells which probes pass, and leaves out what it cannot tell`() async throws {
        machine.change {
            $0.failing = ["tcp:80"]
            $0.readings[.bootTime] = [.unknown("no systemd runs here")]
        }
        link.change { $0.probes = ["tcp:80", "tcp:443", "bootTime:slower=20%", "nonsense"] }
        #expect(try await told() == ["tcp:80": false, "tcp:443": true])
        #expect(link.change { $0.checkIns.first?.health } == nil)
    }

    @Test(arguments: [(3, true), (9, false)] as [(Int64, Bool)])
    func `compares figures as though nothing had been installed a while ago`(
        _ now: Int64, _ passes: Bool
    ) async throws {
        machine.change { $0.readings[.journal] = [.value(1), .value(now)] }
        link.change { $0.probes = ["journal:times=3"] }
        #expect(try await told() == ["journal:times=3": passes])
        #expect(machine.change { Array($0.spans.prefix(2)) } == [300, 300])
    }
}
