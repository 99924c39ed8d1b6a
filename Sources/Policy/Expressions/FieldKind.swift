public import Fleet
public import Versions

/// What kind of values a field of an expression has, and so which comparisons make sense.
public enum FieldKind: Hashable, Sendable {
    /// One text. `=`, `!=`, `in`, and `~` with a pattern.
    case text
    /// Any number of texts: a comparison holds when it holds for one of them.
    case texts
    /// A version, compared segment by segment; also matched as a text with `~`.
    case version
    /// A version of a package: `<` and its kin go by the order of its own ecosystem. `=`, `!=` and
    /// `in` take it as a text too, and `~` as nothing else.
    case release
    /// A number in a range.
    case number(ClosedRange<Double>)
    /// A length of time, such as `14 days`.
    case duration
    /// A size, such as `512 MB` or `8 GiB`.
    case bytes
    /// One word of a list.
    case words(WordList)
    /// Any number of words of a list.
    case wordSet(WordList)

    /// Yes or no.
    static let truth = FieldKind.words(WordList(["false", "true"]))

    /// The comparisons that make sense.
    var comparators: [Comparator] {
        switch self {
        case .text, .texts: [.equal, .notEqual, .glob, .oneOf]
        case .version, .release: Comparator.allCases
        case .number, .duration, .bytes: Comparator.allCases.filter { $0 != .glob }
        case .words(let list) where list.isOrdered: Comparator.allCases.filter { $0 != .glob }
        case .words, .wordSet: [.equal, .notEqual, .oneOf]
        }
    }

    /// What a value must be, in words.
    var expectation: String {
        switch self {
        case .text, .texts: "a text"
        case .version: "a version such as 12 or 22.04"
        case .release: "a version such as 2.4.1 or 1:2.36.1-8"
        case .number(let range):
            "a number from \(Literal.number(range.lowerBound)) to "
                + "\(Literal.number(range.upperBound))"
        case .duration: "a length of time such as 14 days, 14d or 36h"
        case .bytes: "a size such as 512 MB or 8 GiB"
        case .words(let list), .wordSet(let list): "one of " + list.words.joined(separator: ", ")
        }
    }
}

/// The words that a field can have.
public struct WordList: Hashable, Sendable {
    /// The words; in an ordered list from least to most.
    public var words: [String]
    /// Whether `<` and its kin make sense.
    public var isOrdered: Bool
    /// The place of a word outside the order: compared with `<` and its kin it is unknown.
    public var unranked: Int?

    init(_ words: [String], isOrdered: Bool = false, unranked: Int? = nil) {
        self.words = words
        self.isOrdered = isOrdered
        self.unranked = unranked
    }
}

/// How a field is compared with values.
public enum Comparator: String, Hashable, Sendable, CaseIterable {
    /// It is the value.
    case equal = "="
    /// It is not.
    case notEqual = "!="
    /// It is smaller, older or less.
    case less = "<"
    /// It is smaller, older or less, or the same.
    case lessOrEqual = "<="
    /// It is larger, newer or more.
    case greater = ">"
    /// It is larger, newer or more, or the same.
    case greaterOrEqual = ">="
    /// It fits a pattern with `*` and `?`.
    case glob = "~"
    /// It is one of several values.
    case oneOf = "in"

    /// Whether it goes by the order of values.
    package var isOrdering: Bool {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual: true
        case .equal, .notEqual, .glob, .oneOf: false
        }
    }
}

/// A value that a field is compared with.
public enum Literal: Hashable, Sendable, CustomStringConvertible {
    /// A text, a pattern or a version.
    case text(String)
    /// A number; seconds or bytes where the field says so.
    case number(Double)
    /// A word, by its place in the field's list.
    case word(Int)

    /// The value without a field: for messages.
    public var description: String {
        switch self {
        case .text(let text): text
        case .number(let number):
            number == number.rounded() && number.magnitude < 1e15
                ? "\(Int64(number))" : "\(number)"
        case .word(let place): "word \(place)"
        }
    }
}

/// A field that expressions can name: a raw value is the name.
public protocol ExpressionField: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What the field is asked of.
    associatedtype Subject: Sendable

    /// The kind of its values.
    var kind: FieldKind { get }
    /// Other names for fields.
    static var synonyms: [String: Self] { get }

    /// The place of a word in the field's list; `nil` when it is not in it.
    func place(ofWord word: String) -> Int?

    /// The field's number, seconds or bytes; `nil` when it is not known.
    func number(of subject: Subject, at now: Timestamp) -> Double?
    /// A bit for each word that the field has, by its place; `nil` when it is not known.
    func words(of subject: Subject) -> UInt32?
    /// Whether `matches` holds for one of the field's texts.
    func test(_ subject: Subject, _ matches: (String) -> Bool) -> Ternary
    /// How the field's release stands to another; `nil` where that cannot be told.
    func order(of subject: Subject, to release: String) -> VersionOrder?
}

extension ExpressionField {
    /// The field of a name, in any case.
    static func named(_ name: String) -> Self? {
        let name = name.lowercased()
        return Self(rawValue: name) ?? synonyms[name]
    }

    /// Its words, for fields that have a list.
    var wordList: WordList? {
        switch kind {
        case .words(let list), .wordSet(let list): list
        case .text, .texts, .version, .release, .number, .duration, .bytes: nil
        }
    }

    /// None, but for fields of releases.
    public func order(of subject: Subject, to release: String) -> VersionOrder? { nil }

    /// Whether its values are yes and no.
    var isTruth: Bool { kind == .truth }

    /// The place of a word in the field's list, upper and lower case being the same.
    func place(inList word: String) -> Int? {
        let wanted = word.lowercased()
        if isTruth, let truth = ["no": 0, "yes": 1][wanted] { return truth }
        return wordList?.words.firstIndex { $0.lowercased() == wanted }
    }
}
