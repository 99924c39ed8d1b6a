package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords

/// Bundles of updates, newest first, and the form that makes one.
package func bundlesPage(
    _ bundles: [PatchBundle], tenant: TenantID?, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    layout("Bundles", section: .deployments, chrome: chrome) {
        pageTitle("Bundles", crumb: ("Deployments", .deployments)) {
            p(class: "dim") {
                "A bundle is a named list of exact versions that is approved, brought from ring to ring, paused and taken back as one."
            }
        }
        problem(refused)
        tenantFilter(.bundles, tenant, chrome)
        if bundles.isEmpty {
            empty("No bundles yet") {
                p {
                    "Make one of what is missing now: by vendor, class, severity, date or package."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Bundles",
                    [
                        Column("State"), Column("Bundle"), Column("Versions", isNumber: true),
                        Column("Closes", isNumber: true), Column("Steps", isNumber: true),
                        Column("Made by"), Column("Made"),
                    ] + (chrome.tenants.count > 1 ? [Column("Tenant")] : []),
                    rows: bundles.map { row($0, chrome) })
            }
        }
        if chrome.may(.request) { newBundle(tenant, chrome) }
    }
}

extension PatchBundle {
    /// How it looks.
    var look: StateLook {
        if rolledBackAt != nil { return StateLook(kind: .idle, icon: .stop, word: "Taken back") }
        if pausedAt != nil { return StateLook(kind: .warn, icon: .pause, word: "Paused") }
        return switch state {
        case .proposed: StateLook(kind: .warn, icon: .queued, word: "Needs approval")
        case .awaitingSecondPerson:
            StateLook(kind: .warn, icon: .warn, word: "Needs a second person")
        case .approved: StateLook(kind: .ok, icon: .ok, word: "Approved")
        case .declined: StateLook(kind: .idle, icon: .stop, word: "Declined")
        }
    }
}

private func row(_ bundle: PatchBundle, _ chrome: Chrome) -> HTML {
    tr {
        td { bundle.look.drawn() }
        th {
            a(.href(.bundle(bundle.id))) { bundle.title }
            div(class: "dim") { "Updates \(bundle.query.words)" }
        }
        td(class: "num", .data(.label, "Versions")) { Words.count(bundle.content.lines) }
        td(class: "num", .data(.label, "Closes")) { Words.count(bundle.content.vulnerabilities) }
        td(class: "num", .data(.label, "Steps")) { Words.count(bundle.promotions.count) }
        td { person(bundle.madeBy) }
        td { chrome.time(bundle.madeAt) }
        if chrome.tenants.count > 1 { td { chrome.tenantName(bundle.tenant) } }
    }
}

private func newBundle(_ tenant: TenantID?, _ chrome: Chrome) -> HTML {
    chrome.postForm(.bundles, class: "sum part") {
        div(class: "head") { h2 { "Make a bundle" } }
        p(class: "small dim") {
            "It holds the versions that endpoints miss now and that fit all that is asked for; its content never changes. A name that is there already gets its next version, by its last query where nothing is asked for."
        }
        div(class: "row after") {
            textField("name", "Name", isRequired: true)
            div(class: "field") {
                label(.forField("bundle-tenant")) { "Tenant" }
                select(.id("bundle-tenant"), .name("tenant"), .required()) {
                    for each in chrome.tenants {
                        option(.value(each.id.text), .selected(tenant == each.id)) { each.name }
                    }
                }
            }
        }
        div(class: "row") {
            textField("package", "Packages, or patterns, with blanks between")
            textField("origin", "Vendors or origins, such as Debian-Security")
            textField("cve", "What they close, such as CVE-2026-1234")
        }
        div(class: "row") {
            pickField(
                "class", "Class", UpdateClass.allCases.map { ($0.rawValue, $0.word) })
            pickField(
                "severity", "As bad as",
                Severity.allCases.filter { $0 != .unrated }.map { ($0.rawValue, $0.rawValue) })
            dateField("from", "First seen from")
            dateField("before", "First seen before")
        }
        label(class: "s") {
            input(.type("checkbox"), .name("kev"), .value("true"))
            "Only what closes something that is known to be exploited"
        }
        label(class: "s") {
            input(.type("checkbox"), .name("two"), .value("true"))
            "Two people must approve it"
        }
        button(.type("submit")) { "Make the bundle" }
    }
}

private func textField(_ name: String, _ words: String, isRequired: Bool = false) -> HTML {
    div(class: "field") {
        label(.forField("bundle-\(name)")) { words }
        if isRequired {
            input(
                .type("text"), .id("bundle-\(name)"), .name(name), .maxlength(63), .required(),
                .autocomplete("off"), .spellcheck("false"))
        } else {
            input(
                .type("text"), .id("bundle-\(name)"), .name(name), .maxlength(500),
                .autocomplete("off"), .spellcheck("false"))
        }
    }
}

private func dateField(_ name: String, _ words: String) -> HTML {
    div(class: "field") {
        label(.forField("bundle-\(name)")) { words }
        input(.type("date"), .id("bundle-\(name)"), .name(name))
    }
}

private func pickField(
    _ name: String, _ words: String, _ options: [(value: String, words: String)]
) -> HTML {
    div(class: "field") {
        label(.forField("bundle-\(name)")) { words }
        select(.id("bundle-\(name)"), .name(name)) {
            option(.value("")) { "Any" }
            for each in options { option(.value(each.value)) { each.words } }
        }
    }
}
