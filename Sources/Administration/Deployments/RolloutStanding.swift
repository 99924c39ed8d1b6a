public import Fleet
public import Policy
import Rollout
public import ServerRecords

/// How a rollout stands, for people and programs.
public struct RolloutStanding: Hashable, Sendable, Codable {
    /// Where it stands.
    public typealias State = RolloutState

    /// One ring.
    public struct RingStanding: Hashable, Sendable, Codable {
        /// Where a ring stands.
        public enum Stage: String, Hashable, Sendable, Codable, CaseIterable {
            /// An earlier one comes first.
            case waiting
            /// Its endpoints get orders.
            case open
            /// Its required share is reached, and it is watched.
            case soaking
            /// Its gate is passed, or it was the last and everyone has ended.
            case passed
            /// The rollout was called off before its gate was passed.
            case cancelled
        }

        /// Its name.
        public var name: String
        /// Where it stands.
        public var stage: Stage
        /// How many endpoints it has; one that did not need the update counts nowhere.
        public var members: Int
        /// How many of them are verified.
        public var verified: Int
        /// How many are given up.
        public var failed: Int
        /// How many have an order.
        public var working: Int
        /// How many have none and are not done: they wait, or rest before another try.
        public var waiting: Int
        /// How many of those are silent.
        public var offline: Int
        /// How many did not need it.
        public var notNeeded: Int
        /// What must hold before the next ring begins, in words; `nil` for the last one.
        public var gate: String?
        /// For how many seconds it is watched by the policy.
        public var soakSeconds: Int64
        /// When it began.
        public var openedAt: Timestamp?
        /// When it begins at the earliest, if all goes well; `nil` once it has begun, and where that
        /// cannot be foreseen.
        public var expectedAt: Timestamp?
        /// When its last endpoint is done at the earliest, by the windows of those that have not
        /// begun; `nil` where that cannot be foreseen.
        public var expectedEnd: Timestamp?
        /// The next opening of a window of an endpoint that has not begun; in the past when one is
        /// open, `nil` when they may always work.
        public var windowOpensAt: Timestamp?
        /// Until when it is watched.
        public var soakUntil: Timestamp?
        /// When its gate was passed.
        public var passedAt: Timestamp?
        /// Whether a person answers for its gate.
        public var isOverridden: Bool
        /// Its endpoints by where they stand, in order, at most so many as are shown.
        public var endpoints: [Member]
    }

    /// One endpoint of a ring.
    public struct Member: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var name: String
        /// Where it stands, such as `waiting` or `verified`.
        public var phase: String
        /// Where it stands, in words.
        public var sentence: String
    }

    /// The policy whose rings it goes through.
    public var policy: String
    /// That policy's version.
    public var policyVersion: Int
    /// What became of that policy, where it does not hold any more; `nil` while it does.
    public var policyNote: String?
    /// The lane.
    public var lane: Lane
    /// Whether the policy opened it; if not, a person chose what moves.
    public var isAutomatic: Bool
    /// Where it stands.
    public var state: State
    /// Why it is halted, or was called off though nobody asked for that, in one sentence.
    public var reason: String?
    /// What it waits for, in sentences; empty once it has ended.
    public var waits: [String]
    /// The rings in order.
    public var rings: [RingStanding]
    /// What moves: package and version.
    public var lines: [WaveLine]
    /// What was odd about the plan, and what was left out of it on the way.
    public var warnings: [String]
    /// When it is due, if an SLA clock runs.
    public var dueAt: Timestamp?
    /// When time next changes something.
    public var wakeAt: Timestamp?
}
