/// A route's path: literal segments, and parameters that stand for exactly one segment
/// (`/api/v1/jobs/{job}/log`).
///
/// A path matches byte for byte or not at all. Nothing is decoded, folded or cleaned up first, so
/// that no proxy and no handler can read a path otherwise than the table does.
public struct RoutePath: Hashable, Sendable, CustomStringConvertible {
    /// One segment.
    enum Segment: Hashable, Sendable {
        /// Stands for itself.
        case literal(String)
        /// Stands for one value, known by this name.
        case parameter(String)
    }

    /// The pattern as written in the table.
    public let description: String
    let segments: [Segment]

    /// The most bytes of a parameter's value; the longest is a SHA-256 in hexadecimal (64).
    static let longestParameter = 128
    /// The most bytes of a whole request target, query included: a long search with all filters has
    /// about 600.
    static let longestTarget = 4096

    /// A path as written in the table, beginning with `/`.
    public init(_ pattern: String) {
        description = pattern
        segments = pattern.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The parameters' names, from left to right.
    public var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// Whether the path holds no parameter.
    var isLiteral: Bool { parameterNames.isEmpty }

    /// The pattern with its parameters' names left out: two routes of one shape and method would be
    /// the same route.
    var shape: String {
        segments.map { if case .literal(let text) = $0 { "/\(text)" } else { "/{}" } }.joined()
    }

    /// The parameters' values when the path fits; `nil` when it does not. `parts` are the path's
    /// segments.
    func match(_ parts: [Substring]) -> [String: String]? {
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): if part != text { return nil }
            case .parameter(let name):
                guard Self.isValue(part, of: name) else { return nil }
                values[name] = String(part)
            }
        }
        return values
    }

    /// Splits a raw path into its segments; `nil` for one that could be read in two ways: an empty
    /// segment (`//`, a slash at the end), `.` or `..`, an escape (`%2f`), a matrix parameter
    /// (`;`), a backslash, anything outside printable ASCII.
    static func parts(of path: Substring) -> [Substring]? {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= longestTarget else {
            return nil
        }
        guard path.utf8.allSatisfy(isPlain) else { return nil }
        if path == "/" { return [] }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } ? parts : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ";")
            && byte != UInt8(ascii: "\\")
    }

    /// Identifiers and names of ours have letters, digits, `_` and `-`. Vulnerabilities are named by
    /// others (`ALSA-2024:2950`): their names may have these signs besides, which are read in one
    /// way only.
    private static func isValue(_ part: Substring, of name: String) -> Bool {
        let signs = name == "vulnerability" ? Array(":.+~".utf8) : []
        return part.utf8.count <= longestParameter
            && part.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                    || signs.contains(byte)
            }
    }
}
