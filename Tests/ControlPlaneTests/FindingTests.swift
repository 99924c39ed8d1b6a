import Intelligence
@testable import Findings
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import ServerRecords
import TestSupport
import Testing

struct FindingTests {
    private func house(_ shelf: TestShelf) async throws -> House {
        shelf.publish(
            "tracker",
            .init(
                format: .debianTracker,
                records: [
                    .debian("CVE-2026-1", "openssl", fixed: "3.0.2"),
                    .debian("CVE-2026-2", "bash", fixed: nil),
                ]))
        let house = try await House(shelf: shelf)
        for name in ["tracker", "kev"] {
            _ = try await house.useCases.addFeed(
                NewFeed(name: name, source: "https://feeds.example.org/\(name)"),
                by: house.administrator)
        }
        return house
    }

    @Test func `a feed that no longer answers raises one alert, which ends when it answers`()
        async throws
    {
        let shelf = TestShelf()
        let house = try await house(shelf)
        let admin = house.administrator
        func alerts(openOnly: Bool = true) async throws -> [Alert] {
            for _ in 0..<2 { try await house.useCases.watchFeeds() }
            return try await house.useCases.alerts(by: admin, openOnly: openOnly)
        }
        try await house.useCases.refreshDueFeeds()
        #expect(try await alerts().isEmpty)
        shelf.fail(FeedTrouble("The server cannot be reached."))
        house.clock.advance(seconds: 3 * 6 * 3600 + 1)
        try await house.useCases.refreshDueFeeds()
        let raised = try await alerts().filter { $0.subject.hasPrefix("tracker") }
        let alert = try #require(raised.first)
        #expect(raised.count == 1)
        #expect(alert.kind == .feedStale && alert.tenant == nil)
        #expect(alert.sentence.contains("The server cannot be reached."))
        let ours = Principal(
            name: "user:ben", scope: .tenant(house.tenant.id), permissions: [.view])
        #expect(try await house.useCases.alerts(by: ours).isEmpty)
        // Acknowledged by a person, it stays so while the same trouble lasts.
        _ = try await house.useCases.acknowledge(alert.id, by: admin)
        house.clock.advance(seconds: 86_400)
        try await house.useCases.refreshDueFeeds()
        #expect(try await alerts().allSatisfy { !$0.subject.hasPrefix("tracker") })
        shelf.fail(nil)
        house.clock.advance(seconds: 86_400)
        try await house.useCases.refreshDueFeeds()
        #expect(try await alerts().isEmpty)
        let all = try await alerts(openOnly: false)
        #expect(all.filter { $0.subject.hasPrefix("kev") }.map(\.acknowledgedBy) == ["system"])
    }

