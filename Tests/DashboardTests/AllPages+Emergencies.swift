import EmergencyPages
import Fleet
import HTMLTree
import ServerRecords

@testable import Emergencies

extension AllPages {
    /// The pages about emergency runs, and the alerts that lead to them.
    static let emergencies: [(name: String, page: HTML)] =
        [
            (
                "emergency-plan",
                emergencyPlanPage(
                    EmergencySamples.plan,
                    editing: EmergencyEditing(
                        reason: "Exploited since noon",
                        refused: Refusal(
                            .conflict, "E_EMERGENCY_UNCONFIRMED",
                            "An emergency run for CVE-2026-1234 starts only with its name typed "
                                + "once more.",
                            nextStep: "Look at the plan, and confirm it with CVE-2026-1234.")),
                    chrome: Samples.chrome("/vulnerabilities/CVE-2026-1234/emergency"))
            ),
            ("emergencies", emergenciesPage(EmergencySamples.runs, chrome: chrome)),
            ("emergencies-empty", emergenciesPage([], chrome: chrome)),
            (
                "alerts-reviews",
                alertsPage(EmergencySamples.alerts, openOnly: true, chrome: chrome)
            ),
        ]
        + EmergencySamples.runs.map { run in
            ("emergency-\(run.state.rawValue)", emergencyPage(run, chrome: chrome))
        }

    private static let chrome = Samples.chrome("/emergencies")
}

/// Emergency runs in each state, and what one would do.
private enum EmergencySamples {
    static let plan = EmergencyPlan(
        vulnerability: "CVE-2026-1234", tenant: Samples.tenant,
        rollouts: [
            EmergencyPlan.Rollout(
                policy: "servers",
                rings: [
                    EmergencyPlan.Ring(
                        name: "canary", endpoints: 1, named: ["web-1"], soakSkippedSeconds: 86_400,
                        minimum: 1),
                    EmergencyPlan.Ring(
                        name: "broad", endpoints: 12, named: ["web-2", "web-3"],
                        soakSkippedSeconds: 0, budget: 2),
                ],
                lines: [
                    EmergencyPlan.Line(
                        endpoint: Samples.id(1), endpointName: "web-1",
                        updates: [EmergencyPlan.Item(name: "openssl", from: "3.0.1", to: "3.0.2")],
                        mayNeedReboot: true, isOnline: true, noWayBack: ["openssl"]),
                    EmergencyPlan.Line(
                        endpoint: Samples.id(2), endpointName: "web-2",
                        updates: [EmergencyPlan.Item(name: "openssl", from: "3.0.1", to: "3.0.2")],
                        mayNeedReboot: false, isOnline: false,
                        opensAt: Samples.now.adding(seconds: 3600)),
                ], warnings: ["The gate of ring canary wants 1 verified endpoint instead of 3."])
        ],
        leftOut: [
            EmergencyPlan.LeftOut(
                endpoint: Samples.id(3), endpointName: "db-1", reason: "No update mends it yet.")
        ], takesBack: ["1 order of “Monthly”, not begun: it goes on there when this has ended."],
        endpoints: 13, online: 12, mayReboot: 1, updates: ["openssl 3.0.2"],
        noWayBack: ["openssl"])

    static let runs: [EmergencyRun] = EmergencyRun.State.allCases.enumerated().map {
        number, state in
        var run = EmergencyRun(
            id: Samples.id(700 + UInt64(number)), tenant: Samples.tenant,
            vulnerability: "CVE-2026-1234",
            reason: "Exploited since noon", startedBy: "user:anna",
            startedAt: Samples.now.adding(seconds: -7200), state: state,
            deployments: state == .awaitingSecondPerson ? [] : [Samples.id(800 + UInt64(number))],
            extent: EmergencyRun.Extent(
                endpoints: 13, mayReboot: 1, leftOut: 1, updates: ["openssl 3.0.2"]))
        if state == .awaitingReview || state == .closed {
            run.endedAt = Samples.now.adding(seconds: -3600)
            run.outcome = EmergencyRun.Outcome(
                verified: 11, failed: 1, notReached: 1, stops: ["A person called it off."])
        }
        if state == .closed {
            run.agreedBy = "user:ben"
            run.agreedAt = Samples.now.adding(seconds: -7000)
            run.review = EmergencyRun.Review(
                text: "db-2 was off; patched by hand.", by: "user:ben", at: Samples.now)
        }
        return run
    }

    static let alerts: [Alert] = [Alert.Kind.emergencyReview, .exceptionEnding, .exceptionEnded]
        .enumerated().map { number, kind in
            let run: EmergencyID = Samples.id(702)
            return Alert(
                id: Samples.id(900 + UInt64(number)), tenant: Samples.tenant, kind: kind,
                subject: kind == .emergencyReview ? run.text : "exc_1 2026-11-21T12:00:00Z",
                sentence: "Somebody should look at this.", endpoints: 3, raisedAt: Samples.now)
        }
}
