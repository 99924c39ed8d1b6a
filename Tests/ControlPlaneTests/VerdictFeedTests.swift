import Fleet
import Intelligence
import Policy
import ServerRecords
import Synchronization
import Testing
import Trust
import VerdictFeeds
import Verdicts
@testable import Administration
@testable import ControlPlane

/// A feed's server as a test plays it.
final class PlayedVerdicts: VerdictFetching {
    private let state = Mutex<Result<[UInt8]?, FeedTrouble>>(.success([]))

    func serve(_ bytes: [UInt8]) { state.withLock { $0 = .success(bytes) } }
    func sayUnchanged() { state.withLock { $0 = .success(nil) } }
    func fail(_ message: String) { state.withLock { $0 = .failure(FeedTrouble(message)) } }

    func fetch(
        _ source: String, held validators: FeedValidators, limit: Int
    ) async throws -> VerdictArrival? {
        try state.withLock { try $0.get() }.map { VerdictArrival($0) }
    }
}

/// Verdict feeds on the server: subscribed to, taken, decided by, refused, left. Nobody notes here when
/// fixes were first seen, so that without a verdict their age is not known.
@Suite struct `Verdict feeds on the server` {
    private static let policy = """
        patchbay: policy/v1
        name: servers
        applies: all
        lanes: {routine: {windows: [night]}}
        default: {approve: verdict ok or after 30 days}
        windows:
          night: {every: day, from: "00:00", for: 24h}
        """

    private struct Played {
        let house: House
        let endpoint: TestEndpoint
        let server: PlayedVerdicts
        let key: SigningKey
    }

    private func played() async throws -> Played {
        let server = PlayedVerdicts()
        let house = try await House(verdictSource: server)
        _ = try await house.useCases.savePolicy(
            PolicyDraft(tenant: house.tenant.id, yaml: Self.policy, note: "A test", confirm: true),
            by: house.administrator)
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        return Played(
            house: house, endpoint: endpoint, server: server,
            key: try SigningKey(bytes: [UInt8](repeating: 7, count: 32)))
    }

    private func decision(_ played: Played) async throws -> Decision {
        let detail = try await played.house.useCases.endpoint(
            played.endpoint.principal.endpoint, by: played.house.administrator)
        return try #require(detail.decisions.first)
    }

    private func signed(
        _ played: Played, _ word: VerdictWord, sequence: Int, days: Int64 = 30
    ) throws -> [UInt8] {
        let now = played.house.clock.now
        let update = TestEndpoint.update("openssl")
        let feed = VerdictFeedDocument(
            feed: "noc", sequence: sequence, issuedAt: now,
            expiresAt: now.adding(seconds: days * 86_400),
            verdicts: [
                UpdateVerdict(
                    word, package: "openssl", version: update.candidate,
                    evidence: "printing stops", at: now)
            ])
        return try feed.envelope(signedBy: played.key).json
    }

    private func wish(_ played: Played, key: [UInt8]? = nil) -> VerdictSubscription {
        VerdictSubscription(
            name: "noc", source: "https://noc.example.org/verdicts.dsse.json",
            key: Base64.encode(key ?? played.key.publicKey.bytes))
    }

    @Test func `what a feed says is decided by, and an operator's word comes before it`()
        async throws
    {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        #expect(try await decision(played).reasonCode == .ageUnknown)
        played.server.serve(try signed(played, .ok, sequence: 1))
        let feed = try await useCases.subscribeVerdicts(wish(played), by: anna)
        #expect(feed.sequence == 1 && feed.verdicts == 1 && feed.state == .current)
        let approved = try await decision(played)
        #expect(approved.action == .install)
        #expect(approved.sentence.contains("the verdict ok of the feed noc"))

        played.server.serve(try signed(played, .block, sequence: 2))
        _ = try await useCases.refreshVerdicts("noc", of: nil, by: anna)
        let held = try await decision(played)
        #expect(held.reasonCode == .onHold)
        #expect(held.sentence == "Held by the verdict block of the feed noc: printing stops.")

        let version = TestEndpoint.update("openssl").candidate
        _ = try await useCases.sayVerdict(
            VerdictDraft(
                tenant: played.house.tenant.id, .ok, package: "openssl", version: version,
                reason: "No printers here"), by: anna)
        #expect(try await decision(played).sentence.contains("the own verdict ok of"))
        try await useCases.withdrawVerdict(
            package: "openssl", version: version, vulnerability: nil, of: played.house.tenant.id,
            by: anna)
        #expect(try await decision(played).reasonCode == .onHold)
        try await useCases.unsubscribeVerdicts("noc", of: nil, by: anna)
        #expect(try await decision(played).reasonCode == .ageUnknown)
    }

