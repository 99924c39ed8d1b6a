import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let emergency = Scenario(
        "an emergency run brings a vulnerability's fix to the canary, then to all, and is reviewed",
        isAboutServer: false
    ) { lab in
        let cve = Lab.emergencyVulnerability
        try await lab.prepareEmergency()
        let plan: Answers.EmergencyPlan = try await lab.answer(to: ["emergency", cve])
        #expect(plan.rollouts.map { $0.rings.map(\.endpoints) } == [[1, 2]])
        #expect(plan.leftOut.isEmpty)
        let asked = Date()
        let run: Answers.Emergency = try await lab.answer(to: [
            "emergency", cve, "--confirm", cve, "--reason", "Exploited since noon",
        ])
        let deployment = try #require(run.deployments.first)
        #expect(run.deployments.count == 1)
        let first = try await eventually("the first endpoint is at work") {
            try await lab.jobs(of: deployment).first { $0.startedAt != nil }
        }
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        #expect(first.endpoint == jobs[0].endpoint)
        let begun = try #require(jobs[0].workBeganAt ?? jobs[0].startedAt)
        let seconds = Double(begun.milliseconds) / 1000 - asked.timeIntervalSince1970
        let tenths = (seconds * 10).rounded() / 10
        let told =
            "emergency: the first installation began \(tenths) s after the command, in \(lab.id)\n"
        FileHandle.standardOutput.write(Data(told.utf8))
        for (job, endpoint) in zip(jobs, lab.endpoints) {
            try await expectVerified(job, Lab.emergencyPackage, on: endpoint)
        }
        // The canary alone, though it would be watched for an hour; then the others, one at a time.
        let turns = jobs.sorted { $0.createdAt < $1.createdAt }
        for (before, after) in zip(turns, turns.dropFirst()) {
            let ended = try #require(before.finishedAt)
            #expect(after.createdAt >= ended)
        }
        try await eventually("no scan finds the vulnerability any more") {
            try await lab.emergencyFindings() == 0
        }
        let over: Answers.Emergency = try await eventually("the run waits for its review") {
            let run: Answers.Emergency = try await lab.answer(to: ["emergency", "show", run.id])
            return run.state == "awaitingReview" ? run : nil
        }
        #expect(over.outcome?.verified == 3)
        let alerts = try await lab.patchbay("alert", "list", "--open").output
        #expect(alerts.contains("emergencyReview"), "\(alerts)")
        try await lab.patchbay("emergency", "review", run.id, "--text", "Nothing broke.")
        let closed: Answers.Emergency = try await lab.answer(to: ["emergency", "show", run.id])
        #expect(closed.state == "closed")
        try await lab.endEmergency()
    }
}

extension Lab {
    /// A package with a vulnerability: version 1.0 is installed in every endpoint, and 2.0, which is
    /// on offer, mends it.
    static let emergencyPackage = "labemergency"
    static let emergencyVulnerability = "CVE-2026-4711"
    private static let emergencyPolicy = "lab-emergency"
    private static let emergencyFeed = "lab-tracker"

    /// Adds it to the repository.
    func addEmergencyPackage() async throws {
        try await repository("add", Self.emergencyPackage, "1.0")
        try await repository("add", Self.emergencyPackage, "2.0")
    }

    /// A feed that knows the vulnerability, and a policy by which nothing is installed unless a person
    /// says so, and whose canary is watched for an hour; waits until everybody knows both.
    fileprivate func prepareEmergency() async throws {
        try await patchbay("endpoint", "set", endpoint(1).id.text, "--tag", "canary")
        try await saveOnly(Self.emergencyPolicy, Self.emergencyText)
        let feed = folder.appending(path: "tracker.json")
        try Data(Self.feedText.utf8).write(to: feed)
        try await patchbay("feeds", "add", Self.emergencyFeed, feed.path)
        // They check in when they have scanned, and not only at their usual time.
        for endpoint in endpoints { try await patchbay("endpoint", "scan", endpoint.id.text) }
        for endpoint in endpoints { try await endpoint.expectPolicies() }
        try await eventually("the vulnerability is found on all endpoints") {
            try await emergencyFindings() == endpoints.count
        }
    }

    /// On how many endpoints the vulnerability is found.
    fileprivate func emergencyFindings() async throws -> Int {
        let list: Answers.Findings = try await answer(
            to: ["finding", "list", "--cve", Self.emergencyVulnerability])
        return Set(list.items.map(\.endpoint)).count
    }

    /// Leaves the lab as it was.
    fileprivate func endEmergency() async throws {
        try await patchbay("policy", "delete", Self.emergencyPolicy, "--confirm")
        try await patchbay("feeds", "remove", Self.emergencyFeed)
    }

    private static let emergencyText = """
        patchbay: policy/v1
        name: \(emergencyPolicy)
        applies: all
        lanes:
          routine: {windows: [nights]}
          emergency: {windows: [any], rings: careful}
        default: {approve: by hand}
        windows:
          nights: {every: 1st sunday, from: "03:00", for: 2h, zone: endpoint}
          any: {every: day, from: "00:00", for: 24h, zone: endpoint}
        rings:
          careful:
            - {name: canary, members: tag = canary, soak: 1h, gate: {verified: 100%, minimum: 1}}
            - {name: broad, members: rest, budget: 1}

        """

    /// What Debian's security tracker would say of it.
    private static let feedText = """
        {"\(emergencyPackage)": {"\(emergencyVulnerability)": {
          "description": "It can be taken over from afar.", "scope": "remote",
          "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "2.0"},
            "fixed_version": "2.0", "urgency": "high"}}}}}

        """
}

extension Answers {
    /// `emergency CVE`
    struct EmergencyPlan: Decodable {
        struct Rollout: Decodable {
            struct Ring: Decodable { var endpoints: Int }
            var rings: [Ring]
        }

        struct LeftOut: Decodable { var reason: String }

        var rollouts: [Rollout]
        var leftOut: [LeftOut]
    }

    /// `emergency CVE --confirm CVE`, `emergency show`
    struct Emergency: Decodable {
        struct Outcome: Decodable { var verified: Int }

        var id: String
        var state: String
        var deployments: [DeploymentID]
        var outcome: Outcome?
    }

    /// `finding list`
    struct Findings: Decodable {
        struct Item: Decodable { var endpoint: EndpointID }
        var items: [Item]
    }
}
