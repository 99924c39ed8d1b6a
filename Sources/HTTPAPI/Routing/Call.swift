import Administration
public import ControlPlane
public import Fleet
public import HTTPTypes
public import ServerRecords

/// A call that has passed the checks of its route, on its way to the handler.
public struct Call: Sendable {
    /// Who is asking, after the route's permission has been checked.
    public enum Caller: Sendable {
        /// Anybody: the route is public, and nobody showed a session.
        case anybody
        /// An endpoint's agent.
        case agent(AgentPrincipal)
        /// A program with a bearer token, or the administrator of this machine's home folder.
        case program(Principal)
        /// A person with a session.
        case person(SignedInSession)
    }

    /// The route.
    public let route: Route
    /// The path as it was asked for, without the query.
    public let path: String
    /// The values of the path's parameters.
    public let parameters: [String: String]
    /// The query.
    public let query: FormFields
    /// The server's name and port as the asker knows them (`Host`).
    public let authority: String
    /// The headers.
    public let headers: HTTPFields
    /// The body, at most the route's `bodyLimit`.
    public let body: [UInt8]
    /// Who is asking.
    public let caller: Caller
    /// The address that the connection comes from, without the port.
    public let peer: String
    /// What the control plane can do.
    public let useCases: UseCases

    /// Whoever asks, as the use cases want to know them.
    ///
    /// - Throws: `Refusal` when nobody has signed in.
    public func principal() throws(Refusal) -> Principal {
        switch caller {
        case .program(let principal): return principal
        case .person(let session): return session.principal
        case .anybody, .agent: throw Authentication.missing
        }
    }

    /// The agent that asks.
    ///
    /// - Throws: `Refusal` when it is no agent.
    public func agent() throws(Refusal) -> AgentPrincipal {
        guard case .agent(let agent) = caller else { throw Authentication.missing }
        return agent
    }

    /// The session of the person who asks; `nil` for programs and on public routes without one.
    public var session: SignedInSession? {
        if case .person(let session) = caller { session } else { nil }
    }

    /// The body as JSON.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the field.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(Refusal) -> Value {
        try WireJSON.decode(type, from: body)
    }

    /// The body as a form.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`.
    public func form() throws(Refusal) -> FormFields {
        let form = String(validating: body, as: UTF8.self).flatMap { FormFields(Substring($0)) }
        guard let form else { throw WireJSON.malformed("The form cannot be read.") }
        return form
    }

    /// An identifier from the path. One that is none is answered as one that does not exist.
    public func identifier<Kind>(
        _ name: String, _: Kind.Type = Kind.self
    ) throws(Refusal) -> Identifier<Kind> {
        guard let value = parameters[name].flatMap(Identifier<Kind>.init) else {
            throw Refusal.notFound(name)
        }
        return value
    }

    /// An identifier from the query; `nil` when it is not there.
    ///
    /// - Throws: `Refusal` `E_MALFORMED` when it is none.
    public func queryIdentifier<Kind>(
        _ name: String, _: Kind.Type = Kind.self
    ) throws(Refusal) -> Identifier<Kind>? {
        try queryValue(name, Identifier<Kind>.init)
    }

    /// The name of a vulnerability from the query; `nil` when it is not there. CVE ids are found in
    /// small letters and with blanks around them too, as everywhere else.
    public func queryVulnerability(_ name: String) -> String? {
        query[name].map { text in
            let plain = text.split(separator: " ").joined(separator: " ")
            return plain.lowercased().hasPrefix("cve-") ? plain.uppercased() : plain
        }
    }

    /// A whole number from the query, or `standard` when it is not there.
    ///
    /// - Throws: `Refusal` `E_MALFORMED` when it is none, or lies outside the range.
    public func queryNumber(
        _ name: String, in range: ClosedRange<Int>, standard: Int
    ) throws(Refusal) -> Int {
        guard let text = query[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal(
                .malformed, "E_MALFORMED",
                "“\(name)” cannot be “\(text.prefix(Self.repeated))”.",
                nextStep: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A truth value from the query, `true` or `false`; `false` when it is not there.
    public func queryFlag(_ name: String) throws(Refusal) -> Bool {
        try queryValue(name) { ["true": true, "false": false][$0] } ?? false
    }

    /// A value from the query, read by `parse`; `nil` when it is not there.
    ///
    /// - Throws: `Refusal` `E_MALFORMED` when `parse` finds no sense in it.
    public func queryValue<Value>(
        _ name: String, _ parse: (String) -> Value?
    ) throws(Refusal) -> Value? {
        guard let text = query[name] else { return nil }
        guard let value = parse(text) else {
            throw Refusal(
                .malformed, "E_MALFORMED",
                "“\(name)” cannot be “\(text.prefix(Self.repeated))”.",
                nextStep: nextStep(for: name, text))
        }
        return value
    }

    /// How many characters of a wrong value are repeated.
    private static let repeated = 60

    /// What a value of the query may be, by what the route promises of it.
    private func nextStep(for name: String, _ text: String) -> String {
        let parameter = route.query.first { $0.name == name }
        switch parameter?.schema {
        case .oneOf(let words):
            let meant = Spelling.nearest(to: text, among: words).map { "Did you mean “\($0)”? " }
            return (meant ?? "") + "It is one of: \(words.joined(separator: ", "))."
        case .boolean: return "It is true or false."
        case .integer, .number: return "Give a number."
        case .identifier(let prefix):
            let kind = Self.lists[prefix].map { "; \($0) lists them" } ?? ""
            return "Give an identifier, which begins with \(prefix)_\(kind)."
        case .string(format: "date-time"): return "Give a time such as 2026-11-21T18:00:00Z."
        default:
            return parameter.map { "What it is for: \($0.summary)" }
                ?? "Compare the request with /api/openapi.json."
        }
    }

    /// The commands that list what identifiers stand for.
    private static let lists = [
        "tnt": "patchbay tenant list", "ept": "patchbay endpoint list",
        "pol": "patchbay policy list", "dep": "patchbay deployment list",
    ]
}

/// A person's session, as the server has just found it.
public struct SignedInSession: Sendable {
    /// What the person may see and do.
    public let principal: Principal
    /// The person.
    public let user: User
    /// What every form of this session must carry.
    public let csrfToken: String
    /// The cookie's secret, to end the session with.
    public let secret: String

    /// A session.
    public init(principal: Principal, user: User, csrfToken: String, secret: String) {
        self.principal = principal
        self.user = user
        self.csrfToken = csrfToken
        self.secret = secret
    }
}
