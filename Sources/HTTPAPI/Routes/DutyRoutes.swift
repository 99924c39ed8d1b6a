import ControlPlane
import Duties
import Fleet
import ServerRecords

/// Who is on duty for windows that need somebody.
enum DutyRoutes {
    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    static let all: [Route] = [
        Route(
            .get, "/api/v1/duties", permission: .principal(.view),
            summary: "Lists who is on duty, and which windows need somebody.",
            query: [
                tenant, QueryParameter("past", .boolean, "Those too that are over."),
            ],
            response: .dutyRoster
        ) { call in
            .json(
                try await call.useCases.duties(
                    of: try call.queryIdentifier("tenant"),
                    past: try call.queryFlag("past"), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/duties", permission: .principal(.deploy),
            summary: "Declares who is on duty; in sealed mode it waits for operators.",
            request: .dutyWish, response: .duty
        ) { call in
            .json(
                try await call.useCases.declareDuty(try call.decode(), by: try call.principal()),
                status: 201)
        },
        Route(
            .delete, "/api/v1/duties/{name}", permission: .principal(.deploy),
            summary: "Ends a duty: nothing starts any more by it; what has started goes on.",
            query: [tenant], response: .duty
        ) { call in
            .json(
                try await call.useCases.endDuty(
                    call.parameters["name"] ?? "", of: try call.queryIdentifier("tenant"),
                    by: try call.principal()))
        },
    ]
}
