import Administration
import ControlPlane
import Fleet
import ServerRecords

/// Tenants and sites.
enum DirectoryRoutes {
    struct NewSite: Codable {
        var name: String
        var tenant: TenantID
        var timeZone: String?
    }
    struct ChangedSite: Codable {
        var name: String?
        var timeZone: String?
    }
    struct NewName: Codable { var name: String }

    static let all: [Route] = tenants + sites

    private static let tenants: [Route] = [
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
            let body = try call.decode(NewName.self)
            return .json(
                try await call.useCases.createTenant(name: body.name, by: try call.principal()),
                status: 201)
        },
        Route(
            .get, "/api/v1/tenants/{tenant}", permission: .principal(.view),
            summary: "One tenant, and how much belongs to it.", response: .tenantDetail
        ) { call in
            .json(
                try await call.useCases.tenant(
                    try call.identifier("tenant"), by: try call.principal()))
        },
        Route(
            .put, "/api/v1/tenants/{tenant}", permission: .principal(.administer),
            summary: "Gives a tenant another name.", request: .newTenant, response: .tenant
        ) { call in
            let body = try call.decode(NewName.self)
            return .json(
                try await call.useCases.renameTenant(
                    try call.identifier("tenant"), to: body.name, by: try call.principal()))
        },
        Route(
            .delete, "/api/v1/tenants/{tenant}", permission: .principal(.administer),
            summary: "Deletes a tenant that nothing belongs to; its audit entries stay."
        ) { call in
            try await call.useCases.deleteTenant(
                try call.identifier("tenant"), by: try call.principal())
            return .noContent
        },
    ]

    private static let sites: [Route] = [
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
                    name: body.name, tenant: body.tenant, timeZone: body.timeZone,
                    by: try call.principal()),
                status: 201)
        },
        Route(
            .get, "/api/v1/sites/{site}", permission: .principal(.view),
            summary: "One site, and how many endpoints stand there.", response: .siteDetail
        ) { call in
            .json(
                try await call.useCases.site(
                    try call.identifier("site"), by: try call.principal()))
        },
        Route(
            .put, "/api/v1/sites/{site}", permission: .principal(.administer),
            summary: "Gives a site another name or time zone; an empty zone takes it away.",
            request: .changedSite, response: .site
        ) { call in
            let body = try call.decode(ChangedSite.self)
            guard body.name != nil || body.timeZone != nil else {
                throw WireJSON.malformed("It says neither a name nor a time zone.")
            }
            return .json(
                try await call.useCases.updateSite(
                    try call.identifier("site"),
                    to: SiteChange(name: body.name, timeZone: body.timeZone),
                    by: try call.principal()))
        },
        Route(
            .delete, "/api/v1/sites/{site}", permission: .principal(.administer),
            summary: "Deletes a site where no endpoint stands."
        ) { call in
            try await call.useCases.deleteSite(
                try call.identifier("site"), by: try call.principal())
            return .noContent
        },
    ]
}
