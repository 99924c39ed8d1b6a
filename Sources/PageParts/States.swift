package import Administration
package import Fleet
package import HTMLTree
package import Policy
package import Rollout

/// How a state looks: a word, a picture and a colour, always together.
package struct StateLook: Sendable {
    /// What kind of state it is, which decides the colour.
    package enum Kind: Sendable { case ok, bad, warn, run, unknown, idle }

    package let kind: Kind
    package let icon: Icon
    package let word: String
    package var isSpinning: Bool

    /// A state's look.
    package init(kind: Kind, icon: Icon, word: String, isSpinning: Bool = false) {
        self.kind = kind
        self.icon = icon
        self.word = word
        self.isSpinning = isSpinning
    }

    /// The state in a line of text.
    package func drawn() -> HTML {
        HTML.element(
            span, [Attribute("class", classes)],
            [icon.drawn(spinning: isSpinning), .text(word)])
    }

    private var classes: String {
        switch kind {
        case .ok: "s ok"
        case .bad: "s bad"
        case .warn: "s warn"
        case .run: "s run"
        case .unknown: "s unknown"
        case .idle: "s idle"
        }
    }
}

extension Compliance {
    package var look: StateLook {
        switch self {
        case .compliant: StateLook(kind: .ok, icon: .ok, word: "Compliant")
        case .nonCompliant: StateLook(kind: .bad, icon: .bad, word: "Non-compliant")
        case .unknown: StateLook(kind: .unknown, icon: .unknown, word: "Unknown")
        }
    }
}

extension Job.State {
    package var look: StateLook {
        switch self {
        case .queued: StateLook(kind: .idle, icon: .queued, word: "Queued")
        case .leased: StateLook(kind: .run, icon: .run, word: "Collected", isSpinning: true)
        case .running: StateLook(kind: .run, icon: .run, word: "Running", isSpinning: true)
        case .interrupted: StateLook(kind: .warn, icon: .unknown, word: "Interrupted")
        case .pendingRestart: StateLook(kind: .warn, icon: .restart, word: "Pending restart")
        case .verified: StateLook(kind: .ok, icon: .ok, word: "Verified")
        case .failedVerification: StateLook(kind: .bad, icon: .bad, word: "Failed verification")
        case .failed: StateLook(kind: .bad, icon: .bad, word: "Failed")
        case .cancelled: StateLook(kind: .idle, icon: .stop, word: "Cancelled")
        case .expired: StateLook(kind: .bad, icon: .queued, word: "Expired")
        }
    }
}

extension Job {
    /// How it is drawn: a reboot that is outstanding is told from a restart.
    package var look: StateLook {
        standing == UpdateOutcome.Pending.reboot.rawValue
            ? StateLook(kind: .warn, icon: .restart, word: "Pending reboot") : state.look
    }
}

extension UpdateOutcome.State {
    package var look: StateLook {
        switch self {
        case .verified: Job.State.verified.look
        case .pendingRestart: Job.State.pendingRestart.look
        case .failedVerification: Job.State.failedVerification.look
        case .failed: Job.State.failed.look
        case .skipped: StateLook(kind: .idle, icon: .stop, word: "Skipped")
        }
    }
}

extension DeploymentSummary {
    /// A deployment's state, with how its jobs went once it is finished.
    package var look: StateLook {
        switch deployment.state {
        case .running: return StateLook(kind: .run, icon: .run, word: "Running", isSpinning: true)
        case .halted: return StateLook(kind: .warn, icon: .pause, word: "Halted")
        case .cancelled: return StateLook(kind: .idle, icon: .stop, word: "Cancelled")
        case .finished:
            let failures = count(.failed) + count(.failedVerification) + count(.expired)
            if failures > 0 {
                return StateLook(
                    kind: .bad, icon: .bad, word: "Finished, \(Words.count(failures)) failed")
            }
            return StateLook(kind: .ok, icon: .ok, word: "Finished")
        }
    }

    package func count(_ state: Job.State) -> Int { jobs[state.rawValue] ?? 0 }
}

