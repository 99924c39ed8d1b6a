import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// What happens before an installation.
    static let before = [downloadedAhead]

    static let downloadedAhead = Scenario(
        "an update that is only prepared is downloaded, and goes in with its source gone"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await lab.saveBefore(rules: "[{when: package = labahead, approve: prepare only}]")
        try await endpoint.expectPolicies()
        let prepared = try await eventually("it is downloaded", within: .seconds(300)) {
            let decisions = try await lab.view(of: endpoint).decisions
            return decisions.first {
                $0.update.name == "labahead" && $0.update.prefetch?.state == .downloaded
            }
        }
        #expect(prepared.reasonCode == "prepared")
        #expect(
            prepared.sentence.contains("it is downloaded, and waits for a person"),
            "\(prepared.sentence)")
        try await expectUntouched("labahead", on: endpoint)
        let archive = try await endpoint.run("/bin/ls", "/var/cache/apt/archives")
        #expect(archive.contains("labahead_2.0_all.deb"))
        await lab.endRepository()
        let job = try await lab.deploy("labahead", to: endpoint)
        try await expectVerified(job, "labahead", on: endpoint)
        try await lab.serveRepository()
    }
}

extension Lab {
    /// Packages for what happens before: version 1.0 is installed in every endpoint, 2.0 is on
    /// offer.
    static let beforePackages = ["labahead"]

    /// Adds them to the repository.
    func addBeforePackages() async throws {
        for name in Self.beforePackages {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0")
        }
    }

    /// Saves a policy whose window is always open, in the place of all others.
    fileprivate func saveBefore(rules: String = "[]", before: String? = nil) async throws {
        let text = """
            patchbay: policy/v1
            name: lab-before
            applies: all
            lanes:
              routine: {windows: [always]}
            rules: \(rules)
            default: {approve: by hand}
            windows:
              always: {every: day, from: "00:00", for: 1d, zone: UTC}
            \(before.map { "before: \($0)" } ?? "")

            """
        let file = folder.appending(path: "before.yaml")
        try Data(text.utf8).write(to: file)
        let policies: Answers.Policies = try await answer(to: ["policy", "list"])
        for policy in policies.items where policy.name != "lab-before" {
            try await patchbay("policy", "delete", policy.name, "--confirm")
        }
        let isThere = policies.items.contains { $0.name == "lab-before" }
        try await patchbay(
            isThere
                ? ["policy", "update", "lab-before", "--file", file.path, "--confirm"]
                : ["policy", "create", file.path, "--confirm"])
    }
}
