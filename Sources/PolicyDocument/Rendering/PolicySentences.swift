import Calendar
import Fleet
import Forensics
import Policy
import Readiness
import Verdicts

/// The parts of a policy in plain sentences.
enum PolicySentences {
    // MARK: What

    /// What happens with an update: “is approved 2 days after the fix came out”.
    static func treatment(_ treatment: Treatment) -> String {
        let people = treatment.approvers == 1 ? "a person" : "two different people"
        var text =
            switch treatment.approval {
            case .atOnce: "is approved at once"
            case .afterDays(let days):
                "is approved when the fix has been out for \(days) \(days == 1 ? "day" : "days")"
            case .byVerdict(let gate):
                "is approved when a verdict of ok is known of it, waits for a person when caution "
                    + "is advised, and is held when it is blocked"
                    + (gate.orAfterDays.map {
                        "; without any verdict it is approved when the fix has been out for \($0) "
                            + ($0 == 1 ? "day" : "days")
                    } ?? "; without any verdict it waits for a person")
            case .byHand:
                "waits until \(people) \(treatment.approvers == 1 ? "approves" : "approve") it"
            case .prepareOnly:
                "is downloaded ahead and planned, and installed only when \(people) "
                    + (treatment.approvers == 1 ? "releases it" : "release it")
            case .declined: "is declined and not installed"
            case .hold(let reason): "is held and not installed. Reason: \(sentence(reason))"
            }
        if case .hold = treatment.approval { return text }
        if treatment.lane != .routine, !treatment.approval.denies {
            text += ", and takes the \(treatment.lane.rawValue) lane"
        }
        return text + "."
    }

    /// One rule.
    static func rule(_ rule: PolicyRule) -> String {
        if rule.when == .always { return "Every update \(treatment(rule.treatment))" }
        return "When \(ConditionSentence.clause(rule.when)), the update "
            + treatment(rule.treatment)
    }

    /// One lane.
    static func lane(_ lane: Lane, _ route: LaneRoute) -> String {
        let windows = route.windows.map { "“\($0)”" }
        let noun = windows.count == 1 ? "the window" : "the windows"
        let rings = route.rings.map { ", ring by ring as in “\($0)”" }
        return "\(lane.rawValue.capitalizedFirst): in \(noun) "
            + ConditionSentence.list(windows, "and") + (rings ?? ", on all endpoints at once") + "."
    }

    // MARK: When

    /// One window.
    static func window(_ window: MaintenanceWindow) -> String {
        let length = TimeSpan.seconds(window.lengthSeconds).inWords
        var text = "\(recurrence(window.recurrence)) from \(window.from) for \(length), "
        switch window.zone {
        case .endpoint: text += "by the clock of each endpoint."
        case .site: text += "by the clock of the site."
        case .named(let name): text += "by the clock of \(name.text)."
        }
        let kinds = WindowKind.allCases.filter(window.kinds.contains).map(action)
        if kinds.count < WindowKind.allCases.count {
            text += " It is for \(ConditionSentence.list(kinds, "and")) only."
        }
        switch window.staffing {
        case .unstaffed: break
        case .onDuty: text += " Nothing is installed or rebooted in it unless somebody is on duty."
        case .shut: text += " Nothing is installed in it until its policy is saved anew."
        }
        return text
    }

    private static func action(_ kind: WindowKind) -> String {
        switch kind {
        case .detection: "looking for updates"
        case .prefetch: "downloading"
        case .install: "installing"
        case .reboot: "rebooting"
        }
    }

    /// On which dates, as the beginning of a sentence.
    static func recurrence(_ recurrence: Recurrence) -> String {
        switch recurrence {
        case .daily: return "Every day"
        case .weekly(let days):
            return "Every " + ConditionSentence.list(days.sorted().map(name), "and")
        case .monthlyWeekday(let ordinal, let day, let plusDays):
            let base = "the \(word(ordinal)) \(name(day)) of each month"
            switch plusDays {
            case 0: return "On \(base)"
            case 1: return "On the day after \(base)"
            default: return "\(plusDays) days after \(base)"
            }
        case .monthDay(let day):
            let note = day > 28 ? " that has it" : ""
            return "On day \(day) of each month\(note)"
        case .lastDay: return "On the last day of each month"
        case .date(let date): return "Once, on \(date),"
        case .afterRelease(let days):
            return "Once for each update, \(days) \(days == 1 ? "day" : "days") after its fix came "
                + "out,"
        }
    }