    @Test func `a feed that does not hold changes nothing, and says so`() async throws {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        let first = try signed(played, .ok, sequence: 3)
        played.server.serve(first)
        await refused("E_VERDICTS_SIGNATURE") {
            _ = try await useCases.subscribeVerdicts(
                wish(played, key: [UInt8](repeating: 9, count: 32)), by: anna)
        }
        #expect(try await useCases.verdictFeeds(of: nil, by: anna).isEmpty)
        _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        await refused("E_NAME_TAKEN") {
            _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        }
        played.server.serve(try signed(played, .block, sequence: 2))
        await refused("E_VERDICTS_ROLLED_BACK") {
            _ = try await useCases.refreshVerdicts("noc", of: nil, by: anna)
        }
        played.server.fail("It does not answer.")
        await refused("E_FEED_FAILED") {
            _ = try await useCases.refreshVerdicts("noc", of: nil, by: anna)
        }
        let feed = try #require(try await useCases.verdictFeeds(of: nil, by: anna).first)
        #expect(feed.sequence == 3 && feed.problem?.contains("E_FEED_FAILED") == true)
        #expect(try await decision(played).action == .install)
    }

    @Test func `an expired ok lets nothing pass, and an expired block still holds`()
        async throws
    {
        for (word, code) in [
            (VerdictWord.ok, Decision.ReasonCode.awaitingApproval), (.block, .onHold),
        ] {
            let played = try await played()
            played.server.serve(try signed(played, word, sequence: 1, days: 1))
            _ = try await played.house.useCases.subscribeVerdicts(
                wish(played), by: played.house.administrator)
            played.house.clock.advance(seconds: 86_400)
            try await played.endpoint.report(
                ["openssl": "1"], updates: [TestEndpoint.update("openssl")])
            #expect(try await decision(played).reasonCode == code)
        }
    }

    @Test func `feeds are asked for by themselves when their time has come`() async throws {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        played.server.serve(try signed(played, .ok, sequence: 1))
        _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        played.server.serve(try signed(played, .caution, sequence: 2))
        try await useCases.refreshDueVerdicts()
        #expect(try await useCases.verdictFeeds(of: nil, by: anna).first?.sequence == 1)
        played.house.clock.advance(seconds: 3_600)
        try await useCases.refreshDueVerdicts()
        #expect(try await useCases.verdictFeeds(of: nil, by: anna).first?.sequence == 2)
        #expect(try await decision(played).reasonCode == .awaitingApproval)
    }

