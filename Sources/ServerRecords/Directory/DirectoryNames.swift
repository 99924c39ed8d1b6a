package import Fleet

/// The names of tenants and sites, by identifier.
package struct DirectoryNames {
    package var tenants: [TenantID: String] = [:]
    package var sites: [SiteID: String] = [:]
    /// The zones of the sites that have one, by their IANA names.
    package var siteZones: [SiteID: String] = [:]

    package init(scope: Scope, records: any Records) throws {
        for tenant in try records.tenants(in: scope) { tenants[tenant.id] = tenant.name }
        for site in try records.sites(in: scope) {
            sites[site.id] = site.name
            siteZones[site.id] = site.timeZone
        }
    }
}