extension Decision.ReasonCode {
    /// What is done with the update, as a word for the first column.
    package var look: StateLook {
        switch self {
        case .awaitingApproval: StateLook(kind: .warn, icon: .warn, word: "Needs approval")
        case .queued: StateLook(kind: .idle, icon: .queued, word: "Queued")
        case .deploymentHalted: StateLook(kind: .warn, icon: .pause, word: "Halted")
        case .inProgress: StateLook(kind: .run, icon: .run, word: "Installing", isSpinning: true)
        case .interrupted: StateLook(kind: .warn, icon: .unknown, word: "Interrupted")
        case .pendingRestart: StateLook(kind: .warn, icon: .restart, word: "Pending restart")
        case .lastAttemptFailed: StateLook(kind: .bad, icon: .bad, word: "Failed")
        case .held: StateLook(kind: .idle, icon: .pause, word: "Held")
        case .phased: StateLook(kind: .idle, icon: .queued, word: "Phased")
        case .keptBack: StateLook(kind: .idle, icon: .stop, word: "Kept back")
        case .needsSubscription: StateLook(kind: .idle, icon: .stop, word: "Needs subscription")
        case .excluded: StateLook(kind: .idle, icon: .stop, word: "Excluded")
        case .endpointSilent, .membershipUnknown, .ageUnknown, .zoneUnknown:
            StateLook(kind: .unknown, icon: .unknown, word: "Unknown")
        case .declined: StateLook(kind: .idle, icon: .stop, word: "Declined")
        case .onHold: StateLook(kind: .idle, icon: .pause, word: "On hold")
        case .versionBlocked: StateLook(kind: .warn, icon: .stop, word: "Version blocked")
        case .awaitingTwin: StateLook(kind: .idle, icon: .queued, word: "Waits for its twin")
        case .noTwin: StateLook(kind: .bad, icon: .stop, word: "No twin")
        case .deferred: StateLook(kind: .idle, icon: .pause, word: "Deferred")
        case .riskAccepted: StateLook(kind: .idle, icon: .pause, word: "Risk accepted")
        case .ageing: StateLook(kind: .idle, icon: .queued, word: "Ageing")
        case .awaitingSecondApproval:
            StateLook(kind: .warn, icon: .warn, word: "Needs a second person")
        case .prepared: StateLook(kind: .warn, icon: .warn, word: "Prepared")
        case .stoppedAfterFailures: StateLook(kind: .bad, icon: .bad, word: "Stopped")
        case .awaitingRetry: StateLook(kind: .warn, icon: .queued, word: "Tried again")
        case .awaitingRing: StateLook(kind: .idle, icon: .queued, word: "Waits for its ring")
        case .awaitingDuty: StateLook(kind: .warn, icon: .queued, word: "Nobody on duty")
        case .awaitingTurn: StateLook(kind: .idle, icon: .queued, word: "Waits for its turn")
        case .noRing: StateLook(kind: .bad, icon: .bad, word: "No ring")
        case .awaitingWindow, .tooLittleTimeLeft:
            StateLook(kind: .idle, icon: .queued, word: "Waits for its window")
        case .frozen: StateLook(kind: .idle, icon: .pause, word: "Frozen")
        case .doesNotFit, .noWindow:
            StateLook(kind: .bad, icon: .bad, word: "No window")
        case .windowMissed: StateLook(kind: .warn, icon: .warn, word: "Window missed")
        case .windowOpen, .catchingUp:
            StateLook(kind: .run, icon: .queued, word: "Due now")
        }
    }
}

extension Decision {
    /// What is done with the update, as a word for the first column.
    package var look: StateLook { reasonCode.look }

    /// Whether a person can say something of it now: of what no job carries and nothing on the
    /// endpoint stands in the way of.
    package var isChoosable: Bool {
        switch reasonCode {
        case .queued, .deploymentHalted, .inProgress, .interrupted, .pendingRestart, .held, .phased,
            .needsSubscription, .excluded:
            false
        default: true
        }
    }
}

extension SourceState.State {
    package var look: StateLook {
        switch self {
        case .ok: StateLook(kind: .ok, icon: .ok, word: "Fresh")
        case .stale: StateLook(kind: .warn, icon: .queued, word: "Stale")
        case .failed: StateLook(kind: .bad, icon: .bad, word: "Failed")
        }
    }
}

extension UpdateClass {
    package var word: String {
        switch self {
        case .security: "Security"
        case .bugfix: "Bug fix"
        case .feature: "Feature"
        }
    }
}
