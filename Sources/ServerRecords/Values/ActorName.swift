package import Fleet

/// Who acts, by the name under which the audit log, orders and tokens keep it. What these names begin
/// with stands here alone.
package enum ActorName: Hashable, Sendable {
    /// A person who signs in, by the user's name.
    case user(String)
    /// A program with a token of the API, by the token's identifier.
    case token(String)
    /// An endpoint, by its identifier.
    case endpoint(String)

    /// Reads a name; `nil` for the server itself and whoever is at its machine.
    package init?(_ text: String) {
        func rest(after prefix: String) -> String? {
            text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
        }
        if let name = rest(after: Self.userPrefix) {
            self = .user(name)
        } else if let id = rest(after: Self.tokenPrefix) {
            self = .token(id)
        } else if let id = rest(after: Self.endpointPrefix) {
            self = .endpoint(id)
        } else {
            return nil
        }
    }

    /// The name as it is kept.
    package var text: String {
        switch self {
        case .user(let name): Self.userPrefix + name
        case .token(let id): Self.tokenPrefix + id
        case .endpoint(let id): Self.endpointPrefix + id
        }
    }

    /// Whether a name is that of a program with a token.
    package static func isToken(_ text: String) -> Bool {
        if case .token = ActorName(text) { true } else { false }
    }

    private static let userPrefix = "user:"
    private static let tokenPrefix = "token:"
    private static let endpointPrefix = "endpoint:"
}

extension EndpointID {
    /// How the audit log names the endpoint.
    package var actorName: String { ActorName.endpoint(text).text }
}

extension TokenID {
    /// How the audit log names a program with the token.
    package var actorName: String { ActorName.token(text).text }
}
