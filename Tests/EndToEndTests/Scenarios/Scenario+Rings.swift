import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let rings = [goodThroughRings, badStopsAtCanary, crashesStopAtCanary]

    static let goodThroughRings = Scenario(
        "a good update is verified on the canary, is watched, and then goes to the others"
    ) { lab in
        try await lab.saveRings()
        let deployment = try await lab.approveThroughRings("labringgood")
        let begun = try await lab.rings(of: deployment)
        #expect(begun.rollout?.rings.map(\.name) == ["canary", "early", "broad"])
        #expect(begun.rollout?.rings.map(\.members) == [1, 1, 1])
        #expect(begun.jobs.map(\.job.endpoint) == [try lab.endpoint(1).id])
        // While the canary is watched, nobody else has it.
        let watched = try await eventually("the canary is watched") {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.rings.first?.soakUntil == nil ? nil : detail
        }
        #expect(watched.jobs.first?.job.state == .verified)
        if watched.rollout?.rings[1].openedAt == nil {
            for number in 2...3 {
                try await expectUntouched("labringgood", on: try lab.endpoint(number))
            }
        }
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        for (job, endpoint) in zip(jobs, lab.endpoints) {
            try await expectVerified(job, "labringgood", on: endpoint)
        }
        let done = try await lab.rings(of: deployment)
        #expect(done.rollout?.state == "completed")
        let opened = done.rollout?.rings.compactMap(\.openedAt) ?? []
        #expect(opened.count == 3)
        #expect(zip(opened, opened.dropFirst()).allSatisfy { $1.seconds(since: $0) >= 3 })
    }

    static let badStopsAtCanary = Scenario(
        "a package that fails stops at the canary, the others are not touched, and it is blocked"
    ) { lab in
        try await lab.saveRings()
        let deployment = try await lab.approveThroughRings("labringbad")
        let halted = try await eventually("the rollout halts") {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.state == "halted" ? detail : nil
        }
        #expect(halted.summary.deployment.state == .halted)
        #expect(halted.rollout?.reason?.contains("canary") == true)
        #expect(halted.jobs.count == 1)
        #expect(halted.jobs.first?.job.outcome("labringbad")?.failure == .maintainerScript)
        // Longer than the soak and the scheduler's round.
        try await Task.sleep(for: .seconds(15))
        for number in 2...3 {
            try await expectUntouched("labringbad", on: try lab.endpoint(number))
        }
        #expect(try await lab.rings(of: deployment).jobs.count == 1)
        let blocked: Answers.Blocked = try await lab.answer(to: ["update", "blocked", "list"])
        #expect(blocked.items.map { "\($0.package) \($0.version)" } == ["labringbad 2.0"])
        let others = try (2...3).map { try lab.endpoint($0) }
        let again = try await lab.tryPatchbay(lab.ringCreation("labringbad", on: others))
        #expect(again.status == 3)
        #expect(again.errorOutput.contains("blocked"))
        try await lab.patchbay("deployment", "cancel", deployment.text)
        try await lab.patchbay("update", "blocked", "unblock", "labringbad", "2.0")
        try await lab.endpoint(1).run("/usr/bin/dpkg", "--purge", "labringbad")
    }

    static let crashesStopAtCanary = Scenario(
        "an update after which a program crashes again and again stops at the canary"
    ) { lab in
        try await lab.saveRings()
        for endpoint in lab.endpoints { try await endpoint.run("/bin/mkdir", "-p", "/var/crash") }
        let deployment = try await lab.approveThroughRings("labringcrash")
        let halted = try await eventually("the rollout halts", within: .seconds(300)) {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.state == "halted" ? detail : nil
        }
        #expect(halted.jobs.map(\.job.endpoint) == [try lab.endpoint(1).id])
        let job = try #require(halted.jobs.first).job
        #expect(job.outcome("labringcrash")?.state == .verified, "\(job.sentence)")
        #expect(job.result?.failure == .unhealthyAfterPatch)
        let probe = job.result?.probes?.first { $0.probe.hasPrefix("crashes:") }
        #expect(probe?.isPassed == false)
        #expect(probe?.sentence.contains("crashes since the installation began") == true)
        for number in 2...3 {
            try await expectUntouched("labringcrash", on: try lab.endpoint(number))
        }
        try await lab.patchbay("deployment", "cancel", deployment.text)
        try await lab.patchbay("update", "blocked", "unblock", "labringcrash", "2.0")
        try await lab.endpoint(1).run("/usr/bin/dpkg", "--purge", "labringcrash")
        for endpoint in lab.endpoints { try await endpoint.run("/bin/rm", "-r", "/var/crash") }
    }
}

