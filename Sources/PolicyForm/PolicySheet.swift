import Calendar
import Fleet
import Forensics
import Health
public import Policy
import PolicyDocument
import Readiness
import Verdicts

/// A policy as the fields of a form. What is typed stays as it was typed, also where it cannot be
/// read.
public struct PolicySheet: Hashable, Sendable {
    /// The fields.
    public var root: SheetRow

    /// Reads what a form has sent.
    public init(fields: [(name: String, value: String)]) {
        root = SheetRow(fields: fields)
    }

    /// The fields of a policy, with the risks that it accepts.
    public init(_ policy: PatchPolicy, accepting exceptions: [RiskException] = []) {
        root = SheetRow([
            "name": policy.name.text, "title": policy.title ?? "",
            "applies": policy.applies.description, "inherits": policy.inherits?.text ?? "",
            "catchUp": policy.catchUp?.rawValue ?? "",
        ])
        for lane in Lane.allCases {
            guard let route = policy.lanes.own(lane) else { continue }
            root["\(lane.rawValue)-windows"] = route.windows.map(\.text).joined(separator: ", ")
            root["\(lane.rawValue)-rings"] = route.rings?.text ?? ""
        }
        root[table: "rules"] = policy.rules.map { rule in
            var row = Self.treatment(rule.treatment)
            row["when"] = rule.when.description
            return row
        }
        root[table: "default"] = [Self.treatment(policy.otherwise)]
        root[table: "windows"] = policy.windows.map(Self.window)
        root[table: "freezes"] = policy.freezes.map { freeze in
            SheetRow([
                "from": freeze.from.description, "to": freeze.to.description,
                "reason": freeze.reason, "zone": freeze.zone?.description ?? "",
            ])
        }
        root[table: "rings"] = policy.rings.sorted { $0.key < $1.key }.map { name, rings in
            var row = SheetRow(["name": name.text])
            row[table: "rings"] = rings.map(Self.ring)
            return row
        }
        surroundings(of: policy)
        root[all: "sla"] = policy.sla.map(\.text)
        root[table: "exceptions"] = exceptions.map { Self.exception($0, of: policy.applies) }
    }

    private mutating func surroundings(of policy: PatchPolicy) {
        if let rule = policy.reboot {
            root["reboot-mode"] = rule.mode.rawValue
            root["reboot-deadline"] = rule.deadline?.description ?? ""
            if rule.deferrals != RebootRule.usualDeferrals {
                root["reboot-deferrals"] = "\(rule.deferrals)"
            }
            if rule.warning != RebootRule.usualWarning {
                root["reboot-warning"] = rule.warning.description
            }
        }
        if let services = policy.services {
            root["services-restart"] = services.restart.rawValue
            root["services-never"] = Self.list(of: services.never.map(\.pattern))
            if services.within != ServiceRule.usualWithin {
                root["services-within"] = services.within.description
            }
        }
        root["bandwidth"] = policy.bandwidth?.description ?? ""
        root["longestException"] = policy.longestException?.description ?? ""
        if let before = policy.before {
            root["before-snapshot"] = before.snapshot.rawValue
            root["before-backupAge"] = before.backupAge?.description ?? ""
            root["before-passed"] = before.passed?.ring ?? ""
            root["before-passedFor"] = before.passed?.span?.description ?? ""
            root["before-stack"] = Self.list(of: (before.passed?.stack ?? []).map(\.pattern))
            root["before-power"] = before.ready?.power?.rawValue ?? ""
            root["before-people"] = before.ready?.people?.rawValue ?? ""
            root["before-network"] = before.ready?.network?.rawValue ?? ""
            root["before-load"] =
                before.ready?.load.flatMap { Percentage(basisPoints: $0)?.description } ?? ""
            root["before-freeDisk"] = before.ready?.freeDisk?.description ?? ""
            root["before-evidence"] = before.evidence?.rawValue ?? ""
        }
        if let after = policy.after {
            root[table: "probes"] = after.probes.map(Self.probe)
            root["after-within"] = after.within.description
        }
    }
}

