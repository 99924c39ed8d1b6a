import AgentProtocol
import ControlPlane
import Fleet
import Forensics
import ServerRecords
import Triage

/// Why somebody asks an endpoint for evidence.
struct EvidenceWish: Codable, Sendable {
    /// Why.
    var reason: String
}

/// What somebody notes of a triage.
struct TriageScope: Codable, Sendable {
    /// Which endpoints, accounts and data are concerned.
    var text: String
}

/// What somebody decides.
struct TriageDecision: Codable, Sendable {
    /// The verdict.
    var verdict: TriageRecord.Verdict
    /// Why.
    var note: String?
}

/// Evidence and triages: what is examined before it is patched.
enum TriageRoutes {
    static let all: [Route] = agent + lists + changes

    private static let agent: [Route] = [
        Route(
            .post, AgentWire.evidencePath, permission: .agent, audience: .agent,
            summary: "Sends evidence that the endpoint has taken of itself: the bundle's JSON.",
            request: .evidenceBundle, response: .evidenceReceipt,
            bodyLimit: EvidenceLimits.bundleBytes
        ) { call in
            .json(try await call.useCases.receiveEvidence(call.body, by: try call.agent()))
        }
    ]

    private static let lists: [Route] = [
        Route(
            .get, "/api/v1/triages", permission: .principal(.view),
            summary: "Triages with what is due by when, newest first.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter("endpoint", .identifier("ept"), "Only this endpoint's."),
                QueryParameter("open", .boolean, "Only those that go on."),
                QueryParameter("before", .identifier("tri"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(UseCases.largestTriagePage)."),
            ], response: .triageList
        ) { call in
            let limit = try call.queryNumber(
                "limit", in: 1...UseCases.largestTriagePage, standard: 100)
            let items = try await call.useCases.triages(
                by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                endpoint: try call.queryIdentifier("endpoint"),
                openOnly: try call.queryFlag("open"), before: try call.queryIdentifier("before"),
                limit: limit)
            return .json(
                ItemList(items: items, next: items.count == limit ? items.last?.id.text : nil))
        },
        Route(
            .get, "/api/v1/triages/{triage}", permission: .principal(.view),
            summary: "One triage, and the evidence of its endpoint.", response: .triageDetail
        ) { call in
            .json(
                try await call.useCases.triage(
                    try call.identifier("triage"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/endpoints/{endpoint}/evidence", permission: .principal(.view),
            summary: "The evidence of an endpoint, newest first.", response: .evidenceList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.evidence(
                        of: try call.identifier("endpoint"), by: try call.principal())))
        },
        Route(
            .get, "/api/v1/evidence/{evidence}", permission: .principal(.readAudit),
            summary: "One bundle of evidence with what was seen.", response: .evidenceDetail
        ) { call in
            .json(
                try await call.useCases.evidence(
                    try call.identifier("evidence"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/evidence/{evidence}/document", permission: .principal(.readAudit),
            summary:
                "The document of a bundle, byte by byte as the endpoint sent it; the audit log notes who took it."
        ) { call in
            let id: EvidenceID = try call.identifier("evidence")
            let document = try await call.useCases.exportEvidence(id, by: try call.principal())
            let name = id.text.replacing("_", with: "-") + ".json"
            return .file(named: name, type: "application/json") { try await $0.send(document) }
        },
    ]

    private static let changes: [Route] = [
        Route(
            .post, "/api/v1/endpoints/{endpoint}/evidence",
            permission: .principal(.manageEndpoints),
            summary: "Asks an endpoint for evidence at its next check-in.",
            request: .evidenceWish, response: .triage
        ) { call in
            let wish: EvidenceWish = try call.decode()
            return .json(
                try await call.useCases.askForEvidence(
                    of: try call.identifier("endpoint"), because: wish.reason,
                    by: try call.principal()), status: 201)
        },
        Route(
            .post, "/api/v1/triages/{triage}/scope", permission: .principal(.manageEndpoints),
            summary: "Notes which endpoints, accounts and data a triage is about.",
            request: .triageScope, response: .triage
        ) { call in
            let scope: TriageScope = try call.decode()
            return .json(
                try await call.useCases.noteScope(
                    of: try call.identifier("triage"), scope.text, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/triages/{triage}/verdict", permission: .principal(.deploy),
            summary: "Gives the verdict of a triage, or another one than before.",
            request: .triageDecision, response: .triage
        ) { call in
            let decision: TriageDecision = try call.decode()
            return .json(
                try await call.useCases.giveVerdict(
                    on: try call.identifier("triage"), decision.verdict,
                    note: decision.note ?? "", by: try call.principal()))
        },
    ]
}
