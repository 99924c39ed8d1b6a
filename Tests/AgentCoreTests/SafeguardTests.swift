@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Readiness
import Rollout
import Synchronization
import Testing
import Trust

/// What must hold before an installation, by the policy that the endpoint itself believes.
struct SafeguardTests {
    let world = World(["labgood": .good])
    let folder: CrashingFolder
    let link: FakeLink
    let office: SigningOffice

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        office = try SigningOffice()
    }

    private func result(
        _ before: Preconditions?, _ safeguards: FakeSafeguards
    ) async throws -> JobResult {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var set = try SigningOffice.policies(from: 10)
        set.policies[0].policy.before = before
        let policies = try office.sign(set, "policy")
        let (root, text) = (office.text(office.root), office.text(policies))
        var order = Orders.order([Orders.update("labgood")], deadlineSeconds: 3 * 86_400)
        order.grant = try office.grant([Orders.update("labgood")], under: policies)
        let orders = [order]
        link.change {
            $0.trust = TrustResponse(digest: "1", roots: [root], policies: text)
            $0.orders = orders
        }
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: world, installer: world, runs: world, state: folder,
            trust: TrustDesk(
                endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
                fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
                effects: world.effects, logger: quiet),
            safeguards: safeguards, effects: world.effects, logger: quiet)
        let end = world.now.adding(seconds: 3_600)
        await world.live(agent, until: end) { !link.change { $0.results.isEmpty } }
        return try #require(link.change { $0.results.first })
    }

    static let unmet: [(Preconditions, FakeSafeguards, FailureClass, String)] = [
        (
            Preconditions(backupAge: .hours(12)), FakeSafeguards(hoursAgo: 30), .backupTooOld,
            "not older than 12 hours, and the last one (restic) was made at"
        ),
        (
            Preconditions(backupAge: .hours(12)), FakeSafeguards(hoursAgo: -3), .backupTooOld,
            "was made at"
        ),
        (
            Preconditions(backupAge: .hours(12)), FakeSafeguards(), .backupTooOld,
            "No command is named."
        ),
        (
            Preconditions(snapshot: .required), FakeSafeguards(), .snapshotMissing,
            "none was taken. It is ext4."
        ),
        (
            Preconditions(snapshot: .required, backupAge: .hours(12)),
            FakeSafeguards(hoursAgo: 30, snapshot: "btrfs /s/1"), .backupTooOld, "was made at"
        ),
    ]

    @Test(arguments: unmet)
    func `what the policy asks for and does not hold keeps everything from being started`(
        before: Preconditions, safeguards: FakeSafeguards, failure: FailureClass, words: String
    ) async throws {
        let result = try await result(before, safeguards)
        let outcome = try #require(result.outcome("labgood"))
        #expect(outcome.state == .skipped)
        #expect(outcome.failure == failure)
        #expect(outcome.sentence.contains(words), "\(outcome.sentence)")
        #expect(world.starts.isEmpty)
        #expect(result.snapshot == nil)
    }

    static let met: [(Preconditions?, FakeSafeguards, String?, String?)] = [
        (nil, FakeSafeguards(), nil, nil),
        (
            Preconditions(backupAge: .hours(12)), FakeSafeguards(hoursAgo: 11), nil,
            "A backup was there before the installation"
        ),
        (Preconditions(snapshot: .preferred), FakeSafeguards(), nil, "No snapshot was taken."),
        (
            Preconditions(snapshot: .required), FakeSafeguards(snapshot: "btrfs /s/1"),
            "btrfs /s/1", "The snapshot btrfs /s/1 was taken before the installation."
        ),
    ]

    @Test(arguments: met)
    func `what holds is told with the result, with the name of the snapshot`(
        before: Preconditions?, safeguards: FakeSafeguards, snapshot: String?, note: String?
    ) async throws {
        let result = try await result(before, safeguards)
        #expect(result.states == ["labgood": .verified])
        #expect(result.snapshot == snapshot)
        #expect(
            result.notes.contains { $0.hasPrefix(note ?? "") } == (note != nil),
            "\(result.notes)")
        #expect(world.starts.count == 1)
    }
}

/// An endpoint with a backup that is so old, and a snapshot of that name, if any.
struct FakeSafeguards: Safeguarding {
    var hoursAgo: Int64?
    var snapshot: String?
    var namesBackupCommands = true

    func lastBackup(at now: Timestamp) async -> BackupAnswer {
        guard let hoursAgo else { return .unknown("No command is named.") }
        return .made(at: now.adding(seconds: -3_600 * hoursAgo), by: "restic")
    }

    func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
        guard let snapshot else { return .notPossible("It is ext4.") }
        return .taken(snapshot)
    }

    func surroundings(for rule: ReadinessRule) async -> Surroundings { Surroundings() }
}
