package import Fleet

/// The names of tenants and sites, by identifier.
package struct DirectoryNames {
    package var tenants: [TenantID: String] = [:]
    package var sites: [SiteID: String] = [:]

    package init(scope: Scope, records: any Records) throws {
        for tenant in try records.tenants(in: scope) { tenants[tenant.id] = tenant.name }
        for site in try records.sites(in: scope) { sites[site.id] = site.name }
    }
}
