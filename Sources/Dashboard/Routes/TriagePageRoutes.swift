import Administration
import ControlPlane
import Fleet
import Forensics
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords
import Triage
import TriagePages

/// Endpoints that are examined before they are patched: triages, evidence, verdicts.
extension Dashboard {
    /// How many triages a page of the list shows.
    private static let triagesShown = 100

    static let triageRoutes: [Route] = [
        page(
            Place.triages.path, .principal(.view), "Triages with what is due by when.",
            query: [
                QueryParameter("all", .boolean, "Whether ended ones are shown too."),
                QueryParameter("before", .identifier("tri"), "Only those before this one."),
            ]
        ) { visit in
            let openOnly = try !visit.call.queryFlag("all")
            let items = try await visit.useCases.triages(
                by: visit.principal, openOnly: openOnly,
                before: try visit.call.queryIdentifier("before"), limit: triagesShown)
            return triagesPage(
                items, openOnly: openOnly,
                next: items.count == triagesShown ? items.last?.id : nil, chrome: visit.chrome)
        },
        page("/triages/{triage}", .principal(.view), "One triage.") { visit in
            triagePage(
                try await visit.useCases.triage(
                    try visit.call.identifier("triage"), by: visit.principal),
                chrome: visit.chrome)
        },
        action("/triages/{triage}/scope", .principal(.manageEndpoints), "Notes the scope.") {
            visit, form in
            let text = form["text"] ?? ""
            return try await changed(visit, .scopeNoted, TriageEditing(scope: text)) { id in
                _ = try await visit.useCases.noteScope(of: id, text, by: visit.principal)
            }
        },
        action("/triages/{triage}/verdict", .principal(.deploy), "Gives the verdict.") {
            visit, form in
            let editing = TriageEditing(note: form["note"] ?? "", verdict: form["verdict"] ?? "")
            return try await changed(visit, .verdictGiven, editing) { id in
                let triage = try await visit.useCases.triage(id, by: visit.principal).triage
                guard let verdict = TriageRecord.Verdict(rawValue: editing.verdict),
                    form["confirm"] == triage.endpointName
                else {
                    throw Refusal(
                        .malformed, "E_TRIAGE_UNCONFIRMED",
                        "A verdict is chosen, and confirmed with the endpoint's name.",
                        nextStep: "Choose what was found, and type \(triage.endpointName).")
                }
                _ = try await visit.useCases.giveVerdict(
                    on: id, verdict, note: editing.note, by: visit.principal)
            }
        },
        page(
            "/evidence/{evidence}", .principal(.readAudit), "What a bundle of evidence holds.",
            query: [
                QueryParameter(
                    "section", .oneOf(EvidenceSection.Name.allCases.map(\.rawValue)),
                    "One section at length.")
            ]
        ) { visit in
            evidencePage(
                try await visit.useCases.evidence(
                    try visit.call.identifier("evidence"), by: visit.principal),
                section: try visit.call.queryValue(
                    "section", EvidenceSection.Name.init(rawValue:)), chrome: visit.chrome)
        },
        page("/endpoints/{endpoint}/evidence", .principal(.view), "An endpoint's evidence.") {
            try await endpointEvidence($0)
        },
        action(
            "/endpoints/{endpoint}/evidence", .principal(.manageEndpoints), "Asks for evidence."
        ) { visit, form in
            let id: EndpointID = try visit.call.identifier("endpoint")
            do {
                _ = try await visit.useCases.askForEvidence(
                    of: id, because: form["reason"] ?? "", by: visit.principal)
                return .redirect(to: .endpoint(id, "evidence"), .evidenceAsked)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                return .html(
                    try await endpointEvidence(visit, refused: refusal).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
    ]

    private static func endpointEvidence(
        _ visit: Visit, refused: Refusal? = nil
    ) async throws -> HTML {
        let id: EndpointID = try visit.call.identifier("endpoint")
        let detail = try await visit.useCases.endpoint(id, by: visit.principal)
        let triages = try await visit.useCases.triages(
            by: visit.principal, endpoint: id, limit: triagesShown)
        let bundles = try await visit.useCases.evidence(of: id, by: visit.principal)
        return endpointFrame(detail, part: .evidence, chrome: visit.chrome) {
            endpointTriagePart(id, triages, bundles, refused: refused, chrome: visit.chrome)
        }
    }

    /// Does something with a triage; a refusal is shown over what was typed.
    private static func changed(
        _ visit: Visit, _ notice: Notice, _ editing: TriageEditing,
        _ change: (TriageID) async throws -> Void
    ) async throws -> Answer {
        let id: TriageID = try visit.call.identifier("triage")
        do {
            try await change(id)
            return .redirect(to: .triage(id), notice)
        } catch let refusal as Refusal where refusal.kind != .notFound {
            var editing = editing
            editing.refused = refusal
            let detail = try await visit.useCases.triage(id, by: visit.principal)
            return .html(
                triagePage(detail, editing: editing, chrome: visit.chrome).rendered(),
                status: refusal.kind.httpStatus)
        }
    }
}
