import AsyncHTTPClient

/// The HTTP proxy on the way to the server, as `https_proxy` and `no_proxy` tell it.
public struct ProxySetting: Hashable, Sendable {
    /// The proxy's name or address.
    public let host: String
    /// Its port.
    public let port: Int
    private let user: String?
    private let password: String?

    /// Reads `http://[user:password@]name:port`; a missing port is 3128, Squid's.
    ///
    /// - Throws: `TransportFault` `E_PROXY` for anything else.
    public init(_ text: String) throws(TransportFault) {
        let fault = TransportFault(
            code: "E_PROXY", message: "The proxy's address is not of the form http://name:port.",
            nextStep: "Correct https_proxy in the agent's environment.")
        guard text.hasPrefix("http://") else { throw fault }
        var rest = text.dropFirst("http://".count).prefix { $0 != "/" }
        if let at = rest.lastIndex(of: "@") {
            let pair = rest[..<at].split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = pair.first.map(String.init)
            password = pair.count > 1 ? String(pair[1]) : ""
            rest = rest[rest.index(after: at)...]
        } else {
            (user, password) = (nil, nil)
        }
        guard let (name, port) = ServerAddress.split(rest, standardPort: 3128) else { throw fault }
        (self.host, self.port) = (name, port)
    }

    /// The proxy for a server, from the environment; `nil` when there is none, or `no_proxy` takes
    /// the server out.
    public static func from(
        _ environment: [String: String], for server: ServerAddress
    ) throws(TransportFault) -> ProxySetting? {
        guard let text = environment["https_proxy"] ?? environment["HTTPS_PROXY"], !text.isEmpty
        else { return nil }
        let exceptions = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "").split(
            separator: ",")
        let isExcepted = exceptions.contains { exception in
            let name = exception.filter { $0 != " " }
            let suffix = name.hasPrefix(".") ? name : ".\(name)"
            return name == "*"
                || (!name.isEmpty && (server.host == name || server.host.hasSuffix(suffix)))
        }
        return isExcepted ? nil : try ProxySetting(text)
    }

    var client: HTTPClient.Configuration.Proxy {
        .server(
            host: host, port: port,
            authorization: user.map { .basic(username: $0, password: password ?? "") })
    }
}

/// A server's address: `https://name[:port][/path]`.
public struct ServerAddress: Hashable, Sendable {
    /// The whole address without a slash at its end.
    public let text: String
    /// The name or IP address in it, without brackets.
    public let host: String
    /// The port.
    public let port: Int

    /// Reads an address.
    ///
    /// - Throws: `TransportFault` `E_SERVER_URL` when it is something else.
    public init(_ text: String) throws(TransportFault) {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        let authority = text.dropFirst("https://".count).prefix { $0 != "/" }
        guard text.hasPrefix("https://"), !text.contains("@"), !text.contains("?"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let (host, port) = Self.split(authority, standardPort: 443)
        else {
            throw TransportFault(
                code: "E_SERVER_URL",
                message: "The server's address is not of the form https://name:port.",
                nextStep: "Give the address that the dashboard is reached by.")
        }
        (self.text, self.host, self.port) = (text, host, port)
    }

    /// `name`, `name:port` or `[2001:db8::1]:port`.
    static func split(_ text: Substring, standardPort: Int) -> (String, Int)? {
        var name = text
        var port = standardPort
        if let close = text.lastIndex(of: "]"), text.hasPrefix("[") {
            name = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()) else { return nil }
                port = number
            }
        } else if let colon = text.lastIndex(of: ":") {
            guard let number = Int(text[text.index(after: colon)...]) else { return nil }
            (name, port) = (text[..<colon], number)
        }
        guard !name.isEmpty, (1...65_535).contains(port) else { return nil }
        return (String(name), port)
    }
}
