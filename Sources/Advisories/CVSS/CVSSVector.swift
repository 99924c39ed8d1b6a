public import Fleet

/// A vector of the Common Vulnerability Scoring System (FIRST), versions 2.0, 3.0, 3.1 and 4.0, and
/// the scores that its version's specification computes from it.
///
/// Reading is strict: an unknown metric or value, a metric given twice and a missing mandatory one
/// are errors. The order of the metrics does not count, as in version 3; publishers of the other
/// versions do not keep theirs either. The parentheses that version 2 is sometimes written in are
/// accepted.
public struct CVSSVector: Hashable, Sendable {
    /// A version of the specification.
    public enum Version: String, Hashable, Sendable, CaseIterable {
        /// CVSS v2.0 (2007); its vectors have no prefix.
        case v2 = "2.0"
        /// CVSS v3.0 (2015).
        case v30 = "3.0"
        /// CVSS v3.1 (2019).
        case v31 = "3.1"
        /// CVSS v4.0 (2023).
        case v4 = "4.0"
    }

    /// Which specification holds.
    public let version: Version
    /// For each of the version's metrics the place of its value; `nil` where it was not given.
    private let choices: [Int?]

    /// The longest vector that is read, in bytes: one that gives every metric of version 4 has
    /// fewer than 250.
    static let longestVector = 512

    /// Reads a vector, such as `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`.
    ///
    /// - Throws: `CVSSError` when the text breaks the rules of its version.
    public init(_ text: String) throws(CVSSError) {
        guard text.utf8.count <= Self.longestVector else { throw CVSSError(.tooLong, at: "") }
        let (version, body) = try Self.version(of: Substring(text))
        let metrics = version.metrics
        var choices = [Int?](repeating: nil, count: metrics.count)
        for field in body.split(separator: "/", omittingEmptySubsequences: false) {
            let pair = field.split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw CVSSError(.malformedField, at: field) }
            guard let place = metrics.firstIndex(where: { $0.name == pair[0] }) else {
                throw CVSSError(.unknownMetric, at: field)
            }
            guard choices[place] == nil else { throw CVSSError(.repeatedMetric, at: field) }
            guard let value = metrics[place].values.firstIndex(where: { $0 == pair[1] }) else {
                throw CVSSError(.unknownValue, at: field)
            }
            choices[place] = value
        }
        for (metric, choice) in zip(metrics, choices) where metric.isMandatory && choice == nil {
            throw CVSSError(.missingMetric, at: Substring(metric.name))
        }
        self.version = version
        self.choices = choices
    }

    /// The base score, from 0 to 10 in steps of 0.1: what is intrinsic to the vulnerability. In
    /// version 4 this is the score of nomenclature CVSS-B.
    public var baseScore: Double {
        switch version {
        case .v2: CVSS2(self).baseScore
        case .v30, .v31: CVSS3(self).baseScore
        case .v4: CVSS4(self, isBaseOnly: true).score
        }
    }

    /// The temporal score of versions 2 and 3; `nil` in version 4, which has none, and when the
    /// vector defines no temporal metric.
    public var temporalScore: Double? {
        guard defines(.temporal) else { return nil }
        return switch version {
        case .v2: CVSS2(self).temporalScore
        case .v30, .v31: CVSS3(self).temporalScore
        case .v4: nil
        }
    }

    /// The environmental score of versions 2 and 3, which includes the temporal metrics; `nil` in
    /// version 4, which has none, and when the vector defines no environmental metric.
    public var environmentalScore: Double? {
        guard defines(.environmental) else { return nil }
        return switch version {
        case .v2: CVSS2(self).environmentalScore
        case .v30, .v31: CVSS3(self).environmentalScore
        case .v4: nil
        }
    }

    /// The score of everything that the vector says: the environmental, else the temporal, else the
    /// base score; in version 4 the one score that there is (CVSS-B, -BT, -BE or -BTE).
    public var score: Double {
        guard version != .v4 else { return CVSS4(self, isBaseOnly: false).score }
        return environmentalScore ?? temporalScore ?? baseScore
    }

    /// The rating of the base score, by the scale that versions 3 and 4 share; version 2 has none
    /// of its own.
    public var severity: Severity { Severity(baseScore: baseScore) }

    /// The vector as its specification writes it: metrics in its order, without those that are not
    /// defined.
    public var canonicalText: String {
        let fields = zip(version.metrics, choices).compactMap { metric, choice in
            choice.flatMap { choice -> String? in
                let isDefined = metric.isMandatory || choice > 0
                return isDefined ? "\(metric.name):\(metric.values[choice])" : nil
            }
        }
        return version.prefix + fields.joined(separator: "/")
    }

    /// The value of one of the version's metrics, `X` (`ND` in version 2) where none was given.
    subscript(metric: String) -> String {
        let metrics = version.metrics
        guard let place = metrics.firstIndex(where: { $0.name == metric }) else { return "" }
        return metrics[place].values[choices[place] ?? 0]
    }

    private func defines(_ group: CVSSMetric.Group) -> Bool {
        zip(version.metrics, choices).contains { $0.group == group && ($1 ?? 0) > 0 }
    }

    private static func version(
        of text: Substring
    ) throws(CVSSError) -> (Version, Substring) {
        guard text.hasPrefix("CVSS:") else {
            let isWrapped = text.hasPrefix("(") && text.hasSuffix(")") && text.count > 1
            return (.v2, isWrapped ? text.dropFirst().dropLast() : text)
        }
        for version in Version.allCases where version != .v2 && text.hasPrefix(version.prefix) {
            return (version, text.dropFirst(version.prefix.count))
        }
        throw CVSSError(.unknownVersion, at: text.prefix { $0 != "/" })
    }
}

extension CVSSVector.Version {
    /// What a vector of this version begins with.
    var prefix: String { self == .v2 ? "" : "CVSS:\(rawValue)/" }
}

extension CVSSVector: CustomStringConvertible {
    /// `canonicalText`.
    public var description: String { canonicalText }
}
