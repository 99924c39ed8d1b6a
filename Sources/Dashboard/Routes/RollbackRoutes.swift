import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import RollbackPages
import Rollbacks
import Rollout
import ServerRecords

/// What is taken back: first what that would do, then the question.
extension Dashboard {
    private static let wayField = QueryParameter(
        "way", .oneOf(RollbackWay.allCases.map(\.rawValue)), "By which way.")

    static let rollbackRoutes: [Route] = [
        page(
            "/deployments/{deployment}/rollback", .principal(.deploy),
            "What taking a deployment back would do, and the question.",
            query: [QueryParameter("ring", .string, "Only in this ring."), wayField]
        ) { visit in
            try await rollback(of: try visit.call.identifier("deployment"), visit)
        },
        action(
            "/deployments/{deployment}/rollback", .principal(.deploy),
            "Takes back what a deployment installed."
        ) { visit, form in
            let id: DeploymentID = try visit.call.identifier("deployment")
            let selection = RollbackSelection(
                ring: filled(form["ring"]), way: form["way"].flatMap(RollbackWay.init(rawValue:)),
                acceptsLoss: form["acceptsLoss"] == "true" ? true : nil)
            do {
                let made = try await visit.useCases.rollBack(id, selection, by: visit.principal)
                return .redirect(to: .deployment(made.id), .rollingBack)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                return try await refused(refusal) {
                    try await question(of: id, selection, visit)
                } answer: {
                    rollbackPage($0, chrome: visit.chrome)
                }
            }
        },
        page(
            Place.rollback.path, .principal(.deploy),
            "What taking back updates, or endpoints' last installations, would do.",
            query: [
                tenantField,
                QueryParameter(
                    "endpoint", .identifier("ept"), "An endpoint; may stand more than once."),
                QueryParameter(
                    "update", .string, "NAME or NAME=VERSION; may stand more than once."),
                wayField,
            ]
        ) { visit in try await rollback(visit) },
        action(
            Place.rollback.path, .principal(.deploy),
            "Takes back updates, or endpoints' last installations."
        ) { visit, form in
            let selection = meant(
                tenant: form["tenant"], endpoints: form.all("endpoint"),
                updates: form.all("update"), way: form["way"],
                acceptsLoss: form["acceptsLoss"] == "true")
            do {
                let made = try await visit.useCases.rollBack(selection, by: visit.principal)
                return .redirect(to: .deployment(made.id), .rollingBack)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                return try await refused(refusal) {
                    try await question(selection, visit)
                } answer: {
                    rollbackPage($0, chrome: visit.chrome)
                }
            }
        },
    ]

    private static func rollback(of id: DeploymentID, _ visit: Visit) async throws -> HTML {
        let selection = RollbackSelection(
            ring: filled(visit.call.query["ring"]),
            way: try visit.call.queryValue("way", RollbackWay.init(rawValue:)))
        return rollbackPage(try await question(of: id, selection, visit), chrome: visit.chrome)
    }

    private static func question(
        of id: DeploymentID, _ selection: RollbackSelection, _ visit: Visit
    ) async throws -> RollbackQuestion {
        let detail = try await visit.useCases.deployment(id, by: visit.principal)
        let source = RollbackQuestion.Source(
            id: id, title: detail.summary.deployment.title,
            rings: (detail.rollout?.rings ?? []).map(\.name))
        return RollbackQuestion(
            selection, of: source,
            preview: try await visit.useCases.previewRollback(
                of: id, selection, by: visit.principal))
    }

    private static func rollback(_ visit: Visit) async throws -> HTML {
        let query = visit.call.query
        let selection = meant(
            tenant: query["tenant"], endpoints: query.all("endpoint"),
            updates: query.all("update"), way: query["way"], acceptsLoss: false)
        let question: RollbackQuestion
        do {
            question = try await self.question(selection, visit)
        } catch let refusal as Refusal where refusal.kind != .notFound {
            question = RollbackQuestion(selection, refused: refusal)
        }
        return rollbackPage(question, chrome: visit.chrome)
    }

    private static func question(
        _ selection: RollbackSelection, _ visit: Visit
    ) async throws -> RollbackQuestion {
        guard selection.endpoints != nil || selection.updates != nil else {
            return RollbackQuestion(selection)
        }
        return RollbackQuestion(
            selection,
            preview: try await visit.useCases.previewRollback(selection, by: visit.principal))
    }

    /// The page once more, with what stood in the way.
    private static func refused(
        _ refusal: Refusal, _ ask: () async throws -> RollbackQuestion,
        answer: (RollbackQuestion) -> HTML
    ) async throws -> Answer {
        var question = try await ask()
        question.refused = refusal
        return .html(answer(question).rendered(), status: refusal.kind.httpStatus)
    }

    /// What is named by a form or an address.
    private static func meant(
        tenant: String?, endpoints: [String], updates: [String], way: String?, acceptsLoss: Bool
    ) -> RollbackSelection {
        let updates = updates.compactMap(filled)
        let endpoints = endpoints.compactMap(EndpointID.init)
        return RollbackSelection(
            tenant: tenant.flatMap(TenantID.init), endpoints: endpoints.isEmpty ? nil : endpoints,
            updates: updates.isEmpty ? nil : updates,
            way: way.flatMap(RollbackWay.init(rawValue:)), acceptsLoss: acceptsLoss ? true : nil)
    }

    private static func filled(_ text: String?) -> String? {
        let words = text?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words?.isEmpty == false ? words : nil
    }
}
