/// Why no feed could be read from a path.
public struct FeedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; the texts are stable.
    public enum Code: String, Sendable, CaseIterable {
        /// There is nothing under the path.
        case notFound
        /// It cannot be opened or read.
        case unreadable
        /// Nothing in it is in a known format.
        case unknownFormat
        /// It is in a known format, and no record in it could be read.
        case nothingRead
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong, as a sentence.
    public let message: String
    /// What to do, as a sentence.
    public let nextStep: String

    init(_ code: Code, _ message: String, nextStep: String) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }

    /// Both sentences.
    public var description: String { "\(message) \(nextStep)" }
}