extension Lab {
    /// Packages for rings: version 1.0 is installed in every endpoint, 2.0 is on offer.
    static let ringPackages = ["labringgood", "labringbad", "labringcrash"]
    private static let ringPolicy = "lab-rings"

    /// Adds them to the repository; one of them fails on its way to 2.0, and one crashes
    /// after it.
    func addRingPackages() async throws {
        for name in Self.ringPackages { try await repository("add", name, "1.0") }
        try await repository("add", "labringgood", "2.0")
        try await repository("add", "labringbad", "2.0", "--fault", "fail")
        try await repository("add", "labringcrash", "2.0", "--fault", "crash")
    }

    /// Tags the endpoints, and saves a policy with rings unless it is there.
    func saveRings() async throws {
        let policies: Answers.Policies = try await answer(to: ["policy", "list"])
        guard !policies.items.contains(where: { $0.name == Self.ringPolicy }) else { return }
        for (number, tag) in [(1, "canary"), (2, "early")] {
            try await patchbay("endpoint", "set", endpoint(number).id.text, "--tag", tag)
        }
        let file = folder.appending(path: "rings.yaml")
        try Data(Self.policyText.utf8).write(to: file)
        try await patchbay("policy", "create", file.path, "--confirm")
    }

    /// Soaks of seconds: the scheduler's own round is longer.
    private static let policyText = """
        patchbay: policy/v1
        name: \(ringPolicy)
        applies: all
        lanes:
          routine: {windows: [any], rings: standard}
        default: {approve: by hand}
        windows:
          any: {every: day, from: "00:00", for: 24h, zone: endpoint}
        rings:
          standard:
            - {name: canary, members: tag = canary, soak: 4s, gate: {verified: 100%, minimum: 1}}
            - {name: early, members: tag = early, soak: 3s}
            - {name: broad, members: rest}
        after: {probes: [{crashes: {times: 1, over: 10s}}], within: 1m}

        """

    /// What is given to the command line.
    func ringCreation(_ package: String, on chosen: [LabEndpoint]) -> [String] {
        ["deployment", "create"] + chosen.flatMap { ["--endpoint", $0.id.text] }
            + ["--update", package, "--policy", Self.ringPolicy, "--no-way-back"]
    }

    /// Approves a package for everyone, through the rings.
    func approveThroughRings(_ package: String) async throws -> DeploymentID {
        let deployment: Deployment = try await answer(
            to: ringCreation(package, on: endpoints))
        return deployment.id
    }

    /// How a deployment stands on its way.
    func rings(of deployment: DeploymentID) async throws -> Answers.Deployment {
        try await answer(to: ["deployment", "show", deployment.text])
    }
}

extension Answers {
    /// The rings of `deployment show`
    struct Rollout: Decodable {
        struct Ring: Decodable {
            var name: String
            var members: Int
            var openedAt: Timestamp?
            var soakUntil: Timestamp?
        }

        var state: String
        var reason: String?
        var rings: [Ring]
    }

    /// `update blocked list`
    struct Blocked: Decodable {
        struct Item: Decodable {
            var package: String
            var version: String
        }

        var items: [Item]
    }

    /// `policy list`
    struct Policies: Decodable {
        struct Item: Decodable { var name: String }
        var items: [Item]
    }
}
