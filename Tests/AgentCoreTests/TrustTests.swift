@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Testing
import Trust

/// The agent with signed policies: what it waits for, what it refuses, and that no control plane
/// can make it do otherwise.
struct TrustTests {
    let world = World(["labgood": .good, "labmore": .good])
    let folder: CrashingFolder
    let link: FakeLink
    let office: SigningOffice
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = CrashingFolder(world: world)
        link = FakeLink(world)
        office = try SigningOffice()
    }

    private func desk(_ fingerprint: String? = nil) -> TrustDesk {
        TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: fingerprint ?? office.root.payloadDigest, state: folder,
            zones: { $0 == "Etc/UTC" ? .utc : nil }, effects: world.effects, logger: quiet)
    }

    private func run(
        hours: Int64 = 30, fingerprint: String? = nil, until isDone: () -> Bool
    ) async -> Bool {
        let end = world.now.adding(seconds: hours * 3600)
        let agent = AgentLoop(
            endpoint: Orders.endpoint,
            settings: AgentSettings(agentVersion: "0", bootId: "boot-1", refreshesSources: false),
            link: link, scanner: world, installer: world, runs: world, state: folder,
            trust: desk(fingerprint), effects: world.effects, logger: quiet)
        return await world.live(agent, until: end, isDone: isDone)
    }

    /// Has the control plane offer the operators' policies.
    @discardableResult
    private func publish(_ set: PolicySet, version: Int = 1) throws -> Envelope {
        let policies = try office.sign(set, "policy", version: version)
        let (root, text) = (office.text(office.root), office.text(policies))
        link.change {
            $0.trust = TrustResponse(digest: "\(version)", roots: [root], policies: text)
        }
        return policies
    }

    private func order(
        _ names: [String] = ["labgood"], job: JobID = Orders.job, grant: String?
    ) -> JobOrder {
        var order = Orders.order(
            names.map { Orders.update($0) }, job: job, deadlineSeconds: 3 * 86_400)
        order.grant = grant
        return order
    }

    private var hasResult: @Sendable () -> Bool {
        { [link] in link.change { !$0.results.isEmpty } }
    }

    private var hasBegun: @Sendable () -> Bool { { [world] in !world.starts.isEmpty } }

    private func hour(_ instant: Timestamp) -> Int64 { instant.milliseconds / 3_600_000 % 24 }

    @Test func `an approved order waits for its window, and is carried out in it`() async throws {
        let policies = try publish(SigningOffice.policies())
        let grant = try office.grant([Orders.update("labgood")], under: policies)
        let order = order(grant: grant)
        link.change { $0.orders = [order] }
        #expect(await run(until: hasResult))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
        #expect([22, 23, 0, 1].contains(hour(world.now)))
        let waited = link.change { $0.progress.filter { $0.phase == .waitingForWindow } }
        #expect(waited.first?.until == Timestamp("2026-11-21T22:00:00Z"))
        #expect(waited.count > 100, "each report hears whether the job is called off")
        #expect(world.change { $0.scans } < 20, "waiting takes no scans of its own")
    }

    @Test func `with the control plane gone it patches in its window and reports later`()
        async throws
    {
        let policies = try publish(SigningOffice.policies())
        let order = order(
            grant: try office.grant([Orders.update("labgood")], under: policies))
        link.change { $0.orders = [order] }
        let link = link
        #expect(await run(until: { link.change { !$0.waiting.isEmpty } }))
        link.change { $0.isGone = true }
        let world = world
        // A new life of the agent finds the order in its journal.
        #expect(await run(until: { world.starts.count == 1 }))
        #expect(hour(world.now) == 22)
        #expect(link.change { $0.results.isEmpty })
        link.change { $0.isGone = false }
        #expect(await run(until: hasResult))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
        #expect(world.starts.count == 1)
    }

    @Test func `a hold that was signed since the last check-in counts for the next order`()
        async throws
    {
        let policies = try publish(SigningOffice.policies(from: 10))
        let link = link
        #expect(await run(until: { link.change { !$0.trustRequests.isEmpty } }))
        let hold = office.text(
            try office.sign(
                Hold([.init(manager: .apt, name: "labgood")], reason: "It breaks."), "stop"))
        let order = order(grant: try office.grant([Orders.update("labgood")], under: policies))
        link.change { content in
            content.trust.holds = [hold]
            content.trust.digest = "2"
            content.tellsWithOrdersOnly = true
            content.orders = [order]
        }
        #expect(await run(until: hasResult))
        #expect(world.starts.isEmpty)
        let outcome = try #require(link.change { $0.results.first?.outcomes.first })
        #expect(outcome.failure == .refused)
        #expect(outcome.sentence.contains("E_GRANT_HELD"), "\(outcome.sentence)")
    }

    @Test func `an order that comes too late for its window waits for the next one`() async throws {
        let policies = try publish(SigningOffice.policies(from: 8))
        // The window closes at noon; half a minute is left.
        let late = Orders.start.adding(seconds: -30)
        world.change { $0.now = late }
        let order = order(
            grant: try office.grant([Orders.update("labgood")], under: policies, from: late))
        link.change { $0.orders = [order] }
        #expect(await run(until: hasResult))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
        #expect([8, 9].contains(hour(world.now)))
        let waited = link.change { $0.progress.filter { $0.phase == .waitingForWindow } }
        #expect(waited.first?.until == Timestamp("2026-11-22T08:00:00Z"))
        #expect(waited.first?.sentence.contains("closes before it would be done") == true)
    }

    @Test func `another job overtakes one that waits, and a call-off is heard`() async throws {
        let policies = try publish(SigningOffice.policies())
        var urgent = try SigningOffice.policies()
        urgent.policies[0].policy.lanes.routine.windows = []
        let later = order(grant: try office.grant([Orders.update("labgood")], under: policies))
        link.change { $0.orders = [later] }
        let link = link
        #expect(await run(until: { link.change { !$0.waiting.isEmpty } }))
        let other = order(["labmore"], job: Orders.identifier(21), grant: "{}")
        link.change { $0.orders.append(other) }
        #expect(await run(hours: 1, until: hasResult))
        #expect(link.change { $0.results.first?.outcomes.first?.failure } == .refused)
        link.change {
            $0.results = []
            $0.cancels = true
        }
        #expect(await run(hours: 1, until: hasResult))
        #expect(link.change { $0.results.first?.cancelledBeforeStart } == true)
        #expect(world.starts.isEmpty)
    }

    @Test func `a window slept through is caught up once where the policy says so`() async throws {
        let policies = try publish(SigningOffice.policies(catchUp: .nextCheckIn))
        let order = order(
            grant: try office.grant([Orders.update("labgood")], under: policies))
        link.change { $0.orders = [order] }
        let link = link
        #expect(await run(until: { link.change { !$0.waiting.isEmpty } }))
        // It is off from the afternoon to the next morning.
        world.change { $0.now = Timestamp("2026-11-22T08:00:00Z") ?? $0.now }
        #expect(await run(hours: 1, until: hasResult))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
        #expect(hour(world.now) == 8)
    }

    @Test func `an approval under former policies is renewed before anything is done`() async throws
    {
        let former = try publish(SigningOffice.policies())
        let order = order(grant: try office.grant([Orders.update("labgood")], under: former))
        link.change { $0.orders = [order] }
        let link = link
        #expect(await run(until: { link.change { !$0.waiting.isEmpty } }))
        let changed = try publish(SigningOffice.policies(from: 14), version: 2)
        // Operators have not signed a new approval yet: nothing begins.
        #expect(await !run(hours: 4, until: hasResult))
        #expect(world.starts.isEmpty)
        let renewed = try office.grant([Orders.update("labgood")], under: changed, nonce: 2)
        link.change { $0.renewals[Orders.job] = renewed }
        #expect(await run(hours: 24, until: hasResult))
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
        #expect([14, 15, 16, 17].contains(hour(world.now)))
    }

    /// What a control plane in the wrong hands, with every key of its own, sends.
    enum Attack: CaseIterable {
        case noGrant, forgedGrant, serversOwnKey, otherEndpoint, otherVersion, beyondBrake, garbage
        case policyWithOpenWindow, olderPolicy, expiredPolicy, otherTenantsPolicy, ownRoot
        case otherTenantsLockList
        case noDocumentsAtAll
    }

    @Test(arguments: Attack.allCases)
    func `a hostile control plane gets nothing executed, and is seen`(_ attack: Attack) async throws
    {
        let held = try publish(SigningOffice.policies(), version: 3)
        let trust = desk()
        #expect(trust.take(link.change { $0.trust }) == nil)
        try await send(attack, held)
        let began = await run(hours: 9, until: hasBegun)
        #expect(!began)
        #expect(world.starts.isEmpty)
        #expect(world.change { Set($0.installed.values) } == ["1.0"])
        let memo = try TrustFiles.load(from: folder)
        #expect(memo?.policyVersion == 3)
        let results = link.change { $0.results }
        let outcomes = results.flatMap(\.outcomes)
        let isRefused = outcomes.contains { $0.failure == .refused }
        let isReported = link.change { $0.trustRequests }.contains { $0.refusal != nil }
        let waits = link.change { !$0.waiting.isEmpty }
        #expect(isRefused || isReported || waits, "at worst patches are late, and that is visible")
    }

    /// Nine hours from noon end before the operators' window opens at 22:00.
    private func send(_ attack: Attack, _ held: Envelope) async throws {
        let thief = try SigningOffice(seed: 66)
        let own = try office.grant([Orders.update("labgood")], under: held)
        let any = try SigningOffice.policies(from: 12)
        var grant: String? = own
        var answer = link.change { $0.trust }
        let update = Orders.update("labgood")
        switch attack {
        case .noGrant: grant = nil
        case .forgedGrant, .serversOwnKey:
            grant = try thief.grant([update], under: held)
        case .garbage: grant = "{\"payload\":\"\"}"
        case .otherEndpoint:
            grant = try office.grant([update], under: held, for: Orders.identifier(77))
        case .otherVersion:
            grant = try office.grant([Orders.update("labgood", to: "0.9")], under: held)
        case .otherTenantsLockList:
            grant = try office.grant(
                [update], under: held, scope: .tenant(Orders.identifier(78)))
        case .beyondBrake: grant = try office.grant([update], under: held, reaches: 90)
        case .policyWithOpenWindow:
            let policies = try thief.sign(any, "policy", version: 4)
            answer.policies = thief.text(policies)
            grant = try thief.grant([update], under: policies)
        case .olderPolicy:
            let policies = try office.sign(any, "policy", version: 2)
            answer.policies = office.text(policies)
            grant = try office.grant([update], under: policies)
        case .expiredPolicy:
            let policies = try office.sign(
                any, "policy", version: 4, issuedAt: Orders.start.adding(seconds: -86_400),
                expiresAt: Orders.start.adding(seconds: -1))
            answer.policies = office.text(policies)
            grant = try office.grant([update], under: policies)
        case .otherTenantsPolicy:
            let policies = try office.sign(
                any, "policy", version: 4, scope: .tenant(Orders.identifier(78)))
            answer.policies = office.text(policies)
            grant = try office.grant([update], under: policies)
        case .ownRoot:
            answer.roots = [thief.text(thief.root)]
            answer.policies = thief.text(try thief.sign(any, "policy", version: 4))
            grant = nil
        case .noDocumentsAtAll:
            answer = TrustResponse(digest: nil)
            grant = nil
        }
        answer.digest = answer.digest.map { _ in "attack" }
        let order = order(grant: grant)
        link.change {
            $0.trust = answer
            $0.orders = [order]
        }
    }

    @Test func `an endpoint that knows the root's fingerprint does nothing before it has the root`()
        async throws
    {
        let thief = try SigningOffice(seed: 66, mode: .managed)
        let root = thief.text(thief.root)
        let order = order(grant: nil)
        link.change {
            $0.trust = TrustResponse(digest: "x", roots: [root])
            $0.orders = [order]
        }
        let began = await run(hours: 2, until: hasBegun)
        #expect(!began)
        let requests = link.change { $0.trustRequests }
        #expect(requests.contains { $0.refusal == "E_ROOT_WRONG" })
        #expect(try TrustFiles.load(from: folder) == nil)
        #expect(EarlyRefusal.load(from: folder)?.code == "E_ROOT_WRONG")
    }

    @Test func `a signed script may be run, a forged, older or damaged one may not`() async throws {
        let thief = try SigningOffice(seed: 66)
        let script = Script(interpreter: "/bin/sh", text: "exit 0\n", timeoutSeconds: 5)
        let trust = desk()
        let root = office.text(office.root)
        func offer(_ envelope: Envelope) -> VerificationRefusal? {
            let text = office.text(envelope)
            return trust.take(TrustResponse(digest: nil, roots: [root], scripts: [text]))
        }
        #expect(
            await trust.script(named: "check", at: world.now)
                == .refused("the endpoint holds no signed script of that name"))
        #expect(offer(try office.sign(script, "check", version: 2)) == nil)
        let ready = ScriptStanding.ready(
            SignedScript(
                name: "check", interpreter: "/bin/sh", text: "exit 0\n", timeoutSeconds: 5))
        #expect(await trust.script(named: "check", at: world.now) == ready)
        let other = Script(interpreter: "/bin/sh", text: "reboot\n", timeoutSeconds: 5)
        #expect(offer(try thief.sign(other, "check", version: 3)) != nil)
        #expect(offer(try office.sign(other, "check", version: 1)) != nil)
        #expect(await trust.script(named: "check", at: world.now) == ready)
        // A text that is not the one of its hash is nobody's script.
        var damaged = other
        damaged.text = "exit 0\n"
        #expect(damaged.fault != nil)
        // What lies on the disk is checked again whenever it is run.
        let file = try #require(folder.names(in: TrustFiles.scripts).first)
        let forged = office.text(try thief.sign(other, "check", version: 9))
        try folder.replace("\(TrustFiles.scripts)/\(file)", with: Array(forged.utf8))
        guard case .refused(let why) = await trust.script(named: "check", at: world.now) else {
            Issue.record("a forged script may be run")
            return
        }
        #expect(why.contains("E_"), "\(why)")
        #expect(await trust.script(named: "../check", at: world.now) != ready)
        let later = world.now.adding(seconds: 400 * 86_400)
        #expect(await trust.script(named: "check", at: later) != ready)
    }

    @Test func `in managed mode without policies orders are carried out as before`() async throws {
        let managed = try SigningOffice(mode: .managed)
        let root = managed.text(managed.root)
        let order = order(grant: nil)
        link.change {
            $0.trust = TrustResponse(digest: "x", roots: [root])
            $0.orders = [order]
        }
        let done = await run(
            hours: 1, fingerprint: managed.root.payloadDigest, until: hasResult)
        #expect(done)
        #expect(link.change { $0.results.map(\.states) } == [["labgood": .verified]])
    }

    @Test func `an order that comes before the first policies have been fetched waits for them`()
        async throws
    {
        let managed = try SigningOffice(mode: .managed)
        let root = managed.text(managed.root)
        link.change { $0.trust = TrustResponse(digest: "x", roots: [root]) }
        let trust = desk(managed.root.payloadDigest)
        let first = link.change { $0.trust }
        #expect(trust.take(first) == nil)
        // The policies were signed since, and no check-in has told of them.
        let policies = try managed.sign(SigningOffice.policies(), "policy")
        let text = managed.text(policies)
        let order = order(
            grant: try managed.grant([Orders.update("labgood")], under: policies))
        link.change {
            $0.trust = TrustResponse(digest: "x", roots: [root], policies: text)
            $0.orders = [order]
            $0.renewals[order.job] = order.grant
        }
        let done = await run(
            fingerprint: managed.root.payloadDigest, until: hasResult)
        #expect(done)
        #expect([22, 23, 0, 1].contains(hour(world.now)))
    }

    @Test func `a nonce is carried out by one job only`() async throws {
        let policies = try publish(SigningOffice.policies(from: 12))
        let grant = try office.grant([Orders.update("labgood")], under: policies)
        let first = order(grant: grant)
        link.change { $0.orders = [first] }
        #expect(await run(until: hasResult))
        world.change { $0.installed[World.key("labgood")] = "1.0" }
        let again = order(job: Orders.identifier(22), grant: grant)
        link.change {
            $0.results = []
            $0.orders = [again]
        }
        #expect(await run(hours: 1, until: hasResult))
        let outcome = link.change { $0.results.first?.outcomes.first }
        #expect(outcome?.failure == .refused)
        #expect(outcome?.sentence.contains("E_GRANT_REPEATED") == true)
    }

    @Test func `a grant of three tries is tried again until a job has done it, and no more`()
        async throws
    {
        let policies = try publish(SigningOffice.policies(from: 12))
        let grant = try office.grant([Orders.update("labgood")], under: policies, tries: 3)
        func play(_ number: UInt64, _ behaviour: World.Behaviour) async throws -> UpdateOutcome? {
            world.change {
                $0.behaviours["labgood"] = behaviour
                $0.installed[World.key("labgood")] = "1.0"
                $0.unfinished = [:]
            }
            let order = order(job: Orders.identifier(number), grant: grant)
            link.change {
                $0.results = []
                $0.orders = [order]
            }
            #expect(await run(hours: 1, until: hasResult))
            return link.change { $0.results.first?.outcomes.first }
        }
        #expect(try await play(21, .ignored)?.state == .failedVerification)
        #expect(try await play(22, .good)?.state == .verified)
        // Two of three tries have been made; what is done is not done again.
        #expect(try await play(23, .good)?.sentence.contains("E_GRANT_REPEATED") == true)
        #expect(world.starts.count == 2)
    }

    @Test func `the count of tries outlives the agent, and ends at what the grant covers`() throws {
        let nonce = String(repeating: "a", count: 32)
        for number: UInt64 in [31, 32, 33] {
            try desk().remember(
                nonce: nonce, of: Orders.identifier(number), until: SigningOffice.end)
        }
        #expect(desk().uses(byOthersThan: Orders.identifier(34)).tries == [nonce: 3])
        #expect(desk().uses(byOthersThan: Orders.identifier(33)).tries == [nonce: 2])
        #expect(desk().uses(byOthersThan: Orders.identifier(34)).done.isEmpty)
        let done = UpdateOutcome(
            update: Orders.update("labgood"), state: .verified, versionAfter: "2.0", sentence: "")
        try desk().noteEnd(of: Orders.identifier(32), JobResult(outcomes: [done]))
        #expect(desk().uses(byOthersThan: Orders.identifier(34)).done == [nonce])
    }

    @Test
    func `absences are openings that nobody was there for, and end with the next one lived in`()
        throws
    {
        let set = try SigningOffice.policies()
        let windows = set.policies[0].policy.windows
        let calendar = try WindowCalendar(windows, zones: Zones(endpoint: .utc))
        func at(_ text: String) -> Timestamp { Timestamp("2026-11-\(text):00Z") ?? Orders.start }
        var absences = Absences(at: at("21T21:00"))
        #expect(absences.missed(in: calendar, since: at("20T00:00"), at: at("22T09:00")) == nil)
        let isNews = absences.note(at("22T08:00"))
        #expect(isNews)
        let missed = absences.missed(in: calendar, since: at("21T12:00"), at: at("22T09:00"))
        #expect(missed?.opens == at("21T22:00"))
        // What was approved only afterwards has missed nothing.
        #expect(absences.missed(in: calendar, since: at("22T07:00"), at: at("22T09:00")) == nil)
        for minute in stride(from: 0, to: 24 * 60, by: 10) {
            _ = absences.note(at("22T08:00").adding(seconds: Int64(minute * 60)))
        }
        #expect(absences.missed(in: calendar, since: at("21T12:00"), at: at("23T08:00")) == nil)
    }
}
