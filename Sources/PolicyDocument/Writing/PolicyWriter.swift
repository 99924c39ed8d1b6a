package import Calendar
package import Fleet
import Forensics
import Health
public import Policy
import Readiness
package import Verdicts

/// Writes policies as documents: the same value always as the same text. Comments of a file that
/// was read are not kept.
public enum PolicyWriter {
    /// One document for each policy.
    public static func yaml(_ policies: [PatchPolicy]) -> String {
        policies.map { yaml($0) }.joined(separator: "---\n")
    }

    /// One policy, with the risks that it accepts: with whole days in UTC, as a document gives
    /// them.
    public static func yaml(
        _ policy: PatchPolicy, accepting exceptions: [RiskException] = []
    ) -> String {
        var lines = [
            "patchbay: \(PatchPolicy.documentVersion)", "name: \(name(policy.name))",
        ]
        if let title = policy.title { lines.append("title: \(YAMLText.scalar(title))") }
        lines.append("applies: \(YAMLText.scalar(policy.applies.description))")
        if let inherits = policy.inherits { lines.append("inherits: \(name(inherits))") }
        lines += lanes(policy.lanes)
        lines += block("rules", policy.rules.map { "  - \(rule($0))" })
        lines.append("default: \(YAMLText.mapping(treatment(policy.otherwise)))")
        lines += block("windows", policy.windows.map(window))
        lines += block("freezes", policy.freezes.map { "  - \(freeze($0))" })
        if let catchUp = policy.catchUp { lines.append("catchUp: \(catchUp.rawValue)") }
        lines += rings(policy.rings)
        if let reboot = policy.reboot { lines.append("reboot: \(self.reboot(reboot))") }
        if let before = policy.before { lines.append("before: \(self.before(before))") }
        if let after = policy.after { lines.append("after: \(self.after(after))") }
        if let services = policy.services {
            lines.append("services: \(self.services(services))")
        }
        if let bandwidth = policy.bandwidth { lines.append("bandwidth: \(bandwidth)") }
        if !policy.sla.isEmpty { lines.append("sla: \(YAMLText.list(policy.sla.map(name)))") }
        if let longest = policy.longestException { lines.append("longestException: \(longest)") }
        lines += block(
            "exceptions",
            exceptions.map { "  - \(exception($0, of: policy.applies))" })
        return lines.joined(separator: "\n") + "\n"
    }

    private static func block(_ key: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["\(key):"] + lines
    }

    /// A name may look like a number, or like “no”.
    private static func name(_ name: PolicyName) -> String { YAMLText.scalar(name.text) }

    // MARK: Parts

    private static func lanes(_ lanes: Lanes) -> [String] {
        let routes: [(Lane, LaneRoute?)] = [
            (Lane.routine, lanes.routine), (.priority, lanes.priority),
            (.emergency, lanes.emergency),
        ]
        return ["lanes:"]
            + routes.compactMap { lane, route in
                route.map {
                    "  \(lane.rawValue): "
                        + YAMLText.mapping([
                            ("windows", YAMLText.list($0.windows.map(name))),
                            ("rings", $0.rings.map(name)),
                        ])
                }
            }
    }

    private static func rule(_ rule: PolicyRule) -> String {
        YAMLText.mapping(
            [("when", YAMLText.scalar(rule.when.description))] + treatment(rule.treatment))
    }

    private static func treatment(_ treatment: Treatment) -> [(key: String, value: String?)] {
        var entries: [(key: String, value: String?)] = []
        if case .hold(let reason) = treatment.approval {
            entries.append(("hold", YAMLText.scalar(reason)))
        } else {
            entries.append(("approve", ApprovalText.text(treatment.approval)))
        }
        entries.append(("approvers", treatment.approvers == 1 ? nil : "\(treatment.approvers)"))
        entries.append(("lane", treatment.lane == .routine ? nil : treatment.lane.rawValue))
        return entries
    }

