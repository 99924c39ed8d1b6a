import EmergencyPages
import Intelligence
import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
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
            let coverage = try await visit.useCases.coverage(
                by: visit.principal, tenant: filter.tenant)
            return vulnerabilitiesPage(
                page, filter: filter, coverage: coverage, openAlerts: open.count,
                chrome: visit.chrome)
        },
        page(
            Place.endOfLife.path, .principal(.view), "How long everything will be supported.",
            query: EndOfLifeRoutes.queryParameters
        ) { visit in
            endOfLifePage(
                try await EndOfLifeRoutes.report(visit.call), query: visit.call.query,
                chrome: visit.chrome)
        },
        action(
            Place.endOfLife.path, .principal(.deploy),
            "Says what is done about a product whose support ends."
        ) { visit, form in
            do {
                _ = try await visit.useCases.answerEndOfLife(
                    try answer(form), by: visit.principal)
                return .redirect(to: .endOfLife, .answered)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                return .html(
                    endOfLifePage(
                        try await visit.useCases.endOfLife(by: visit.principal),
                        query: visit.call.query, refused: refusal, chrome: visit.chrome
                    ).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
        page(
            Place.exposure.path, .principal(.view), "How many findings there were each day.",
            query: ExposureRoutes.queryParameters
        ) { visit in
            exposurePage(
                try await ExposureRoutes.report(visit.call),
                tenant: try visit.call.queryIdentifier("tenant"), chrome: visit.chrome)
        },
        page(
            "/vulnerabilities/{vulnerability}", .principal(.view), "One vulnerability.",
            query: [
                tenantField, QueryParameter("after", .string, "The page after this."),
            ] + FindingPart.queryParameters
        ) { visit in
            let name = visit.call.vulnerability
            var filter = try FindingFilter(query: visit.call)
            let detail: VulnerabilityDetail
            do {
                detail = try await visit.useCases.vulnerability(
                    name, by: visit.principal, tenant: filter.tenant)
            } catch let refusal as Refusal where refusal.code == "E_NOT_FOUND" {
                return try await past(name, visit, instead: refusal)
            }
            filter.vulnerability = detail.item.vulnerability
            filter.limit = affectedRows
            let affected = try await visit.useCases.findings(filter, by: visit.principal)
            let steps = try await visit.useCases.nextSteps(
                for: affected.items, by: visit.principal)
            return vulnerabilityPage(
                detail, affected: affected, next: steps, reported: try await reported(name, visit),
                filter: filter, chrome: visit.chrome)
        },
        page(
            "/vulnerabilities/{vulnerability}/history", .principal(.view),
            "Who had a vulnerability in a span of time.",
            query: FindingHistoryFilter.queryParameters
        ) { visit in
            let name = visit.call.vulnerability
            let filter = try FindingHistoryFilter(query: visit.call)
            do {
                let history = try await visit.useCases.history(
                    of: name, filter, by: visit.principal)
                return vulnerabilityHistoryPage(
                    history.vulnerability, history, filter: filter, chrome: visit.chrome)
            } catch let refusal as Refusal {
                return vulnerabilityHistoryPage(
                    name, nil, filter: filter, refused: refusal,
                    reported: try await reported(name, visit), chrome: visit.chrome)
            }
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
        action("/alerts/{alert}/acknowledge", .principal(.deploy), "Acknowledges an alert.") {
            visit, _ in
            _ = try await visit.useCases.acknowledge(
                try visit.call.identifier("alert"), by: visit.principal)
            return .redirect(to: .alerts, .acknowledged)
        },
    ]

    private static func answer(_ form: FormFields) throws(Refusal) -> NewEndOfLifeAnswer {
        guard let field = form["product"].flatMap(EndOfLifeField.init),
            let treatment = form["treatment"].flatMap(EndOfLifeAnswer.Treatment.init(rawValue:))
        else {
            throw Refusal(
                .malformed, "E_MALFORMED", "The product or what is done about it is missing.",
                nextStep: "Choose both.")
        }
        // The day belongs to the answer.
        guard let until = form["until"].flatMap({ Timestamp("\($0)T23:59:59Z") }) else {
            throw Refusal(
                .malformed, "E_UNTIL", "An answer needs a last day.", nextStep: "Choose the day.")
        }
        return NewEndOfLifeAnswer(
            tenant: field.tenant, product: field.product, cycle: field.cycle,
            treatment: treatment, until: until, reason: form["reason"] ?? "")
    }

    /// What no endpoint has any more is shown as it was.
    private static func past(
        _ name: String, _ visit: Visit, instead refusal: Refusal
    ) async throws -> HTML {
        let filter = FindingHistoryFilter(tenant: try visit.call.queryIdentifier("tenant"))
        let history = try? await visit.useCases.history(of: name, filter, by: visit.principal)
        let reported = try await reported(name, visit)
        guard history != nil || !reported.items.isEmpty else { throw refusal }
        return vulnerabilityHistoryPage(
            history?.vulnerability ?? name.uppercased(), history, filter: filter,
            refused: history == nil ? refusal : nil, reported: reported, chrome: visit.chrome)
    }

    /// What scanners say of a vulnerability, the first of it.
    private static func reported(
        _ name: String, _ visit: Visit
    ) async throws -> ScannerFindingPage {
        try await visit.useCases.scannerFindings(
            ScannerFindingFilter(
                tenant: try visit.call.queryIdentifier("tenant"),
                vulnerability: name.uppercased(), limit: affectedRows), by: visit.principal)
    }

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
