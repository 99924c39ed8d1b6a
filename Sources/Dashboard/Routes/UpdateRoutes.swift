import AccountPages
import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Rollout
import ServerRecords

/// What is missing in the fleet, and the way to an approval: choose, review, approve.
extension Dashboard {
    static let updateRoutes: [Route] = [
        page(
            Place.updates.path, .principal(.view), "What is missing in the fleet.",
            query: [
                tenantField, QueryParameter("search", .string, "Part of the package's name."),
                QueryParameter("security", .boolean, "Only updates of the class security."),
                QueryParameter(
                    "reason", .oneOf(UpdateReason.allCases.map(\.rawValue)),
                    "Only updates with which this happens somewhere."),
            ]
        ) { try await updates($0) },
        page(
            Place.chooseEndpoints.path, .principal(.request),
            "Endpoints that miss the chosen updates.",
            query: [
                tenantField,
                QueryParameter(
                    "update", .string, "An update: name@version; may stand more than once."),
            ]
        ) { try await chooseEndpoints($0) },
        action(
            Place.review.path, .principal(.request),
            "What an approval would do. Nothing is changed.",
            bodyLimit: selectionBodyLimit
        ) { visit, form in
            let selection = try selection(form)
            let plan = try await visit.useCases.planDeployment(selection, by: visit.principal)
            return .html(reviewPage(plan, selection: selection, chrome: visit.chrome).rendered())
        },
        action(
            Place.deployments.path, .principal(.approve), "Approves: makes a deployment.",
            bodyLimit: selectionBodyLimit
        ) { visit, form in
            let deployment = try await visit.useCases.approve(
                try selection(form), by: visit.principal)
            return .redirect(to: .deployment(deployment.id), .approved)
        },
    ]

    private static func updates(_ visit: Visit) async throws -> HTML {
        let filter = UpdatesFilter(
            tenant: try visit.call.queryIdentifier("tenant"),
            search: visit.call.query["search"],
            securityOnly: try visit.call.queryFlag("security"),
            reason: try visit.call.queryValue("reason", UpdateReason.init(rawValue:)))
        var updates = try await visit.useCases.missingUpdates(
            by: visit.principal, tenant: filter.tenant, search: filter.search,
            securityOnly: filter.securityOnly,
            limit: filter.reason == nil ? updateRows : EndpointQuery.maximumPage)
        let standing = try await visit.useCases.fleetStanding(
            by: visit.principal, tenant: filter.tenant)
        if let reason = filter.reason {
            updates.removeAll { update in
                standing?.updates[update.key].map {
                    reason.codes.isDisjoint(with: $0.reasons.keys)
                } ?? true
            }
        }
        return updatesPage(
            updates, filter: filter, standing: standing, chrome: visit.chrome)
    }

    /// The largest selection, in bytes: 10,000 endpoints and 5,000 updates of about 60 bytes each.
    static let selectionBodyLimit = 1024 * 1024
    /// The most updates that are chosen at once from the fleet's list: each asks the store for its
    /// endpoints.
    private static let mostChosen = 50

    private static func chooseEndpoints(_ visit: Visit) async throws -> HTML {
        let texts = visit.call.query.all("update")
        let keys = texts.compactMap(MissingUpdateKey.init(text:))
        guard !keys.isEmpty, keys.count == texts.count, keys.count <= mostChosen else {
            throw Refusal(
                .malformed, "E_SELECTION_UPDATES", "Choose 1 to \(mostChosen) updates.",
                nextStep:
                    "Go back and choose; on an endpoint's own page all its updates can be chosen at once."
            )
        }
        let tenant: TenantID? = try visit.call.queryIdentifier("tenant")
        var items: [EndpointID: EndpointListItem] = [:]
        var isCut = false
        for key in keys {
            let page = try await visit.useCases.endpoints(
                EndpointFilter(tenant: tenant, missing: key, limit: EndpointQuery.maximumPage),
                by: visit.principal)
            for item in page.items { items[item.id] = item }
            isCut = isCut || page.next != nil
        }
        let counts = Dictionary(grouping: items.values, by: \.tenant).mapValues(\.count)
        if counts.count > 1 {
            let place = keys.reduce(Place.chooseEndpoints) { $0.adding("update", $1.text) }
            return chooseTenantPage(
                counts: counts.map { ($0.key, $0.value) }.sorted { $0.tenant < $1.tenant },
                place: place, chrome: visit.chrome)
        }
        return chooseEndpointsPage(
            updates: keys, endpoints: items.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) },
            isCut: isCut, chrome: visit.chrome)
    }

    /// The selection that a form holds.
    static func selection(_ form: FormFields) throws(Refusal) -> DeploymentSelection {
        let endpoints = form.all("endpoint").compactMap(EndpointID.init)
        let updates = form.all("update").compactMap(MissingUpdateKey.init(text:))
        guard !endpoints.isEmpty, !updates.isEmpty else {
            throw Refusal(
                .malformed, "E_NOTHING_CHOSEN",
                updates.isEmpty ? "No update was chosen." : "No endpoint was chosen.",
                nextStep: "Go back and choose at least one.")
        }
        return DeploymentSelection(
            endpoints: endpoints,
            updates: updates.map { .init(name: $0.name, candidate: $0.candidate) },
            title: form["title"], deadlineSeconds: form["deadline"].flatMap { Int64($0) },
            acceptsNoWayBack: form["acceptsNoWayBack"] == "true" ? true : nil)
    }
}
