/// All routes of a server. What is not in it does not exist.
public struct RouteTable: Sendable {
    /// The routes, in the order in which they were given.
    public let routes: [Route]
    private let literal: [String: [HTTPMethod: Route]]
    private let patterns: [Int: [[HTTPMethod: Route]]]

    /// Two routes that would answer the same calls.
    public struct Conflict: Error, Hashable, Sendable {
        /// The route that stands twice.
        public let route: String
    }

    /// What the table says about a path and method.
    enum Match {
        /// The route, and its parameters' values.
        case route(Route, [String: String])
        /// The path exists, with these methods only.
        case otherMethods([HTTPMethod])
        /// There is no such path.
        case none
    }

    /// A table of these routes.
    ///
    /// - Throws: `Conflict` when two routes have the same method and the same path.
    public init(_ routes: [Route]) throws(Conflict) {
        self.routes = routes
        var byShape: [String: [HTTPMethod: Route]] = [:]
        for route in routes {
            guard
                byShape[route.path.shape, default: [:]].updateValue(route, forKey: route.method)
                    == nil
            else { throw Conflict(route: route.name) }
        }
        var literal: [String: [HTTPMethod: Route]] = [:]
        var patterns: [Int: [[HTTPMethod: Route]]] = [:]
        for (_, methods) in byShape.sorted(by: { $0.key < $1.key }) {
            guard let path = methods.first?.value.path else { continue }
            if path.isLiteral {
                literal[path.description] = methods
            } else {
                patterns[path.segments.count, default: []].append(methods)
            }
        }
        self.literal = literal
        self.patterns = patterns
    }

    /// Finds the route of a raw path. A literal path is preferred to one with parameters.
    func match(_ method: HTTPMethod?, _ path: Substring) -> Match {
        if let methods = literal[String(path)] {
            return pick(method, of: methods, [:])
        }
        guard let parts = RoutePath.parts(of: path) else { return .none }
        for methods in patterns[parts.count] ?? [] {
            guard let values = methods.first?.value.path.match(parts) else { continue }
            // The values are the same for each method of one shape, though their names may differ.
            if let method, let route = methods[method] {
                return .route(route, route.path.match(parts) ?? values)
            }
            return .otherMethods(methods.keys.sorted { $0.rawValue < $1.rawValue })
        }
        return .none
    }

    private func pick(
        _ method: HTTPMethod?, of methods: [HTTPMethod: Route], _ values: [String: String]
    ) -> Match {
        guard let method, let route = methods[method] else {
            return .otherMethods(methods.keys.sorted { $0.rawValue < $1.rawValue })
        }
        return .route(route, values)
    }
}
