package import Fleet
package import HTMLTree
import Policy
package import ServerRecords

/// What somebody wants to say of an endpoint, before it is stored.
package struct TraitEditing {
    /// What is said.
    let traits: EndpointTraits
    /// Where it is to stand.
    let site: SiteID?
    /// Whether policies would act at once because of it, so that it wants a confirmation.
    let mustConfirm: Bool

    /// What is said of an endpoint.
    package init(_ traits: EndpointTraits, site: SiteID?, mustConfirm: Bool = false) {
        self.traits = traits
        self.site = site
        self.mustConfirm = mustConfirm
    }
}

/// The form on which something is said of an endpoint; `sites` are those of its tenant.
package func traitForm(
    _ id: EndpointID, _ editing: TraitEditing, _ sites: [Site], _ chrome: Chrome
) -> HTML {
    let (traits, mustConfirm) = (editing.traits, editing.mustConfirm)
    return chrome.postForm(.endpoint(id, "traits"), class: "sum") {
        div(class: "row") {
            div(class: "field") {
                label(.forField("tags")) { "Tags, with commas between" }
                input(
                    .type("text"), .id("tags"), .name("tags"), .maxlength(2000),
                    .value(traits.tags.joined(separator: ", ")), .autocomplete("off"))
            }
            div(class: "field") {
                label(.forField("role")) { "Role" }
                input(
                    .type("text"), .id("role"), .name("role"), .maxlength(63),
                    .value(traits.role), .autocomplete("off"))
            }
        }
        div(class: "row") {
            div(class: "field") {
                label(.forField("criticality")) { "Criticality" }
                select(.id("criticality"), .name("criticality")) {
                    option(.value("")) { "Not known" }
                    for each in Criticality.allCases {
                        option(
                            .value(each.rawValue), .selected(traits.criticality == each)
                        ) { each.rawValue }
                    }
                }
            }
            div(class: "field") {
                label(.forField("exposed")) { "Reachable from the internet" }
                select(.id("exposed"), .name("exposed")) {
                    option(.value("")) { "Not known" }
                    option(.value("yes"), .selected(traits.isExposed == true)) { "Yes" }
                    option(.value("no"), .selected(traits.isExposed == false)) { "No" }
                }
            }
        }
        if !sites.isEmpty { siteField(editing.site, sites) }
        if mustConfirm { confirmBox }
        div(class: "acts") {
            button(.type("submit")) { "Store" }
            if mustConfirm {
                a(class: "button quiet", .href(.endpoint(id))) { "Leave it as it is" }
            }
        }
    }
}

private func siteField(_ chosen: SiteID?, _ sites: [Site]) -> HTML {
    div(class: "row") {
        div(class: "field") {
            label(.forField("site")) { "Site" }
            select(.id("site"), .name("site")) {
                option(.value("")) { "None" }
                for site in sites {
                    option(.value(site.id.text), .selected(site.id == chosen)) { site.name }
                }
            }
        }
    }
}
