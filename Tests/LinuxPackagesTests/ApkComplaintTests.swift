import AgentCore
import Fleet
import Rollout
import Testing

@testable import LinuxPackages

/// How apk ends, by what apk 2.14.10 and 3.0.6 printed on a made-up system with broken packages and
/// repositories, a full disk and a lock.
struct ApkComplaintTests {
    /// An end, and what it means.
    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int32
        let text: String
        let failure: FailureClass?
        var culprits: [String] = []
        var words = ""
        var notes = 0

        var testDescription: String { "\(status) \(text.suffix(60))" }
    }

    static let cases = [
        Case(
            status: 0, text: "(1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)\nOK: 53 B in 8 packages",
            failure: nil, words: "success"),
        Case(
            status: 1,
            text: """
                (1/2) Upgrading labfail (1.0-r0 -> 2.0-r0)
                Executing labfail-2.0-r0.post-upgrade
                boom
                ERROR: labfail-2.0-r0.post-upgrade: script exited with error 3
                (2/2) Upgrading labother (1.0-r0 -> 2.0-r0)
                1 error; 0 MiB in 8 packages
                """, failure: .maintainerScript, culprits: ["labfail"], words: "it said: boom"),
        Case(
            status: 1,
            text: """
                (1/2) Upgrading labfail (1.0-r0 -> 2.0-r0)
                  Executing labfail-2.0-r0.post-upgrade
                  * boom
                ERROR: lib/apk/exec/labfail-2.0-r0.post-upgrade: exited with error 3
                (2/2) Upgrading labother (1.0-r0 -> 2.0-r0)
                1 error; 53 B in 8 packages
                """, failure: .maintainerScript, culprits: ["labfail"], words: "it said: boom"),
        // The one of an earlier run is counted in every run that follows.
        Case(
            status: 1,
            text: "(1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)\n1 error; 0 MiB in 8 packages",
            failure: nil, words: "success", notes: 1),
        // A trigger's failure shows in the status only with the next run.
        Case(
            status: 0,
            text: """
                (1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)
                Executing labtrig-1.0-r0.trigger
                ERROR: labtrig-1.0-r0.trigger: script exited with error 5
                OK: 0 MiB in 5 packages
                """, failure: .maintainerScript, culprits: ["labtrig"], notes: 1),
        Case(
            status: 1,
            text: """
                (1/2) Upgrading labbig (1.0-r0 -> 2.0-r0)
                ERROR: Failed to create usr/share/labbig/v: No space left on device
                ERROR: labbig-2.0-r0: No space left on device
                (2/2) Upgrading labother (1.0-r0 -> 2.0-r0)
                1 error; 0 MiB in 4 packages
                """, failure: .diskFull, culprits: ["labbig"], words: "labbig-2.0-r0"),
        Case(
            status: 1,
            text: """
                (1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)
                ERROR: labgood-2.0-r0: BAD signature
                1 error; 0 MiB in 8 packages
                """, failure: .signature, culprits: ["labgood"]),
        Case(
            status: 1,
            text: "ERROR: labgood-2.0-r0: UNTRUSTED signature\n1 error; 0 MiB in 8 packages",
            failure: .signature, culprits: ["labgood"]),
        Case(
            status: 1, text: "ERROR: labgood-2.0-r0: BAD archive\n1 error; 0 MiB in 8 packages",
            failure: .hashMismatch, culprits: ["labgood"]),
        Case(
            status: 1,
            text: "ERROR: labgood-2.0-r0: v2 package integrity error\n1 error; 53 B in 8 packages",
            failure: .hashMismatch, culprits: ["labgood"]),
        Case(
            status: 1,
            text:
                "ERROR: labgood-2.0-r0: file format is invalid or inconsistent\n1 error; 53 B in 8",
            failure: .hashMismatch, culprits: ["labgood"]),
        Case(
            status: 1,
            text: """
                (1/2) Upgrading labgood (1.0-r0 -> 2.0-r0)
                ERROR: labgood-2.0-r0: package mentioned in index not found (try 'apk update')
                (2/2) Upgrading labother (1.0-r0 -> 2.0-r0)
                1 error; 0 MiB in 8 packages
                """, failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(
            status: 1,
            text: "ERROR: labgood-2.0-r0: HTTP 404: Not Found\n1 error; 53 B in 8 packages",
            failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(
            status: 1, text: "ERROR: Package 'nonesuch' not found", failure: .versionNotAvailable,
            culprits: ["nonesuch"]),
        Case(
            status: 1,
            text: "ERROR: labgood-2.0-r0: could not connect to server (check repositories file)",
            failure: .network, culprits: ["labgood"]),
        Case(
            status: 1, text: "ERROR: labgood-2.0-r0: temporary error (try again later)",
            failure: .network, culprits: ["labgood"]),
        Case(
            status: 99,
            text: """
                WARNING: opening from cache https://mirror.example.org/nope: No such file or directory
                ERROR: Not continuing due to stale/unavailable repositories.Use --force-missing-repositories to continue.
                """, failure: .network),
        Case(
            status: 99,
            text: """
                ERROR: Unable to lock database: temporary error (try again later)
                ERROR: Failed to open apk database: temporary error (try again later)
                """, failure: .lockHeld),
        Case(
            status: 99,
            text: """
                ERROR: Unable to lock database: Resource temporarily unavailable
                ERROR: Failed to open apk database: Resource temporarily unavailable
                """, failure: .lockHeld),
        Case(
            status: 2,
            text: """
                ERROR: unable to select packages:
                  lablib-1.0-r1:
                    breaks: labapp-2.0-r0[lablib=2.0-r0]
                    satisfies: world[lablib]
                """, failure: .dependency, culprits: ["lablib"], words: "breaks: labapp-2.0-r0"),
        Case(
            status: 1,
            text: """
                (1/1) Upgrading labclash (1.0-r0 -> 2.0-r0)
                ERROR: labclash-2.0-r0: trying to overwrite usr/share/labgood/v owned by labgood-1.0-r0.
                1 error; 0 MiB in 4 packages
                """, failure: .dependency, culprits: ["labclash"]),
        // A hook before the change stops apk, one behind it does not.
        Case(
            status: 99, text: "hook pre-commit\nERROR: 10-lab: script exited with error 7",
            failure: .other, words: "10-lab stopped apk"),
        Case(
            status: 99,
            text: """
                Executing pre-commit 10-lab
                * hook pre-commit
                ERROR: etc/apk/commit_hooks.d/10-lab: exited with error 7
                """, failure: .other, words: "it said: hook pre-commit"),
        Case(
            status: 0,
            text: """
                (1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)
                hook post-commit
                ERROR: 10-lab: script exited with error 7
                OK: 0 MiB in 8 packages
                """, failure: nil, words: "success", notes: 1),
        Case(
            status: 0,
            text: """
                (1/1) Upgrading labconf (1.0-r0 -> 2.0-r0)
                  Installing file to etc/labconf.conf.apk-new
                OK: 53 B in 8 packages
                """, failure: nil, words: "success", notes: 1),
        Case(status: 1, text: "ERROR: something new", failure: .other),
        Case(status: 127, text: "", failure: .other),
    ]

    @Test(arguments: cases)
    func `an end of apk is told apart`(case example: Case) {
        let run = RunPlan(
            kind: .install, commands: [["/sbin/apk"]], environment: [:], inactivityLimitSeconds: 60,
            updates: [])
        let tool = ApkTool(runner: PlayedTool([:]))
        let verdict = ToolVerdict(tool: tool).read(run, .exited(example.status), example.text)
        #expect(verdict.failure == example.failure)
        #expect(verdict.culprits == example.culprits)
        #expect(verdict.sentence.contains(example.words), "\(verdict.sentence)")
        #expect(verdict.notes.count == example.notes, "\(verdict.notes)")
    }

    @Test func `several packages that fail for several reasons are all named`() {
        let verdict = ApkComplaint(
            lines: [
                "(1/3) Upgrading laba (1.0-r0 -> 2.0-r0)", "ERROR: laba-2.0-r0: BAD signature",
                "(2/3) Upgrading labb (1.0-r0 -> 2.0-r0)",
                "ERROR: labb-2.0-r0: HTTP 404: Not Found",
                "(3/3) Upgrading labc (1.0-r0 -> 2.0-r0)", "2 errors; 53 B in 8 packages",
            ], status: 2
        ).verdict
        #expect(verdict?.failure == .signature)
        #expect(verdict?.culprits == ["laba", "labb"])
        #expect(verdict?.blames?.map(\.name) == ["laba", "labb"])
        #expect(verdict?.blames?.map(\.failure) == [.signature, .versionNotAvailable])
        #expect(verdict?.blames?.last?.sentence == "labb-2.0-r0: HTTP 404: Not Found")
    }
}
