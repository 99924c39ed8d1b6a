public import Rollout

/// Where a rollout stands, without what goes with it.
public enum RolloutState: String, Hashable, Sendable, Codable, CaseIterable {
    /// It has not begun.
    case planned
    /// Orders go out.
    case running
    /// Nothing goes out; what has begun goes on.
    case halted
    /// Everyone has ended.
    case completed
    /// Called off.
    case cancelled

    /// The state without what goes with it.
    public init(_ state: RingRollout.State) {
        self =
            switch state {
            case .planned: .planned
            case .running: .running
            case .halted: .halted
            case .completed: .completed
            case .cancelled: .cancelled
            }
    }
}