    @Test func `a new entry of the catalogue re-scores, sets a due date and raises one alert`()
        async throws
    {
        let shelf = TestShelf()
        let house = try await house(shelf)
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "3.0.1", "bash": "5.2"])
        shelf.publish(
            "kev", .init(format: .kev, records: [.exploited("CVE-1999-1", added: House.start)]))
        try await house.useCases.refreshDueFeeds()
        try await house.useCases.buildFindings()
        let before = try await house.useCases.findings(
            FindingFilter(vulnerability: "CVE-2026-2"), by: house.administrator)
        #expect(before.total == 1)
        #expect(before.items.first?.state == .noFix)
        #expect(before.items.first?.dueAt == nil)
        #expect(try await house.useCases.alerts(by: house.administrator).isEmpty)
        house.clock.advance(seconds: 3 * 86_400)
        let listed = house.clock.now
        shelf.publish(
            "kev",
            .init(
                format: .kev,
                records: [
                    .exploited("CVE-1999-1", added: House.start),
                    .exploited("CVE-2026-2", added: listed),
                ]))
        try await house.useCases.refreshDueFeeds()
        let after = try await house.useCases.findings(
            FindingFilter(vulnerability: "CVE-2026-2"), by: house.administrator)
        let (old, new) = (try #require(before.items.first), try #require(after.items.first))
        #expect(new.kev && !old.kev)
        #expect(new.risk > old.risk)
        #expect(new.firstSeenAt == old.firstSeenAt, "the clock goes on")
        // BOD 26-04: listed, not exposed: 14 days from the earlier of listing and detection.
        #expect(new.dueAt == old.firstSeenAt.adding(seconds: 14 * 86_400))
        let alerts = try await house.useCases.alerts(by: house.administrator, openOnly: true)
        #expect(alerts.map(\.subject) == ["CVE-2026-2"])
        #expect(alerts.first?.endpoints == 1)
        #expect(
            try await house.useCases.overview(by: house.administrator).needs.first?.kind == .alerts)
        let alert = try #require(alerts.first)
        let acknowledged = try await house.useCases.acknowledge(alert.id, by: house.administrator)
        #expect(acknowledged.acknowledgedBy == house.administrator.name)
        house.clock.advance(seconds: 7 * 3600)
        try await house.useCases.refreshDueFeeds()
        #expect(try await house.useCases.alerts(by: house.administrator).count == 1)
        let actions = try await house.useCases.auditEntries(by: house.administrator, limit: 100)
            .map(\.action)
        for action in ["feed.added", "feed.taken", "alert.raised", "alert.acknowledged"] {
            #expect(actions.contains(action), "\(action)")
        }
    }

    @Test func `a feed that has never answered is told among what needs somebody`() async throws {
        let shelf = TestShelf()
        let house = try await house(shelf)
        shelf.fail(FeedTrouble("It answers 503."))
        func feeds() async throws -> Int? {
            try await house.useCases.overview(by: house.administrator).needs
                .first { $0.kind == .feeds }?.count
        }
        #expect(try await feeds() == nil, "nothing has been asked yet")
        try await house.useCases.refreshDueFeeds()
        // The tracker and the catalogue of exploited vulnerabilities.
        #expect(try await feeds() == 2)
    }

    @Test func `when a finding began outlives the process, and a scan begins a new one`()
        async throws
    {
        let shelf = TestShelf()
        let house = try await house(shelf)
        try await house.useCases.refreshDueFeeds()
        let endpoint = try await house.enrol("web-1")
        house.clock.advance(seconds: 60)
        try await endpoint.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        let first = try await house.useCases.findings(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(first.items.map(\.vulnerability) == ["CVE-2026-1"])
        #expect(first.isCovered)
        house.clock.advance(seconds: 1000)
        let brought = house.clock.now
        try await endpoint.report(["openssl": "3.0.1", "bash": "5.2"])
        try await house.useCases.buildFindings()
        let again = UseCases(
            ledger: house.useCases.ledger, effects: house.useCases.effects,
            keys: house.useCases.keys, signals: Signals(), shelf: shelf)
        house.clock.advance(seconds: 5000)
        try await again.prepareFeeds()
        try await again.buildFindings()
        let second = try await again.findings(
            of: endpoint.principal.endpoint, by: house.administrator)
        let starts = Dictionary(
            uniqueKeysWithValues: second.items.map { ($0.vulnerability, $0.firstSeenAt) })
        #expect(starts["CVE-2026-1"] == first.items.first?.firstSeenAt)
        // The vulnerability came to be known here with the scan, so both are the same instant.
        #expect(starts["CVE-2026-2"] == brought)
        try await endpoint.report(["openssl": "3.0.2", "bash": "5.2"])
        try await again.buildFindings()
        let mended = try await again.findings(
            FindingFilter(vulnerability: "CVE-2026-1"), by: house.administrator)
        #expect(mended.items.isEmpty)
        try await again.retire(endpoint.principal.endpoint, by: house.administrator)
        try await again.buildFindings()
        let left = try await again.vulnerabilities(VulnerabilityFilter(), by: house.administrator)
        #expect(left.items.isEmpty && left.total == 0)
    }

    @Test func `lists and pages hold the same, for whoever may see it`() async throws {
        let shelf = TestShelf()
        let house = try await house(shelf)
        try await house.useCases.refreshDueFeeds()
        let other = try await house.useCases.createTenant(
            name: "Bolt", by: house.administrator)
        for number in 0..<7 {
            let endpoint = try await house.enrol(
                "web-\(number)", tenant: number < 5 ? house.tenant : other)
            try await endpoint.report(["openssl": number == 0 ? "3.0.2" : "3.0.1", "bash": "5"])
        }
        try await house.useCases.buildFindings()
        let own = Principal(name: "user:a", scope: .tenant(house.tenant.id), permissions: [.view])
        for (principal, expected) in [(house.administrator, 13), (own, 9)] {
            var seen: Set<String> = []
            var after: String?
            for _ in 0..<20 {
                let page = try await house.useCases.findings(
                    FindingFilter(after: after, limit: 2), by: principal)
                for item in page.items {
                    let isNew = seen.insert("\(item.vulnerability) \(item.endpoint)").inserted
                    #expect(isNew, "\(item.vulnerability) \(item.endpoint) twice")
                }
                after = page.next
                if after == nil { break }
            }
            #expect(seen.count == expected)
            let list = try await house.useCases.vulnerabilities(
                VulnerabilityFilter(), by: principal)
            #expect(list.items.reduce(0) { $0 + $1.endpoints } == expected)
            for item in list.items {
                let affected = try await house.useCases.findings(
                    FindingFilter(vulnerability: item.vulnerability), by: principal)
                #expect(affected.total == item.endpoints)
                #expect(affected.items.count == item.endpoints)
                let detail = try await house.useCases.vulnerability(
                    item.vulnerability, by: principal)
                #expect(detail.item == item)
                #expect(detail.software.reduce(0) { $0 + $1.endpoints } == item.endpoints)
            }
        }
        let stranger = Principal(name: "user:b", scope: .tenant(other.id), permissions: [.view])
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.findings(
                FindingFilter(tenant: house.tenant.id), by: stranger)
        }
    }
}

