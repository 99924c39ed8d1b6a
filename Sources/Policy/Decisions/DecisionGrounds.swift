import Calendar
import Fleet
import Verdicts

/// What a decision's sentence is made of.
///
/// Grounds are large, so each are made in one piece where the decision is: grounds that are kept in
/// a variable, and changed there, are copied once more.
struct DecisionGrounds: Hashable, Sendable {
    /// The sentence itself, where it was given.
    var stated: String?
    /// What the rule says.
    var approval: Approval?
    /// Who has spoken.
    var person: String?
    /// How many people the rule asks for, or how often it failed.
    var count = 1
    /// The window, or the ring.
    var window: String?
    /// When the window opens, by its own clock.
    var opens: LocalMinute?
    /// Whether that window counts from the update's release, which is why it does not open any more
    /// or its time is not known.
    var countsFromRelease = false
    /// How long it takes, in seconds, where that has been learned, and from how many runs.
    var learned: Learned?
    /// A reason, a failure, or the ring that is waited for.
    var text: String?
    /// The rule that could not be judged.
    var unjudged: Unjudged?
    /// The exception that has ended.
    var expired: String?
    /// What a person does about it, or what speaks for it, as a sentence of its own.
    var wayOut: String?
    /// The verdict that counts for the update, where the rule asks for one.
    var verdict: KnownVerdict?

    /// A rule that could not be judged, and the fields that it lacks.
    struct Unjudged: Hashable, Sendable {
        let rule: String
        let lacks: [UpdateField]
    }

    /// What past runs say of how long it takes.
    struct Learned: Hashable, Sendable {
        let seconds: Int64
        let runs: Int

        init?(_ work: WorkEstimate) {
            guard let runs = work.runs else { return nil }
            (seconds, self.runs) = (work.seconds, runs)
        }

        /// `it takes about 6 min (from 12 runs)`
        var words: String {
            let minutes = max(1, (seconds + 59) / 60)
            return "it takes about \(minutes) min (from \(runs) runs)"
        }
    }
}

extension DecisionGrounds {
    /// The sentence of a decision, with what else must be known.
    func sentence(of decision: Decision) -> String {
        if let stated { return stated }
        var sentence = Self.ended(core(decision))
        if decision.isLate, let dueAt = decision.dueAt {
            sentence += " That is after its due date, \(MinuteText.utc(dueAt))."
        }
        // A snapshot before the installation is the policy's matter, and another way back.
        if decision.update.wayBack == .noWay,
            [.wait, .prepare, .install].contains(decision.action)
        {
            sentence += " Its older version is to be had nowhere: packages offer no way back."
        }
        if let wayOut { sentence += " \(wayOut)" }
        if let expired { sentence += " The exception \(expired) has expired." }
        if let unjudged {
            let names = unjudged.lacks.map { "“\($0.rawValue)”" }.joined(separator: " and ")
            sentence +=
                " \(Self.capitalized(unjudged.rule)) could not be judged, since "
                + "\(names) \(unjudged.lacks.count == 1 ? "is" : "are") not known."
        }
        return sentence
    }

    private func core(_ decision: Decision) -> String {
        let rule = Self.spoken(decision.rule)
        let next = decision.nextAt.map(MinuteText.utc) ?? "an unknown time"
        switch decision.reasonCode {
        case .awaitingApproval: return awaitingApproval(rule) + because
        case .awaitingSecondApproval:
            return "\(person ?? "Somebody") has approved it; \(rule) asks for a second person"
        case .ageUnknown where countsFromRelease:
            return "\(approved(rule)); the window \(window ?? "") counts from the release of the "
                + "fix, and it is not known since when the fix is out"
        case .ageing, .ageUnknown:
            let ending =
                decision.reasonCode == .ageing
                ? ", which is \(next)" : ", and it is not known since when the fix is out"
            return
                "\(Self.capitalized(rule)) approves it after \(days) in the open\(ending)\(because)"
        case .declined: return person.map { "Declined by \($0)\(because)" } ?? "Declined by \(rule)"
        case .onHold: return "Held by \(person ?? rule)\(because)"
        case .versionBlocked:
            return "Version \(decision.update.candidate) is blocked by \(person ?? "somebody") "
                + "until a person unblocks it\(because)"
        case .deploymentHalted:
            return "Approved, but the rollout “\(window ?? "")” is halted. "
                + "\(Self.ended(text ?? "It was stopped")) Resume it, or call it off"
        case .deferred: return "\(person ?? "Somebody") has put the decision off until \(next)"
        case .awaitingTwin:
            let until = decision.nextAt == nil ? "" : ", which must hold until \(next)"
            return "Waits for the ring \(window ?? ""), as \(person ?? rule) asks\(because)\(until)"
        case .noTwin: return "Refused by \(person ?? rule)\(because)"
        case .riskAccepted:
            return "The \(rule) accepts the risk until \(next)\(because)"
        case .prepared:
            return "\(Self.capitalized(rule)) prepares it only: \(preparation(of: decision.update))"
        case .lastAttemptFailed: return "The last attempt failed\(because)"
        case .stoppedAfterFailures:
            return "It failed \(count) times with the same cause, and is left alone\(because)"
        case .membershipUnknown:
            return "A fact is missing that decides which policy applies to the endpoint"
        default: return "\(approved(rule)); \(placed(decision, next))\(readiness(of: decision))"
        }
    }

