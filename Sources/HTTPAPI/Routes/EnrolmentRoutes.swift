import Administration
import ControlPlane
import Fleet
import ServerRecords

/// Enrolment tokens.
struct EnrolmentRoutes {
    /// A request for a new enrolment token.
    struct NewToken: Codable, Sendable {
        var tenant: TenantID?
        var site: SiteID?
        var note: String?
        var lifetimeSeconds: Int64?
        var maximumUses: Int?
        var serverURLs: [String]?
    }

    /// The server's own addresses, for tokens that do not say otherwise.
    let addresses: @Sendable () -> [String]

    var all: [Route] { [list, create, revoke] }

    private var list: Route {
        Route(
            .get, "/api/v1/enrolment-tokens", permission: .principal(.enrol),
            summary: "Lists enrolment tokens, newest first. Their secrets are not kept.",
            query: [QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")],
            response: .enrolmentTokenList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.enrolmentTokens(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"))))
        }
    }

    private var create: Route {
        Route(
            .post, "/api/v1/enrolment-tokens", permission: .principal(.enrol),
            summary: "Makes an enrolment token. Its text is in this answer and nowhere else.",
            request: .newEnrolmentToken, response: .createdEnrolmentToken
        ) { [addresses] call in
            let body = try call.decode(NewToken.self)
            return .json(
                try await call.useCases.createEnrolmentToken(
                    by: try call.principal(), tenant: body.tenant, site: body.site,
                    note: body.note ?? "",
                    lifetimeSeconds: body.lifetimeSeconds ?? UseCases.defaultEnrolmentLifetime,
                    maximumUses: body.maximumUses ?? 1,
                    serverURLs: body.serverURLs ?? addresses()),
                status: 201)
        }
    }

    private var revoke: Route {
        Route(
            .post, "/api/v1/enrolment-tokens/{token}/revoke", permission: .principal(.enrol),
            summary: "Revokes an enrolment token. Endpoints that enrolled with it stay.",
            response: .enrolmentToken
        ) { call in
            .json(
                try await call.useCases.revokeEnrolmentToken(
                    try call.identifier("token"), by: try call.principal()))
        }
    }
}
