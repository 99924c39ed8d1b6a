public import Fleet

/// What the agent needs of the world besides its ports: the time, waiting and chance. Tests hand in
/// their own.
public struct AgentEffects: Sendable {
    /// The endpoint's clock.
    public var now: @Sendable () -> Timestamp
    /// Waits so many milliseconds; throws when the waiting task is cancelled.
    public var sleep: @Sendable (_ milliseconds: Int64) async throws -> Void
    /// An unpredictable number, at least 0 and less than 1.
    public var chance: @Sendable () -> Double

    /// The effects.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void,
        chance: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.chance = chance
    }
}
