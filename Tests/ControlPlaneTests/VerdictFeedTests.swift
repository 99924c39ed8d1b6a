import Fleet
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
    private let state = Mutex<Result<[UInt8], FeedTrouble>>(.success([]))

    func serve(_ bytes: [UInt8]) { state.withLock { $0 = .success(bytes) } }
    func fail(_ message: String) { state.withLock { $0 = .failure(FeedTrouble(message)) } }

    func fetch(
        _ source: String, held validators: FeedValidators, limit: Int
    ) async throws -> VerdictArrival? {
        VerdictArrival(try state.withLock { try $0.get() })
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
