import Administration
import ControlPlane
import Exclusions
import Fleet
import Groups
import Rollbacks
import ServerRecords

/// What people say of updates, the risks that they accept, and what they say of endpoints.
enum ApprovalRoutes {
    static let all: [Route] = approvals + exceptions + groups

    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")
    private static let limit = QueryParameter(
        "limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage).")

    private static let approvals: [Route] = [
        Route(
            .get, "/api/v1/approvals", permission: .principal(.view),
            summary: "What people have said of updates, newest first.",
            query: [
                tenant, limit, QueryParameter("ended", .boolean, "Also what was taken back."),
                QueryParameter("before", .identifier("apv"), "Only those before this one."),
            ],
            response: .approvalList
        ) { call in
            let principal = try call.principal()
            let items = try await call.useCases.approvals(
                by: principal, tenant: try call.queryIdentifier("tenant"),
                includingEnded: try call.queryFlag("ended"),
                before: try call.queryIdentifier("before"),
                limit: try call.queryNumber(
                    "limit", in: 1...EndpointQuery.maximumPage, standard: 100))
            return .json(
                ItemList(items: await call.useCases.withLeftOpen(items, by: principal)))
        },
        Route(
            .post, "/api/v1/approval-previews", permission: .principal(.approve),
            summary: "What would stay open if this were said. Nothing is changed.",
            request: .approvalDraft, response: .exclusionPreview
        ) { call in
            let draft: ApprovalDraft = try call.decode()
            return .json(try await call.useCases.preview(draft, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/approvals", permission: .principal(.approve),
            summary: "Approves, declines, holds or defers updates.", request: .approvalDraft,
            response: .approvalItem
        ) { call in
            let principal = try call.principal()
            let said = try await call.useCases.decide(try call.decode(), by: principal)
            var item = await call.useCases.remarked(said, by: principal)
            // It is stored, whatever becomes of this question.
            item.noWayBack = try? await call.useCases.noWayBack(
                meantBy: item.record, by: principal)
            return .json(item, status: 201)
        },
        Route(
            .post, "/api/v1/approvals/{approval}/end", permission: .principal(.approve),
            summary: "Takes back what somebody has said.", response: .approvalItem
        ) { call in
            .json(
                try await call.useCases.endApproval(
                    try call.identifier("approval"), by: try call.principal()))
        },
    ]

    private static let exceptions: [Route] = [
        Route(
            .get, "/api/v1/exceptions", permission: .principal(.view),
            summary: "Risks that are accepted, were, or are asked to be, newest first.",
            query: [
                tenant, limit,
                QueryParameter("before", .identifier("exc"), "Only those before this one."),
            ],
            response: .exceptionList
        ) { call in
            let principal = try call.principal()
            let records = try await call.useCases.exceptions(
                by: principal, tenant: try call.queryIdentifier("tenant"),
                before: try call.queryIdentifier("before"),
                limit: try call.queryNumber(
                    "limit", in: 1...EndpointQuery.maximumPage, standard: 100))
            let open = await call.useCases.openRisks(leftBy: records, seenBy: principal)
            return .json(
                ItemList(items: records.map { Warned(record: $0, leavesOpen: open[$0.id]) }))
        },
        Route(
            .post, "/api/v1/exception-previews", permission: .principal(.request),
            summary: "What would stay open if this risk were accepted. Nothing is changed.",
            request: .exceptionDraft, response: .exclusionPreview
        ) { call in
            let draft: ExceptionDraft = try call.decode()
            return .json(try await call.useCases.preview(draft, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/exceptions", permission: .principal(.request),
            summary: "Asks for a risk to be accepted.", request: .exceptionDraft,
            response: .exception
        ) { call in
            let principal = try call.principal()
            let record = try await call.useCases.requestException(
                try call.decode(), by: principal)
            // It is asked for, whatever becomes of this question.
            let warning = try? await call.useCases.warning(about: record, by: principal)
            let open = await call.useCases.openRisks(leftBy: [record], seenBy: principal)
            return .json(
                Warned(record: record, warning: warning, leavesOpen: open[record.id]),
                status: 201)
        },
        Route(
            .get, "/api/v1/exceptions/{exception}", permission: .principal(.view),
            summary: "One exception.", response: .exception
        ) { call in
            let principal = try call.principal()
            let record = try await call.useCases.exception(
                try call.identifier("exception"), by: principal)
            let open = await call.useCases.openRisks(leftBy: [record], seenBy: principal)
            return .json(Warned(record: record, leavesOpen: open[record.id]))
        },
        Route(
            .post, "/api/v1/exceptions/{exception}/approve", permission: .principal(.approve),
            summary: "Accepts a risk; somebody else than who asked for it.", response: .exception
        ) { call in
            .json(
                try await call.useCases.approveException(
                    try call.identifier("exception"), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/exceptions/{exception}/end", permission: .principal(.approve),
            summary: "Turns a request down, or ends an accepted risk.", response: .exception
        ) { call in
            .json(
                try await call.useCases.endException(
                    try call.identifier("exception"), by: try call.principal()))
        },
    ]

    private static let groups: [Route] = [
        Route(
            .get, "/api/v1/groups", permission: .principal(.view),
            summary: "Lists groups, with who is in them now.",
            query: [tenant], response: .groupList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.shown(
                        call.useCases.groups(
                            by: try call.principal(), tenant: try call.queryIdentifier("tenant"))))
            )
        },
        Route(
            .put, "/api/v1/groups", permission: .principal(.manageEndpoints),
            summary: "Adds or replaces a group of a tenant, and says who is in it; what would make "
                + "policies act at once wants a confirmation.",
            request: .groupDraft,
            response: .group
        ) { call in
            let group = try await call.useCases.saveGroup(
                try call.decode(), by: try call.principal())
            let shown = try await call.useCases.shown([group])
            return .json(shown.first ?? ShownGroup(group, GroupStanding()))
        },
        Route(
            .post, "/api/v1/group-previews", permission: .principal(.view),
            summary: "Who would be in a group, who joins and who leaves. Nothing is changed.",
            request: .groupDraft, response: .groupPreview
        ) { call in
            .json(
                try await call.useCases.previewGroup(try call.decode(), by: try call.principal()))
        },
        Route(
            .delete, "/api/v1/groups/{group}", permission: .principal(.manageEndpoints),
            summary: "Removes a group of a tenant.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "The tenant."),
                QueryParameter("confirm", .boolean, "Whether what follows may happen at once."),
            ]
        ) { call in
            try await call.useCases.deleteGroup(
                call.parameters["group"] ?? "", of: try call.queryIdentifier("tenant"),
                confirm: try call.queryFlag("confirm"), by: try call.principal())
            return .noContent
        },
        Route(
            .put, "/api/v1/endpoints/{endpoint}/traits",
            permission: .principal(.manageEndpoints),
            summary: "Says something of an endpoint: tags, role, criticality, exposure, and the "
                + "site where it stands (an identifier or a name, empty for none).",
            request: .traitChange, response: .traits
        ) { call in
            .json(
                try await call.useCases.setTraits(
                    try call.decode(), of: try call.identifier("endpoint"),
                    by: try call.principal()))
        },
    ]
}
