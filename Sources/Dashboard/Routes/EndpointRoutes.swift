import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import Rollout
import ServerRecords

/// The home page, and endpoints.
extension Dashboard {
    static let overviewRoutes: [Route] = [
        page(Place.overview.path, .principal(.view), "The home page.", query: [tenantField]) {
            visit in
            let tenant: TenantID? = try visit.call.queryIdentifier("tenant")
            let overview = try await visit.useCases.overview(by: visit.principal, tenant: tenant)
            return overviewPage(overview, tenant: tenant, chrome: visit.chrome)
        }
    ]

    static let endpointRoutes: [Route] = [
        page(
            Place.endpoints.path, .principal(.view), "The list of endpoints.", query: endpointFields
        ) { visit in
            let filter = try endpointFilter(visit.call)
            let page = try await visit.useCases.endpoints(filter, by: visit.principal)
            return endpointsPage(page, filter: filter, chrome: visit.chrome)
        },
        page("/endpoints/{endpoint}", .principal(.view), "One endpoint.") { visit in
            let detail = try await detail(visit)
            return endpointPage(
                detail, sites: try await sites(of: detail, visit), chrome: visit.chrome)
        },
        page(
            "/endpoints/{endpoint}/packages", .principal(.view), "An endpoint's packages.",
            query: [
                QueryParameter("search", .string, "Part of a package's name."),
                QueryParameter("at", .string, "The instant, in UTC; now unless given."),
            ]
        ) { try await packages($0) },
        page("/endpoints/{endpoint}/history", .principal(.view), "An endpoint's history.") {
            visit in
            let detail = try await detail(visit)
            let history = try await visit.useCases.history(of: detail.item.id, by: visit.principal)
            return historyPage(detail, history: history, chrome: visit.chrome)
        },
        page("/endpoints/{endpoint}/jobs", .principal(.view), "An endpoint's jobs.") { visit in
            endpointJobsPage(try await detail(visit), chrome: visit.chrome)
        },
        action("/endpoints/{endpoint}/scan", .principal(.manageEndpoints), "Asks for a scan.") {
            visit, _ in
            let id: EndpointID = try visit.call.identifier("endpoint")
            try await visit.useCases.requestScan(id, by: visit.principal)
            return .redirect(to: .endpoint(id), .scanRequested)
        },
        page(
            "/endpoints/{endpoint}/reboot", .principal(.deploy),
            "Asks before an endpoint reboots."
        ) { visit in
            rebootPage(try await detail(visit), chrome: visit.chrome)
        },
        action(
            "/endpoints/{endpoint}/reboot", .principal(.deploy), "Asks an endpoint to reboot."
        ) { visit, _ in try await reboot(visit) },
        page(
            "/endpoints/{endpoint}/retire", .principal(.manageEndpoints),
            "Asks before retiring an endpoint."
        ) { visit in
            retirePage(try await detail(visit), chrome: visit.chrome)
        },
        action(
            "/endpoints/{endpoint}/retire", .principal(.manageEndpoints), "Retires an endpoint."
        ) { try await retire($0, $1) },
    ]

    static let tenantField = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    private static let endpointFields = [
        tenantField,
        QueryParameter("search", .string, "Part of the name."),
        QueryParameter(
            "compliance", .oneOf(Compliance.allCases.map(\.rawValue)), "Only of this compliance."),
        QueryParameter("missing", .string, "Only those that miss this update: name@version."),
        QueryParameter("reboot", .boolean, "Only those that need a reboot."),
        QueryParameter("sources", .boolean, "Only those with a stale or failing package source."),
        QueryParameter("retired", .boolean, "Also those that are retired."),
        QueryParameter("order", .oneOf(EndpointQuery.Order.allCases.map(\.rawValue)), "The order."),
        QueryParameter("after", .string, "The page after this."),
    ]

    private static func endpointFilter(_ call: Call) throws -> EndpointFilter {
        EndpointFilter(
            tenant: try call.queryIdentifier("tenant"), search: call.query["search"],
            compliance: try call.queryValue("compliance", Compliance.init(rawValue:)),
            missing: try call.queryValue("missing", MissingUpdateKey.init(text:)),
            rebootRequired: try call.queryFlag("reboot"),
            sourceTrouble: try call.queryFlag("sources"),
            includesRetired: try call.queryFlag("retired"),
            order: call.query["order"] ?? EndpointQuery.Order.name.rawValue,
            after: try call.queryValue("after", EndpointQuery.Cursor.init(text:)))
    }

    private static func detail(_ visit: Visit) async throws -> EndpointDetail {
        try await visit.useCases.endpoint(
            try visit.call.identifier("endpoint"), by: visit.principal)
    }

    /// The sites that an endpoint can be moved to.
    static func sites(of detail: EndpointDetail, _ visit: Visit) async throws -> [Site] {
        try await visit.useCases.sites(by: visit.principal, tenant: detail.item.tenant)
    }

    private static func packages(_ visit: Visit) async throws -> HTML {
        let detail = try await detail(visit)
        let asked = try visit.call.queryValue("at", instant)
        let search = visit.call.query["search"]
        do {
            let installed = try await visit.useCases.packages(
                of: detail.item.id, at: asked, by: visit.principal)
            return packagesPage(
                detail, installed: installed, search: search, asked: asked, chrome: visit.chrome)
        } catch let refusal as Refusal where refusal.code == "E_NOT_SCANNED_YET" {
            return packagesPage(
                detail, installed: nil, search: search, asked: asked, refused: refusal,
                chrome: visit.chrome)
        }
    }

    /// An instant as a link has it (RFC 3339), or as a browser's field has it, which is taken to be
    /// UTC.
    static func instant(_ text: String) -> Timestamp? {
        Timestamp(text) ?? Timestamp(text + "Z") ?? Timestamp(text + ":00Z")
    }

    private static func reboot(_ visit: Visit) async throws -> Answer {
        let id: EndpointID = try visit.call.identifier("endpoint")
        do {
            let job = try await visit.useCases.requestReboot(id, by: visit.principal)
            return .redirect(to: .job(job.id), .rebootAsked)
        } catch let refusal as Refusal {
            let page = rebootPage(
                try await detail(visit), refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }

    private static func retire(_ visit: Visit, _ form: FormFields) async throws -> Answer {
        let detail = try await detail(visit)
        do {
            guard form["name"] == detail.item.name else {
                throw Refusal(
                    .malformed, "E_NAME_DIFFERS", "That is not the endpoint's name.",
                    nextStep: "Type \(detail.item.name) to retire it, or keep it.")
            }
            try await visit.useCases.retire(detail.item.id, by: visit.principal)
            return .redirect(to: .endpoints, .endpointRetired)
        } catch let refusal as Refusal {
            let page = retirePage(detail, refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }
}