    private static func window(_ window: MaintenanceWindow) -> String {
        let kinds = WindowKind.allCases.filter(window.kinds.contains).map(\.rawValue)
        let isAll = window.kinds == WindowKind.all
        let mapping = YAMLText.mapping([
            ("every", YAMLText.scalar(window.recurrence.description)),
            ("from", "\"\(window.from)\""),
            ("for", TimeSpan.seconds(window.lengthSeconds).description),
            ("zone", window.zone.description),
            ("allows", isAll ? nil : YAMLText.list(kinds)),
            ("staffed", window.isStaffed ? "true" : nil),
        ])
        return "  \(YAMLText.scalar(window.name)): \(mapping)"
    }

    private static func freeze(_ freeze: Freeze) -> String {
        YAMLText.mapping([
            ("from", freeze.from.description), ("to", freeze.to.description),
            ("reason", YAMLText.scalar(freeze.reason)), ("zone", freeze.zone?.description),
        ])
    }

    private static func rings(_ lists: [PolicyName: [Ring]]) -> [String] {
        block(
            "rings",
            lists.sorted { $0.key < $1.key }.flatMap { name, rings in
                ["  \(self.name(name)):"] + rings.map { "    - \(ring($0))" }
            })
    }

    private static func ring(_ ring: Ring) -> String {
        let members =
            switch ring.members {
            case .matching(let group): YAMLText.scalar(group.description)
            case .share(let share): share.description
            case .rest: "rest"
            }
        let gate = ring.gate.map {
            YAMLText.mapping([
                ("verified", $0.verified.description), ("healthy", $0.healthy?.description),
                ("minimum", "\($0.minimum)"),
            ])
        }
        return YAMLText.mapping([
            ("name", name(ring.name)), ("members", members),
            ("soak", ring.soak.seconds == 0 ? nil : ring.soak.description), ("gate", gate),
            ("budget", ring.budget.map(BudgetText.text)),
        ])
    }

    private static func reboot(_ rule: RebootRule) -> String {
        YAMLText.mapping([
            ("mode", rule.mode.rawValue), ("deadline", rule.deadline?.description),
            (
                "deferrals",
                rule.deferrals == RebootRule.usualDeferrals ? nil : "\(rule.deferrals)"
            ),
            (
                "warning",
                rule.warning == RebootRule.usualWarning ? nil : rule.warning.description
            ),
        ])
    }

    private static func before(_ conditions: Preconditions) -> String {
        YAMLText.mapping([
            ("snapshot", conditions.snapshot.rawValue),
            ("backupAge", conditions.backupAge?.description),
            ("passed", conditions.passed?.ring),
            ("passedFor", conditions.passed?.span?.description),
            (
                "stack",
                conditions.passed?.stack.map { stack in
                    YAMLText.list(stack.map { YAMLText.scalar($0.pattern) })
                }
            ),
            ("power", conditions.ready?.power?.rawValue),
            ("people", conditions.ready?.people?.rawValue),
            ("network", conditions.ready?.network?.rawValue),
            ("load", conditions.ready?.load.flatMap { Percentage(basisPoints: $0)?.description }),
            ("freeDisk", conditions.ready?.freeDisk?.description),
            ("evidence", conditions.evidence?.rawValue),
        ])
    }

    private static func after(_ check: HealthCheck) -> String {
        YAMLText.mapping([
            ("probes", YAMLText.list(check.probes.map(probe))),
            ("within", check.within.description),
        ])
    }

    private static func services(_ rule: ServiceRule) -> String {
        YAMLText.mapping([
            ("restart", rule.restart.rawValue),
            (
                "never",
                rule.never.isEmpty
                    ? nil : YAMLText.list(rule.never.map { YAMLText.scalar($0.pattern) })
            ),
            (
                "within",
                rule.within == ServiceRule.usualWithin ? nil : rule.within.description
            ),
        ])
    }

