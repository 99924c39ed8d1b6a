/// A text that is no version of its ecosystem.
public struct VersionError: Error, Hashable, Sendable {
    /// Whose rules it breaks.
    public let ecosystem: Ecosystem
    /// The text as it came.
    public let text: String
    /// What is wrong with it.
    public let problem: VersionProblem

    /// The longest part of a text that a message repeats, in characters: a version comes from
    /// outside and may be huge.
    static let longestQuote = 80

    init(_ problem: VersionProblem, in text: String, of ecosystem: Ecosystem) {
        self.ecosystem = ecosystem
        self.text = text
        self.problem = problem
    }

    /// A stable name of the error, such as `E_VERSION_EPOCH_EMPTY`.
    public var code: String { problem.rawValue }

    /// What to do about it.
    public var nextStep: String {
        "Write the version as the package manager prints it, such as \(ecosystem.example)."
    }
}

extension Ecosystem {
    /// A version as its package manager writes it.
    fileprivate var example: String {
        switch self {
        case .deb: "1:2.36.1-8+deb12u1"
        case .rpm: "1:2.4.57-11.el9_4.1"
        case .apk: "3.2.1_rc2-r4"
        case .pacman: "1:6.0.2-3"
        case .semver: "1.4.0-rc.1"
        case .pep440: "2.0.0rc1.post1"
        case .winget, .generic: "124.0.6367.91"
        case .rubygems: "3.1.0.rc1"
        case .nuget: "6.0.2.1-beta.3"
        case .maven: "2.17.1-rc-1"
        }
    }
}

extension VersionError: CustomStringConvertible {
    /// One sentence with the cause, and one with the next step.
    public var description: String {
        let quote =
            String(text.prefix(Self.longestQuote)) + (text.count > Self.longestQuote ? "..." : "")
        return "\"\(quote)\" is no \(ecosystem.rawValue) version: \(problem.sentence). \(nextStep)"
    }
}

/// What can be wrong with a version. The raw value is the error's stable code.
public enum VersionProblem: String, Error, Hashable, Sendable, CaseIterable {
    /// There is nothing but blanks.
    case empty = "E_VERSION_EMPTY"
    /// A blank stands inside.
    case embeddedSpace = "E_VERSION_EMBEDDED_SPACE"
    /// Nothing stands before the first colon.
    case epochEmpty = "E_VERSION_EPOCH_EMPTY"
    /// Something else than digits stands before the first colon.
    case epochNotNumber = "E_VERSION_EPOCH_NOT_NUMBER"
    /// The number before the first colon is more than 2147483647.
    case epochTooBig = "E_VERSION_EPOCH_TOO_BIG"
    /// Nothing stands after the epoch's colon.
    case nothingAfterEpoch = "E_VERSION_NOTHING_AFTER_EPOCH"
    /// Nothing stands before the hyphen of the revision.
    case upstreamEmpty = "E_VERSION_UPSTREAM_EMPTY"
    /// Nothing stands after the last hyphen.
    case revisionEmpty = "E_VERSION_REVISION_EMPTY"
    /// It is longer than `Ecosystem.longestVersion`.
    case tooLong = "E_VERSION_TOO_LONG"
    /// A byte stands inside that is no printable ASCII.
    case notASCII = "E_VERSION_NOT_ASCII"
    /// It does not begin with a number.
    case notNumberFirst = "E_VERSION_NOT_NUMBER_FIRST"
    /// A number begins with a zero and goes on.
    case leadingZero = "E_VERSION_LEADING_ZERO"
    /// Nothing stands where an identifier should.
    case identifierEmpty = "E_VERSION_IDENTIFIER_EMPTY"
    /// Something stands inside that the ecosystem's grammar has no place for.
    case unexpectedText = "E_VERSION_UNEXPECTED_TEXT"
    /// A flaw only: the upstream part does not begin with a digit.
    case upstreamNotDigitFirst = "E_VERSION_UPSTREAM_NOT_DIGIT_FIRST"
    /// A flaw only: the upstream part holds a character that Debian Policy 5.6.12 does not know.
    case upstreamCharacter = "E_VERSION_UPSTREAM_CHARACTER"
    /// A flaw only: the revision holds a character that Debian Policy 5.6.12 does not know.
    case revisionCharacter = "E_VERSION_REVISION_CHARACTER"

    /// The cause, as a clause that begins in lower case and ends without a full stop.
    public var sentence: String {
        switch self {
        case .empty: "it is empty"
        case .embeddedSpace: "a space or control character stands inside it"
        case .epochEmpty: "the epoch before the colon is empty"
        case .epochNotNumber: "the epoch before the colon is not a number"
        case .epochTooBig: "the epoch before the colon is larger than \(Int32.max)"
        case .nothingAfterEpoch: "nothing follows the epoch's colon"
        case .upstreamEmpty: "nothing stands before the revision's hyphen"
        case .revisionEmpty: "the revision after the last hyphen is empty"
        case .tooLong: "it is longer than \(Ecosystem.longestVersion) bytes"
        case .notASCII: "it holds something else than printable ASCII"
        case .notNumberFirst: "it has no number where one should stand first"
        case .leadingZero: "one of its numbers begins with a needless zero"
        case .identifierEmpty: "nothing stands where a word or number should follow"
        case .unexpectedText: "it goes on with something that has no place there"
        case .upstreamNotDigitFirst: "it does not begin with a digit"
        case .upstreamCharacter: "it holds a character other than letters, digits and . + - ~ :"
        case .revisionCharacter:
            "its revision holds a character other than letters, digits and . + ~"
        }
    }
}
