import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// Tenants and their sites.
package func tenantsPage(_ sites: [Site], refused: Refusal? = nil, chrome: Chrome) -> HTML {
    layout("Tenants", section: .tenants, chrome: chrome) {
        pageTitle("Tenants") {
            p(class: "dim") {
                "A tenant is a client organisation; nothing of one is ever seen by another. A site is a place of a tenant."
            }
        }
        problem(refused)
        div(class: "wrap") {
            dataTable(
                "Tenants", [Column("Tenant"), Column("Sites"), Column("Made"), Column("")],
                rows: chrome.tenants.map { tenant in
                    let own = sites.filter { $0.tenant == tenant.id }.map(\.name)
                    return tr {
                        th {
                            a(.href(Place.endpoints.with("tenant", tenant.id.text))) { tenant.name }
                        }
                        td {
                            own.isEmpty
                                ? span(class: "dim") { "None" } : .text(own.joined(separator: ", "))
                        }
                        td { chrome.time(tenant.createdAt) }
                        td {
                            a(
                                .href(Place.overview.with("tenant", tenant.id.text)),
                                .ariaLabel("Overview of \(tenant.name)")
                            ) {
                                "Overview"
                            }
                        }
                    }
                })
        }
        if chrome.may(.administer) {
            div(class: "row part") {
                newTenant(chrome)
                newSite(chrome)
            }
        }
    }
}

private func newTenant(_ chrome: Chrome) -> HTML {
    chrome.postForm(.tenants, class: "sum") {
        div(class: "head") { h2 { "Add a tenant" } }
        div(class: "field") {
            label(.forField("tenant-name")) { "Name" }
            input(
                .type("text"), .id("tenant-name"), .name("name"), .maxlength(100), .required(),
                .autocomplete("off"))
        }
        button(.type("submit")) { "Add the tenant" }
    }
}

private func newSite(_ chrome: Chrome) -> HTML {
    chrome.postForm(.sites, class: "sum") {
        div(class: "head") { h2 { "Add a site" } }
        div(class: "row") {
            div(class: "field") {
                label(.forField("site-tenant")) { "Tenant" }
                select(.id("site-tenant"), .name("tenant"), .required()) {
                    for tenant in chrome.tenants { option(.value(tenant.id.text)) { tenant.name } }
                }
            }
            div(class: "field") {
                label(.forField("site-name")) { "Name" }
                input(
                    .type("text"), .id("site-name"), .name("name"), .maxlength(100), .required(),
                    .autocomplete("off"))
            }
        }
        button(.type("submit")) { "Add the site" }
    }
}