    private static func probe(_ probe: HealthProbe) -> String {
        switch probe {
        case .unit(let name): "{unit: \(YAMLText.scalar(name))}"
        case .tcp(let port): "{tcp: \(port)}"
        case .http(let address): "{http: \(YAMLText.scalar(address))}"
        case .process(let name): "{process: \(YAMLText.scalar(name))}"
        case .script(let name): "{script: \(YAMLText.scalar(name))}"
        case .measure(let measure): "{\(measure.subject.rawValue): \(Self.measure(measure))}"
        }
    }

    private static func measure(_ measure: HealthMeasure) -> String {
        let isBoot = measure.subject == .bootTime
        return YAMLText.mapping([
            (measure.subject == .crashes ? "program" : "unit", measure.name.map(YAMLText.scalar)),
            ("text", measure.text.map(YAMLText.scalar)),
            ("atMost", measure.atMost.map { isBoot ? "\($0)s" : "\($0)" }),
            (
                isBoot ? "slower" : "times",
                measure.percent.map { isBoot ? "\($0 - 100)%" : "\($0 / 100)" }
            ),
            ("over", measure.over.map { "\($0)s" }),
        ])
    }

    private static func exception(
        _ exception: RiskException, of applies: GroupExpression
    ) -> String {
        YAMLText.mapping([
            ("name", YAMLText.scalar(exception.name)),
            ("package", exception.package.map { YAMLText.scalar($0.pattern) }),
            ("version", exception.versions.map { YAMLText.scalar("\($0)") }),
            (
                "cves",
                exception.vulnerabilities.isEmpty
                    ? nil : YAMLText.list(exception.vulnerabilities.sorted().map(YAMLText.scalar))
            ),
            (
                "endpoints",
                ExceptionText.endpoints(of: exception, in: applies).map {
                    YAMLText.scalar($0.description)
                }
            ),
            ("owner", YAMLText.scalar(exception.owner)),
            ("reason", YAMLText.scalar(exception.reason)),
            ("control", YAMLText.scalar(exception.compensatingControl)),
            ("approver", YAMLText.scalar(exception.approver)),
            ("from", ExceptionText.first(of: exception).description),
            ("until", ExceptionText.last(of: exception).description),
        ])
    }
}

extension RingPass {
    /// For how long the version must have been verified; `nil` for no time at all.
    package var span: TimeSpan? { seconds.flatMap { TimeSpan(seconds: $0) } }
}

/// Budgets as policies write them.
enum BudgetText {
    /// `20%`, `5`, `1 per site`.
    static func text(_ budget: DisruptionBudget) -> String {
        let amount =
            switch budget.amount {
            case .share(let share): share.description
            case .endpoints(let count): "\(count)"
            }
        return budget.scope == .ring ? amount : "\(amount) per \(budget.scope.rawValue)"
    }
}

/// Accepted risks as policies write them.
package enum ExceptionText {
    /// The first day on which one holds, in UTC.
    package static func first(of exception: RiskException) -> LocalDate {
        TimeZoneRules.utc.date(at: exception.startsAt)
    }

    /// The last day in UTC: the exception ends as it ends.
    package static func last(of exception: RiskException) -> LocalDate {
        TimeZoneRules.utc.date(at: exception.expiresAt).adding(days: -1)
    }

    /// What a policy that applies to `applies` says of the endpoints of one: nothing when it holds
    /// for all of the policy's, else what is asked for beside `applies`.
    package static func endpoints(
        of exception: RiskException, in applies: GroupExpression
    ) -> GroupExpression? {
        guard let whole = exception.endpoints, whole != applies else { return nil }
        guard case .all(let terms) = whole.root else { return whole }
        let shared: [GroupExpression.Term] =
            if case .all(let parts) = applies.root { parts } else { [applies.root] }
        guard terms.count > shared.count, Array(terms.prefix(shared.count)) == shared else {
            return whole
        }
        // Left as it is where reading would not put `applies` in front of it again.
        let own = GroupExpression(.all(Array(terms.dropFirst(shared.count))))
        return ExpressionLogic.covers(applies, own) ? whole : own
    }
}
