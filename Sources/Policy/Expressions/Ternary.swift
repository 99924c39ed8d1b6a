/// The answer to a question about facts, some of which may not be known (Kleene's strong logic of
/// three values): silence is an answer of its own, and never counts as yes or as no.
public enum Ternary: UInt8, Hashable, Sendable, CaseIterable {
    /// It is not so.
    case no
    /// It cannot be told: a fact is missing.
    case unknown
    /// It is so.
    case yes

    /// A known answer.
    @inlinable
    public init(_ value: Bool) {
        self = value ? .yes : .no
    }

    /// The answer to the opposite question; the opposite of unknown is unknown.
    @inlinable
    public static prefix func ! (value: Ternary) -> Ternary {
        switch value {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }
}
