import ControlPlane
import Fleet
import Requests
import ServerRecords

/// What people ask for who may not decide it, and the answers.
enum RequestRoutes {
    static let all: [Route] = [
        Route(
            .get, "/api/v1/requests", permission: .principal(.view),
            summary: "What people ask others to approve, newest first.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter("waiting", .boolean, "Only those that nobody has answered."),
                QueryParameter("before", .identifier("req"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .requestList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.requests(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        waitingOnly: try call.queryFlag("waiting"),
                        before: try call.queryIdentifier("before"),
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 100))))
        },
        Route(
            .post, "/api/v1/requests", permission: .principal(.request),
            summary: "Asks for updates to be approved, or for a run to be released.",
            request: .requestDraft, response: .request
        ) { call in
            .json(
                try await call.useCases.ask(try call.decode(), by: try call.principal()),
                status: 201)
        },
        Route(
            .post, "/api/v1/requests/{request}/grant", permission: .principal(.approve),
            summary: "Does what was asked for, in the granter's name; not by who asked.",
            request: .requestAnswer, response: .request
        ) { call in
            .json(
                try await call.useCases.grantRequest(
                    try call.identifier("request"), try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/requests/{request}/refuse", permission: .principal(.approve),
            summary: "Refuses a request, with the reason.",
            request: .requestAnswer, response: .request
        ) { call in
            .json(
                try await call.useCases.refuseRequest(
                    try call.identifier("request"), try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/requests/{request}/withdraw", permission: .principal(.request),
            summary: "Takes a request back, by who asked for it.", response: .request
        ) { call in
            .json(
                try await call.useCases.withdrawRequest(
                    try call.identifier("request"), by: try call.principal()))
        },
    ]
}
