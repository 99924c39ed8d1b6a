public import Fleet

/// What happens with one missing update of one endpoint: exactly one action and one reason, for
/// people and programs alike.
public struct Decision: Hashable, Sendable, Codable {
    /// What is done.
    public enum Action: String, Codable, Sendable, CaseIterable {
        /// Nothing until somebody decides.
        case wait
        /// It will be, or is being, installed.
        case install
        /// It is installed; a restart must follow.
        case restart
        /// It is not installed, because something on the endpoint or at the distribution stands in
        /// the way.
        case blocked
    }

    /// Why: a closed list.
    public enum ReasonCode: String, Codable, Sendable, CaseIterable {
        /// Nobody has approved it yet.
        case awaitingApproval
        /// It is approved, and waits for the endpoint to collect the job.
        case queued
        /// It is approved, and its deployment is halted.
        case deploymentHalted
        /// The endpoint works on it.
        case inProgress
        /// The endpoint has fallen silent while it worked on it.
        case interrupted
        /// It is installed, and the restart is outstanding.
        case pendingRestart
        /// The last attempt failed.
        case lastAttemptFailed
        /// The endpoint's administrator holds the package.
        case held
        /// The distribution hands it out in phases.
        case phased
        /// It needs packages newly installed or removed, or its dependencies cannot be met.
        case keptBack
        /// Only subscribers get it.
        case needsSubscription
        /// The endpoint's configuration excludes it.
        case excluded
        /// The endpoint has not been heard from for so long that what it misses is not known.
        case endpointSilent
    }

    /// The missing update.
    public var update: Update
    /// What is done.
    public var action: Action
    /// Why.
    public var reasonCode: ReasonCode
    /// Why, in one plain sentence.
    public var sentence: String
    /// The rule that decided.
    public var rule: String
    /// When something will happen next; `nil` when that waits for a person.
    public var nextAt: Timestamp?

    /// A decision.
    public init(
        update: Update, action: Action, reasonCode: ReasonCode, sentence: String, rule: String,
        nextAt: Timestamp? = nil
    ) {
        self.update = update
        self.action = action
        self.reasonCode = reasonCode
        self.sentence = sentence
        self.rule = rule
        self.nextAt = nextAt
    }
}

/// What stands between a missing update and its installation on one endpoint.
public struct DecisionContext: Hashable, Sendable {
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
        }

        /// Where it stands.
        public var stage: Stage
        /// The job's own sentence.
        public var sentence: String
        /// The deployment's title.
        public var deployment: String
        /// When the job expires.
        public var deadline: Timestamp

        /// A job's standing.
        public init(stage: Stage, sentence: String, deployment: String, deadline: Timestamp) {
            self.stage = stage
            self.sentence = sentence
            self.deployment = deployment
            self.deadline = deadline
        }
    }

    /// The open job for the update, if there is one.
    public var job: JobStanding?
    /// What the last attempt at this very version failed with, if it failed.
    public var lastFailure: String?
    /// Whether the endpoint's last scan is too old to rely on.
    public var isSilent: Bool

    /// What stands between.
    public init(job: JobStanding? = nil, lastFailure: String? = nil, isSilent: Bool = false) {
        self.job = job
        self.lastFailure = lastFailure
        self.isSilent = isSilent
    }
}

extension Decision {
    /// The one decision for a missing update. An approval that is under way comes first, then what
    /// stands in the way on the endpoint, then what went wrong before; what is left waits for
    /// approval by hand.
    public static func decide(_ update: Update, in context: DecisionContext) -> Decision {
        if let job = context.job { return underWay(update, job) }
        if context.isSilent {
            return Decision(
                update: update, action: .wait, reasonCode: .endpointSilent,
                sentence:
                    "The endpoint's last scan is too old to tell whether the update is still missing.",
                rule: "freshness")
        }
        if let obstacle = obstacle(to: update) { return obstacle }
        if let failure = context.lastFailure {
            return Decision(
                update: update, action: .wait, reasonCode: .lastAttemptFailed,
                sentence: "The last attempt failed: \(failure)", rule: "approval by hand")
        }
        return Decision(
            update: update, action: .wait, reasonCode: .awaitingApproval,
            sentence: "Waits for a person to approve it.", rule: "approval by hand")
    }

    private static func underWay(_ update: Update, _ job: DecisionContext.JobStanding) -> Decision {
        let rule = "deployment \(job.deployment)"
        switch job.stage {
        case .queued:
            return Decision(
                update: update, action: .install, reasonCode: .queued,
                sentence: "Approved; waits for the endpoint to collect it.", rule: rule,
                nextAt: job.deadline)
        case .halted:
            return Decision(
                update: update, action: .wait, reasonCode: .deploymentHalted,
                sentence: "Approved, but the deployment is halted.", rule: rule)
        case .working:
            return Decision(
                update: update, action: .install, reasonCode: .inProgress, sentence: job.sentence,
                rule: rule,
                nextAt: job.deadline)
        case .interrupted:
            return Decision(
                update: update, action: .wait, reasonCode: .interrupted, sentence: job.sentence,
                rule: rule,
                nextAt: job.deadline)
        case .pendingRestart:
            return Decision(
                update: update, action: .restart, reasonCode: .pendingRestart,
                sentence: job.sentence,
                rule: rule, nextAt: job.deadline)
        }
    }

    private static func obstacle(to update: Update) -> Decision? {
        let code: ReasonCode
        let words: String
        switch update.installability {
        case .installable: return nil
        case .held: (code, words) = (.held, "The package is on hold on the endpoint.")
        case .phased:
            (code, words) = (
                .phased,
                "The distribution hands it out in phases; this endpoint's turn has not come."
            )
        case .keptBack:
            (code, words) = (
                .keptBack,
                "A plain upgrade keeps it back: it needs other packages installed or removed."
            )
        case .needsSubscription:
            (code, words) = (.needsSubscription, "It is there only for subscribers.")
        case .excluded:
            (code, words) = (.excluded, "The endpoint's own package configuration excludes it.")
        }
        return Decision(
            update: update, action: .blocked, reasonCode: code, sentence: update.reason ?? words,
            rule: "endpoint's package manager")
    }
}
