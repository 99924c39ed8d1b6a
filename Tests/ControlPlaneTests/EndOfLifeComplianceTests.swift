import Intelligence
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Policy
import ServerRecords
import TestSupport
import Testing

/// What is beyond its support counts for compliance until a person says what is done about it.
struct EndOfLifeComplianceTests {
    /// An endpoint with Debian 12, whose support has ended.
    private func house(_ shelf: TestShelf = TestShelf()) async throws -> (House, TestEndpoint) {
        shelf.publish(
            "ends",
            .init(
                format: .endOfLife,
                records: [
                    .endOfLifeCycle(
                        EndOfLifeCycle(
                            product: "debian", cycle: "12",
                            endOfLife: .on(House.start.adding(seconds: -10 * 86_400))))
                ]))
        let house = try await House(shelf: shelf)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "ends", source: "https://feeds.example.org/ends"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "3.0.1"])
        return (house, endpoint)
    }

    private func verdict(_ house: House) async throws -> ComplianceVerdict {
        let page = try await house.useCases.endpoints(EndpointFilter(), by: house.administrator)
        let counts = try await house.useCases.overview(by: house.administrator).counts
        let item = try #require(page.items.first)
        // The card counts what the list shows.
        #expect(counts.compliant == (item.verdict.compliance == .compliant ? 1 : 0))
        #expect(counts.nonCompliant == (item.verdict.compliance == .nonCompliant ? 1 : 0))
        let listed = try await house.useCases.endpoints(
            EndpointFilter(compliance: item.verdict.compliance), by: house.administrator)
        #expect(listed.total == 1)
        return item.verdict
    }

    private func answer(_ house: House, days: Int64) async throws {
        _ = try await house.useCases.answerEndOfLife(
            NewEndOfLifeAnswer(
                tenant: house.tenant.id, product: "debian", cycle: "12",
                treatment: .extendedSupport,
                until: house.clock.now.adding(seconds: days * 86_400), reason: "LTS is used."),
            by: house.administrator)
    }

    @Test func `an endpoint beyond its support is non-compliant until somebody answers for it`()
        async throws
    {
        let (house, endpoint) = try await house()
        // While the fleet is still being read, nothing is said of it.
        try await house.useCases.settleSupport()
        #expect(try await verdict(house).compliance == .unknown)
        try await house.useCases.buildFindings()
        try await house.useCases.settleSupport()
        let ended = try await verdict(house)
        #expect(ended.compliance == .nonCompliant)
        #expect(ended.sentence.contains("debian 12"), "\(ended)")
        try await answer(house, days: 2)
        #expect(try await verdict(house).compliance == .compliant)
        house.clock.advance(seconds: 3 * 86_400)
        try await endpoint.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        try await house.useCases.settleSupport()
        #expect(try await verdict(house).compliance == .nonCompliant, "the answer has expired")
    }

    @Test func `extended support that is over itself is none`() async throws {
        let shelf = TestShelf()
        let ended = House.start.adding(seconds: -10 * 86_400)
        shelf.publish(
            "ends",
            .init(
                format: .distroInfo,
                records: [
                    .distributionRelease(
                        DistributionRelease(
                            distribution: "debian", version: "12", series: "bookworm",
                            endOfLife: ended,
                            extendedSupport: [
                                .init(name: "lts", until: ended),
                                .init(
                                    name: "elts", until: House.start.adding(seconds: 86_400)),
                            ]))
                ]))
        let house = try await House(shelf: shelf)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "ends", source: "https://feeds.example.org/ends"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        try await answer(house, days: 30)
        let item = try #require(
            try await house.useCases.endOfLife(by: house.administrator).items.first)
        #expect(item.compliance == .compliant && item.sentence.contains("elts"), "\(item)")
        house.clock.advance(seconds: 3 * 86_400)
        let later = try #require(
            try await house.useCases.endOfLife(by: house.administrator).items.first)
        #expect(later.compliance == .nonCompliant)
        #expect(later.sentence.contains("declared is over too"), "\(later.sentence)")
    }

    @Test func `an answer while the fleet is being read makes no endpoint compliant`()
        async throws
    {
        let shelf = TestShelf()
        let (house, _) = try await house(shelf)
        let other = try await house.enrol("web-2")
        try await other.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        try await house.useCases.settleSupport()
        let again = UseCases(
            ledger: house.useCases.ledger, effects: house.useCases.effects,
            keys: house.useCases.keys, signals: Signals(), shelf: shelf)
        try await again.prepareFeeds()
        try await again.settleSupport()
        let counts = try await again.overview(by: house.administrator).counts
        #expect(counts.nonCompliant == 2)
    }

    @Test func `a scan does not make an unsupported endpoint compliant`() async throws {
        let (house, endpoint) = try await house()
        try await house.useCases.buildFindings()
        try await house.useCases.settleSupport()
        house.clock.advance(seconds: 60)
        try await endpoint.report(["openssl": "3.0.2"])
        #expect(try await verdict(house).compliance == .nonCompliant)
    }

    @Test func `an answer of one tenant says nothing of another's endpoints`() async throws {
        let (house, _) = try await house()
        let other = try await house.useCases.createTenant(name: "Bolt", by: house.administrator)
        let stranger = try await house.enrol("web-2", tenant: other)
        try await stranger.report(["openssl": "3.0.1"])
        try await house.useCases.buildFindings()
        try await house.useCases.settleSupport()
        try await answer(house, days: 30)
        let counts = try await house.useCases.overview(by: house.administrator).counts
        #expect(counts.compliant == 1 && counts.nonCompliant == 1)
    }
}
