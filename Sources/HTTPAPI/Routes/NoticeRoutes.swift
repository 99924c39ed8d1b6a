import ControlPlane
import Fleet
import Notices
import ServerRecords

/// Who is told before work begins, and what they were told.
enum NoticeRoutes {
    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    static let all: [Route] = [
        Route(
            .get, "/api/v1/notice-contacts", permission: .principal(.view),
            summary: "Lists who is told before work begins.", query: [tenant],
            response: .noticeContactList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.noticeContacts(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"))))
        },
        Route(
            .post, "/api/v1/notice-contacts", permission: .principal(.administer),
            summary: "Adds somebody who is told before work begins.",
            request: .noticeContactDraft, response: .noticeContact
        ) { call in
            .json(
                try await call.useCases.addNoticeContact(
                    try call.decode(), by: try call.principal()), status: 201)
        },
        Route(
            .delete, "/api/v1/notice-contacts/{contact}", permission: .principal(.administer),
            summary: "Takes a contact away."
        ) { call in
            try await call.useCases.removeNoticeContact(
                try call.identifier("contact"), by: try call.principal())
            return .noContent
        },
        Route(
            .get, "/api/v1/notices", permission: .principal(.view),
            summary: "Lists what contacts were told, newest first, with the receivers' answers.",
            query: [
                tenant,
                QueryParameter("before", .identifier("ntc"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .noticeList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.notices(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        before: try call.queryIdentifier("before"),
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 50))))
        },
    ]
}
