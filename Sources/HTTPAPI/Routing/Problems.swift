import Administration
import AgentProtocol
import ControlPlane
import ServerRecords

/// The one place where a "no" becomes an HTTP answer.
enum Problems {
    /// The answer for programs and agents.
    static func answer(_ refusal: Refusal) -> Answer {
        let body = ProblemBody(
            code: refusal.code, message: refusal.message, nextStep: refusal.nextStep)
        let json = (try? WireJSON.encode(body)) ?? []
        var answer = Answer(
            status: refusal.kind.httpStatus, headers: [("content-type", "application/json")],
            body: .bytes(json))
        if let seconds = refusal.retryAfterSeconds {
            answer = answer.with("retry-after", "\(seconds)")
        }
        if refusal.kind == .unauthenticated { answer = answer.with("www-authenticate", "Bearer") }
        return answer
    }

    /// What cannot be stored or read now, as a refusal. The database's own words are for the log,
    /// not for whoever asks.
    static func refusal(for failure: LedgerUnavailable) -> Refusal {
        let (message, nextStep) = words(for: failure.reason)
        return Refusal(
            .unavailable, "E_DATABASE", message, nextStep: nextStep,
            retryAfterSeconds: failure.reason == .overloaded || failure.reason == .busy ? 5 : 30)
    }

    private static func words(for reason: LedgerUnavailable.Reason) -> (String, String) {
        switch reason {
        case .unreachable:
            (
                "The database does not answer.",
                "Look whether it runs; nothing is lost, ask again later."
            )
        case .diskFull:
            (
                "The database's disk is full.",
                "Free space on the server's disk; nothing has been changed."
            )
        case .newerSchema:
            ("The database was made by a newer version of Patchbay.", "Start the newer version.")
        case .corrupt:
            (
                "The database's file is damaged.",
                "Restore the latest backup (patchbay backup restore)."
            )
        case .busy, .overloaded:
            ("The database is busy.", "Ask again in a few seconds; nothing has been changed.")
        case .other:
            ("The database refused the work.", "Read the server's log; nothing has been changed.")
        }
    }

    /// Nothing stands under this path.
    static let noRoute = Refusal(
        .notFound, "E_NO_ROUTE", "There is nothing under this path.",
        nextStep: "Compare it with /api/openapi.json; paths are matched exactly.")

    /// The path is there, but not for this method.
    static func wrongMethod(_ allowed: [HTTPMethod]) -> Answer {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var answer = answer(
            Refusal(
                .notFound, "E_METHOD", "The path takes only \(names).",
                nextStep: "Use one of these methods."))
        answer.status = 405
        return answer.with("allow", names)
    }

    /// Something went wrong that nobody foresaw. The log has more under the same number.
    static func unexpected(number: String) -> Refusal {
        Refusal(
            .unavailable, "E_UNEXPECTED", "Something went wrong in the server (number \(number)).",
            nextStep: "Look for the number in the server's log, and report it.")
    }

    /// The agent speaks another version of the protocol.
    static let wrongVersion = Refusal(
        .wrongVersion, "E_PROTOCOL_VERSION",
        "The request is not of version \(AgentWire.version) of the agent protocol.",
        nextStep: "Update the agent or the server, so that both speak the same version.")

    /// The body is larger than the route takes.
    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(
            .tooLarge, "E_BODY_TOO_LARGE", "The body is larger than \(limit) bytes.",
            nextStep: "Send less at once.")
    }

    /// The body came too slowly.
    static let tooSlow = Refusal(
        .malformed, "E_BODY_TOO_SLOW",
        "The body did not come within \(ServerLimits.bodySeconds) s.",
        nextStep: "Send it again over a better connection.")
}
