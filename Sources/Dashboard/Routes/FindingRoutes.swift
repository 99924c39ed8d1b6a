import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import ServerRecords

/// Vulnerabilities, feeds and alerts.
extension Dashboard {
    static let findingRoutes: [Route] = [
        page(
            Place.vulnerabilities.path, .principal(.view), "Vulnerabilities, riskiest first.",
            query: VulnerabilityFilter.queryParameters
        ) { visit in
            let filter = try VulnerabilityFilter(query: visit.call)
            let page = try await visit.useCases.vulnerabilities(filter, by: visit.principal)
            let open = try await visit.useCases.alerts(
                by: visit.principal, tenant: filter.tenant, openOnly: true,
                limit: UseCases.largestAlertPage)
            return vulnerabilitiesPage(
                page, filter: filter, openAlerts: open.count, chrome: visit.chrome)
        },
        page(
            "/vulnerabilities/{vulnerability}", .principal(.view), "One vulnerability.",
            query: [
                tenantField, QueryParameter("after", .string, "The page after this."),
            ] + FindingPart.queryParameters
        ) { visit in
            let name = visit.call.vulnerability
            var filter = try FindingFilter(query: visit.call)
            let detail = try await visit.useCases.vulnerability(
                name, by: visit.principal, tenant: filter.tenant)
            filter.vulnerability = detail.item.vulnerability
            filter.limit = affectedRows
            let affected = try await visit.useCases.findings(filter, by: visit.principal)
            return vulnerabilityPage(
                detail, affected: affected, filter: filter, chrome: visit.chrome)
        },
        page(
            "/endpoints/{endpoint}/vulnerabilities", .principal(.view),
            "An endpoint's vulnerabilities.",
            query: [
                QueryParameter("search", .string, "Part of a CVE's or a package's name.")
            ] + FindingPart.queryParameters
        ) { visit in
            let id: EndpointID = try visit.call.identifier("endpoint")
            let detail = try await visit.useCases.endpoint(id, by: visit.principal)
            let found = try await visit.useCases.findings(of: id, by: visit.principal)
            return endpointFindingsPage(
                detail, found: found, search: visit.call.query["search"],
                part: try FindingPart(query: visit.call), chrome: visit.chrome)
        },
        page(
            Place.alerts.path, .principal(.view), "Alerts, newest first.",
            query: [QueryParameter("all", .boolean, "Acknowledged ones too.")]
        ) { visit in
            let openOnly = try !visit.call.queryFlag("all")
            let alerts = try await visit.useCases.alerts(
                by: visit.principal, openOnly: openOnly, limit: UseCases.largestAlertPage)
            return alertsPage(alerts, openOnly: openOnly, chrome: visit.chrome)
        },
        action("/alerts/{alert}/acknowledge", .principal(.approve), "Acknowledges an alert.") {
            visit, _ in
            _ = try await visit.useCases.acknowledge(
                try visit.call.identifier("alert"), by: visit.principal)
            return .redirect(to: .alerts, .acknowledged)
        },
    ]

    static let feedRoutes: [Route] = [
        page(Place.feeds.path, .principal(.view), "The feeds of vulnerability intelligence.") {
            visit in
            feedsPage(
                try await visit.useCases.feeds(by: visit.principal), chrome: visit.chrome)
        },
        action(Place.feeds.path, .principal(.administer), "Adds a feed.") { visit, form in
            try await onFeeds(visit) {
                _ = try await visit.useCases.addFeed(
                    NewFeed(name: form["name"] ?? "", source: form["source"] ?? ""),
                    by: visit.principal)
            }
        },
        feedAction("enable", "Switches a feed on.") {
            _ = try await $0.switchFeed($1, on: true, by: $2)
        },
        feedAction("disable", "Switches a feed off.") {
            _ = try await $0.switchFeed($1, on: false, by: $2)
        },
        feedAction("refresh", "Asks for a feed now.") {
            _ = try await $0.refreshFeed($1, by: $2)
        },
        feedAction("confirm", "Takes what has come of a feed.") {
            _ = try await $0.confirmFeed($1, by: $2)
        },
        feedAction("remove", "Removes a feed.") { try await $0.removeFeed($1, by: $2) },
    ]

    private static func feedAction(
        _ verb: String, _ summary: String,
        act: @escaping @Sendable (UseCases, String, Principal) async throws -> Void
    ) -> Route {
        action("/feeds/{feed}/\(verb)", .principal(.administer), summary) { visit, _ in
            let name = visit.call.parameters["feed"] ?? ""
            return try await onFeeds(visit) { try await act(visit.useCases, name, visit.principal) }
        }
    }

    /// What is refused is said on the list, which shows how things are.
    private static func onFeeds(
        _ visit: Visit, _ act: () async throws -> Void
    ) async throws -> Answer {
        do {
            try await act()
            return .redirect(to: .feeds, .feedsChanged)
        } catch let refusal as Refusal where refusal.kind != .notFound {
            let feeds = try await visit.useCases.feeds(by: visit.principal)
            let page = feedsPage(feeds, refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }
}
