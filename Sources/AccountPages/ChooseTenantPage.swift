package import Fleet
package import HTMLTree
package import PageParts

/// The endpoints that miss the chosen updates belong to several tenants: a deployment is for one.
package func chooseTenantPage(
    counts: [(tenant: TenantID, endpoints: Int)], place: Place, chrome: Chrome
) -> HTML {
    layout("Choose a tenant", section: .updates, chrome: chrome) {
        pageTitle("Choose a tenant", crumb: ("Missing updates", .updates)) {
            p(class: "dim") { "A deployment is for one tenant. Make one for each." }
        }
        div(class: "wrap") {
            dataTable(
                "Tenants", [Column("Tenant"), Column("Endpoints that miss them", isNumber: true)],
                rows: counts.map { each in
                    tr {
                        th {
                            a(.href(place.with("tenant", each.tenant.text))) {
                                chrome.tenantName(each.tenant)
                            }
                        }
                        td(class: "num") { Words.count(each.endpoints) }
                    }
                })
        }
    }
}
