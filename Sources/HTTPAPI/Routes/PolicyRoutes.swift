import Administration
import ControlPlane
import Fleet
import Policy
import ServerRecords

/// Policies, and what they would do.
enum PolicyRoutes {
    static let all: [Route] = reading + changing + planning

    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    private static let reading: [Route] = [
        Route(
            .get, "/api/v1/policies", permission: .principal(.view), summary: "Lists policies.",
            query: [
                tenant,
                QueryParameter(
                    "deleted", .boolean, "Also those that were deleted: their history stays."),
            ], response: .policyList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.policies(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        includingDeleted: try call.queryFlag("deleted"))))
        },
        Route(
            .get, "/api/v1/policies/{policy}", permission: .principal(.view),
            summary: "One policy: its text, its written form, and whom it applies to.",
            response: .policyDetail
        ) { call in
            .json(
                try await call.useCases.policy(
                    try call.identifier("policy"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/policies/{policy}/versions", permission: .principal(.view),
            summary: "Every version of a policy, newest first.", response: .policyVersions
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.policyHistory(
                        try call.identifier("policy"), by: try call.principal())))
        },
    ]

    private static let changing: [Route] = [
        Route(
            .post, "/api/v1/policies", permission: .principal(.changePolicies),
            summary: "Saves a new policy.", request: .policyDraft, response: .policySummary,
            bodyLimit: bodyLimit
        ) { call in
            var draft = try call.decode(PolicyDraft.self)
            draft.policy = nil
            return .json(
                try await call.useCases.savePolicy(draft, by: try call.principal()), status: 201)
        },
        Route(
            .put, "/api/v1/policies/{policy}", permission: .principal(.changePolicies),
            summary: "Saves the next version of a policy.", request: .policyDraft,
            response: .policySummary, bodyLimit: bodyLimit
        ) { call in
            var draft = try call.decode(PolicyDraft.self)
            draft.policy = try call.identifier("policy")
            return .json(try await call.useCases.savePolicy(draft, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/policies/{policy}/enable", permission: .principal(.changePolicies),
            summary: "Switches a policy on.", request: .policyOrder, response: .policySummary
        ) { call in
            .json(
                try await call.useCases.setPolicy(
                    try call.identifier("policy"), enabled: true, try call.decode(),
                    by: try call.principal()))
        },
        Route(
            .post, "/api/v1/policies/{policy}/disable", permission: .principal(.changePolicies),
            summary: "Switches a policy off.", request: .policyOrder, response: .policySummary
        ) { call in
            .json(
                try await call.useCases.setPolicy(
                    try call.identifier("policy"), enabled: false, try call.decode(),
                    by: try call.principal()))
        },
        Route(
            .delete, "/api/v1/policies/{policy}", permission: .principal(.changePolicies),
            summary: "Deletes a policy; its history stays.",
            query: [
                QueryParameter("confirm", .boolean, "Whether what follows may happen at once."),
                QueryParameter("note", .string, "Why."),
            ],
            response: .policySummary
        ) { call in
            .json(
                try await call.useCases.deletePolicy(
                    try call.identifier("policy"),
                    PolicyOrder(
                        note: call.query["note"], confirm: try call.queryFlag("confirm")),
                    by: try call.principal()))
        },
    ]

    /// The largest draft, in bytes: the longest text with each character written as an escape of
    /// six, and what stands around it.
    private static let bodyLimit = 2 * 1024 * 1024

    private static let planning: [Route] = [
        Route(
            .post, "/api/v1/policy-previews", permission: .principal(.view),
            summary: "What saving a policy would do. Nothing is changed.", request: .policyDraft,
            response: .policyPreview, bodyLimit: bodyLimit
        ) { call in
            .json(
                try await call.useCases.previewPolicy(
                    try call.decode(), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/tenants/{tenant}/policy-plan", permission: .principal(.view),
            summary: "Every installation that the policies would begin, ring by ring.",
            query: [QueryParameter("until", .time, "The end; 31 days from now unless given.")],
            response: .plannedFleet
        ) { call in
            .json(
                try await call.useCases.planPolicies(
                    for: try call.identifier("tenant"),
                    until: try call.queryValue("until") { Timestamp($0) },
                    by: try call.principal()))
        },
        Route(
            .get, "/api/v1/tenants/{tenant}/windows", permission: .principal(.view),
            summary: "The next openings of each window, by opening.",
            query: [
                QueryParameter(
                    "count", .integer,
                    "How many of each, 1 to 100; \(UseCases.openingsListed) unless given.")
            ],
            response: .windowOpenings
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.windowOpenings(
                        for: try call.identifier("tenant"),
                        count: try call.queryNumber(
                            "count", in: 1...100, standard: UseCases.openingsListed),
                        by: try call.principal())))
        },
        Route(
            .get, "/api/v1/tenants/{tenant}/calendar.ics", permission: .principal(.view),
            summary: "The next openings of each window as a calendar (RFC 5545). Calendar programs "
                + "may give a token as the password of Basic authentication.",
            isFeed: true
        ) { call in
            .text(
                try await call.useCases.calendarFeed(
                    for: try call.identifier("tenant"), by: try call.principal()),
                type: "text/calendar; charset=utf-8")
        },
    ]
}
