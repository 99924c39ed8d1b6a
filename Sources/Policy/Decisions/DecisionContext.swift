public import Calendar
public import Fleet
public import Verdicts

/// What stands around a missing update on one endpoint, besides the policy: what has been said and
/// tried, and when there is time.
public struct DecisionContext: Hashable, Sendable {
    /// The open job for the update, if there is one.
    public var job: JobStanding?
    /// How the last attempt at this very version ended, if it failed.
    public var failure: FailureStanding?
    /// Whether the endpoint's last scan is too old to rely on.
    public var isSilent: Bool
    /// What people have said that concerns the endpoint (`ApprovalByHand.concerns`).
    public var approvals: [ApprovalByHand]
    /// Why nobody of the tenant gets the version; `nil` when it is not blocked.
    public var block: VersionBlock?
    /// What the ring has shown that the policy asks for; `nil` where that is not known, or none is
    /// asked for.
    public var pass: PassStanding?
    /// The exceptions that concern the endpoint (`RiskException.concerns`), ended ones included.
    public var exceptions: [RiskException]
    /// How long the installation takes, with what is kept back for a reboot.
    public var work: WorkEstimate
    /// By when it must be installed, by the strictest clock.
    public var dueAt: Timestamp?
    /// Where the rings stand; `nil` when they do not matter or it is the endpoint's turn.
    public var ring: RingStanding?
    /// The lanes whose rings do not take the endpoint: what goes by them does not reach it.
    public var lanesWithoutRing: LaneSet = []
    /// The lane of the open rollout or deployment that carries the update there; `nil` when none
    /// does. What is carried has been approved, whatever a rule asks for.
    public var carriedIn: Lane?
    /// The open rollout that carries the update there and is halted; `nil` when none is.
    public var halt: HaltedRollout?
    /// Why the open rollout that carries the update there gives it no order although its ring is
    /// open; `nil` when nothing holds it back.
    public var turn: TurnHold?
    /// When the lanes have time.
    public var outlook: WindowOutlook

    /// What stands around an update.
    public init(
        job: JobStanding? = nil, failure: FailureStanding? = nil, isSilent: Bool = false,
        approvals: [ApprovalByHand] = [], block: VersionBlock? = nil,
        exceptions: [RiskException] = [],
        work: WorkEstimate = WorkEstimate(seconds: 0), dueAt: Timestamp? = nil,
        ring: RingStanding? = nil, halt: HaltedRollout? = nil,
        outlook: WindowOutlook = .unrestricted
    ) {
        self.job = job
        self.failure = failure
        self.isSilent = isSilent
        self.approvals = approvals
        self.block = block
        self.exceptions = exceptions
        self.work = work
        self.dueAt = dueAt
        self.ring = ring
        self.halt = halt
        self.outlook = outlook
    }
}

extension DecisionContext {
    /// A version that nobody gets until a person unblocks it.
    public struct VersionBlock: Hashable, Sendable {
        /// Who blocked it: a person, or the rollout that it went wrong in.
        public var by: String
        /// Why, in one sentence.
        public var reason: String

        /// A blocked version.
        public init(by: String, reason: String) {
            self.by = by
            self.reason = reason
        }
    }

    /// A job that has the update in its lock list.
    public struct JobStanding: Hashable, Sendable {
        /// Where the job stands.
        public enum Stage: Hashable, Sendable {
            /// Not collected yet.
            case queued
            /// Its deployment is halted.
            case halted
            /// Worked on.
            case working
            /// The endpoint fell silent.
            case interrupted
            /// Installed, not restarted.
            case pendingRestart

            /// Whether the endpoint has not collected it.
            var canBeTakenBack: Bool { self == .queued || self == .halted }
        }

        /// Where it stands.
        public var stage: Stage
        /// The job's own sentence.
        public var sentence: String
        /// The deployment's title.
        public var deployment: String
        /// When the job expires.
        public var deadline: Timestamp
        /// When it was ordered; `nil` where that does not matter.
        public var createdAt: Timestamp?
        /// The window that the endpoint was silent through while the order waited for it, and what
        /// the policy makes of that; `nil` when it has missed none.
        public var missed: LaneOpenings.Missed?

