/// Versions as people name them by others, such as `>= 2.0, < 2.4`, before it is known whose order
/// holds: that of whatever version is asked about.
///
/// `description` is the canonical text, and reads back as the same value.
public struct VersionBounds: Hashable, Sendable {
    /// What must hold, all of it; at least one.
    public let constraints: [VersionConstraint]

    /// The most comparisons: two ends, and some versions between them that are left out.
    public static let most = 16
    /// The longest version that is compared with, in bytes: as long as the longest name of a
    /// package.
    public static let longestVersion = 255

    /// Whether a text can be compared with by order: at least one ecosystem reads it, and a digit
    /// stands in it. Some read any word at all, and a word is mostly a slip.
    public static func isVersion(_ text: String) -> Bool {
        text.utf8.count <= longestVersion
            && text.utf8.contains { (0x30...0x39).contains($0) }
            && Ecosystem.allCases.contains { (try? $0.check(text)) != nil }
    }

    /// Whether a version is among them; `nil` when it or one of theirs is no version of the
    /// ecosystem, and the others leave it open.
    public func contains(_ version: String, in ecosystem: Ecosystem) -> Bool? {
        var isKnown = true
        for constraint in constraints {
            guard let order = try? ecosystem.compare(version, constraint.version) else {
                isKnown = false
                continue
            }
            if !constraint.comparison.allows(order) { return false }
        }
        return isKnown ? true : nil
    }

    /// Whether a version of some ecosystem can be among them.
    public var canHold: Bool { Ecosystem.allCases.contains { canHold(in: $0) } }

    /// Whether a version of an ecosystem can be among them, as far as its order tells: it is not
    /// known which versions there are between two.
    public func canHold(in ecosystem: Ecosystem) -> Bool {
        if let exact = constraints.first(where: { $0.comparison == .equal }) {
            return contains(exact.version, in: ecosystem) == true
        }
        for low in constraints where low.comparison == .from || low.comparison == .after {
            for high in constraints where high.comparison == .upTo || high.comparison == .before {
                switch try? ecosystem.compare(low.version, high.version) {
                case .less: continue
                case .equal where contains(low.version, in: ecosystem) == true: continue
                case .equal, .greater, nil: return false
                }
            }
        }
        return constraints.allSatisfy { (try? ecosystem.check($0.version)) != nil }
    }

    /// What was probably meant by bounds that nothing can be within: the ends the other way round;
    /// `nil` where that does not help either.
    public var turned: VersionBounds? {
        let isInterval = constraints.allSatisfy {
            $0.comparison != .equal && $0.comparison != .notEqual
        }
        guard constraints.count == 2, isInterval, !canHold else { return nil }
        let turned = VersionBounds(
            checked: [
                VersionConstraint(constraints[0].comparison, constraints[1].version),
                VersionConstraint(constraints[1].comparison, constraints[0].version),
            ])
        return turned.canHold ? turned : nil
    }

    private init(checked constraints: [VersionConstraint]) {
        self.constraints = constraints
    }
}

// MARK: Text

extension VersionBounds: CustomStringConvertible {
    /// The canonical text: a sign and a version, with a comma between two.
    public var description: String {
        constraints.map { "\($0.comparison.rawValue) \($0.version)" }.joined(separator: ", ")
    }

    /// Reads comparisons with commas between them, all of which must hold: `>= 2.0, < 2.4`. The
    /// signs are `<`, `<=`, `=`, `>=`, `>` and `!=`; a version without one is that version.
    ///
    /// - Throws: `VersionBoundsError` for the first thing that is wrong.
    public init(parsing text: String) throws(VersionBoundsError) {
        var constraints: [VersionConstraint] = []
        var start = text.startIndex
        while true {
            let end = text[start...].firstIndex(of: ",") ?? text.endIndex
            let offset = text[..<start].unicodeScalars.count
            constraints.append(try Self.constraint(text[start..<end], at: offset, of: text))
            guard constraints.count <= Self.most else {
                throw VersionBoundsError(
                    at: offset, "it compares with more than \(Self.most) versions")
            }
            guard end < text.endIndex else { break }
            start = text.index(after: end)
        }
        self.init(checked: constraints)
    }

    private static func constraint(
        _ part: Substring, at start: Int, of text: String
    ) throws(VersionBoundsError) -> VersionConstraint {
        let inner = part.drop(while: isBlank)
        let offset = start + part.unicodeScalars.count - inner.unicodeScalars.count
        let sign = inner.prefix { "<>=!~^".contains($0) }
        let rest = inner.dropFirst(sign.count).drop(while: isBlank)
        let words = rest.split(whereSeparator: isBlank)
        guard let version = words.first.map(String.init) else {
            throw VersionBoundsError(
                at: offset,
                sign.isEmpty
                    ? "a comparison is missing here, such as “>= 2.0”"
                    : "a version is missing behind “\(sign)”")
        }
        guard let comparison = comparison(String(sign)) else {
            let meant = meant[String(sign)]
            throw VersionBoundsError(
                at: offset,
                meant == nil
                    ? "“\(sign)” is no comparison; write both ends, such as “>= 2.3, < 2.4”"
                    : "“\(sign)” is no comparison", suggestion: meant)
        }
        if words.count > 1 {
            let isJoined = words[1].first.map { "<>=!".contains($0) } ?? false
            let whole = words.dropFirst().joined(separator: " ")
            throw VersionBoundsError(
                at: offset, "“\(version) \(whole)” is no version",
                suggestion: isJoined ? "\(comparison.rawValue) \(version), \(whole)" : nil)
        }
        guard isVersion(version) else {
            throw VersionBoundsError(
                at: offset, "“\(version.prefix(VersionError.longestQuote))” is no version")
        }
        return VersionConstraint(comparison, version)
    }

    /// What people write for the signs.
    private static let meant = ["==": "=", "=>": ">=", "=<": "<=", "<>": "!=", "!": "!="]

    private static func comparison(_ sign: String) -> VersionConstraint.Comparison? {
        sign.isEmpty ? .equal : VersionConstraint.Comparison(rawValue: sign)
    }

    private static func isBlank(_ character: Character) -> Bool {
        character == " " || character == "\t" || character == "\n" || character == "\r\n"
    }
}

extension VersionBounds: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try Self(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(error.message) (at \(error.offset))")
        }
    }

    /// Writes the canonical text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Why a text names no versions by others.
public struct VersionBoundsError: Error, Hashable, Sendable {
    /// Where it is wrong: characters (Unicode scalars) from the beginning of the text, from 0.
    public let offset: Int
    /// What is wrong, as a clause.
    public let message: String
    /// What was probably meant, to be written in its place.
    public let suggestion: String?

    init(at offset: Int, _ message: String, suggestion: String? = nil) {
        self.offset = offset
        self.message = message
        self.suggestion = suggestion
    }

    /// What is wrong, and what was probably meant, as a clause.
    public var clause: String {
        message + (suggestion.map { "; did you mean “\($0)”?" } ?? "")
    }
}
