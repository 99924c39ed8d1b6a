import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// What happens before an installation.
    static let before = [downloadedAhead, backupTooOld, nobodyOnDuty, notReady]

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

    static let backupTooOld = Scenario(
        "an installation does not start before its backup is young enough, by what restic says"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await lab.saveBefore(before: "{snapshot: preferred, backupAge: 12h}")
        try await endpoint.expectPolicies()
        let unknown = try await lab.deploy("labbackup", to: endpoint)
        let outcome = try #require(unknown.outcome("labbackup"))
        #expect(outcome.failure == .backupTooOld)
        #expect(outcome.sentence.contains("No command is named"), "\(outcome.sentence)")
        try await endpoint.nameBackup()
        let none = try await lab.deploy("labbackup", to: endpoint)
        #expect(
            none.outcome("labbackup")?.sentence.contains("restic told of no backup") == true,
            "\(none.sentence)")
        try await endpoint.backUp(hoursAgo: 30)
        let old = try await lab.deploy("labbackup", to: endpoint)
        #expect(old.outcome("labbackup")?.failure == .backupTooOld)
        #expect(old.sentence.contains("not older than 12 hours"), "\(old.sentence)")
        try await expectUntouched("labbackup", on: endpoint)
        try await endpoint.backUp(hoursAgo: 2)
        let job = try await lab.deploy("labbackup", to: endpoint)
        try await expectVerified(job, "labbackup", on: endpoint)
        let notes = job.result?.notes ?? []
        #expect(notes.contains { $0.contains("A backup was there") }, "\(notes)")
        #expect(notes.contains { $0.contains("No snapshot was taken") }, "\(notes)")
        try await lab.saveBefore()
    }
}

extension Lab {
    /// Packages for what happens before: version 1.0 is installed in every endpoint, 2.0 is on
    /// offer.
    static let beforePackages = ["labahead", "labbackup", "labduty", "labready"]

    /// Adds them to the repository.
    func addBeforePackages() async throws {
        for name in Self.beforePackages {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0")
        }
    }

    /// Saves a policy whose window is always open, in the place of all others.
    func saveBefore(
        rules: String = "[]", before: String? = nil, more: String = "", isStaffed: Bool = false
    ) async throws {
        let text = """
            patchbay: policy/v1
            name: lab-before
            applies: all
            lanes:
              routine: {windows: [always]}
            rules: \(rules)
            default: {approve: by hand}
            windows:
              always: {every: day, from: "00:00", for: 1d, zone: UTC, staffed: \(isStaffed)}
            \(before.map { "before: \($0)" } ?? "")
            \(more)

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

extension LabEndpoint {
    /// Makes a repository of restic's in the endpoint, and names the command that tells of it.
    fileprivate func nameBackup() async throws {
        try await run("/bin/mkdir", "-p", "/etc/patchbay-agent")
        try await write(
            "RESTIC_PASSWORD=lab\nRESTIC_REPOSITORY=/srv/restic\n",
            to: "/etc/patchbay-agent/restic.env")
        try await write(
            """
            {"commands": [{"name": "restic", "format": "restic",
              "argv": ["/usr/bin/restic", "snapshots", "--json", "--latest", "1"],
              "environmentFile": "/etc/patchbay-agent/restic.env"}]}

            """, to: "/etc/patchbay-agent/backup.json")
        try await run("/bin/chmod", "600", "/etc/patchbay-agent/restic.env")
        try await run("/bin/chmod", "644", "/etc/patchbay-agent/backup.json")
        try await restic("init")
    }

    /// Makes a backup with restic as if it had been made so long ago.
    fileprivate func backUp(hoursAgo: Int) async throws {
        let instant = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            .adding(seconds: -3600 * Int64(hoursAgo)).wholeSeconds.description
        // 2026-11-22T01:02:03Z
        let time = "\(instant.prefix(10)) \(instant.dropFirst(11).prefix(8))"
        try await restic("backup", "--quiet", "--time", time, "/etc/hostname")
    }

    private func restic(_ words: String...) async throws {
        let command =
            [
                "/usr/bin/env", "RESTIC_PASSWORD=lab", "RESTIC_REPOSITORY=/srv/restic",
                "HOME=/root", "TZ=UTC", "/usr/bin/restic",
            ] + words
        let output = try await tryRun(command)
        #expect(output.status == 0, "\(words): \(output.errorOutput)")
    }
}
