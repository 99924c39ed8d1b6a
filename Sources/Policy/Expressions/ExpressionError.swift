/// Why a text is no expression: a stable code, where, what is wrong and what was probably meant.
public struct ExpressionError: Error, Hashable, Sendable {
    /// What kind of fault.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// There is nothing.
        case empty
        /// The text is longer than `ExpressionLimits.length`.
        case tooLong
        /// Brackets and `not` are nested deeper than `ExpressionLimits.depth`.
        case tooDeep
        /// It compares more often than `ExpressionLimits.tests`.
        case tooManyTests
        /// A character that stands for nothing.
        case badCharacter
        /// A quoted text without an end.
        case unterminatedText
        /// Something else should stand here.
        case syntax
        /// There is no such field.
        case unknownField
        /// The field cannot be compared like that.
        case wrongComparator
        /// The field does not have such values.
        case wrongValue
    }

    /// What kind of fault.
    public var code: Code
    /// Where it begins: characters (Unicode scalars) from the beginning of the text, from 0.
    public var offset: Int
    /// How many characters it is long; 0 at the end of the text.
    public var length: Int
    /// What is wrong, and what is expected, in one sentence.
    public var message: String
    /// What was probably meant, to be written in its place.
    public var suggestion: String?

    init(
        _ code: Code, at offset: Int, length: Int = 0, _ message: String,
        suggestion: String? = nil
    ) {
        self.code = code
        self.offset = offset
        self.length = length
        self.message = message
        self.suggestion = suggestion
    }
}

/// How much one expression can hold. Real ones have ten tests and two levels.
public enum ExpressionLimits {
    /// The longest text, in bytes.
    public static let length = 8192
    /// The deepest nesting: reading and evaluating call themselves once a level.
    public static let depth = 32
    /// The most comparisons and listed values.
    public static let tests = 512
}
