import Intelligence
@testable import Findings
@testable import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import ServerRecords
import TestSupport
import Testing

@Suite struct `Who had a vulnerability, and when` {
    private static let name = "CVE-2026-1"

    private func house() async throws -> (House, TestShelf) {
        let shelf = TestShelf()
        let house = try await House.tracking(
            [.debian(Self.name, "openssl", fixed: "3.0.2")], shelf: shelf)
        return (house, shelf)
    }

    private func history(
        _ useCases: UseCases, _ from: Timestamp? = nil, _ to: Timestamp? = nil,
        by principal: Principal = .localAdministrator
    ) async throws -> VulnerabilityHistory {
        try await useCases.history(
            of: "cve-2026-1", FindingHistoryFilter(from: from, to: to), by: principal)
    }

    @Test func `each endpoint has the times in which it had it, retired ones too`() async throws {
        let (house, _) = try await house()
        let web = try await house.enrol("web-1")
        let old = try await house.enrol("old-1")
        let other = try await house.enrol(
            "else-1",
            tenant: try await house.useCases.createTenant(
                name: "Bolt", by: house.administrator))
        for each in [web, old, other] { try await each.report(["openssl": "3.0.1"]) }
        try await house.useCases.buildFindings()
        let start = house.clock.now
        house.clock.advance(seconds: 1000)
        try await web.report(["openssl": "3.0.2"])
        try await house.useCases.buildFindings()
        let mended = house.clock.now
        house.clock.advance(seconds: 1000)
        try await house.useCases.retire(old.principal.endpoint, by: house.administrator)
        try await house.useCases.buildFindings()
        let retired = house.clock.now
        house.clock.advance(seconds: 1000)
        try await web.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        let back = house.clock.now
        house.clock.advance(seconds: 1000)
        let all = try await history(house.useCases)
        #expect(all.total == 3)
        let byName = Dictionary(
            uniqueKeysWithValues: all.items.map { ($0.endpointName, $0.intervals) })
        #expect(
            byName["web-1"] == [
                .init(began: start, ended: mended, endedBy: .scan), .init(began: back),
            ])
        #expect(byName["old-1"] == [.init(began: start, ended: retired, endedBy: .retired)])
        #expect(byName["else-1"] == [.init(began: start)])
        #expect(all.items.first { $0.endpointName == "old-1" }?.retiredAt == retired)
        // Between the mending and the return, web-1 did not have it.
        let between = try await history(house.useCases, mended, back)
        #expect(Set(between.items.map(\.endpointName)) == ["old-1", "else-1"])
        let later = try await history(house.useCases, retired, back)
        #expect(later.items.map(\.endpointName) == ["else-1"])
        let tomorrow = house.clock.now.adding(seconds: 86_400)
        // What has not begun is not answered with what is now.
        await #expect(throws: Refusal.self) {
            try await history(house.useCases, tomorrow, tomorrow.adding(seconds: 86_400))
        }
        let own = Principal(name: "user:a", scope: .tenant(house.tenant.id), permissions: [.view])
        let mine = try await history(house.useCases, by: own)
        #expect(Set(mine.items.map(\.endpointName)) == ["web-1", "old-1"])
        await #expect(throws: Refusal.self) { try await history(house.useCases, back, mended) }
    }

    @Test func `pages go through all endpoints once`() async throws {
        let (house, _) = try await house()
        for number in 0..<7 {
            let endpoint = try await house.enrol("web-\(number)")
            try await endpoint.report(["openssl": "3.0.1"])
            try await house.useCases.buildFindings()
            house.clock.advance(seconds: 10)
            if number.isMultiple(of: 2) { try await endpoint.report(["openssl": "3.0.2"]) }
        }
        try await house.useCases.buildFindings()
        var (names, after): ([String], EndpointID?) = ([], nil)
        repeat {
            let page = try await house.useCases.history(
                of: Self.name, FindingHistoryFilter(after: after, limit: 2),
                by: house.administrator)
            #expect(page.total == 7)
            names += page.items.map(\.endpointName)
            after = page.next.flatMap(EndpointID.init)
        } while after != nil
        #expect(names == (0..<7).map { "web-\($0)" })
    }

    @Test func `what a scan changed while no server looked is told after the restart`()
        async throws
    {
        let (house, shelf) = try await house()
        let web = try await house.enrol("web-1")
        try await web.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        let start = house.clock.now
        house.clock.advance(seconds: 500)
        try await web.report(["openssl": "3.0.2"])
        // The process ends before it has looked at the scan.
        let again = UseCases(
            ledger: house.useCases.ledger, effects: house.useCases.effects,
            keys: house.useCases.keys, signals: Signals(), shelf: shelf)
        house.clock.advance(seconds: 500)
        try await again.prepareFeeds()
        try await again.buildFindings()
        let told = try await history(again)
        #expect(
            told.items.map(\.intervals) == [
                [.init(began: start, ended: house.clock.now, endedBy: .scan)]
            ])
        try await again.buildFindings()
        #expect(try await history(again) == told)
    }
}
