public import Administration
import ControlPlane
import Fleet
public import Rollout
public import ServerRecords

/// One page of endpoints as the interface answers it; the next page is asked for with `after`.
public struct EndpointPageBody: Hashable, Sendable, Codable {
    /// The rows.
    public var items: [EndpointListItem]
    /// What to ask with in `after` for the next page; left out on the last.
    public var next: String?
    /// How many rows all pages have together.
    public var total: Int

    init(_ page: EndpointPage) {
        items = page.items
        next = page.next?.text
        total = page.total
    }
}

/// What is asked for with a reboot.
public struct RebootRequest: Hashable, Sendable, Codable {
    /// How it is done: warning, deadline, windows, probes; left out for the usual.
    public var aftercare: Aftercare?

    /// What is asked for.
    public init(aftercare: Aftercare? = nil) {
        self.aftercare = aftercare
    }
}

extension EndpointFilter {
    /// The names of the query's values that `init(query:)` reads.
    public static let queryParameters = [
        QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
        QueryParameter("search", .string, "Part of the name, in any case."),
        QueryParameter(
            "compliance", .oneOf(Compliance.allCases.map(\.rawValue)), "Only of this compliance."),
        QueryParameter("missing", .string, "Only those that miss this update: name@version."),
        QueryParameter("reboot", .boolean, "Only those that need a reboot."),
        QueryParameter("sources", .boolean, "Only those with a stale or failing package source."),
        QueryParameter("retired", .boolean, "Also those that are retired."),
        QueryParameter(
            "order", .oneOf(EndpointQuery.Order.allCases.map(\.rawValue)),
            "The order; by name unless given."),
        QueryParameter("after", .string, "The page after this: next of the page before."),
        QueryParameter("limit", .integer, "Rows of a page, 1 to \(EndpointQuery.maximumPage)."),
    ]

    /// The filter that a call's query asks for; pages and programs use the same names.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public init(query call: Call) throws(Refusal) {
        self.init(
            tenant: try call.queryIdentifier("tenant"), search: call.query["search"],
            compliance: try call.queryValue("compliance", Compliance.init(rawValue:)),
            missing: try call.queryValue("missing", MissingUpdateKey.init(text:)),
            rebootRequired: try call.queryFlag("reboot"),
            sourceTrouble: try call.queryFlag("sources"),
            includesRetired: try call.queryFlag("retired"),
            order: call.query["order"] ?? EndpointQuery.Order.name.rawValue,
            after: try call.queryValue("after", EndpointQuery.Cursor.init(text:)),
            limit: try call.queryNumber("limit", in: 1...EndpointQuery.maximumPage, standard: 100))
    }
}

/// Endpoints, and what is missing on them.
enum EndpointRoutes {
    static let all: [Route] = reading + changing

    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    private static let reading: [Route] = [
        Route(
            .get, "/api/v1/overview", permission: .principal(.view),
            summary: "What is at risk, what needs a person, what runs, what failed.",
            query: [tenant], response: .overview
        ) { call in
            let principal = try call.principal()
            return .json(
                try await call.useCases.overview(
                    by: principal, tenant: try call.queryIdentifier("tenant")))
        },
        Route(
            .get, "/api/v1/endpoints", permission: .principal(.view), summary: "Lists endpoints.",
            query: EndpointFilter.queryParameters, response: .endpointPage
        ) { call in
            let page = try await call.useCases.endpoints(
                EndpointFilter(query: call), by: try call.principal())
            return .json(EndpointPageBody(page))
        },
        Route(
            .get, "/api/v1/endpoints/{endpoint}", permission: .principal(.view),
            summary:
                "One endpoint: facts, missing updates each with its reason, sources, reboot, restarts, jobs.",
            response: .endpointDetail
        ) { call in
            .json(
                try await call.useCases.endpoint(
                    try call.identifier("endpoint"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/endpoints/{endpoint}/packages", permission: .principal(.view),
            summary: "What was installed on an endpoint at an instant.",
            query: [QueryParameter("at", .time, "The instant; now unless given.")],
            response: .installedPackages
        ) { call in
            .json(
                try await call.useCases.packages(
                    of: try call.identifier("endpoint"),
                    at: try call.queryValue("at") { Timestamp($0) }, by: try call.principal()))
        },
        Route(
            .get, "/api/v1/endpoints/{endpoint}/history", permission: .principal(.view),
            summary: "When an endpoint's software changed, newest first.", response: .history
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.history(
                        of: try call.identifier("endpoint"), by: try call.principal())))
        },
        Route(
            .get, "/api/v1/updates", permission: .principal(.view),
            summary: "What is missing in the fleet, security first, most endpoints first.",
            query: [
                tenant, QueryParameter("search", .string, "Part of the package's name."),
                QueryParameter("security", .boolean, "Only updates of the class security."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .missingUpdates
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.missingUpdates(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        search: call.query["search"], securityOnly: try call.queryFlag("security"),
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 200))))
        },
    ]

    private static let changing: [Route] = [
        Route(
            .post, "/api/v1/endpoints/{endpoint}/scan", permission: .principal(.manageEndpoints),
            summary: "Asks an endpoint to scan now."
        ) { call in
            try await call.useCases.requestScan(
                try call.identifier("endpoint"), by: try call.principal())
            return .noContent
        },
        Route(
            .post, "/api/v1/endpoints/{endpoint}/reboot", permission: .principal(.deploy),
            summary:
                "Asks an endpoint to reboot, by the rules that hold there; the body may be {}.",
            request: .rebootRequest, response: .job
        ) { call in
            let request: RebootRequest = try call.decode()
            return .json(
                try await call.useCases.requestReboot(
                    try call.identifier("endpoint"), request.aftercare, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/endpoints/{endpoint}/retire", permission: .principal(.manageEndpoints),
            summary: "Retires an endpoint: its agent is refused from now on, its history stays."
        ) { call in
            try await call.useCases.retire(
                try call.identifier("endpoint"), by: try call.principal())
            return .noContent
        },
    ]
}