// MARK: Patterns side by side

extension PolicySheet {
    /// Patterns with a comma and a blank between them. One that ends with a comma has another one.
    static func list(of patterns: [String]) -> String {
        patterns.enumerated().map { place, pattern in
            let isLast = place == patterns.count - 1
            return isLast && !pattern.hasSuffix(",") ? pattern : pattern + ","
        }.joined(separator: " ")
    }

    /// The patterns of a list.
    static func patterns(in list: String) -> [String] {
        list.split(whereSeparator: \.isWhitespace)
            .map { String($0.hasSuffix(",") ? $0.dropLast() : $0) }.filter { !$0.isEmpty }
    }
}

// MARK: The rows

extension PolicySheet {
    /// The ways in which a window recurs, as the form's choice calls them.
    public enum Every: String, CaseIterable, Sendable {
        /// Every day.
        case day
        /// On days of each week.
        case weekdays
        /// On the nth weekday of each month, and days after it.
        case nth
        /// On a day of each month.
        case monthDay
        /// On the last day of each month.
        case lastDay
        /// Once.
        case date
        /// Once for each update, days after its release.
        case release
    }

    /// What may be said of an update, as the form's choice calls it.
    public enum Say: String, CaseIterable, Sendable {
        /// Approved at once.
        case atOnce
        /// Approved when the fix is so many days old.
        case afterDays
        /// Approved when a verdict of ok is known, or after days without one.
        case byVerdict
        /// A person decides.
        case byHand
        /// Downloaded ahead, and a person releases it.
        case prepareOnly
        /// Never installed.
        case declined
        /// Not installed for now.
        case hold
    }

    private static func treatment(_ treatment: Treatment) -> SheetRow {
        var row = SheetRow([
            "lane": treatment.lane.rawValue, "approvers": "\(treatment.approvers)",
        ])
        let say: Say
        switch treatment.approval {
        case .atOnce: say = .atOnce
        case .afterDays(let days):
            say = .afterDays
            row["days"] = "\(days)"
        case .byVerdict(let gate):
            say = .byVerdict
            row["days"] = gate.orAfterDays.map { "\($0)" } ?? ""
        case .byHand: say = .byHand
        case .prepareOnly: say = .prepareOnly
        case .declined: say = .declined
        case .hold(let reason):
            say = .hold
            row["reason"] = reason
        }
        row["approve"] = say.rawValue
        return row
    }

    private static func window(_ window: MaintenanceWindow) -> SheetRow {
        var row = SheetRow([
            "name": window.name, "from": window.from.description,
            "for": TimeSpan(seconds: window.lengthSeconds)?.description ?? "",
            "zone": window.zone.description, "staffed": window.isStaffed ? "true" : "",
        ])
        row[all: "allows"] = WindowKind.allCases.filter(window.kinds.contains).map(\.rawValue)
        let every: Every
        switch window.recurrence {
        case .daily: every = .day
        case .weekly(let days):
            every = .weekdays
            row[all: "weekdays"] = days.sorted().map(\.rawValue)
        case .monthlyWeekday(let ordinal, let weekday, let plusDays):
            every = .nth
            row["ordinal"] = ordinal.rawValue
            row["weekday"] = weekday.rawValue
            row["plus"] = plusDays == 0 ? "" : "\(plusDays)"
        case .monthDay(let day):
            every = .monthDay
            row["monthDay"] = "\(day)"
        case .lastDay: every = .lastDay
        case .date(let date):
            every = .date
            row["date"] = date.description
        case .afterRelease(let days):
            every = .release
            row["releaseDays"] = "\(days)"
        }
        row["every"] = every.rawValue
        return row
    }

