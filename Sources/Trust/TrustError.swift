/// Why something is not trusted: a stable code, what is wrong, what to do. It never holds a secret,
/// nor any part of one.
public struct TrustError: Error, Hashable, Sendable {
    /// A stable code such as `E_TOKEN_DAMAGED`.
    public let code: String
    /// What is wrong, in one sentence.
    public let message: String
    /// What to do about it, in one sentence.
    public let nextStep: String

    /// A reason.
    public init(_ code: String, _ message: String, nextStep: String) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }
}

extension TrustError: CustomStringConvertible {
    /// Code, cause and next step in one line.
    public var description: String { "\(message) \(nextStep) (\(code))" }
}