        /// A job's standing.
        public init(
            stage: Stage, sentence: String, deployment: String, deadline: Timestamp,
            createdAt: Timestamp? = nil, missed: LaneOpenings.Missed? = nil
        ) {
            self.stage = stage
            self.sentence = sentence
            self.deployment = deployment
            self.deadline = deadline
            self.createdAt = createdAt
            self.missed = missed
        }
    }

    /// How the attempts at one version have ended.
    public struct FailureStanding: Hashable, Sendable {
        /// What the last attempt failed with, as a sentence.
        public var sentence: String
        /// How many attempts in a row failed with the same cause.
        public var sameCauseCount: Int
        /// When the last one ended; `nil` when that is not known.
        public var at: Timestamp?
        /// When it is tried again by itself; `nil` when it is not.
        public var retryAt: Timestamp?
        /// What a person does about it, in one sentence, where it takes more than mending the cause
        /// and approving the update again.
        public var wayOut: String?

        /// After so many failures with the same cause an update is left alone, whatever else
        /// holds: a fourth attempt has taught nobody anything yet.
        public static let limit = 3

        /// Whether the same cause has made it fail too often.
        public var isGivenUp: Bool { sameCauseCount >= Self.limit }

        /// Whether nothing more happens by itself.
        var stops: Bool { isGivenUp || retryAt == nil }

        /// How attempts have ended.
        public init(
            sentence: String, sameCauseCount: Int = 1, at: Timestamp? = nil,
            retryAt: Timestamp? = nil
        ) {
            self.sentence = sentence
            self.sameCauseCount = sameCauseCount
            self.at = at
            self.retryAt = retryAt
        }
    }

    /// A rollout that has stopped, by itself or by hand, and goes on only by a person's word.
    public struct HaltedRollout: Hashable, Sendable {
        /// Its name.
        public var title: String
        /// Why it stopped, in one sentence.
        public var reason: String

        /// A halted rollout.
        public init(title: String, reason: String) {
            self.title = title
            self.reason = reason
        }
    }

    /// Why an endpoint waits for its order in a ring that is open.
    public enum TurnHold: Hashable, Sendable {
        /// As many of its ring, or of its site in that ring, are at work as the budget allows.
        case budget(ring: PolicyName, site: String?, atWork: Int, limit: Int)
        /// Another member of one of its clusters is at work, silent or unhealthy: these two would be
        /// down together.
        case cluster(String, other: String)
        /// Endpoints without the update are as unhealthy as those with it.
        case outage(ring: PolicyName)

        /// Whether it does not end by itself: the budget is of nobody.
        var isForGood: Bool {
            if case .budget(_, _, _, 0) = self { true } else { false }
        }

        /// What it waits for, as a clause.
        var clause: String {
            switch self {
            case .budget(let ring, let site, let atWork, let limit):
                let whose = site.map { "the ring \(ring) at \($0)" } ?? "the ring \(ring)"
                if isForGood { return "the budget of \(whose) lets nobody work" }
                return "\(atWork) \(atWork == 1 ? "endpoint" : "endpoints") of \(whose) "
                    + "\(atWork == 1 ? "is" : "are") at work, and its budget allows \(limit) at once"
            case .cluster(let name, let other):
                return "\(other) of the same \(name) is at work or not healthy, and two of it are "
                    + "never down together"
            case .outage(let ring):
                return "endpoints without the update are as unhealthy as those of the ring \(ring) "
                    + "that have it, and it waits for the end of that outage"
            }
        }
    }

    /// Where the rings stand before the endpoint's turn.
    public struct RingStanding: Hashable, Sendable {
        /// The endpoint's ring.
        public var ring: PolicyName
        /// The ring that must pass its gate first.
        public var waitsFor: PolicyName
        /// The earliest time of its turn, as far as soak tells; `nil` when that is open.
        public var notBefore: Timestamp?
        /// Whether a deployment carries the update there already: then it has been approved,
        /// whatever a rule asks for.
        public var isUnderWay: Bool
        /// Whether no opening that is looked at has room for it after its turn.
        public var isPastWindows = false

        /// Where the rings stand.
        public init(
            ring: PolicyName, waitsFor: PolicyName, notBefore: Timestamp? = nil,
            isUnderWay: Bool = false
        ) {
            self.ring = ring
            self.waitsFor = waitsFor
            self.notBefore = notBefore
            self.isUnderWay = isUnderWay
        }
    }
}
