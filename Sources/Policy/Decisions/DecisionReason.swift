extension Decision {
    /// What is done.
    public enum Action: String, Codable, Sendable, CaseIterable {
        /// Nothing now: somebody must decide, or time must pass.
        case wait
        /// It will be, or is being, installed.
        case install
        /// It is installed; a restart must follow.
        case restart
        /// It is not installed, because something on the endpoint or at the distribution stands in
        /// the way.
        case blocked
        /// It is downloaded ahead, and goes no further until a person releases it.
        case prepare
        /// It is not installed, because somebody or a rule has decided against it.
        case decline
    }

    /// Why: a closed list. docs/reason-codes.md is made from it.
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
        /// It is not known whether the policies that could decide apply to the endpoint.
        case membershipUnknown
        /// A rule or a person has declined it.
        case declined
        /// A rule or a person holds it, with a reason.
        case onHold
        /// This version went wrong at a canary, or a person has blocked it.
        case versionBlocked
        /// A ring must have verified it on the same stack first, and has not yet.
        case awaitingTwin
        /// A ring must have verified it on the same stack first, and has no such endpoint.
        case noTwin
        /// A person has put the decision off.
        case deferred
        /// An exception accepts the risk until a date.
        case riskAccepted
        /// The rule approves it once the fix has been out long enough.
        case ageing
        /// The rule approves it after a time, or its window counts from the release, and it is not
        /// known since when the fix is out.
        case ageUnknown
        /// One person has approved it, and the rule asks for two.
        case awaitingSecondApproval
        /// The rule prepares it only, and nobody has released it.
        case prepared
        /// The same cause has made it fail too often.
        case stoppedAfterFailures
        /// It failed, and is tried again at a set time.
        case awaitingRetry
        /// It is approved, and an earlier ring comes first.
        case awaitingRing
        /// It is approved and its ring is open, and its rollout holds its order back for others.
        case awaitingTurn
        /// It is approved, and no ring of its lane takes the endpoint.
        case noRing
        /// It is approved, and its window opens later.
        case awaitingWindow
        /// It is approved, and the window that is open is too short for it by now.
        case tooLittleTimeLeft
        /// It is approved, and a freeze keeps the next windows shut.
        case frozen
        /// It is approved, and its window needs somebody on duty and has nobody.
        case awaitingDuty
        /// It is approved, and no window is long enough for it.
        case doesNotFit
        /// It is approved, and no window will open.
        case noWindow
        /// It is approved, and the time zone of its windows is not known.
        case zoneUnknown
        /// It is approved; the endpoint has missed its window and catches up now.
        case catchingUp
        /// It is approved; the endpoint has missed its window, and the policy does not catch up.
        case windowMissed
        /// It is approved, and may be installed now.
        case windowOpen
    }
}

extension Decision.ReasonCode {
    /// What the code means, in one sentence.
    public var meaning: String {
        switch self {
        case .awaitingApproval: "Nobody has approved the update yet."
        case .queued: "It is approved, and waits for the endpoint to collect its job."
        case .deploymentHalted: "It is approved, and its deployment is halted."
        case .inProgress: "The endpoint works on it."
        case .interrupted: "The endpoint fell silent while it worked on it."
        case .pendingRestart: "It is installed, and a restart or reboot is outstanding."
        case .lastAttemptFailed: "The last attempt failed, and is not tried again by itself."
        case .held: "The package is on hold on the endpoint itself."
        case .phased: "The distribution hands it out in phases, and it is not this endpoint's turn."
        case .keptBack:
            "It needs other packages installed or removed, or its dependencies cannot be met."
        case .needsSubscription: "Only subscribers get it."
        case .excluded: "The endpoint's own package configuration excludes it."
        case .endpointSilent: "The last scan is too old to tell what is missing."
        case .membershipUnknown:
            "A fact is missing that decides whether a policy applies to the endpoint."
        case .declined: "A rule or a person has declined it."
        case .onHold: "A rule or a person holds it, for a reason that is told."
        case .versionBlocked:
            "This version went wrong at a canary, was rolled back, or a person has blocked it."
        case .awaitingTwin:
            "The policy wants it verified first on an endpoint of a ring with the same stack."
        case .noTwin:
            "The policy wants it verified first in a ring that has no endpoint with the same stack."
        case .deferred: "A person has put the decision off until a time that is told."
        case .riskAccepted: "An exception accepts the risk until it expires."
        case .ageing: "The rule approves it when the fix has been out for so many days."
        case .ageUnknown:
            "The rule or the window counts from when the fix came out, and that is not known."
        case .awaitingSecondApproval: "One person has approved it, and the rule asks for two."
        case .prepared:
            "It is downloaded ahead where the endpoint can, and waits for a person to release it."
        case .stoppedAfterFailures: "It failed three times with the same cause, and is left alone."
        case .awaitingRetry: "It failed, and is tried again by itself."
        case .awaitingRing: "It is approved, and the rings before this endpoint's come first."
        case .awaitingTurn:
            "It is approved and its ring is open; its order waits for the disruption budget, for "
                + "another member of its cluster or for the end of an outage."
        case .noRing: "It is approved, and no ring of its lane takes the endpoint."
        case .awaitingWindow: "It is approved, and is installed when its window opens."
        case .tooLittleTimeLeft:
            "It is approved; the open window closes before it would be done, so it waits for the next."
        case .frozen: "It is approved, and a freeze keeps the next windows shut."
        case .awaitingDuty: "It is approved; its window needs somebody on duty, and nobody is."
        case .doesNotFit: "It is approved, and takes longer than any window of its lane."
        case .noWindow: "It is approved, and its lane has no window that will open."
        case .zoneUnknown: "It is approved, and the time zone of its windows is not known."
        case .catchingUp: "It is approved, and makes up for a window that the endpoint missed."
        case .windowMissed:
            "It is approved; its window was missed, and the policy does not catch up."
        case .windowOpen: "It is approved, and may be installed now."
        }
    }

