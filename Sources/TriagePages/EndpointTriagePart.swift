package import Fleet
package import HTMLTree
package import PageParts
package import ServerRecords
package import Triage

/// An endpoint's triages and bundles, and the form that asks for more.
package func endpointTriagePart(
    _ endpoint: EndpointID, _ triages: [TriageItem], _ bundles: [EvidenceRecord],
    refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    HTML.pieces {
        problem(refused)
        section(class: "part", .ariaLabelledBy("triages")) {
            div(class: "head") {
                h2(.id("triages")) { "Triages" }
                p(class: "dim") { "Newest first" }
            }
            if triages.isEmpty {
                p(class: "dim") { "No regime has demanded forensics of it, and nobody has asked." }
            } else {
                triageTable(triages, chrome, showsEndpoint: false)
            }
        }
        section(class: "part", .ariaLabelledBy("bundles")) {
            div(class: "head") { h2(.id("bundles")) { "Evidence" } }
            bundleTable(bundles, chrome)
        }
        if chrome.may(.manageEndpoints) {
            chrome.postForm(.endpoint(endpoint, "evidence"), class: "sum part") {
                div(class: "head") { h2 { "Ask for evidence" } }
                p(class: "dim") {
                    "The endpoint takes it at its next check-in and changes nothing: processes, connections, accounts and the like, no file's content and no secret."
                }
                div(class: "field") {
                    label(.forField("reason")) { "Why" }
                    input(
                        .type("text"), .id("reason"), .name("reason"), .maxlength(500),
                        .autocomplete("off"), .required())
                }
                div(class: "acts") { button(.type("submit")) { "Ask the endpoint" } }
            }
        }
    }
}

/// That nothing is installed on an endpoint, and what to do; nothing where that is not so.
package func heldNote(_ triage: TriageID?) -> HTML? {
    triage.map { id in
        note(.bad, .bad) {
            strong { "Traces of an attack were found. " }
            "Isolate the endpoint, and do not patch it before it is imaged: nothing is installed on it until "
            a(.href(.triage(id))) { "another verdict clears it" }
            "."
        }
    }
}
