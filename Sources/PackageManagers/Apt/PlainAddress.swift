/// Addresses of package sources as they may leave the endpoint: without names and passwords.
package enum PlainAddress {
    /// `scheme://user:password@server/path` without the part before `@`.
    package static func of(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let rest = address[scheme.upperBound...]
        let server = rest.prefix { $0 != "/" }
        guard let at = server.lastIndex(of: "@") else { return address }
        return String(address[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }

    /// A text, with each address in it made so.
    package static func all(in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let server = rest.prefix { $0 != "/" && !$0.isWhitespace && !"'\"<>()".contains($0) }
            if let at = server.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        }
        return result + rest
    }
}