struct FeedTests {
    @Test func `a feed that shrinks by half waits until a person confirms it`() async throws {
        let shelf = TestShelf()
        let house = try await House(shelf: shelf)
        let admin = house.administrator
        let all = (1...9).map { FeedRecord.debian("CVE-2026-\($0)", "openssl", fixed: "3.0.2") }
        shelf.publish("t", .init(format: .debianTracker, records: all))
        _ = try await house.useCases.addFeed(
            NewFeed(name: "t", source: "https://feeds.example.org/t"), by: admin)
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        try await house.useCases.refreshDueFeeds()
        func found() async throws -> Int {
            try await house.useCases.vulnerabilities(VulnerabilityFilter(), by: admin).total
        }
        #expect(try await found() == 9)
        shelf.publish("t", .init(format: .debianTracker, records: Array(all.prefix(4))))
        let waiting = try await house.useCases.refreshFeed("t", by: admin)
        #expect(waiting.freshness == .waiting)
        #expect(waiting.pending?.reason == .shrank)
        #expect(try await found() == 9, "what it said before still counts")
        #expect(try await house.useCases.overview(by: admin).needs.contains { $0.kind == .feeds })
        let confirmed = try await house.useCases.confirmFeed("t", by: admin)
        #expect(confirmed.freshness == .fresh)
        #expect(try await found() == 4)
        _ = try await house.useCases.switchFeed("t", on: false, by: admin)
        #expect(try await found() == 0)
        _ = try await house.useCases.switchFeed("t", on: true, by: admin)
        #expect(try await found() == 4)
        try await house.useCases.removeFeed("t", by: admin)
        #expect(try await found() == 0)
    }

    @Test(
        arguments: [
            ("https://feeds.example.org/kev.json", nil), ("https://feeds.example.org/a@b", nil),
            ("/srv/feeds/kev.json", nil), ("http://127.0.0.1:8080/x", nil), ("http://[::1]/x", nil),
            ("http://feeds.example.org/x", "Without TLS"), ("file:///srv/kev.json", "no https://"),
            ("http://localhost.example.org/x", "Without TLS"), ("https://a b/", "characters"),
            ("https:///kev.json", "no server"), ("http://localhost@feeds.example.org/", "password"),
            ("https://anna:secret@feeds.example.org/x", "password"),
        ] as [(String, String?)])
    func `a feed's address leads over TLS or no further than here, and holds no secret`(
        _ source: String, _ words: String?
    ) {
        let problem = FeedSource.problem(source)
        #expect(words.map { problem?.contains($0) == true } ?? (problem == nil), "\(problem ?? "")")
    }

    @Test func `feeds that are asked often come first, and a removed one holds up none`()
        async throws
    {
        let shelf = TestShelf()
        let house = try await House(shelf: shelf)
        let admin = house.administrator
        for (name, interval) in [("all", 86_400), ("kev", 900), ("probabilities", 21_600)] {
            _ = try await house.useCases.addFeed(
                NewFeed(
                    name: name, source: "https://feeds.example.org/x",
                    intervalSeconds: Int64(interval)), by: admin)
        }
        shelf.fail(FeedTrouble("It does not answer."))
        try await house.useCases.refreshDueFeeds()
        #expect(shelf.asked == ["kev", "probabilities", "all"])
        try await house.useCases.removeFeed("kev", by: admin)
        house.clock.advance(seconds: 3600)
        try await house.useCases.refreshDueFeeds()
        #expect(shelf.asked.suffix(2) == ["probabilities", "all"])
    }

