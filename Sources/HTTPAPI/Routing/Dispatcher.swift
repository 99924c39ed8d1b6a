import Administration
import AgentProtocol
public import ControlPlane
import Fleet
public import HTTPTypes
public import Logging
public import ServerRecords

/// Takes every call through the same steps: find the route, check who asks, read the body within
/// its limit, answer, and turn whatever went wrong into an answer too. It knows no sockets.
public final class Dispatcher: Sendable {
    /// A call as it comes in.
    public struct Incoming: Sendable {
        /// The method as sent.
        public var method: String
        /// Path and query as sent.
        public var target: String
        /// The server's name and port as the asker knows them (`Host`).
        public var authority: String
        /// The headers.
        public var headers: HTTPFields
        /// The address that the connection comes from, without the port.
        public var peer: String
        /// Reads the body; throws `BodyTooLarge` past the limit that is given in bytes, or
        /// `BodyTooSlow`.
        public var readBody: @Sendable (Int) async throws -> [UInt8]

        /// A call as it comes in.
        public init(
            method: String, target: String, authority: String, headers: HTTPFields,
            peer: String,
            readBody: @escaping @Sendable (Int) async throws -> [UInt8]
        ) {
            self.method = method
            self.target = target
            self.authority = authority
            self.headers = headers
            self.peer = peer
            self.readBody = readBody
        }
    }

    /// A body larger than its limit.
    public struct BodyTooLarge: Error {
        /// It is.
        public init() {}
    }

    /// A body that did not come in time.
    public struct BodyTooSlow: Error {
        /// It did not.
        public init() {}
    }

    /// Makes the page for a refusal on a route whose audience is a browser. `target` is the path
    /// and query that were asked for.
    public typealias RefusalPage =
        @Sendable (_ refusal: Refusal, _ status: Int, _ target: String) -> Answer

    let table: RouteTable
    let useCases: UseCases
    let metrics: ServerMetrics
    let logger: Logger
    let refusalPage: RefusalPage?
    private let authentication: Authentication

    /// A dispatcher over a table. Refusals for browsers are JSON too unless there is a page for
    /// them.
    public init(
        table: RouteTable, useCases: UseCases, metrics: ServerMetrics, logger: Logger,
        refusalPage: RefusalPage? = nil
    ) {
        self.table = table
        self.useCases = useCases
        self.metrics = metrics
        self.logger = logger
        self.refusalPage = refusalPage
        authentication = Authentication(useCases: useCases)
    }

    /// Answers a call. It never throws: what goes wrong is an answer.
    public func answer(_ incoming: Incoming) async -> Answer {
        let halves = incoming.target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves.first ?? ""
        let query = halves.count == 2 ? halves[1] : ""
        switch table.match(HTTPMethod(rawValue: incoming.method), path) {
        case .none:
            metrics.count(route: "none", status: 404)
            return finished(refused(Problems.noRoute, audience: audience(of: path), incoming), nil)
        case .otherMethods(let allowed):
            metrics.count(route: "none", status: 405)
            return finished(Problems.wrongMethod(allowed), nil)
        case .route(let route, let parameters):
            let answer = await answer(
                incoming, on: route, path: String(path), parameters: parameters, query: query)
            metrics.count(route: route.name, status: answer.status)
            return finished(answer, route)
        }
    }

    private func answer(
        _ incoming: Incoming, on route: Route, path: String, parameters: [String: String],
        query: Substring
    ) async -> Answer {
        do {
            try checkVersion(of: route, incoming)
            let fields = try Self.read(query, of: route)
            let caller = try await authentication.caller(of: route, headers: incoming.headers)
            let body = try await body(of: incoming, limit: route.bodyLimit)
            let call = Call(
                route: route, path: path, parameters: parameters, query: fields,
                authority: incoming.authority, headers: incoming.headers, body: body,
                caller: caller, peer: incoming.peer,
                useCases: useCases)
            try authentication.checkOrigin(of: call)
            return try await route.handler(call).written()
        } catch {
            return refused(refusal(for: error, on: route), audience: route.audience, incoming)
        }
    }

    private func checkVersion(of route: Route, _ incoming: Incoming) throws(Refusal) {
        guard route.audience == .agent else { return }
        guard incoming.headers.value(of: AgentWire.versionHeader) == "\(AgentWire.version)" else {
            throw Problems.wrongVersion
        }
    }

    private static func read(_ query: Substring, of route: Route) throws(Refusal) -> FormFields {
        if query.isEmpty { return FormFields() }
        guard let fields = FormFields(query) else {
            throw WireJSON.malformed("The query cannot be read.")
        }
        // A misspelt filter that is silently ignored would show more than was asked for.
        for field in fields.fields where !route.query.contains(where: { $0.name == field.name }) {
            throw WireJSON.malformed("The query's “\(field.name.prefix(40))” is not known here.")
        }
        return fields
    }

    private func body(of incoming: Incoming, limit: Int) async throws -> [UInt8] {
        let declared = incoming.headers.value(of: "content-length").flatMap { Int($0) }
        if let declared, declared > limit { throw Problems.tooLarge(limit) }
        if declared == nil, incoming.headers.value(of: "transfer-encoding") == nil { return [] }
        if declared == 0 { return [] }
        do {
            return try await incoming.readBody(limit)
        } catch is BodyTooLarge {
            throw Problems.tooLarge(limit)
        } catch is BodyTooSlow {
            throw Problems.tooSlow
        }
    }

    private func refusal(for error: any Error, on route: Route) -> Refusal {
        switch error {
        case let refusal as Refusal: return refusal
        case let failure as LedgerUnavailable:
            logger.error(
                "the database cannot be used",
                metadata: ["reason": "\(failure.reason)", "detail": "\(failure.detail)"])
            return Problems.refusal(for: failure)
        default:
            let number = String(UInt32.random(in: .min ... .max), radix: 16)
            logger.error(
                "unexpected error",
                metadata: ["number": "\(number)", "route": "\(route.name)", "error": "\(error)"])
            return Problems.unexpected(number: number)
        }
    }

    private func refused(
        _ refusal: Refusal, audience: RouteAudience, _ incoming: Incoming
    ) -> Answer {
        var answer = Problems.answer(refusal)
        if refusal.code == "E_UNEXPECTED" { answer.status = 500 }
        guard audience == .browser, let refusalPage else { return answer }
        return refusalPage(refusal, answer.status, incoming.target)
    }

    /// Programs live under `/api` and `/agent`; what is asked for elsewhere is asked for by a
    /// person.
    private func audience(of path: Substring) -> RouteAudience {
        path.hasPrefix("/api") || path.hasPrefix("/agent") ? .program : .browser
    }

    private func finished(_ answer: Answer, _ route: Route?) -> Answer {
        var answer = answer
        SecurityHeaders.add(to: &answer)
        if route?.audience == .agent {
            answer.headers.append((AgentWire.versionHeader, "\(AgentWire.version)"))
        }
        // Programs that know passwords only send one when they are asked for it (RFC 7617).
        if route?.isFeed == true, answer.status == 401 {
            answer = answer.with("www-authenticate", "Basic realm=\"Patchbay\"")
        }
        return answer
    }
}
