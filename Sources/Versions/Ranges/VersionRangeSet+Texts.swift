extension VersionRangeSet {
    /// Reads comparisons as GitHub's advisories and many others write them: `>= 1.0, < 1.2`, all of
    /// which must hold; `||` between joins by "or". A version without a sign means equality, as `=`
    /// and `==` do.
    ///
    /// - Throws: `VersionRangeError` when the text cannot be read.
    public init(comparisons text: String, in ecosystem: Ecosystem) throws(VersionRangeError) {
        var ranges: [VersionRange] = []
        for part in text.split("||") {
            var rest = part.utf8
            var constraints: [VersionConstraint] = []
            while let constraint = try VersionConstraint(from: &rest) {
                constraints.append(constraint)
            }
            if constraints.isEmpty { throw .constraintEmpty }
            ranges.append(VersionRange(constraints))
        }
        try self.init(ranges, in: ecosystem)
    }

    /// Reads a `vers` text (package-url, VERS specification), such as `vers:npm/>=1.0|<1.2|!=1.1`.
    ///
    /// - Throws: `VersionRangeError` when the text cannot be read, or its scheme has no known
    ///   order.
    public init(vers text: String) throws(VersionRangeError) {
        let (ecosystem, constraints) = try Self.parts(ofVers: text)
        try self.init(Self.ranges(of: constraints?.sorted(in: ecosystem)), in: ecosystem)
    }

    /// A `vers` text in canonical form: constraints in the order of their versions, no blanks.
    ///
    /// - Throws: `VersionRangeError` when the text cannot be read, or its scheme has no known
    ///   order.
    public static func canonicalVers(_ text: String) throws(VersionRangeError) -> String {
        let (ecosystem, constraints) = try parts(ofVers: text)
        let head = text.prefix { $0 != "/" }.lowercased() + "/"
        guard let sorted = try constraints?.sorted(in: ecosystem) else { return head + "*" }
        return head
            + sorted.map {
                ($0.comparison == .equal ? "" : $0.comparison.rawValue)
                    + $0.version
                    .percentEncoded
            }.joined(separator: "|")
    }

    /// What sorted constraints hold; `nil` for `*`.
    private static func ranges(of sorted: [VersionConstraint]?) -> [VersionRange] {
        guard let sorted else { return [VersionRange([])] }
        let excluded = sorted.filter { $0.comparison == .notEqual }
        let single = sorted.filter { $0.comparison == .equal }.map { VersionRange([$0]) }
        // Exclusions alone take away from everything.
        if excluded.count == sorted.count { return [VersionRange(excluded)] }
        return single + intervals(of: sorted).map { VersionRange($0 + excluded) }
    }

    /// The scheme's order and the constraints; `nil` for those of `*`, which is every version.
    private static func parts(
        ofVers text: String
    ) throws(VersionRangeError) -> (Ecosystem, [VersionConstraint]?) {
        guard text.hasPrefix("vers:"), let slash = text.firstIndex(of: "/") else { throw .notVers }
        let scheme = text[..<slash].dropFirst("vers:".count).lowercased()
        guard let ecosystem = Ecosystem(versScheme: scheme) else { throw .unknownScheme(scheme) }
        let body = text[text.index(after: slash)...].filter { $0 != " " }
        if body == "*" { return (ecosystem, nil) }
        let pieces = body.split(separator: "|", omittingEmptySubsequences: false)
        guard pieces.count <= mostConstraints else { throw .tooManyConstraints }
        var constraints: [VersionConstraint] = []
        for piece in pieces {
            var rest = piece.utf8
            guard let constraint = try VersionConstraint(from: &rest), rest.isEmpty,
                let version = constraint.version.percentDecoded
            else { throw .constraintEmpty }
            constraints.append(VersionConstraint(constraint.comparison, version))
        }
        return (ecosystem, constraints)
    }

    /// Lower and upper bounds, sorted, as intervals: of lower bounds in a row the first counts, of
    /// upper bounds the last.
    private static func intervals(of sorted: [VersionConstraint]) -> [[VersionConstraint]] {
        var intervals: [[VersionConstraint]] = []
        var lower: VersionConstraint?
        var upper: VersionConstraint?
        for constraint in sorted {
            switch constraint.comparison {
            case .equal, .notEqual: continue
            case .before, .upTo: upper = constraint
            case .from, .after:
                if upper != nil {
                    intervals.append([lower, upper].compactMap { $0 })
                    (lower, upper) = (nil, nil)
                }
                lower = lower ?? constraint
            }
        }
        let last = [lower, upper].compactMap { $0 }
        return last.isEmpty ? intervals : intervals + [last]
    }
}

