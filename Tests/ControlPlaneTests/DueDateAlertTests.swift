import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Intelligence
import ServerRecords
import Testing

/// A due date that passes is told, once, and to its tenant.
struct DueDateAlertTests {
    private static let day: Int64 = 86_400

    /// A house in which two endpoints have a vulnerability that is known to be exploited: gone
    /// within 14 days, by BOD 26-04.
    private func house() async throws -> (House, [TestEndpoint]) {
        let shelf = TestShelf()
        shelf.publish(
            "kev", .init(format: .kev, records: [.exploited("CVE-2026-1", added: House.start)]))
        let house = try await House.tracking(
            [.debian("CVE-2026-1", "openssl", fixed: "3.0.2")], shelf: shelf, hasCatalogue: true)
        var endpoints: [TestEndpoint] = []
        for name in ["web-1", "web-2"] {
            let endpoint = try await house.enrol(name)
            try await endpoint.report(["openssl": "3.0.1"])
            endpoints.append(endpoint)
        }
        try await house.useCases.buildFindings()
        return (house, endpoints)
    }

    private func missed(_ house: House) async throws -> [Alert] {
        try await house.useCases.alertOfDueDates()
        return try await house.useCases.ledger.read {
            try $0.alerts(in: .provider, openOnly: true, before: nil, limit: 9)
        }.filter { $0.kind == .dueDateMissed }
    }

    @Test func `is told when it has passed, with how many endpoints, and once`() async throws {
        let (house, endpoints) = try await house()
        #expect(try await missed(house).isEmpty)
        house.clock.advance(seconds: 13 * Self.day)
        #expect(try await missed(house).isEmpty)
        house.clock.advance(seconds: 2 * Self.day)
        let alerts = try await missed(house)
        #expect(
            alerts.map(\.sentence) == [
                "The due date of a vulnerability has passed on 2 endpoints: CVE-2026-1."
            ])
        #expect(alerts.map(\.tenant) == [house.tenant.id])
        #expect(alerts.map(\.endpoints) == [2])
        #expect(alerts.map(\.severity) == [.critical])
        house.clock.advance(seconds: 3_600)
        #expect(try await missed(house).count == 1, "each date is told once")
        _ = endpoints
    }

    @Test func `is not told where the vulnerability is gone before`() async throws {
        let (house, endpoints) = try await house()
        _ = try await missed(house)
        house.clock.advance(seconds: 10 * Self.day)
        for endpoint in endpoints { try await endpoint.report(["openssl": "3.0.2"]) }
        try await house.settle()
        house.clock.advance(seconds: 6 * Self.day)
        #expect(try await missed(house).isEmpty)
    }

    @Test func `that passed before anybody looked is no news`() async throws {
        let (house, _) = try await house()
        house.clock.advance(seconds: 20 * Self.day)
        #expect(try await missed(house).isEmpty)
        // A server that was away for long tells of its last week.
        house.clock.advance(seconds: 20 * Self.day)
        #expect(try await missed(house).isEmpty)
    }
}
