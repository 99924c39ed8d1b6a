import Administration
import ControlPlane
import Fleet
import ServerRecords

/// Versions that went wrong at a canary, and that nobody gets until a person unblocks them.
enum BlockedVersionRoutes {
    static let all: [Route] = [
        Route(
            .get, "/api/v1/blocked-versions", permission: .principal(.view),
            summary: "Lists the versions that nobody gets until a person unblocks them.",
            query: [QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")],
            response: .blockedVersionList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.blockedVersions(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"))))
        },
        Route(
            .post, "/api/v1/blocked-versions/unblock", permission: .principal(.approve),
            summary: "Lets a blocked version go out again.",
            query: [
                QueryParameter(
                    "tenant", .identifier("tnt"), "The tenant; not needed where there is one only."),
                QueryParameter(
                    "manager", .oneOf(PackageManagerName.allCases.map(\.rawValue)),
                    "The package manager; apt unless given."),
                QueryParameter("package", .string, "The package."),
                QueryParameter("version", .string, "The version."),
            ]
        ) { call in
            try await call.useCases.unblock(
                VersionToUnblock(
                    tenant: try call.queryIdentifier("tenant"),
                    manager: try call.queryValue("manager", PackageManagerName.init(rawValue:))
                        ?? .apt,
                    package: call.query["package"] ?? "", version: call.query["version"] ?? ""),
                by: try call.principal())
            return .noContent
        },
    ]
}
