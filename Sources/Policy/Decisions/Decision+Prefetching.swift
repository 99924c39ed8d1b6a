import Fleet

extension Decision {
    /// Whether the update's files may be downloaded before it is installed: it is prepared only, or
    /// it is approved and has to wait. What nobody has approved, and what is held, is not.
    public var mayBePrefetched: Bool {
        switch reasonCode {
        case .prepared, .awaitingWindow, .tooLittleTimeLeft, .frozen, .awaitingDuty, .awaitingRing,
            .awaitingTurn, .inProgress, .queued:
            true
        case .awaitingSecondApproval: grounds.approval == .prepareOnly
        case .awaitingApproval, .deploymentHalted, .interrupted, .pendingRestart,
            .lastAttemptFailed, .held, .phased, .keptBack, .needsSubscription, .excluded,
            .endpointSilent, .membershipUnknown, .declined, .onHold, .versionBlocked, .deferred,
            .riskAccepted, .ageing, .ageUnknown, .stoppedAfterFailures, .awaitingRetry, .noRing,
            .awaitingTwin, .noTwin, .doesNotFit,
            .noWindow, .zoneUnknown, .catchingUp, .windowMissed, .windowOpen:
            false
        }
    }
}

extension DecisionGrounds {
    /// What a rule that prepares only has come to.
    func preparation(of update: Update) -> String {
        let who = count > 1 ? "two people" : "a person"
        let release = "waits for \(who) to release it"
        switch update.prefetch?.state {
        case .downloaded: return "it is downloaded, and \(release)"
        case .failed:
            return "it could not be downloaded ahead (\(Self.clause(of: update))), and \(release)"
        case .notPossible:
            return "it cannot be downloaded ahead (\(Self.clause(of: update))), and \(release)"
        case nil: return "it is downloaded in a window that allows it, and \(release)"
        }
    }

    /// That what has to wait is there already.
    func readiness(of decision: Decision) -> String {
        guard decision.mayBePrefetched, decision.update.prefetch?.state == .downloaded else {
            return ""
        }
        return "; it is downloaded already"
    }

    /// The endpoint's own words, without a full stop.
    private static func clause(of update: Update) -> String {
        let words = update.prefetch?.sentence ?? ""
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }
}
