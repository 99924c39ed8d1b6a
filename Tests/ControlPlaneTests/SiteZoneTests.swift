import Administration
import Calendar
import ControlPlane
import Fleet
import Policy
import ServerRecords
import Testing

/// Windows in the site's zone, on the server.
@Suite struct `Windows by the site's clocks` {
    private static let zones = [
        "Asia/Tokyo": TimeZoneRules(name: "Asia/Tokyo", firstOffset: 9 * 3600),
        "America/Lima": TimeZoneRules(name: "America/Lima", firstOffset: -5 * 3600),
    ].compactMapValues(\.self)

    private static var yaml: String {
        `Policies in the server`.yaml(every: "saturday", from: "22:00", length: "4h")
            .replacing("zone: UTC", with: "zone: site")
    }

    /// An endpoint at a site, which misses an update under a policy.
    private func place(zone: String?) async throws -> (House, Site, TestEndpoint) {
        let house = try await House(zones: Self.zones)
        let site = try await house.useCases.createSite(
            name: "Office", tenant: house.tenant.id, timeZone: zone, by: house.administrator)
        let endpoint = try await house.enrol("web-1", site: site.id)
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        _ = try await house.useCases.savePolicy(
            PolicyDraft(tenant: house.tenant.id, yaml: Self.yaml, note: "A test", confirm: true),
            by: house.administrator)
        return (house, site, endpoint)
    }

    private func next(_ house: House, _ endpoint: TestEndpoint) async throws -> String? {
        try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator
        ).decisions.first?.nextAt?.description
    }

    @Test func `decisions and the calendar go by the site's zone, from when it is said`()
        async throws
    {
        let (house, site, endpoint) = try await place(zone: nil)
        #expect(try await next(house, endpoint) == "2027-01-16T22:00:00Z")
        _ = try await house.useCases.updateSite(
            site.id, to: SiteChange(timeZone: "Asia/Tokyo"), by: house.administrator)
        #expect(try await next(house, endpoint) == "2027-01-16T13:00:00Z")
        _ = try await house.useCases.createSite(
            name: "Lima", tenant: house.tenant.id, timeZone: "America/Lima",
            by: house.administrator)
        let openings = try await house.useCases.windowOpenings(
            for: house.tenant.id, by: house.administrator)
        #expect(
            openings.prefix(3).map(\.zone)
                == ["site (Asia/Tokyo)", "site", "site (America/Lima)"])
        #expect(openings.prefix(3).map(\.opens.description).last == "2027-01-17T03:00:00Z")
        #expect(
            openings.prefix(3).map(\.localOpens)
                == ["2027-01-16T22:00:00+09:00", nil, "2027-01-16T22:00:00-05:00"])
        let plan = try await house.useCases.planPolicies(
            for: house.tenant.id, by: house.administrator)
        #expect(plan.installs.first?.startsAt.description == "2027-01-16T13:00:00Z")
        _ = try await house.useCases.updateSite(
            site.id, to: SiteChange(timeZone: ""), by: house.administrator)
        #expect(try await next(house, endpoint) == "2027-01-16T22:00:00Z")
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: site.id.text, before: nil, limit: 9)
        #expect(entries.map(\.action) == ["site.zoneChanged", "site.zoneChanged", "site.created"])
    }

    @Test func `a zone that is not known is refused, and nothing changes`() async throws {
        let (house, site, endpoint) = try await place(zone: "Asia/Tokyo")
        for change in [SiteChange(timeZone: "Mars/Olympus"), SiteChange(timeZone: "../etc")] {
            let refusal = await #expect(throws: Refusal.self) {
                try await house.useCases.updateSite(site.id, to: change, by: house.administrator)
            }
            #expect(refusal?.code == "E_ZONE_UNKNOWN")
        }
        #expect(try await next(house, endpoint) == "2027-01-16T13:00:00Z")
    }

    @Test func `a preview names the sites without a zone`() async throws {
        let (house, site, _) = try await place(zone: nil)
        let draft = PolicyDraft(tenant: house.tenant.id, yaml: Self.yaml)
        let before = try await house.useCases.previewPolicy(draft, by: house.administrator)
        #expect(before.remarks.contains { !$0.isError && $0.message.contains("“Office”") })
        _ = try await house.useCases.updateSite(
            site.id, to: SiteChange(timeZone: "Asia/Tokyo"), by: house.administrator)
        let after = try await house.useCases.previewPolicy(draft, by: house.administrator)
        #expect(!after.remarks.contains { $0.message.contains("zone: site") })
    }

    @Test func `an opening stays the same entry of the feed when its hour changes`() async throws {
        let (house, _, _) = try await place(zone: "Asia/Tokyo")
        func names() async throws -> [Substring] {
            try await house.useCases.calendarFeed(for: house.tenant.id, by: house.administrator)
                .replacing("\r\n ", with: "").split(separator: "\r\n")
                .filter { $0.hasPrefix("UID:") }
        }
        let first = try await names()
        let policy = try #require(try await house.useCases.policies(by: house.administrator).first)
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                policy: policy.id, tenant: house.tenant.id,
                yaml: Self.yaml.replacing("22:00", with: "21:30"), note: "Earlier", confirm: true),
            by: house.administrator)
        // Those of the site's zone, and those of universal time for whatever has no site.
        #expect(first.count == 24 && Set(first).count == 24)
        #expect(try await names() == first)
    }
}
