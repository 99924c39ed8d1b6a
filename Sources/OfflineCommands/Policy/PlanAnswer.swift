import CommandBasics
import Fleet
import Policy
import PolicyDocument

/// A plan as the command shows it.
struct PlanAnswer: Encodable {
    /// One installation.
    struct Install: Encodable {
        let endpoint: String
        let update: String
        let manager: String
        let architecture: String
        let installed: String
        let candidate: String
        let startsAt: Timestamp
        let window: String?
        let closesAt: Timestamp?
        let ring: String?
        let lane: String
        let rule: String
        let reboot: String
        let bytes: Int64?
        let vulnerabilities: [String]
        let dueAt: Timestamp?
        let wayBack: String?
    }

    /// An update that misses its due date.
    struct Miss: Encodable {
        let endpoint: String
        let update: String
        let candidate: String
        let dueAt: Timestamp
        let startsAt: Timestamp?
        let sentence: String
    }

    /// The use of a ring's budget in one opening.
    struct Budget: Encodable {
        let policy: String
        let lane: String
        let ring: String
        let site: String?
        let opensAt: Timestamp
        let peak: Int
        let limit: Int
    }

    let from: Timestamp
    let until: Timestamp
    let installs: [Install]
    let waiting: [DecisionAnswer]
    let misses: [Miss]
    let budgets: [Budget]
    let conflicts: [String]
    let deadlines: [PlannedDeadline]
    let bytes: Int64
    let vulnerabilities: [String]
    let noWayBack: [String]

    init(_ plan: PolicyPlan, policies: [String: [String]]) {
        from = plan.from
        until = plan.until
        installs = plan.installs.map { install in
            Install(
                endpoint: install.endpoint, update: install.update.name,
                manager: install.update.manager.rawValue,
                architecture: install.update.architecture, installed: install.update.installed,
                candidate: install.update.candidate, startsAt: install.startsAt,
                window: install.window, closesAt: install.closesAt, ring: install.ring?.text,
                lane: install.lane.rawValue, rule: install.rule, reboot: install.reboot.rawValue,
                bytes: install.update.bytes, vulnerabilities: install.vulnerabilities,
                dueAt: install.dueAt, wayBack: install.update.wayBack?.rawValue)
        }
        waiting = plan.waiting.map {
            DecisionAnswer(
                $0.decision, on: $0.endpoint, policies: policies[$0.endpoint] ?? [])
        }
        misses = plan.misses.map {
            Miss(
                endpoint: $0.endpoint, update: $0.update.name, candidate: $0.update.candidate,
                dueAt: $0.dueAt, startsAt: $0.startsAt, sentence: $0.sentence)
        }
        budgets = plan.budgets.map {
            Budget(
                policy: $0.policy.text, lane: $0.lane.rawValue, ring: $0.ring.text, site: $0.site,
                opensAt: $0.opensAt, peak: $0.peak, limit: $0.limit)
        }
        conflicts = ConflictSentences.of(plan.conflicts)
        deadlines = plan.deadlines
        bytes = plan.bytes
        vulnerabilities = plan.vulnerabilities
        noWayBack = plan.installs.lazy.map(\.update).withoutWayBack
    }

    /// The plan for people.
    func text(width: Int?) -> String {
        var table = Table(
            .text("STARTS"), .text("ENDPOINT"), .text("UPDATE"), .text("INSTALLED"),
            .text("CANDIDATE"), .text("WINDOW"), .text("RING"), .text("REBOOT"), .text("DUE"))
        for install in installs {
            table.add(
                install.startsAt.description, install.endpoint, install.update, install.installed,
                install.candidate, install.window ?? "", install.ring ?? "", install.reboot,
                install.dueAt?.description ?? "")
        }
        var parts = [table.text(width: width, empty: "Nothing would be installed.")]
        parts.append(
            lines("Waiting", waiting.map { "\($0.endpoint) \($0.update): \($0.sentence)" }))
        parts.append(
            lines(
                "Too late",
                misses.map { "\($0.endpoint) \($0.update), due \($0.dueAt): \($0.sentence)" }))
        parts.append(lines("Conflicts", conflicts))
        parts.append(lines("No way back by packages", noWayBack))
        parts.append(lines("Back from due dates", deadlines.flatMap(\.lines)))
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private func lines(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty
            ? ""
            : ([title + ":"] + lines.map { Table.printable("  " + $0) })
                .joined(separator: "\n")
    }
}