    @Test func `what waited is dropped once its source brings again what is held`() async throws {
        let shelf = TestShelf()
        let house = try await House(shelf: shelf)
        let admin = house.administrator
        let all = (1...9).map { FeedRecord.debian("CVE-2026-\($0)", "openssl", fixed: "3.0.2") }
        let whole = TestShelf.Content(format: .debianTracker, records: all)
        let cut = TestShelf.Content(
            format: .debianTracker, records: Array(all.prefix(1)), isComplete: false)
        shelf.publish("t", whole)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "t", source: "https://feeds.example.org/t"), by: admin)
        try await house.useCases.refreshDueFeeds()
        shelf.publish("t", cut)
        let first = try await house.useCases.refreshFeed("t", by: admin)
        #expect(first.pending?.reason == .incomplete)
        house.clock.advance(seconds: 3600)
        let again = try await house.useCases.refreshFeed("t", by: admin)
        #expect(again.pending?.arrivedAt == first.pending?.arrivedAt, "the same is told once")
        let entries = try await house.useCases.auditEntries(by: admin)
        #expect(entries.count { $0.action == "feed.refused" } == 1)

        // While something waits, a failure is a failure still.
        shelf.fail(FeedTrouble("It does not answer."))
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.refreshFeed("t", by: admin)
        }
        shelf.fail(nil)
        shelf.publish("t", whole)
        let mended = try await house.useCases.refreshFeed("t", by: admin)
        #expect(mended.freshness == .fresh)
        #expect(mended.pending == nil && mended.problem == nil)
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.confirmFeed("t", by: admin)
        }
    }

    @Test func `a feed that fails is asked again later and later, and then is stale`() async throws
    {
        let shelf = TestShelf()
        let house = try await House(shelf: shelf)
        let admin = house.administrator
        _ = try await house.useCases.addFeed(
            NewFeed(name: "t", source: "https://feeds.example.org/t", intervalSeconds: 300),
            by: admin)
        try await house.useCases.refreshDueFeeds()
        shelf.fail(FeedTrouble("It does not answer.", retryAfterSeconds: 900))
        var waits: [Int64] = []
        for _ in 0..<5 {
            house.clock.advance(seconds: 100_000)
            try await house.useCases.refreshDueFeeds()
            let feed = try #require(try await house.useCases.feeds(by: admin).first)
            #expect(feed.problem == "It does not answer.")
            waits.append(feed.nextAt?.seconds(since: house.clock.now) ?? 0)
        }
        #expect(waits.allSatisfy { $0 >= 900 }, "the server's own word is kept")
        #expect(try await house.useCases.feeds(by: admin).first?.freshness == .stale)
        shelf.fail(nil)
        house.clock.advance(seconds: 100_000)
        try await house.useCases.refreshDueFeeds()
        #expect(try await house.useCases.feeds(by: admin).first?.freshness == .fresh)
    }

    @Test(arguments: [
        "http://feeds.example.org/kev", "ftp://feeds.example.org/kev", "file:///etc/passwd",
        "kev.json", "https://feeds.example.org/a b", "http://127.0.0.1@feeds.example.org/",
        "http://127.0.0.1.example.org/",
    ])
    func `a feed does not come without TLS from elsewhere`(_ source: String) async throws {
        let house = try await House(shelf: TestShelf())
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.addFeed(
                NewFeed(name: "t", source: source), by: house.administrator)
        }
    }

    @Test func `who belongs to a tenant changes no feed`() async throws {
        let shelf = TestShelf()
        let house = try await House(shelf: shelf)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "t", source: "https://feeds.example.org/t?key=secret"),
            by: house.administrator)
        let theirs = Principal(
            name: "user:b", scope: .tenant(house.tenant.id),
            permissions: Role.administrator.permissions)
        #expect(try await house.useCases.feeds(by: theirs).first?.source == nil)
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.switchFeed("t", on: false, by: theirs)
        }
        await #expect(throws: Refusal.self) {
            try await house.useCases.removeFeed("t", by: theirs)
        }
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.refreshFeed("t", by: theirs)
        }
    }
}
