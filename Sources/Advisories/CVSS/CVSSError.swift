/// A text that is no CVSS vector.
public struct CVSSError: Error, Hashable, Sendable {
    /// What can be wrong. The raw value is the error's stable code.
    public enum Problem: String, Hashable, Sendable, CaseIterable {
        /// It is longer than any vector can be.
        case tooLong = "E_CVSS_TOO_LONG"
        /// It begins like a vector, of a version that is not known.
        case unknownVersion = "E_CVSS_UNKNOWN_VERSION"
        /// Something between two slashes is not a name, a colon and a value.
        case malformedField = "E_CVSS_MALFORMED_FIELD"
        /// The version has no such metric.
        case unknownMetric = "E_CVSS_UNKNOWN_METRIC"
        /// The metric has no such value.
        case unknownValue = "E_CVSS_UNKNOWN_VALUE"
        /// A metric is given twice.
        case repeatedMetric = "E_CVSS_REPEATED_METRIC"
        /// A mandatory metric is not given.
        case missingMetric = "E_CVSS_MISSING_METRIC"

        /// The cause, as a clause.
        var sentence: String {
            switch self {
            case .tooLong: "it is longer than \(CVSSVector.longestVector) bytes"
            case .unknownVersion: "its version is none of 2.0, 3.0, 3.1 and 4.0"
            case .malformedField: "one of its parts is not a metric, a colon and a value"
            case .unknownMetric: "its version has no such metric"
            case .unknownValue: "the metric has no such value"
            case .repeatedMetric: "a metric is given twice"
            case .missingMetric: "a mandatory metric is missing"
            }
        }
    }

    /// What is wrong.
    public let problem: Problem
    /// The part of the vector where it is wrong, or the missing metric's name; at most 40
    /// characters of it, since a vector comes from outside.
    public let part: String

    private static let longestPart = 40

    init(_ problem: Problem, at part: Substring) {
        self.problem = problem
        self.part = String(part.prefix(Self.longestPart))
    }

    /// The stable name of the error, such as `E_CVSS_UNKNOWN_METRIC`.
    public var code: String { problem.rawValue }

    /// What to do about it.
    public var nextStep: String {
        "Compare the vector with the publisher's page; the score is then left out."
    }
}

extension CVSSError: CustomStringConvertible {
    /// One sentence with the cause and the place, and one with the next step.
    public var description: String {
        let place = part.isEmpty ? "" : " (\"\(part)\")"
        return "This is no CVSS vector: \(problem.sentence)\(place). \(nextStep)"
    }
}
