import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Foresight
import Intelligence
import ServerRecords
import Testing

/// What has not happened yet and would is told once, and is over by itself.
struct ForesightTests {
    private static let day: Int64 = 86_400

    /// Two endpoints with a vulnerability that is to be gone within 14 days, and the update for it.
    private func late() async throws -> (House, [TestEndpoint]) {
        let shelf = TestShelf()
        shelf.publish(
            "kev", .init(format: .kev, records: [.exploited("CVE-2026-1", added: House.start)]))
        let house = try await House.tracking(
            [.debian("CVE-2026-1", "openssl", fixed: "3.0.2")], shelf: shelf, hasCatalogue: true)
        let endpoints = [try await house.enrol("web-1"), try await house.enrol("web-2")]
        try await scan(endpoints)
        try await house.useCases.buildFindings()
        return (house, endpoints)
    }

    private func scan(_ endpoints: [TestEndpoint]) async throws {
        for endpoint in endpoints {
            try await endpoint.report(
                ["openssl": "3.0.1"],
                updates: [TestEndpoint.update("openssl", from: "3.0.1", to: "3.0.2")])
        }
    }

    private func save(_ yaml: String, in house: House) async throws -> PolicyID {
        try await house.useCases.savePolicy(
            PolicyDraft(tenant: house.tenant.id, yaml: yaml, note: "A test", confirm: true),
            by: house.administrator
        ).id
    }

    private func open(_ kind: Alert.Kind, in house: House) async throws -> [Alert] {
        try await house.useCases.foresee()
        let tenant = house.tenant.id
        return try await house.useCases.ledger.read { try $0.openAlerts(kind, of: tenant) }
    }

    @Test func `a due date that endpoints will miss by plan is told once, and over when it is met`()
        async throws
    {
        let (house, endpoints) = try await late()
        #expect(try await open(.dueDateAhead, in: house).isEmpty, "it is two weeks ahead")
        house.clock.advance(seconds: 8 * Self.day)
        try await scan(endpoints)
        let first = try await open(.dueDateAhead, in: house)
        let alert = try #require(first.first)
        #expect(first.count == 1)
        #expect(alert.endpoints == 2)
        #expect(alert.severity == .warning)
        #expect(
            alert.sentence.hasPrefix(
                "2 endpoints will miss a due date on \(alert.subject) by today's plan: web-1, web-2. "
                    + "openssl on web-1: "), "\(alert.sentence)")
        #expect(try await open(.dueDateAhead, in: house).map(\.id) == [alert.id], "told once")

        let policy = try await save(`Policies in the server`.yaml(), in: house)
        #expect(try await open(.dueDateAhead, in: house).isEmpty)
        let (id, tenant) = (alert.id, house.tenant.id)
        let ended = try await house.useCases.ledger.read { try $0.alert(id, in: .tenant(tenant)) }
        #expect(ended?.acknowledgedBy == "system")

        _ = try await house.useCases.setPolicy(
            policy, enabled: false, PolicyOrder(), by: house.administrator)
        #expect(try await open(.dueDateAhead, in: house).count == 1, "it would be missed again")
    }

    @Test func `a date that has passed is no forecast any more`() async throws {
        let (house, endpoints) = try await late()
        house.clock.advance(seconds: 13 * Self.day)
        try await scan(endpoints)
        #expect(try await open(.dueDateAhead, in: house).count == 1)
        house.clock.advance(seconds: 2 * Self.day)
        try await scan(endpoints)
        #expect(try await open(.dueDateAhead, in: house).isEmpty)
    }

    @Test func `a window that comes too late is foreseen`() async throws {
        let (house, endpoints) = try await late()
        house.clock.advance(seconds: 12 * Self.day)
        try await scan(endpoints)
        // 2027-01-27 is a Wednesday, and the date is Friday's.
        _ = try await save(
            `Policies in the server`.yaml(every: "sunday", from: "22:00", length: "4h"), in: house)
        let alerts = try await open(.dueDateAhead, in: house)
        #expect(alerts.map(\.endpoints) == [2])
        #expect(alerts.first?.sentence.contains("2027-01-31") == true, "\(alerts)")
    }

    private static let updaters = [
        OwnUpdater("unattended-upgrades", evidence: "it is on"),
        OwnUpdater("snapd", evidence: "it is on"),
    ]

    @Test func `endpoints that update themselves are told where a policy answers for them`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["bash": "1"], updaters: Self.updaters)
        try await house.useCases.buildFindings()
        #expect(try await open(.selfUpdating, in: house).isEmpty, "nobody has a policy for it")
        _ = try await save(`Policies in the server`.yaml(), in: house)
        let alerts = try await open(.selfUpdating, in: house)
        #expect(Set(alerts.map(\.subject)) == ["snapd", "unattended-upgrades"])
        #expect(
            alerts.map(\.sentence).contains(
                "snapd installs updates by itself on 1 endpoint that a policy answers for, in no "
                    + "window and no ring of it: web-1."))
        try await endpoint.report(["bash": "1"], updaters: [Self.updaters[0]])
        #expect(try await open(.selfUpdating, in: house).map(\.subject) == ["unattended-upgrades"])
    }

    @Test func `what a person has acknowledged is told again when more endpoints come by it`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["bash": "1"], updaters: [Self.updaters[0]])
        try await house.useCases.buildFindings()
        _ = try await save(`Policies in the server`.yaml(), in: house)
        let alert = try #require(try await open(.selfUpdating, in: house).first)
        _ = try await house.useCases.acknowledge(alert.id, by: house.administrator)
        #expect(try await open(.selfUpdating, in: house).isEmpty)
        let other = try await house.enrol("web-2")
        try await other.report(["bash": "1"], updaters: [Self.updaters[0]])
        let again = try await open(.selfUpdating, in: house)
        #expect(again.map(\.endpoints) == [2])
    }
}