    private static func name(_ day: Weekday) -> String { day.rawValue.capitalizedFirst }

    private static func word(_ ordinal: WeekOrdinal) -> String {
        switch ordinal {
        case .first: "first"
        case .second: "second"
        case .third: "third"
        case .fourth: "fourth"
        case .fifth: "fifth"
        case .last: "last"
        }
    }

    /// One freeze.
    static func freeze(_ freeze: Freeze) -> String {
        let days =
            freeze.from == freeze.to
            ? "On \(freeze.from)" : "From \(freeze.from) to \(freeze.to), both included,"
        return "\(days) no window opens: \(sentence(freeze.reason))"
    }

    /// What becomes of a missed window.
    static func catchUp(_ catchUp: CatchUp) -> String {
        switch catchUp {
        case .nextCheckIn:
            "An endpoint that was off during its window catches up as soon as it is back, also "
                + "outside a window, but not on frozen days."
        case .nextWindow: "An endpoint that was off during its window waits for the next one."
        case .never:
            "What an endpoint missed while it was off is not done by itself; a person plans it."
        }
    }

    // MARK: How

    /// One ring.
    static func ring(_ ring: Ring, isLast: Bool) -> String {
        var text: String
        switch ring.members {
        case .matching(let group):
            text = "an endpoint is in this ring when \(ConditionSentence.clause(group))."
        case .share(let share): text = "\(share) of the endpoints, always the same ones."
        case .rest: text = "all endpoints that are left."
        }
        if let budget = ring.budget { text += " " + self.budget(budget) }
        if isLast { return text }
        text +=
            ring.soak.seconds == 0
            ? " The next ring follows without a wait"
            : " The next ring begins \(ring.soak.inWords) after it at the earliest"
        guard let gate = ring.gate else { return text + "." }
        text += ", and only when at least \(gate.minimum) of its endpoints and \(gate.verified) of "
        text += "them are verified"
        if let healthy = gate.healthy { text += ", \(healthy) of those in good health" }
        return text + "."
    }

    private static func budget(_ budget: DisruptionBudget) -> String {
        let place = budget.scope == .site ? " at each site" : ""
        switch budget.amount {
        case .share(let share): return "At most \(share) of them\(place) are in work at once."
        case .endpoints(let count):
            return "At most \(count) of them\(place) \(count == 1 ? "is" : "are") in work at once."
        }
    }

    /// Whether and how endpoints reboot.
    static func reboot(_ rule: RebootRule) -> String {
        var text: String
        switch rule.mode {
        case .never:
            return "Endpoints are not rebooted. One that needs a reboot is shown as pending "
                + "restart until somebody reboots it."
        case .ifNeeded: text = "An endpoint reboots when it says that it needs to"
        case .prompt: text = "When an endpoint needs a reboot, the person at it is asked"
        }
        if let deadline = rule.deadline {
            text += ", \(deadline.inWords) after the need arose at the latest"
        }
        text += ". People at it are warned at least \(rule.warning.inWords) before"
        switch rule.deferrals {
        case 0: text += " and cannot put it off."
        case 1: text += " and can put it off once."
        default: text += " and can put it off \(rule.deferrals) times."
        }
        return text
    }

