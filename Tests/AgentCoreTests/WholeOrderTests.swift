@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Testing
import Trust

/// What is ordered together goes by one window: that of the youngest fix, also when only the older
/// ones are left to be installed.
@Suite struct `An order of several lines under windows from release` {
    private let world = World(["older": .good, "younger": .good])

    private func gate(_ policies: Envelope, of office: SigningOffice) throws -> GrantGate {
        let desk = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: CrashingFolder(world: world),
            zones: { $0 == "Etc/UTC" ? .utc : nil }, effects: world.effects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let refusal = desk.take(
            TrustResponse(
                digest: "1", roots: [office.text(office.root)], policies: office.text(policies)))
        #expect(refusal == nil)
        return GrantGate(desk: desk, link: FakeLink(world))
    }

    /// The window opens on the seventh day after a release, at the hour at which the order is asked
    /// about: today for the younger fix, four days ago for the older one.
    @Test(arguments: [["older", "younger"], ["older"], ["younger"]])
    func `is judged by all of its lines, whichever are left`(left: [String]) async throws {
        let office = try SigningOffice()
        var set = try SigningOffice.policies(from: 12)
        set.policies[0].policy.windows[0].recurrence = .afterRelease(days: 7)
        let policies = try office.sign(set, "policy")
        let lines = [("older", 11), ("younger", 7)].map { name, days in
            var line = Orders.update(name)
            line.released = Orders.start.adding(seconds: -Int64(days) * 86_400)
            return line
        }
        var order = Orders.order(lines)
        order.grant = try office.grant(lines, under: policies)
        let updates = lines.filter { left.contains($0.name) }
        let view = GrantGate.View(
            updates: updates,
            installed: Dictionary(uniqueKeysWithValues: updates.map { ($0.key, "1.0") }))
        #expect(try await gate(policies, of: office).admission(of: order, view) == .open)
    }
}
