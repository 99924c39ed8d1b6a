@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Testing
import Trust

/// The agent with a window that needs somebody on duty, from 22:00 to 02:00: nothing starts in it
/// but while a signed duty says that somebody is there.
struct DutyTrustTests {
    let world = World(["labgood": .good])
    let folder: CrashingFolder
    let link: FakeLink
    let office: SigningOffice
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        office = try SigningOffice()
    }

    private func desk() -> TrustDesk {
        TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: folder, zones: { _ in nil },
            effects: world.effects, logger: quiet)
    }

    private func run(hours: Int64, until isDone: () -> Bool) async -> Bool {
        let end = world.now.adding(seconds: hours * 3600)
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: world, installer: world, runs: world, state: folder,
            trust: desk(), effects: world.effects, logger: quiet)
        return await world.live(agent, until: end, isDone: isDone)
    }

    /// Has the control plane offer the policies and an order that they approve.
    private func order(windowHours: Int64 = 4) throws {
        var set = try SigningOffice.policies()
        set.policies[0].policy.windows[0].staffing = .onDuty
        set.policies[0].policy.windows[0].lengthSeconds = windowHours * 3600
        let policies = try office.sign(set, "policy")
        let update = Orders.update("labgood")
        var order = Orders.order([update], deadlineSeconds: 3 * 86_400)
        order.grant = try office.grant([update], under: policies)
        let (root, text, ready) = (office.text(office.root), office.text(policies), order)
        link.change {
            $0.trust = TrustResponse(digest: "1", roots: [root], policies: text)
            $0.orders = [ready]
        }
    }

    private func offer(_ duties: [Envelope], tag: String = "2") {
        let texts = duties.map(office.text)
        link.change {
            $0.trust.duties = texts
            $0.trust.digest = tag
        }
    }

    /// A duty by hours from noon, when the tests begin.
    private func duty(_ from: Int64, _ until: Int64, windows: [String]? = nil) -> Duty {
        Duty(
            "Anna", from: Orders.start.adding(seconds: from * 3600),
            until: Orders.start.adding(seconds: until * 3600), windows: windows)
    }

    private func signed(
        _ duty: Duty, version: Int = 1, until hours: Int64 = 48, by office: SigningOffice? = nil,
        scope: DocumentScope = .tenant(SigningOffice.tenant)
    ) throws -> Envelope {
        try (office ?? self.office).sign(
            duty, "duty-1", version: version, scope: scope,
            expiresAt: Orders.start.adding(seconds: hours * 3600))
    }

    private var hasBegun: @Sendable () -> Bool { { [world] in !world.starts.isEmpty } }

    private var onDuty: [OnDuty] {
        guard let memo = try? TrustFiles.load(from: folder) else { return [] }
        return desk().onDuty(memo, at: world.now)
    }

    @Test func `nothing starts while nobody is on duty, and it does once somebody is`() async throws
    {
        try order()
        // From noon to eleven at night: the window is open, and nobody is there.
        #expect(await !run(hours: 11, until: hasBegun))
        let waited = link.change { $0.progress.filter { $0.phase == .waitingForWindow } }
        #expect(waited.last?.sentence == "The window night needs somebody on duty, and nobody is.")
        #expect(link.change { $0.results.isEmpty }, "it waits, and is not refused")
        offer([try signed(duty(11, 13))])
        let link = link
        #expect(await run(hours: 1, until: { link.change { !$0.results.isEmpty } }))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
    }

    @Test func `a duty that was declared before opens the window when it begins, without a server`()
        async throws
    {
        try order()
        offer([try signed(duty(11, 13, windows: ["night"]))])
        let (link, world) = (link, world)
        #expect(await run(hours: 2, until: { link.change { !$0.waiting.isEmpty } }))
        link.change { $0.isGone = true }
        #expect(await run(hours: 20, until: { world.starts.count == 1 }))
        #expect(world.now >= Orders.start.adding(seconds: 11 * 3600))
    }

    /// What a control plane sends that would have somebody on duty.
    enum Attack: CaseIterable {
        case forged, serversOwnKey, otherTenants, forAll, expired, otherWindow, garbage
    }

    @Test(arguments: Attack.allCases)
    func `a control plane cannot make anybody be on duty`(_ attack: Attack) async throws {
        // The endpoint looks once a minute in the window, and at the end it has closed.
        try order(windowHours: 1)
        let thief = try SigningOffice(seed: 66, mode: .managed)
        let all = duty(0, 48)
        switch attack {
        case .forged, .serversOwnKey: offer([try signed(all, by: thief)])
        case .otherTenants: offer([try signed(all, scope: .tenant(Orders.identifier(78)))])
        case .forAll: offer([try signed(all, scope: .allTenants)])
        case .expired: offer([try signed(duty(0, 9), until: 9)])
        case .otherWindow: offer([try signed(duty(0, 48, windows: ["other"]))])
        case .garbage:
            link.change {
                $0.trust.duties = ["{\"payload\":\"\"}"]
                $0.trust.digest = "2"
            }
        }
        #expect(await !run(hours: 12, until: hasBegun))
        #expect(world.starts.isEmpty)
        #expect(link.change { $0.results.isEmpty })
    }

    @Test func `a duty that was ended stays ended, and goes from the disk with its time`()
        async throws
    {
        let trust = desk()
        let root = office.text(office.root)
        func take(_ duties: Envelope...) -> VerificationRefusal? {
            trust.take(
                TrustResponse(digest: nil, roots: [root], duties: duties.map(office.text)))
        }
        let (first, ended) = (
            try signed(duty(0, 48)), try signed(duty(0, 0), version: 2)
        )
        #expect(take(first) == nil)
        #expect(onDuty.map(\.person) == ["Anna"])
        // Silence of the server takes nothing back, and one refused keeps no other out.
        #expect(take() == nil)
        #expect(onDuty.count == 1)
        #expect(take(ended) == nil)
        #expect(onDuty.isEmpty)
        #expect(take(first) != nil, "the older version is not taken back")
        #expect(onDuty.isEmpty)
        let file = try #require(folder.names(in: TrustFiles.duties).first)
        try folder.replace("\(TrustFiles.duties)/\(file)", with: first.json)
        #expect(onDuty.isEmpty, "nor put on the disk")
        world.change { $0.now = $0.now.adding(seconds: (48 + 32 * 24) * 3600) }
        #expect(take() == nil)
        #expect(try folder.names(in: TrustFiles.duties).isEmpty)
    }

    @Test func `duties of former keys go from the disk when a new root comes`() throws {
        let trust = desk()
        func take(_ roots: [Envelope], _ duties: [Envelope]) -> VerificationRefusal? {
            trust.take(
                TrustResponse(
                    digest: nil, roots: roots.map(office.text), duties: duties.map(office.text)))
        }
        let first = try signed(duty(0, 48))
        #expect(take([office.root], [first]) == nil)
        try folder.replace("\(TrustFiles.duties)/junk.dsse.json", with: Array("{}".utf8))
        let next = try SigningOffice(seed: 9, after: office)
        #expect(onDuty.count == 1)
        #expect(take([office.root, next.root], []) == nil)
        #expect(try folder.names(in: TrustFiles.duties).isEmpty)
        #expect(onDuty.isEmpty)
        // Signed anew it is taken.
        let anew = try signed(duty(0, 48), by: next)
        #expect(take([next.root], [anew]) == nil)
        #expect(onDuty.map(\.person) == ["Anna"])
    }

    @Test func `a duty that is over is remembered for as long as an opening may be asked for`()
        throws
    {
        let trust = desk()
        let root = office.text(office.root)
        let envelope = try signed(duty(13, 15), until: 15)
        let answer = TrustResponse(digest: nil, roots: [root], duties: [office.text(envelope)])
        #expect(trust.take(answer) == nil)
        let memo = try #require(try TrustFiles.load(from: folder))
        func people(_ hours: Int64) -> [String] {
            desk().onDuty(memo, at: Orders.start.adding(seconds: hours * 3600)).map(\.person)
        }
        #expect(people(0) == ["Anna"])
        #expect(people(16) == ["Anna"], "what was missed is told by it")
        #expect(people(15 + 30 * 24) == ["Anna"])
        #expect(people(15 + 31 * 24).isEmpty)
        // It opens nothing any more.
        let window = desk().onDuty(memo, at: Orders.start.adding(seconds: 16 * 3600))
        #expect(window.allSatisfy { $0.stretch.closes <= Orders.start.adding(seconds: 15 * 3600) })
    }
}