extension Ecosystem {
    /// The order of a `vers` scheme, which is mostly a package-url type.
    init?(versScheme scheme: String) {
        switch scheme {
        case "deb", "rpm", "semver", "generic", "nuget", "maven", "winget":
            self.init(rawValue: scheme)
        case "apk", "alpine": self = .apk
        case "alpm", "arch": self = .pacman
        case "pypi": self = .pep440
        case "gem": self = .rubygems
        case "npm", "cargo", "golang", "hex", "swift": self = .semver
        default: return nil
        }
    }
}

extension VersionConstraint {
    /// Reads one comparison from the head of a text, with the blanks and commas around it; `nil` at
    /// the end.
    fileprivate init?(from rest: inout Substring.UTF8View) throws(VersionRangeError) {
        rest = rest.drop { isBlank($0) || $0 == comma }
        guard let first = rest.first else { return nil }
        var comparison = Comparison.equal
        if !isAlphanumeric(first) {
            let sign = rest.prefix { $0 == 0x3C || $0 == 0x3D || $0 == 0x3E || $0 == 0x21 }
            let text = String(decoding: sign, as: UTF8.self)
            if let known = text == "==" ? .equal : Comparison(rawValue: text) {
                comparison = known
                rest = rest.dropFirst(sign.count).drop(while: isBlank)
            }
        }
        let version = rest.prefix { !isBlank($0) && $0 != comma }
        guard let head = version.first, head != 0x3C, head != 0x3D, head != 0x3E, head != 0x21
        else { throw .constraintEmpty }
        rest = rest.dropFirst(version.count)
        self.init(comparison, String(decoding: version, as: UTF8.self))
    }
}

private let comma = UInt8(ascii: ",")

extension [VersionConstraint] {
    /// From old to new; equal versions stay as they come.
    fileprivate func sorted(
        in ecosystem: Ecosystem
    ) throws(VersionRangeError) -> [VersionConstraint] {
        for constraint in self {
            do {
                try ecosystem.check(constraint.version)
            } catch { throw .version(error) }
        }
        return enumerated().sorted { a, b in
            let order = try? ecosystem.compare(a.element.version, b.element.version)
            return order == .less || order == .equal && a.offset < b.offset
        }.map(\.element)
    }
}

extension String {
    /// The pieces between a separator of two characters.
    fileprivate func split(_ separator: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            pieces.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return pieces + [rest]
    }

    /// `%21` read as the byte that it stands for (RFC 3986, section 2.1); `nil` when a per cent
    /// sign is not followed by two such digits.
    fileprivate var percentDecoded: String? {
        guard utf8.contains(percent) else { return self }
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == percent else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ isAlphanumeric($0) }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// With what has a meaning in `vers` texts written as `%21`.
    fileprivate var percentEncoded: String {
        var bytes: [UInt8] = []
        for byte in utf8 {
            if Self.plain.contains(byte) || isAlphanumeric(byte) {
                bytes.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                bytes += Array("%\(digits.utf8.count < 2 ? "0" : "")\(digits)".utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What needs no writing otherwise in a version, besides letters and digits.
    private static let plain = Array(".-_~:+^".utf8)
}

private let percent = UInt8(ascii: "%")