    private func awaitingApproval(_ rule: String) -> String {
        let who = count > 1 ? "two people" : "a person"
        return rule == Decision.byHand
            ? "Waits for \(who) to approve it" : "Waits for \(who) to approve it, by \(rule)"
    }

    /// `Approved by rule 2 of servers-standard after 2 days in the open`
    private func approved(_ rule: String) -> String {
        if let person { return "Approved by \(person)" }
        if let waitingDays, waitingDays > 0 {
            return "Approved by \(rule) after \(days) in the open"
        }
        return "Approved by \(rule)"
    }

    private var waitingDays: Int? {
        if case .afterDays(let days) = approval { days } else { approval?.verdictGate?.orAfterDays }
    }

    private var days: String {
        guard let days = waitingDays else { return "some days" }
        return days == 1 ? "1 day" : "\(days) days"
    }

    /// What becomes of what is approved.
    private func placed(_ decision: Decision, _ next: String) -> String {
        let installs =
            window.map { "installs in the window \($0), which opens \(opens?.text ?? next)" }
            ?? "installs at \(next)"
        switch decision.reasonCode {
        case .awaitingWindow: return installs + takes
        case .windowOpen:
            return window.map { "the window \($0) is open, so it may be installed now\(takes)" }
                ?? "no window limits it, so it may be installed now\(takes)"
        case .tooLittleTimeLeft:
            return "the open window closes before it would be done, so it \(installs)\(takes)"
        case .frozen:
            let freeze = "a freeze\(text.map { " (\($0))" } ?? "") keeps the windows"
            return decision.nextAt == nil
                ? "\(freeze) shut" : "\(freeze) before that shut, so it \(installs)"
        case .awaitingDuty:
            let when = opens.map { ", which opens \($0.text)," } ?? " is open and"
            let until = decision.nextAt == nil ? " is" : " is before \(next), when it installs"
            return "the window \(window ?? "")\(when) needs somebody on duty, and nobody\(until)"
        case .doesNotFit:
            let span = TimeSpan(seconds: Int64(count))?.inWords ?? "long"
            let origin = learned.map { " (from \($0.runs) runs)" } ?? ""
            return "it takes \(span)\(origin), which no window of its lane has"
        case .noWindow where countsFromRelease:
            return "its window \(window ?? "") counts from the release of the fix and opened "
                + "\(opens?.text ?? "before"), and no other window of its lane will open"
        case .noWindow: return "no window of its lane will open"
        case .zoneUnknown: return "it is not known when its windows open\(because)"
        case .catchingUp:
            return "the endpoint has missed the window \(window ?? ""), and catches up now"
        case .windowMissed:
            return "the endpoint has missed the window \(window ?? ""), and the policy does not "
                + "catch up"
        case .awaitingRetry:
            return "the last attempt failed, and it is tried again at \(next)\(because)"
        case .awaitingTurn: return "its ring is open, but \(text ?? "others come first")"
        case .noRing:
            return "no ring of the lane \(window ?? "") takes the endpoint, so nothing reaches it"
        case .awaitingRing:
            let time = decision.nextAt == nil ? "" : ", not before \(next)"
            return "it is in the ring \(window ?? ""), and the ring \(text ?? "") must pass its "
                + "gate first\(time)"
        default: return decision.reasonCode.meaning
        }
    }

    /// Words of others as a sentence: with a capital, and a full stop at the end.
    static func asSentence(_ text: String) -> String { ended(capitalized(text)) }

    /// A rule's label within a sentence.
    private static func spoken(_ rule: String) -> String {
        rule.hasPrefix("default of ") ? "the " + rule : rule
    }

    private var takes: String { learned.map { "; \($0.words)" } ?? "" }

    private var because: String { text.map { ": \($0)" } ?? "" }

    private static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    /// With one full stop at its end.
    private static func ended(_ text: String) -> String { text.withStop }
}

extension String {
    /// The text with a full stop at its end, unless it ends as a sentence already.
    package var withStop: String {
        last == "." || last == "?" || last == "!" ? self : self + "."
    }
}