    private static func ring(_ ring: Ring) -> SheetRow {
        var row = SheetRow([
            "name": ring.name.text, "soak": ring.soak.seconds == 0 ? "" : ring.soak.description,
        ])
        row["members"] =
            switch ring.members {
            case .matching(let group): group.description
            case .share(let share): share.description
            case .rest: "rest"
            }
        if let gate = ring.gate {
            row["verified"] = gate.verified.description
            row["healthy"] = gate.healthy?.description ?? ""
            row["minimum"] = gate.minimum == 1 ? "" : "\(gate.minimum)"
        }
        if let budget = ring.budget {
            row["budget"] =
                switch budget.amount {
                case .share(let share): share.description
                case .endpoints(let count): "\(count)"
                }
            row["per"] = budget.scope.rawValue
        }
        return row
    }

    private static func probe(_ probe: HealthProbe) -> SheetRow {
        switch probe {
        case .unit(let name): SheetRow(["kind": "unit", "value": name])
        case .tcp(let port): SheetRow(["kind": "tcp", "value": "\(port)"])
        case .http(let address): SheetRow(["kind": "http", "value": address])
        case .process(let name): SheetRow(["kind": "process", "value": name])
        case .script(let name): SheetRow(["kind": "script", "value": name])
        case .measure(let measure): Self.measure(measure)
        }
    }

    private static func measure(_ measure: HealthMeasure) -> SheetRow {
        let isBoot = measure.subject == .bootTime
        return SheetRow([
            "kind": measure.subject.rawValue, "value": measure.name ?? "",
            "text": measure.text ?? "",
            "atMost": measure.atMost.map { isBoot ? "\($0)s" : "\($0)" } ?? "",
            "times": measure.percent.map { isBoot ? "\($0 - 100)%" : "\($0 / 100)" } ?? "",
            "over": measure.over.flatMap { TimeSpan(seconds: $0)?.description } ?? "",
        ])
    }

    /// The kinds of probes, by the keys of the document.
    public static let probeKinds = ["unit", "tcp", "http", "process", "script"]
    /// The kinds that measure, and have keys of their own.
    public static let measureKinds = HealthMeasure.Subject.allCases.map(\.rawValue)

    private static func exception(
        _ exception: RiskException, of applies: GroupExpression
    ) -> SheetRow {
        SheetRow([
            "name": exception.name, "package": exception.package?.pattern ?? "",
            "version": exception.versions.map { "\($0)" } ?? "",
            "cves": exception.vulnerabilities.sorted().joined(separator: ", "),
            "endpoints": ExceptionText.endpoints(of: exception, in: applies)?.description ?? "",
            "owner": exception.owner, "reason": exception.reason,
            "control": exception.compensatingControl, "approver": exception.approver,
            "from": ExceptionText.first(of: exception).description,
            "until": ExceptionText.last(of: exception).description,
        ])
    }
}

// MARK: Rows that come and go

extension PolicySheet {
    /// Makes a change of rows that a button asks for.
    public mutating func make(_ change: SheetChange) {
        guard case .add(let table) = change else {
            return root.make(change, adding: SheetRow())
        }
        root.make(change, adding: Self.newRow(of: table))
    }

    /// What a new row begins with: the careful choice of each kind.
    private static func newRow(of table: String) -> SheetRow {
        switch table {
        case "rules": return treatment(Treatment(.byHand))
        case "windows":
            var row = SheetRow([
                "every": Every.weekdays.rawValue, "from": "22:00", "for": "4h", "zone": "endpoint",
            ])
            row[all: "weekdays"] = [Weekday.saturday.rawValue]
            row[all: "allows"] = WindowKind.allCases.map(\.rawValue)
            return row
        case "rings":
            var row = SheetRow()
            row[table: "rings"] = [SheetRow(["name": "everyone", "members": "rest"])]
            return row
        case "probes": return SheetRow(["kind": "unit"])
        default: return SheetRow()
        }
    }
}

extension Lanes {
    /// What the policy says of a lane itself; `nil` when it is as the next slower one.
    fileprivate func own(_ lane: Lane) -> LaneRoute? {
        switch lane {
        case .routine: routine
        case .priority: priority
        case .emergency: emergency
        }
    }
}