    /// What a technician can do about it, in one sentence; `nil` when it takes its course.
    public var nextStep: String? {
        switch self {
        case .awaitingApproval: "Approve, decline or defer it."
        case .deploymentHalted: "Resume or cancel the deployment."
        case .interrupted: "Look whether the endpoint is up."
        case .pendingRestart: "Restart what is named, or wait for the policy's reboot."
        case .lastAttemptFailed: "Mend the cause that is told, then approve the update again."
        case .held: "Release the hold on the endpoint if the update should go in."
        case .keptBack: "Approve it together with the packages that are named."
        case .needsSubscription: "Attach the subscription, or accept the risk with an exception."
        case .excluded: "Change the endpoint's package configuration if the update should go in."
        case .endpointSilent: "Look whether the endpoint is up and its agent runs."
        case .membershipUnknown: "Set the fact that is missing, such as the role or the tags."
        case .declined, .onHold: "Change the rule or withdraw the decision if it should go in."
        case .versionBlocked: "Unblock the version if it should go in."
        case .awaitingTwin: "Let the ring install it; where it went wrong there, mend that first."
        case .noTwin: "Put an endpoint with that stack into the ring, or change the policy."
        case .deferred, .riskAccepted: "Nothing until then; or withdraw it."
        case .ageUnknown: "Approve it by hand, or let a source record when the fix appeared."
        case .awaitingSecondApproval: "A second person approves it."
        case .prepared: "Look at the plan and release it."
        case .stoppedAfterFailures: "Mend the cause that is told, then approve the update again."
        case .noRing: "Add a ring that takes it, such as one for the rest."
        case .awaitingDuty: "Declare who is on duty, and when."
        case .doesNotFit: "Make the window longer, or add one to the lane."
        case .noWindow: "Give the lane a window that opens."
        case .zoneUnknown: "Set the endpoint's time zone, or name a zone that exists."
        case .windowMissed: "Approve the update again."
        case .queued, .inProgress, .phased, .ageing, .awaitingRetry, .awaitingRing,
            .awaitingTurn, .awaitingWindow, .tooLittleTimeLeft, .frozen, .catchingUp, .windowOpen:
            nil
        }
    }

    /// The action that goes with the code.
    public var action: Decision.Action {
        switch self {
        case .awaitingApproval, .deploymentHalted, .interrupted, .lastAttemptFailed,
            .endpointSilent, .membershipUnknown, .deferred, .riskAccepted, .ageing, .ageUnknown,
            .awaitingSecondApproval, .stoppedAfterFailures, .noRing, .doesNotFit, .noWindow,
            .zoneUnknown, .windowMissed, .awaitingTwin:
            .wait
        case .queued, .inProgress, .awaitingRetry, .awaitingRing, .awaitingTurn, .awaitingWindow,
            .tooLittleTimeLeft, .frozen, .awaitingDuty, .catchingUp, .windowOpen:
            .install
        case .pendingRestart: .restart
        case .held, .phased, .keptBack, .needsSubscription, .excluded: .blocked
        case .prepared: .prepare
        case .declined, .onHold, .versionBlocked, .noTwin: .decline
        }
    }
}
