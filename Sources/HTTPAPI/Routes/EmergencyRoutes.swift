import ControlPlane
import Emergencies
import Fleet
import ServerRecords

/// What a person types to start what is done at once.
struct EmergencyAgreement: Codable, Sendable {
    /// The vulnerability's name.
    var confirm: String
}

/// What a person writes afterwards.
struct EmergencyReview: Codable, Sendable {
    /// The review.
    var text: String
}

/// Emergency runs and their reviews.
enum EmergencyRoutes {
    private static let tenant = QueryParameter("tenant", .identifier("tnt"), "Only this tenant's.")

    static let all: [Route] = [
        Route(
            .post, "/api/v1/emergency-previews", permission: .principal(.view),
            summary: "What an emergency run for a vulnerability would do. Nothing is changed.",
            request: .emergencyWish, response: .emergencyPlan
        ) { call in
            .json(
                try await call.useCases.planEmergency(
                    try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/emergencies", permission: .principal(.deploy),
            summary: "Starts an emergency run, or asks for one where a rule wants two people.",
            request: .emergencyWish, response: .emergencyRun
        ) { call in
            .json(
                try await call.useCases.startEmergency(
                    try call.decode(), by: try call.principal()), status: 201)
        },
        Route(
            .get, "/api/v1/emergencies", permission: .principal(.view),
            summary: "Emergency runs and their reviews, newest first.",
            query: [
                tenant,
                QueryParameter("open", .boolean, "Only those that are not closed."),
                QueryParameter("before", .identifier("emr"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(UseCases.largestEmergencyPage)."),
            ], response: .emergencyList
        ) { call in
            let limit = try call.queryNumber(
                "limit", in: 1...UseCases.largestEmergencyPage, standard: 100)
            let runs = try await call.useCases.emergencies(
                by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                openOnly: try call.queryFlag("open"), before: try call.queryIdentifier("before"),
                limit: limit)
            return .json(
                ItemList(items: runs, next: runs.count == limit ? runs.last?.id.text : nil))
        },
        Route(
            .get, "/api/v1/emergencies/{emergency}", permission: .principal(.view),
            summary: "One emergency run.", response: .emergencyRun
        ) { call in
            .json(
                try await call.useCases.emergency(
                    try call.identifier("emergency"), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/emergencies/{emergency}/agree", permission: .principal(.approve),
            summary: "Agrees to a run as its second person, and starts it.",
            request: .emergencyAgreement, response: .emergencyRun
        ) { call in
            let agreement: EmergencyAgreement = try call.decode()
            return .json(
                try await call.useCases.agreeToEmergency(
                    try call.identifier("emergency"), confirming: agreement.confirm,
                    by: try call.principal()))
        },
        Route(
            .post, "/api/v1/emergencies/{emergency}/review", permission: .principal(.approve),
            summary: "Writes the review of a run that is over, and closes it.",
            request: .emergencyReview, response: .emergencyRun
        ) { call in
            let review: EmergencyReview = try call.decode()
            return .json(
                try await call.useCases.reviewEmergency(
                    try call.identifier("emergency"), review.text, by: try call.principal()))
        },
    ]
}
