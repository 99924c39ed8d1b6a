import Administration
import ControlPlane
import Fleet
import SavedPlans
import ServerRecords

/// Plans that are kept, and what became of them.
enum PlanRoutes {
    static let all: [Route] = [
        Route(
            .get, "/api/v1/plans", permission: .principal(.view),
            summary: "Lists saved plans, newest first.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter("before", .identifier("pln"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .savedPlanList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.savedPlans(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        before: try call.queryIdentifier("before"),
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 50))))
        },
        Route(
            .post, "/api/v1/plans", permission: .principal(.request),
            summary: "Saves what the policies, or one deployment, would do with a tenant's fleet.",
            request: .planDraft, response: .savedPlan
        ) { call in
            .json(
                try await call.useCases.savePlan(try call.decode(), by: try call.principal()),
                status: 201)
        },
        Route(
            .get, "/api/v1/plans/{plan}", permission: .principal(.view),
            summary: "A plan as it was saved.", response: .savedPlanDetail
        ) { call in
            .json(
                try await call.useCases.savedPlan(
                    try call.identifier("plan"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/plans/{plan}/comparison", permission: .principal(.view),
            summary: "What ran as a plan foresaw, what otherwise and why, and what ran besides.",
            response: .planComparison
        ) { call in
            .json(
                try await call.useCases.comparePlan(
                    try call.identifier("plan"), by: try call.principal()))
        },
    ]
}
