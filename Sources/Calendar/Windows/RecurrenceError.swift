/// Why a text is no recurrence, and where.
public struct RecurrenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// How many characters of the text stand before the place.
    public let offset: Int
    /// How many characters the wrong piece has; 0 at the text's end.
    public let length: Int
    /// What is wrong, as a clause without a full stop.
    public let message: String
    /// The word that was probably meant.
    public let suggestion: String?

    /// A stable code, for programs.
    public static let code = "E_RECURRENCE"

    /// The message, with the suggestion when there is one.
    public var description: String {
        suggestion.map { "\(message); did you mean “\($0)”?" } ?? message
    }
}
