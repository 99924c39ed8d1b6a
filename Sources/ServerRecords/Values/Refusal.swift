/// A use case's "no": a stable code, what happened, what to do. Nothing has been changed when it is
/// thrown.
public struct Refusal: Error, Hashable, Sendable {
    /// Whose fault it is, which also decides the HTTP status.
    public enum Kind: String, Sendable, CaseIterable {
        /// The request makes no sense (400).
        case malformed
        /// It is not known who asks (401).
        case unauthenticated
        /// Who asks may not (403).
        case forbidden
        /// There is no such thing in the asker's scope (404).
        case notFound
        /// It does not fit the state that things are in (409).
        case conflict
        /// It was good once, and is no more (410).
        case gone
        /// It is too large (413).
        case tooLarge
        /// The message is of a version that is not spoken (426).
        case wrongVersion
        /// It was asked too often (429).
        case tooMany
        /// The server cannot now (503).
        case unavailable
    }

    /// Whose fault it is.
    public let kind: Kind
    /// A stable code such as `E_TOKEN_EXPIRED`.
    public let code: String
    /// What happened, in one sentence.
    public let message: String
    /// What to do about it, in one sentence.
    public let nextStep: String
    /// When to try again, in seconds; for `tooMany` and `unavailable`.
    public let retryAfterSeconds: Int64?

    /// A "no".
    public init(
        _ kind: Kind, _ code: String, _ message: String, nextStep: String,
        retryAfterSeconds: Int64? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.nextStep = nextStep
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// There is no such thing, or not in the asker's scope: the two are not told apart.
    public static func notFound(_ what: String) -> Refusal {
        Refusal(
            .notFound, "E_NOT_FOUND", "There is no \(what) with this identifier.",
            nextStep: "Check the identifier, or list what there is.")
    }
}

extension Refusal.Kind {
    /// The HTTP status that says the same (RFC 9110 section 15, RFC 6585 section 4).
    public var httpStatus: Int {
        switch self {
        case .malformed: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .gone: 410
        case .tooLarge: 413
        case .wrongVersion: 426
        case .tooMany: 429
        case .unavailable: 503
        }
    }
}
