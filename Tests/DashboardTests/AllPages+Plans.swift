import Administration
import Fleet
import HTMLTree
import PlanPages
import Policy
import ServerRecords

@testable import SavedPlans

extension AllPages {
    /// The pages about saved plans.
    static let plans: [(name: String, page: HTML)] = [
        (
            "saved-plans",
            savedPlansPage(
                [PlanSamples.record], tenant: nil, chrome: Samples.chrome("/plans"))
        ),
        (
            "saved-plans-empty",
            savedPlansPage([], tenant: nil, chrome: Samples.chrome("/plans", role: .viewer))
        ),
        (
            "saved-plan",
            comparedPlanPage(
                PlanSamples.compared, document: PlanSamples.document,
                chrome: Samples.chrome("/plans/x"))
        ),
    ]
}

/// A saved plan of which each row came out otherwise.
private enum PlanSamples {
    static let record = SavedPlanRecord(
        id: Samples.id(95), tenant: Samples.tenant, name: "December round", ticket: "CHG-4711",
        savedAt: Samples.ago(days: 8), savedBy: "user:anna", from: Samples.ago(days: 8),
        until: Samples.now.adding(seconds: 23 * 86_400), installs: 3,
        digest: String(repeating: "ab", count: 32))

    private static func row(_ number: UInt64, _ package: String) -> PlannedRow {
        PlannedRow(
            endpoint: Samples.items[Int(number)].id.text,
            endpointName: Samples.items[Int(number)].name,
            package: PackageKey(manager: .apt, name: package, architecture: "amd64"), from: "1.0",
            to: "1.1", startsAt: Samples.ago(days: 3), window: "weekend",
            closesAt: Samples.ago(days: 2), ring: "canary", lane: .routine,
            approvedBy: "rule 1 of servers-standard", reboot: .inWindow, bytes: 120_000,
            vulnerabilities: ["CVE-2026-1234"], dueAt: nil)
    }

    static let document = PlanDocument(
        format: PlanDocument.currentFormat, tenant: record.tenant, name: record.name,
        ticket: record.ticket, savedAt: record.savedAt, savedBy: record.savedBy,
        from: record.from, until: record.until,
        installs: [row(0, "openssl"), row(1, "nginx"), row(2, "vim")],
        waiting: [
            WaitingRow(
                endpoint: Samples.items[1].id.text, endpointName: Samples.items[1].name,
                package: PackageKey(manager: .apt, name: "bash", architecture: "amd64"),
                to: "5.3", reasonCode: .awaitingApproval, sentence: "Nobody has approved it yet.")
        ], conflicts: ["web-1: several policies of the level tenant apply."])

    private static func run(
        _ number: UInt64, _ package: String, _ state: PlanRun.State, days: Int64
    ) -> PlanRun {
        PlanRun(
            line: PlanLine(
                endpoint: Samples.items[Int(number)].id.text,
                package: PackageKey(manager: .apt, name: package, architecture: "amd64")),
            endpointName: Samples.items[Int(number)].name, from: "1.0", to: "1.1",
            job: Samples.id(96 + number), title: "vim and <others>", orderedBy: "user:ben",
            policy: nil, orderedAt: Samples.ago(days: days), beganAt: Samples.ago(days: days),
            endedAt: Samples.ago(days: days), state: state, sentence: "It was installed.")
    }

    static let compared = ComparedPlan(
        record,
        PlanComparison(
            of: document,
            with: [
                run(0, "openssl", .installed, days: 3), run(1, "nginx", .installed, days: 6),
                run(1, "bash", .installed, days: 5),
            ], evidence: PlanEvidence(), at: Samples.now))
}
