import Administration
import ControlPlane
import Fleet
import ServerRecords

/// Tenants and sites.
enum DirectoryRoutes {
    struct NewTenant: Codable { var name: String }
    struct NewSite: Codable {
        var name: String
        var tenant: TenantID
    }

    static let all: [Route] = [
        Route(
            .get, "/api/v1/tenants", permission: .principal(.view), summary: "Lists tenants.",
            response: .tenantList
        ) { call in
            .json(ItemList(items: try await call.useCases.tenants(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/tenants", permission: .principal(.administer),
            summary: "Adds a tenant.",
            request: .newTenant, response: .tenant
        ) { call in
            let body = try call.decode(NewTenant.self)
            return .json(
                try await call.useCases.createTenant(name: body.name, by: try call.principal()),
                status: 201)
        },
        Route(
            .get, "/api/v1/sites", permission: .principal(.view), summary: "Lists sites.",
            query: [QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")],
            response: .siteList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.sites(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"))))
        },
        Route(
            .post, "/api/v1/sites", permission: .principal(.administer),
            summary: "Adds a site to a tenant.",
            request: .newSite, response: .site
        ) { call in
            let body = try call.decode(NewSite.self)
            return .json(
                try await call.useCases.createSite(
                    name: body.name, tenant: body.tenant, by: try call.principal()),
                status: 201)
        },
    ]
}