    @Test func `a feed that was left is followed anew from where it stood, and from nothing older`()
        async throws
    {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        let third = try signed(played, .ok, sequence: 3)
        played.server.serve(third)
        _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        try await useCases.unsubscribeVerdicts("noc", of: nil, by: anna)
        for older in [
            try signed(played, .ok, sequence: 2), try signed(played, .block, sequence: 3),
        ] {
            played.server.serve(older)
            for place in [nil, played.house.tenant.id] {
                var wish = wish(played)
                wish.tenant = place
                await refused("E_VERDICTS_ROLLED_BACK") {
                    _ = try await useCases.subscribeVerdicts(wish, by: anna)
                }
            }
        }
        #expect(try await useCases.verdictFeeds(of: nil, by: anna).isEmpty)
        played.server.serve(third)
        #expect(try await useCases.subscribeVerdicts(wish(played), by: anna).sequence == 3)
        played.server.serve(try signed(played, .ok, sequence: 4))
        _ = try await useCases.refreshVerdicts("noc", of: nil, by: anna)
        try await useCases.unsubscribeVerdicts("noc", of: nil, by: anna)
        played.server.serve(third)
        await refused("E_VERDICTS_ROLLED_BACK") {
            _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        }
        // What another key signs is counted anew.
        let other = Played(
            house: played.house, endpoint: played.endpoint, server: played.server,
            key: try SigningKey(bytes: [UInt8](repeating: 8, count: 32)))
        played.server.serve(try signed(other, .ok, sequence: 1))
        #expect(try await useCases.subscribeVerdicts(wish(other), by: anna).sequence == 1)
    }

