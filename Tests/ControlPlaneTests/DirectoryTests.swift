import Administration
import ControlPlane
import Fleet
import ServerRecords
import Testing

/// Tenants and sites: another name, and the end.
struct DirectoryTests {
    private static func people(of tenant: TenantID) -> Principal {
        Principal(
            name: "user:anna", scope: .tenant(tenant), permissions: Role.administrator.permissions)
    }

    private func actions(in house: House) async throws -> [String] {
        try await house.useCases.ledger.read { records in
            try records.auditHeads(in: .provider).flatMap { head in
                try records.auditEntries(of: head.chain, after: 0, limit: 50).map(\.action)
            }
        }
    }

    @Test func `a tenant is renamed and deleted by the provider, and only when it is empty`()
        async throws
    {
        let house = try await House()
        let useCases = house.useCases
        _ = try await house.enrol("web-1")
        let site = try await useCases.createSite(
            name: "Berlin", tenant: house.tenant.id, by: house.administrator)
        let detail = try await useCases.tenant(house.tenant.id, by: house.administrator)
        #expect(detail.endpoints == 1 && detail.sites == [site] && detail.policies == 0)
        let renamed = try await useCases.renameTenant(
            house.tenant.id, to: "Acme Ltd", by: house.administrator)
        #expect(renamed.name == "Acme Ltd")
        let refusal = await #expect(throws: Refusal.self) {
            try await useCases.deleteTenant(house.tenant.id, by: house.administrator)
        }
        #expect(refusal?.code == "E_NOT_EMPTY")
        #expect(refusal?.message.contains("endpoints, sites") == true)
        let empty = try await useCases.createTenant(name: "Bolt", by: house.administrator)
        try await useCases.deleteTenant(empty.id, by: house.administrator)
        #expect(try await useCases.tenants(by: house.administrator).map(\.name) == ["Acme Ltd"])
        let actions = try await actions(in: house)
        #expect(actions.contains("tenant.renamed") && actions.contains("tenant.deleted"))
        #expect(try await useCases.verifyAudit().intact)
    }

    @Test func `a site is renamed and deleted, and not while endpoints stand there`() async throws {
        let house = try await House()
        let (useCases, tenant) = (house.useCases, house.tenant.id)
        let site = try await useCases.createSite(
            name: "Berlin", tenant: tenant, by: house.administrator)
        let endpoint = try await house.enrol("web-1")
        try await useCases.ledger.write { records in
            guard
                var record = try records.endpoint(endpoint.principal.endpoint, in: .provider)
            else { return }
            record.site = site.id
            try records.update(record)
        }
        let people = Self.people(of: tenant)
        #expect(try await useCases.site(site.id, by: people).endpoints == 1)
        let renamed = try await useCases.updateSite(
            site.id, to: SiteChange(name: "Hamburg"), by: people)
        #expect(renamed.name == "Hamburg")
        let refusal = await #expect(throws: Refusal.self) {
            try await useCases.deleteSite(site.id, by: people)
        }
        #expect(refusal?.code == "E_NOT_EMPTY")
        let spare = try await useCases.createSite(name: "Spare", tenant: tenant, by: people)
        try await useCases.deleteSite(spare.id, by: people)
        #expect(try await useCases.sites(by: people).map(\.name) == ["Hamburg"])
    }

    @Test func `people of a tenant reach no other, and do not rename their own`() async throws {
        let house = try await House()
        let useCases = house.useCases
        let other = try await useCases.createTenant(name: "Bolt", by: house.administrator)
        let site = try await useCases.createSite(
            name: "Berlin", tenant: house.tenant.id, by: house.administrator)
        let stranger = Self.people(of: other.id)
        for attempt in [
            { _ = try await useCases.tenant(house.tenant.id, by: stranger) },
            { _ = try await useCases.renameTenant(house.tenant.id, to: "x", by: stranger) },
            { try await useCases.deleteTenant(house.tenant.id, by: stranger) },
            { _ = try await useCases.site(site.id, by: stranger) },
            { _ = try await useCases.updateSite(site.id, to: SiteChange(name: "x"), by: stranger) },
            { try await useCases.deleteSite(site.id, by: stranger) },
        ] as [@Sendable () async throws -> Void] {
            let refusal = await #expect(throws: Refusal.self) { try await attempt() }
            #expect(refusal?.kind == .notFound)
        }
        let refusal = await #expect(throws: Refusal.self) {
            try await useCases.renameTenant(other.id, to: "Mine", by: stranger)
        }
        #expect(refusal?.kind == .forbidden)
    }
}
