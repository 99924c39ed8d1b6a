@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Synchronization
import Testing
import Trust

/// Windows for looking: when an endpoint scans by itself.
struct DetectionTests {
    /// A scanner that notes when it is asked.
    private final class Noting: Scanning {
        let world: World
        private let times = Mutex<[Timestamp]>([])

        init(_ world: World) { self.world = world }

        var all: [Timestamp] { times.withLock { $0 } }

        func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
            let now = world.now
            times.withLock { $0.append(now) }
            return try await world.scan(refreshingSources: refreshingSources)
        }
    }

    /// A policy that installs from 04:00 to 08:00 UTC, and looks from 22:00 to 02:00.
    private func policies(looksApart: Bool) throws -> PolicySet {
        var set = try SigningOffice.policies(from: 22)
        var install = try #require(set.policies[0].policy.windows.first)
        let name = try #require(PolicyName("install"))
        install.name = name.text
        install.from = try #require(LocalTime(hour: 4, minute: 0))
        if looksApart {
            install.kinds = [.install, .reboot]
            set.policies[0].policy.windows[0].kinds = [.detection]
        }
        set.policies[0].policy.windows.append(install)
        set.policies[0].policy.lanes.routine.windows.append(name)
        return set
    }

    /// The instants of scans in two days, the first look and what comes before the policies apart.
    private func scans(looksApart: Bool, askingAt asked: Timestamp? = nil) async throws
        -> [Timestamp]
    {
        let world = World(["labgood": .good])
        let link = FakeLink(world)
        let folder = CrashingFolder(world: world)
        let office = try SigningOffice()
        let text = office.text(try office.sign(try policies(looksApart: looksApart), "policy"))
        let root = office.text(office.root)
        link.change { $0.trust = TrustResponse(digest: "1", roots: [root], policies: text) }
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let noting = Noting(world)
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: noting, installer: world, runs: world, state: folder,
            trust: TrustDesk(
                endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
                fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
                effects: world.effects, logger: quiet), effects: world.effects, logger: quiet)
        let start = world.now
        await world.live(agent, until: start.adding(seconds: 2 * 86_400)) {
            let isAsked = asked.map { (0..<600).contains(world.now.seconds(since: $0)) } ?? false
            link.change { $0.scanNow = isAsked }
            return false
        }
        return noting.all.filter { $0 > start.adding(seconds: 1_800) }
    }

    private func hour(_ instant: Timestamp) -> Int64 { instant.milliseconds / 3_600_000 % 24 }

    @Test func `scans are taken in windows for looking, and more than one in each`() async throws {
        let scans = try await scans(looksApart: true)
        #expect(scans.allSatisfy { [22, 23, 0, 1].contains(hour($0)) }, "\(scans)")
        #expect(scans.count >= 4)
    }

    @Test func `without such windows scans are taken at any time`() async throws {
        let scans = try await scans(looksApart: false)
        #expect(scans.contains { ![22, 23, 0, 1].contains(hour($0)) }, "\(scans)")
    }

    @Test func `a scan that somebody asks for is taken at once`() async throws {
        // The clock begins at noon; at four it is asked for.
        let asked = Orders.start.adding(seconds: 4 * 3_600)
        let scans = try await scans(looksApart: true, askingAt: asked)
        #expect(scans.contains { $0 >= asked && $0 < asked.adding(seconds: 1_200) }, "\(scans)")
    }

    @Test func `new policies bring one scan within minutes, and what is no news brings none`()
        async throws
    {
        let world = World(["labgood": .good])
        let link = FakeLink(world)
        let folder = CrashingFolder(world: world)
        let office = try SigningOffice()
        let root = office.text(office.root)
        let texts = try (1...4).map { version in
            office.text(
                try office.sign(
                    try SigningOffice.policies(from: 18 + version), "policy", version: version))
        }
        func serve(_ digest: Int, _ version: Int) {
            let answer = TrustResponse(
                digest: "\(digest)", roots: [root], policies: texts[version - 1])
            link.change {
                $0.scanInterval = 6 * 3_600
                $0.trust = answer
            }
        }
        serve(1, 1)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let noting = Noting(world)
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: noting, installer: world, runs: world, state: folder,
            trust: TrustDesk(
                endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
                fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
                effects: world.effects, logger: quiet), effects: world.effects, logger: quiet)
        // Minutes after the start, and what is served from then on.
        let served: [(minute: Int64, digest: Int, version: Int)] = [
            (60, 2, 2), (62, 3, 3), (120, 4, 4), (180, 5, 4),
        ]
        let start = world.now
        await world.live(agent, until: start.adding(seconds: 5 * 3_600)) {
            let minute = world.now.seconds(since: start) / 60
            if let now = served.last(where: { $0.minute <= minute }) {
                serve(now.digest, now.version)
            }
            return false
        }
        let scans = noting.all.map { $0.seconds(since: start) / 60 }.filter { $0 > 30 }
        #expect(scans.count == 2, "\(scans)")
        #expect(scans.first.map { (61...75).contains($0) } == true, "\(scans)")
        #expect(scans.last.map { (121...135).contains($0) } == true, "\(scans)")
    }
}
