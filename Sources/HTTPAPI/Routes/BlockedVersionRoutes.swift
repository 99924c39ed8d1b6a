import Administration
import ControlPlane
import Exclusions
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
            .get, "/api/v1/update-debt", permission: .principal(.view),
            summary: "Endpoints that have fallen behind, the batches in which they catch up, and "
                + "when they are done at the earliest.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter(
                    "days", .integer,
                    "A missing fix that has been out for longer counts as falling behind; "
                        + "\(UseCases.usualDebtDays) unless given."),
            ],
            response: .updateDebt
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.updateDebt(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        days: try call.queryNumber(
                            "days", in: 0...UseCases.longestDebtDays,
                            standard: UseCases.usualDebtDays))))
        },
        Route(
            .post, "/api/v1/blocked-versions", permission: .principal(.approve),
            summary: "Blocks a version: nobody of the tenant gets it until a person unblocks it.",
            request: .versionToBlock, response: .blockedVersion
        ) { call in
            let principal = try call.principal()
            let blocked = try await call.useCases.block(try call.decode(), by: principal)
            // It is blocked, whatever becomes of this question.
            let warning = try? await call.useCases.warning(about: blocked, by: principal)
            return .json(Warned(record: blocked, warning: warning), status: 201)
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