    @Test func `a feed that no longer answers raises one alert, which ends when it answers`()
        async throws
    {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        func alerts(openOnly: Bool = true) async throws -> [Alert] {
            for _ in 0..<2 {
                try await useCases.watchVerdictFeeds()
                try await useCases.watchFeeds()
            }
            return try await useCases.alerts(by: anna, openOnly: openOnly)
        }
        played.server.serve(try signed(played, .ok, sequence: 1))
        _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        // That nothing has changed is an answer too.
        played.server.sayUnchanged()
        for _ in 0..<5 {
            played.house.clock.advance(seconds: 3_600)
            try await useCases.refreshDueVerdicts()
        }
        #expect(try await alerts().isEmpty)
        played.server.fail("It does not answer.")
        played.house.clock.advance(seconds: 3 * 3_600 + 1)
        try await useCases.refreshDueVerdicts()
        let alert = try #require(try await alerts().first)
        #expect(try await alerts().count == 1)
        #expect(alert.kind == .feedStale && alert.tenant == nil && alert.isAboutVerdicts)
        #expect(
            alert.sentence.contains("The verdict feed noc has brought nothing that holds since"))
        #expect(alert.sentence.hasSuffix("It does not answer. (E_FEED_FAILED)"))
        #expect(alert.nextStep.contains("ask its publisher"))
        let ours = Principal(
            name: "user:ben", scope: .tenant(played.house.tenant.id), permissions: [.view])
        #expect(try await useCases.alerts(by: ours).isEmpty)
        let feed = try #require(try await useCases.verdictFeeds(of: nil, by: anna).first)
        #expect(feed.state == .stale)
        #expect(feed.nextStep == "Check the address, and that the server may reach it.")
        // Acknowledged by a person, it stays so while the same trouble lasts.
        _ = try await useCases.acknowledge(alert.id, by: anna)
        #expect(try await alerts().isEmpty)
        played.server.serve(try signed(played, .ok, sequence: 2))
        _ = try await useCases.refreshVerdicts("noc", of: nil, by: anna)
        #expect(try await alerts().isEmpty)
        #expect(try await useCases.verdictFeeds(of: nil, by: anna).first?.state == .current)
        #expect(try await alerts(openOnly: false).count == 1)
    }

    @Test func `a feed that expires raises an alert, and the next publication ends it`()
        async throws
    {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        func open() async throws -> [String] {
            try await useCases.watchVerdictFeeds()
            return try await useCases.alerts(by: anna, openOnly: true).map(\.sentence)
        }
        played.server.serve(try signed(played, .ok, sequence: 1, days: 1))
        var wish = wish(played)
        wish.tenant = played.house.tenant.id
        _ = try await useCases.subscribeVerdicts(wish, by: anna)
        played.server.sayUnchanged()
        played.house.clock.advance(seconds: 86_400)
        try await useCases.refreshDueVerdicts()
        let found = try await open()
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("The verdict feed noc of Acme expired at ") == true)
        let feed = try #require(try await useCases.verdictFeeds(of: nil, by: anna).first)
        #expect(feed.state == .expired && feed.problem == nil)
        #expect(feed.nextStep == "Ask its publisher for a newer one, or unsubscribe from it.")
        // Silence besides is not told of twice.
        played.server.fail("It does not answer.")
        played.house.clock.advance(seconds: 4 * 3_600)
        try await useCases.refreshDueVerdicts()
        #expect(try await open() == found)
        played.server.serve(try signed(played, .ok, sequence: 2))
        _ = try await useCases.refreshVerdicts("noc", of: played.house.tenant.id, by: anna)
        #expect(try await open().isEmpty)
        let told = try await useCases.alerts(by: anna, openOnly: false)
        #expect(told.map(\.acknowledgedBy) == ["system"])
    }

    @Test func `what is said is narrowed, counted and turned over`() async throws {
        let played = try await played()
        let (useCases, anna) = (played.house.useCases, played.house.administrator)
        let now = played.house.clock.now
        let feed = VerdictFeedDocument(
            feed: "noc", sequence: 1, issuedAt: now, expiresAt: now.adding(seconds: 86_400),
            verdicts: (0..<5).map { number in
                UpdateVerdict(
                    number == 0 ? .block : .caution, package: "lib\(number)", evidence: "Seen",
                    at: now.adding(seconds: Int64(-number)))
            })
        played.server.serve(try feed.envelope(signedBy: played.key).json)
        _ = try await useCases.subscribeVerdicts(wish(played), by: anna)
        _ = try await useCases.sayVerdict(
            VerdictDraft(.block, package: "nginx", vulnerability: "CVE-2026-1", reason: "Tried"),
            by: anna)
        func names(_ filter: VerdictFilter, _ skipping: Int = 0, _ limit: Int = 9) async throws
            -> ([String?], Int)
        {
            let page = try await useCases.verdicts(
                of: nil, filter, skipping: skipping, limit: limit, by: anna)
            return (page.items.map(\.package), page.total)
        }
        #expect(
            try await names(VerdictFilter())
                == (["nginx", "lib0", "lib1", "lib2", "lib3", "lib4"], 6))
        #expect(try await names(VerdictFilter(), 2, 2) == (["lib1", "lib2"], 6))
        #expect(try await names(VerdictFilter(word: .block)) == (["nginx", "lib0"], 2))
        #expect(try await names(VerdictFilter(ownOnly: true)) == (["nginx"], 1))
        #expect(try await names(VerdictFilter(feed: "noc"), 4) == (["lib4"], 5))
        #expect(try await names(VerdictFilter(search: "cve-2026")) == (["nginx"], 1))
        #expect(try await names(VerdictFilter(package: "lib")) == ([], 0))
        #expect(try await names(VerdictFilter(search: "LIB", word: .caution)).1 == 4)
    }

    @Test func `a decision says which verdict it goes by`() async throws {
        let played = try await played()
        let anna = played.house.administrator
        #expect(try await decision(played).asksForVerdict)
        #expect(try await decision(played).verdict == nil)
        played.server.serve(try signed(played, .block, sequence: 1))
        _ = try await played.house.useCases.subscribeVerdicts(wish(played), by: anna)
        let held = try await decision(played)
        #expect(held.asksForVerdict && held.verdict?.word == .block)
        #expect(held.verdict?.subject == "openssl")
    }

    @Test func `an own ok names the version, and a reason`() async throws {
        let played = try await played()
        for draft in [
            VerdictDraft(.ok, package: "openssl", reason: "Tried"),
            VerdictDraft(.block, reason: "Tried"),
            VerdictDraft(.block, package: "openssl", reason: " "),
        ] {
            await refused("E_VERDICTS_ENTRY") {
                _ = try await played.house.useCases.sayVerdict(
                    draft, by: played.house.administrator)
            }
        }
    }

    private func refused(
        _ code: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("not refused", sourceLocation: sourceLocation)
        } catch let refusal as Refusal {
            #expect(refusal.code == code, sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }
}
