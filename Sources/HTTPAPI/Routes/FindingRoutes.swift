public import Administration
import Advisories
import ControlPlane
import Fleet
import Intelligence
public import ServerRecords

extension FindingPart {
    /// The names of the query's values that `init(query:)` reads.
    public static let queryParameters = [
        QueryParameter("kev", .boolean, "Only what is known to be exploited."),
        QueryParameter("state", .findingState, "Only what is in this state on some endpoint."),
        QueryParameter("fixAvailable", .boolean, "Only what an update mends."),
        QueryParameter(
            "exposed", .boolean, "Only on endpoints that can be reached from the internet."),
        QueryParameter("overdue", .boolean, "Only what should have been gone by now."),
    ]

    /// The part that a call's query asks for.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public init(query call: Call) throws(Refusal) {
        self.init(
            kev: try call.queryFlag("kev"),
            state: try call.queryValue("state", Finding.State.init(rawValue:)),
            fixAvailable: try call.queryFlag("fixAvailable"),
            exposed: try call.queryFlag("exposed"), overdue: try call.queryFlag("overdue"))
    }
}

extension VulnerabilityFilter {
    /// The names of the query's values that `init(query:)` reads.
    public static let queryParameters =
        [
            QueryParameter("tenant", .identifier("tnt"), "Only those of this tenant's endpoints."),
            QueryParameter(
                "search", .string,
                "Part of the name, or of an affected package's name or version: openssl 3.0.11."),
            QueryParameter("severity", .severity, "Only of this severity."),
            QueryParameter("after", .string, "The page after this: next of the page before."),
            QueryParameter("limit", .integer, "Rows of a page, 1 to \(FindingFilter.maximumPage)."),
        ] + FindingPart.queryParameters

    /// The filter that a call's query asks for; pages and programs use the same names.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public init(query call: Call) throws(Refusal) {
        self.init(
            tenant: try call.queryIdentifier("tenant"), search: call.query["search"],
            part: try FindingPart(query: call),
            severity: try call.queryValue("severity", Severity.init(rawValue:)),
            after: call.query["after"],
            limit: try call.queryNumber(
                "limit", in: 1...FindingFilter.maximumPage, standard: 100))
    }
}

extension FindingFilter {
    /// The names of the query's values that `init(query:)` reads.
    public static let queryParameters =
        [
            QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
            QueryParameter("cve", .string, "Only of this vulnerability."),
            QueryParameter("endpoint", .identifier("ept"), "Only of this endpoint."),
            QueryParameter("after", .string, "The page after this: next of the page before."),
            QueryParameter("limit", .integer, "Rows of a page, 1 to \(FindingFilter.maximumPage)."),
        ] + FindingPart.queryParameters

    /// The filter that a call's query asks for.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public init(query call: Call) throws(Refusal) {
        self.init(
            tenant: try call.queryIdentifier("tenant"),
            vulnerability: call.queryVulnerability("cve"),
            endpoint: try call.queryIdentifier("endpoint"),
            part: try FindingPart(query: call),
            after: call.query["after"],
            limit: try call.queryNumber("limit", in: 1...Self.maximumPage, standard: 100))
    }
}

extension FindingHistoryFilter {
    /// The names of the query's values that `init(query:)` reads.
    public static let queryParameters = [
        QueryParameter("tenant", .identifier("tnt"), "Only this tenant's endpoints."),
        QueryParameter(
            "from", .string, "The span's begin: RFC 3339, or a day (UTC), which is its begin."),
        QueryParameter(
            "to", .string, "The span's end: RFC 3339, or a day (UTC), which belongs to the span."),
        QueryParameter(
            "after", .identifier("ept"), "The page after this: next of the page before."),
        QueryParameter("limit", .integer, "Rows of a page, 1 to \(FindingFilter.maximumPage)."),
    ]

    /// The span that a call's query asks for. An empty value is none.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public init(query call: Call) throws(Refusal) {
        self.init(
            tenant: try call.queryIdentifier("tenant"),
            from: try call.queryInstant("from", ofDay: .first),
            to: try call.queryInstant("to", ofDay: .last),
            after: try call.queryIdentifier("after"),
            limit: try call.queryNumber(
                "limit", in: 1...FindingFilter.maximumPage, standard: 100))
    }
}

/// Which instant of a day a day stands for.
private enum DayEdge { case first, last }