    /// What must hold before an installation.
    static func before(_ conditions: Preconditions) -> [String] {
        var sentences: [String] = []
        switch conditions.snapshot {
        case .none: break
        case .preferred: sentences.append("A snapshot is taken where the endpoint can take one.")
        case .required: sentences.append("A snapshot is taken; without one nothing is installed.")
        }
        if let age = conditions.backupAge {
            sentences.append("The last backup is not older than \(age.inWords).")
        }
        if let pass = conditions.passed { sentences.append(passed(pass)) }
        if let rule = conditions.ready { sentences += ready(rule) }
        switch conditions.evidence {
        case nil, .demanded?: break
        case .never?:
            sentences.append("No evidence is taken, also where a deadline's regime demands it.")
        case .always?:
            sentences.append("Evidence of the endpoint is taken; without it nothing is installed.")
        }
        return sentences
    }

    /// What the endpoint must be like, a sentence for each part.
    private static func ready(_ rule: ReadinessRule) -> [String] {
        var sentences: [String] = []
        if rule.power == .mains { sentences.append("The endpoint runs on mains power.") }
        switch rule.people {
        case .away?: sentences.append("Nobody is at work on it: each session is locked or idle.")
        case .nobody?: sentences.append("Nobody is signed in to it.")
        case nil: break
        }
        if rule.network == .unmetered {
            sentences.append(
                "Its connection is not metered; nothing is downloaded ahead otherwise.")
        }
        if let load = rule.load.flatMap({ Percentage(basisPoints: $0) }) {
            sentences.append(
                "The load of the last five minutes is at most \(load) of its processors.")
        }
        if let space = rule.freeDisk {
            sentences.append("At least \(space) are free where packages are unpacked and kept.")
        }
        return sentences
    }

    /// The ring that comes first.
    private static func passed(_ pass: RingPass) -> String {
        let patterns = (pass.stack ?? []).map(\.pattern)
        let applications =
            patterns.isEmpty
            ? "" : ", and the same of the packages \(ConditionSentence.list(patterns, "and"))"
        let time = pass.span.map { ", at least \($0.inWords) before" } ?? ""
        return
            "The same version has been verified in the ring \(pass.ring)\(time), on an endpoint with "
            + "the same operating system and architecture\(applications); where the ring has none, "
            + "nothing is installed."
    }

    /// What must hold after an installation.
    static func after(_ check: HealthCheck) -> [String] {
        check.probes.map { probe in
            switch probe {
            case .unit(let name): "The service \(name) is active."
            case .tcp(let port): "Something accepts connections on TCP port \(port)."
            case .http(let address): "\(address) answers."
            case .process(let name): "A process \(name) runs."
            case .script(let name): "The signed script \(name) ends well."
            case .measure(let measure): MeasureSentence.text(measure)
            }
        }
    }

    /// Whether services are restarted.
    static func services(_ rule: ServiceRule) -> String {
        guard rule.restart == .needed else {
            return "Services that still run replaced code are not restarted; they are shown as "
                + "pending restart until somebody restarts them."
        }
        let names = rule.never.map(\.pattern)
        let left = names.isEmpty ? "" : ConditionSentence.list(names, "and") + " and "
        return
            "A service that still runs replaced code after an installation is restarted, and has "
            + "\(rule.within.inWords) to run again. Left alone are \(left)services without which "
            + "the endpoint, its sessions, containers or virtual machines would be lost."
    }

    /// An accepted risk.
    static func exception(_ exception: RiskException) -> String {
        let versions = exception.versions.map { " in versions \($0)" } ?? ""
        var things = exception.package.map { ["the package \($0.pattern)\(versions)"] } ?? []
        things += exception.vulnerabilities.sorted()
        return "\(exception.name): \(ConditionSentence.list(things, "and")), from "
            + "\(ExceptionText.first(of: exception)) to \(ExceptionText.last(of: exception)). "
            + "Reason: \(sentence(exception.reason)) "
            + "Protected meanwhile by: \(sentence(exception.compensatingControl)) "
            + "Owner: \(exception.owner). Approved by: \(exception.approver)."
    }

    /// A text that ends as a sentence does.
    static func sentence(_ text: String) -> String {
        guard let last = text.last else { return text }
        return [".", "!", "?", "…"].contains(last) ? text : text + "."
    }
}

extension String {
    /// The text with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