extension Call {
    /// An instant, or a day in UTC, from the query;
    /// `nil` where it is missing.
    fileprivate func queryInstant(
        _ name: String, ofDay edge: DayEdge
    ) throws(Refusal) -> Timestamp? {
        try queryValue(name) { text in
            guard text.utf8.count == 10, let day = Timestamp(text + "T00:00:00Z") else {
                return Timestamp(text)
            }
            return edge == .first ? day : day.adding(seconds: 86_400)
        }
    }

    /// The name of a vulnerability in the path.
    public var vulnerability: String { parameters["vulnerability"] ?? "" }
}

/// Vulnerabilities, findings and alerts.
enum FindingRoutes {
    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    static let all: [Route] = [
        Route(
            .get, "/api/v1/vulnerabilities", permission: .principal(.view),
            summary: "The vulnerabilities that endpoints have, riskiest first.",
            query: VulnerabilityFilter.queryParameters, response: .vulnerabilityPage
        ) { call in
            .json(
                try await call.useCases.vulnerabilities(
                    VulnerabilityFilter(query: call), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/vulnerabilities/{vulnerability}", permission: .principal(.view),
            summary: "One vulnerability, and the software that has it.", query: [tenant],
            response: .vulnerabilityDetail
        ) { call in
            .json(
                try await call.useCases.vulnerability(
                    call.vulnerability, by: try call.principal(),
                    tenant: try call.queryIdentifier("tenant")))
        },
        Route(
            .get, "/api/v1/vulnerabilities/{vulnerability}/history",
            permission: .principal(.view),
            summary:
                "Which endpoints had a vulnerability in a span of time, and when; retired ones too.",
            query: FindingHistoryFilter.queryParameters, response: .vulnerabilityHistory
        ) { call in
            .json(
                try await call.useCases.history(
                    of: call.vulnerability, FindingHistoryFilter(query: call),
                    by: try call.principal()))
        },
        Route(
            .get, "/api/v1/vulnerabilities/{vulnerability}/next-steps",
            permission: .principal(.view),
            summary: "What happens next about a vulnerability on each endpoint, by its policy.",
            query: FindingFilter.queryParameters.filter { $0.name != "cve" },
            response: .nextStepPage
        ) { call in
            .json(
                try await call.useCases.nextSteps(
                    about: call.vulnerability, FindingFilter(query: call),
                    by: try call.principal()))
        },
        Route(
            .get, "/api/v1/exposure", permission: .principal(.view),
            summary: "How many findings there were each day, and are now.",
            query: ExposureRoutes.queryParameters, response: .exposureReport
        ) { call in
            .json(try await ExposureRoutes.report(call))
        },
        Route(
            .get, "/api/v1/coverage", permission: .principal(.view),
            summary: "How many installed packages no feed covers.",
            query: [QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")],
            response: .coverageReport
        ) { call in
            .json(
                try await call.useCases.coverage(
                    by: try call.principal(), tenant: try call.queryIdentifier("tenant")))
        },
        Route(
            .get, "/api/v1/findings", permission: .principal(.view),
            summary: "Findings: endpoint x vulnerability, riskiest first.",
            query: FindingFilter.queryParameters, response: .findingPage
        ) { call in
            .json(
                try await call.useCases.findings(
                    FindingFilter(query: call), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/endpoints/{endpoint}/findings", permission: .principal(.view),
            summary:
                "Everything that is found on an endpoint, and how long its software will be supported.",
            response: .endpointFindings
        ) { call in
            .json(
                try await call.useCases.findings(
                    of: try call.identifier("endpoint"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/alerts", permission: .principal(.view),
            summary: "Alerts, newest first.",
            query: [
                tenant,
                QueryParameter("open", .boolean, "Only those that nobody has acknowledged."),
                QueryParameter("before", .identifier("alr"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(UseCases.largestAlertPage)."),
            ], response: .alertList
        ) { call in
            let limit = try call.queryNumber(
                "limit", in: 1...UseCases.largestAlertPage, standard: 100)
            let alerts = try await call.useCases.alerts(
                by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                openOnly: try call.queryFlag("open"), before: try call.queryIdentifier("before"),
                limit: limit)
            return .json(
                ItemList(items: alerts, next: alerts.count == limit ? alerts.last?.id.text : nil))
        },
        Route(
            .post, "/api/v1/alerts/{alert}/acknowledge", permission: .principal(.deploy),
            summary: "Notes that a person has seen an alert.", response: .alert
        ) { call in
            .json(
                try await call.useCases.acknowledge(
                    try call.identifier("alert"), by: try call.principal()))
        },
    ]
}
