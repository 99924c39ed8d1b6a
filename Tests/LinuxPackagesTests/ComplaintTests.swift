import AgentCore
import Fleet
import PackageManagers
import Rollout
import Testing

@testable import LinuxPackages

/// What the tools' words and statuses mean, as real ones printed and ended.
struct ComplaintTests {
    /// A tool's end, and what it means.
    struct Case: Sendable, CustomTestStringConvertible {
        let tool: PackageManagerName
        let status: Int32
        let text: String
        let failure: FailureClass?
        var culprits: [String] = []

        var testDescription: String { "\(tool.rawValue) \(status) \(text.prefix(40))" }
    }

    static let cases = [
        Case(tool: .dnf, status: 0, text: "Complete!", failure: nil),
        Case(
            tool: .dnf, status: 0,
            text: """
                cannot migrate the settings
                warning: %post(labfail-2.0-1.noarch) scriptlet failed, exit status 1
                Complete!
                """, failure: .maintainerScript, culprits: ["labfail"]),
        Case(
            tool: .dnf, status: 1,
            text: "Package labunsigned-2.0-1.noarch.rpm is not signed\nError: GPG check FAILED",
            failure: .signature, culprits: ["labunsigned"]),
        Case(
            tool: .dnf, status: 1,
            text:
                "Transaction failed: Signature verification failed.\nOpenPGP check for package \"labunsigned-2.0-1.noarch\" (/var/cache/x/labunsigned-2.0-1.noarch.rpm) from repo \"lab\" has failed: The package is not signed.",
            failure: .signature, culprits: ["labunsigned"]),
        Case(
            tool: .dnf, status: 1,
            text: " Problem: conflicting requests\n  - nothing provides labgood >= 9 needed by "
                + "labdep-2.0-1.noarch", failure: .dependency, culprits: ["labdep"]),
        Case(
            tool: .dnf, status: 1,
            text:
                "Argument 'labheld-0:2.0-1.noarch' matches only packages excluded by versionlock.",
            failure: .held, culprits: ["labheld"]),
        Case(
            tool: .dnf, status: 1, text: "No match for argument: labgood-9.9-1.noarch",
            failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(tool: .dnf, status: 200, text: "", failure: .lockHeld),
        Case(
            tool: .dnf, status: 1, text: "Error: Failed to download metadata for repo 'lab'",
            failure: .network),
        Case(
            tool: .dnf, status: 1,
            text: "installing package x needs 20MB more space needed on the / filesystem",
            failure: .diskFull),
        // A script that was killed, by whomever: dnf 4 says that all went well.
        Case(
            tool: .dnf, status: 0,
            text: """
                  Running scriptlet: labslow-2.0-1.noarch                                   1/6
                warning: %post(labslow-2.0-1.noarch) scriptlet failed, signal 11

                Error in POSTIN scriptlet in rpm package labslow
                Complete!
                """, failure: .maintainerScript, culprits: ["labslow"]),
        // What the supervisor has ended; it goes on with the others.
        Case(
            tool: .dnf, status: 0,
            text: """
                patchbay-agent: nothing was printed for 10 s; the script at work was ended.
                  Running scriptlet: labslow-2.0-1.noarch                                   1/6
                warning: %post(labslow-2.0-1.noarch) scriptlet failed, signal 15

                Error in POSTIN scriptlet in rpm package labslow
                Complete!
                """, failure: .hung, culprits: ["labslow"]),
        Case(
            tool: .dnf, status: 1,
            text: """
                patchbay-agent: nothing was printed for 10 s; the script at work was ended.
                [3/8] Upgrading labslow-0:2.0-1.noarch  100% |   1.5 KiB/s | 540.0   B |  00m00s
                >>> Running %post scriptlet: labslow-0:2.0-1.noarch
                >>> Non-critical error in %post scriptlet: labslow-0:2.0-1.noarch
                >>> [RPM] %post(labslow-2.0-1.noarch) scriptlet failed, signal 15
                Transaction failed: Rpm transaction failed.
                """, failure: .hung, culprits: ["labslow"]),
        Case(
            tool: .dnf, status: 1,
            text: """
                Error: Transaction test error:
                  installing package labgood-2.0-1.noarch needs 4KB more space on the /usr/share/labgood filesystem

                Error Summary
                -------------
                Disk Requirements:
                   At least 1MB more space needed on the /usr/share/labgood filesystem.
                """, failure: .diskFull, culprits: ["labgood"]),
        Case(
            tool: .dnf, status: 1,
            text: """
                Transaction failed: Rpm transaction failed.
                  - installing package labgood-2.0-1.noarch needs 4KB more space on the /usr/share/labgood filesystem
                """, failure: .diskFull, culprits: ["labgood"]),
        Case(
            tool: .dnf, status: 1,
            text:
                "  installing package labgood-2.0-1.noarch needs 1 more inodes on the /usr/share/labgood filesystem",
            failure: .diskFull, culprits: ["labgood"]),
        Case(
            tool: .dnf, status: 1,
            text: """
                [MIRROR] labgood-2.0-1.noarch.rpm: Downloading successful, but checksum doesn't match. Calculated: e83cb188(sha256)  Expected: b9fd4076(sha256)
                [FAILED] labgood-2.0-1.noarch.rpm: No more mirrors to try - All mirrors were already tried without success
                Error: Error downloading packages:
                  labgood-2.0-1.noarch: Cannot download, all mirrors were already tried without success
                """, failure: .hashMismatch, culprits: ["labgood"]),
        Case(
            tool: .dnf, status: 1,
            text: """
                [2/2] labgood-0:2.0-1.noarch            100% | 271.7 KiB/s |   6.2 KiB |  00m00s
                >>> Downloading successful, but checksum doesn't match. Calculated: e83cb188(sha256)  Expected: b9fd4076(sha256)  - http://rpm.example.org/noarch/labgood-2.0-1.noarch.rpm
                >>> No more mirrors to try - All mirrors were already tried without success
                Failed to download packages
                 Librepo error: Cannot download noarch/labgood-2.0-1.noarch.rpm: All mirrors were tried
                """, failure: .hashMismatch, culprits: ["labgood"]),
        Case(tool: .dnf, status: 1, text: "Error: something new", failure: nil),
        Case(tool: .zypper, status: 102, text: "", failure: nil),
        Case(tool: .zypper, status: 103, text: "", failure: .interrupted),
        Case(tool: .zypper, status: 106, text: "", failure: nil),
        Case(
            tool: .zypper, status: 104, text: "No provider of 'labgood.noarch=9.9-1' found.",
            failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(tool: .zypper, status: 105, text: "", failure: .interrupted),
        Case(
            tool: .zypper, status: 107,
            text: "warning: %post(labfail-2.0-1.noarch) scriptlet failed, exit status 1",
            failure: .maintainerScript, culprits: ["labfail"]),
        Case(
            tool: .zypper, status: 7,
            text: "System management is locked by the application with pid 123 (zypper).",
            failure: .lockHeld),
        Case(
            tool: .zypper, status: 8,
            text:
                "labunsigned-2.0-1.noarch (Lab): Signature verification failed [6-File is unsigned]",
            failure: .signature, culprits: ["labunsigned"]),
        Case(
            tool: .zypper, status: 8,
            text: "Download (curl) error for 'http://rpm.example.org/x':", failure: .network),
        Case(
            tool: .zypper, status: 107,
            text: """
                (3/3) Installing: labslow-2.0-1.noarch [.....
                patchbay-agent: nothing was printed for 10 s; the script at work was ended.
                done]
                Additional rpm output:
                warning: %post(labslow-2.0-1.noarch) scriptlet failed, signal 15
                """, failure: .hung, culprits: ["labslow"]),
        // A script that takes the signal for a wish, and ends as if all were well.
        Case(
            tool: .zypper, status: 0,
            text: """
                (1/2) Installing: labslow-2.0-1.noarch [.....
                patchbay-agent: nothing was printed for 10 s, at work on \
                /var/cache/zypp/packages/lab/noarch/labslow-2.0-1.noarch.rpm; the script at work was ended.
                done]
                (2/2) Installing: labgood-2.0-1.noarch [.....done]
                """, failure: .hung, culprits: ["labslow"]),
        // One that makes another status of it.
        Case(
            tool: .zypper, status: 107,
            text: """
                (1/2) Installing: labslow-2.0-1.noarch [.....
                patchbay-agent: nothing was printed for 10 s, at work on \
                /var/cache/zypp/packages/lab/noarch/labslow-2.0-1.noarch.rpm; the script at work was ended.
                done]
                warning: %post(labslow-2.0-1.noarch) scriptlet failed, exit status 143
                (2/2) Installing: labfail-2.0-1.noarch [.....done]
                warning: %post(labfail-2.0-1.noarch) scriptlet failed, exit status 1
                """, failure: .hung, culprits: ["labfail", "labslow"]),
        Case(
            tool: .zypper, status: 8,
            text: """
                (2/3) Installing: labgood-2.0-1.noarch [...error]
                Installation of labgood-2.0-1.noarch failed:
                Error: Subprocess failed. Error: RPM failed:
                \tinstalling package labgood-2.0-1.noarch needs 4KB more space on the /usr/share/labgood filesystem

                Abort, retry, ignore? [a/r/i] (a): a
                Problem occurred during or after installation or removal of packages:
                """, failure: .diskFull, culprits: ["labgood"]),
        Case(
            tool: .zypper, status: 8,
            text: """
                Retrieving: labgood-2.0-1.noarch.rpm [done]

                Warning: Digest verification failed for file 'labgood-2.0-1.noarch.rpm'
                  expected b9fd4076
                  but got  e83cb188
                Unblock or discard? [e83c/...? shows all options] (discard): discard
                Package labgood-2.0-1.noarch (Lab) seems to be corrupted during transfer. Do you want to retry retrieval?
                Abort, retry, ignore? [a/r/i] (a): a
                """, failure: .hashMismatch, culprits: ["labgood"]),
        Case(tool: .pacman, status: 0, text: "upgrading labgood...", failure: nil),
        Case(
            tool: .pacman, status: 0,
            text: """
                upgrading labslow...
                patchbay-agent: nothing was printed for 10 s; the script at work was ended.
                error: command terminated by signal 15: Terminated
                upgrading labgood...
                """, failure: .hung, culprits: ["labslow"]),
        Case(
            tool: .pacman, status: 0,
            text: "upgrading labslow...\nerror: command terminated by signal 9: Killed",
            failure: .maintainerScript, culprits: ["labslow"]),
        Case(
            tool: .pacman, status: 1,
            text: """
                upgrading labgood...
                error: could not extract /usr/share/labgood/version (Write failed)
                error: problem occurred while upgrading labgood
                error: could not commit transaction
                error: failed to commit transaction (transaction aborted)
                Errors occurred, no packages were upgraded.
                """, failure: .other, culprits: ["labgood"]),
        Case(
            tool: .pacman, status: 1,
            text: """
                checking available disk space...
                error: Partition /usr/share/labgood too full: 2 blocks needed, 0 blocks free
                error: not enough free disk space
                error: failed to commit transaction (not enough free disk space)
                """, failure: .diskFull),
        Case(
            tool: .pacman, status: 1,
            text: """
                checking package integrity...
                :: File /var/cache/pacman/pkg/labgood-2.0-1-any.pkg.tar.zst is corrupted (invalid or corrupted package (checksum)).
                Do you want to delete it? [Y/n] error: failed to commit transaction (invalid or corrupted package)
                """, failure: .hashMismatch, culprits: ["labgood"]),
        Case(
            tool: .pacman, status: 1,
            text: """
                error: failed retrieving file 'labbug-2.0-1-any.pkg.tar.zst' from server : Failed to connect to server port 8080 after 0 ms: Couldn't connect to server
                warning: failed to retrieve some files
                error: failed to commit transaction (download library error)
                """, failure: .network),
        Case(
            tool: .pacman, status: 0,
            text:
                "upgrading labfail...\ncannot migrate the settings\nerror: command failed to execute correctly",
            failure: .maintainerScript, culprits: ["labfail"]),
        Case(
            tool: .pacman, status: 1,
            text:
                "error: failed retrieving file 'labunsigned-2.0-1-any.pkg.tar.zst.sig' from server : The requested URL returned error: 404",
            failure: .signature, culprits: ["labunsigned"]),
        Case(
            tool: .pacman, status: 1,
            text:
                "error: failed retrieving file 'labgood-2.0-1-any.pkg.tar.zst' from server : The requested URL returned error: 404",
            failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(
            tool: .pacman, status: 1,
            text: """
                http://server/pacman/labgood-2.0-1-any.pkg.tar.zst:
                2026-11-22 22:44:42 ERROR 404: Not Found.
                warning: failed to retrieve some files
                error: failed to commit transaction (error invoking external downloader)
                """, failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(
            tool: .pacman, status: 1,
            text: """
                http://server/pacman/labgood-2.0-1-any.pkg.tar.zst.sig:
                2026-11-22 22:44:42 ERROR 404: Not Found.
                error: failed to commit transaction (error invoking external downloader)
                """, failure: .signature, culprits: ["labgood"]),
        Case(
            tool: .pacman, status: 1,
            text: ":: unable to satisfy dependency 'labgood>=9' required by labdep",
            failure: .dependency, culprits: ["labdep"]),
        Case(
            tool: .pacman, status: 1, text: "error: target not found: labgood=9.0-1",
            failure: .versionNotAvailable, culprits: ["labgood"]),
        Case(
            tool: .pacman, status: 1,
            text: "error: failed to init transaction (unable to lock database)",
            failure: .lockHeld),
        Case(
            tool: .flatpak, status: 1,
            text:
                "Error: Failed to update org.lab.Unsigned: Commit 8d57: GPG verification enabled, but no signatures found",
            failure: .signature, culprits: ["org.lab.Unsigned"]),
        Case(
            tool: .flatpak, status: 1, text: "error: Server returned status 404",
            failure: .versionNotAvailable),
        Case(
            tool: .flatpak, status: 1,
            text:
                "error: Unable to load summary from remote lab: While fetching http://server/flatpak/summary.idx: [7] Couldn't connect to server",
            failure: .network),
    ]

    @Test(arguments: cases)
    func `A tool's end is told apart`(_ example: Case) {
        let lines = example.text.split(separator: "\n").map(String.init)
        let verdict =
            switch example.tool {
            case .dnf: DnfComplaint(lines: lines, status: example.status).verdict
            case .zypper: ZypperComplaint(lines: lines, status: example.status).verdict
            case .pacman: PacmanComplaint(lines: lines, status: example.status).verdict
            default: FlatpakComplaint(lines: lines, status: example.status).verdict
            }
        #expect(verdict?.failure == example.failure, "\(verdict?.sentence ?? "none")")
        if !example.culprits.isEmpty { #expect(verdict?.culprits == example.culprits) }
        if example.failure != nil { #expect(verdict?.sentence.isEmpty == false) }
    }

    @Test func `Whoever holds zypper's lock is named`() {
        let verdict = ZypperComplaint(
            lines: ["System management is locked by the application with pid 123 (zypper)."],
            status: 7
        ).verdict
        #expect(verdict?.sentence == "zypper (pid 123)")
    }

    /// What each status means where the tool has said nothing, by its manual: zypper(8), dnf(8); for
    /// pacman, flatpak and apt-get there are only 0 and failure.
    static let statuses: [(PackageManagerName, Int32, FailureClass?)] = [
        (.zypper, 0, nil), (.zypper, 1, .other), (.zypper, 2, .other), (.zypper, 3, .other),
        (.zypper, 4, .other), (.zypper, 5, .other), (.zypper, 6, .other), (.zypper, 7, .lockHeld),
        (.zypper, 8, .other), (.zypper, 100, nil), (.zypper, 101, nil), (.zypper, 102, nil),
        (.zypper, 103, .interrupted), (.zypper, 104, .versionNotAvailable),
        (.zypper, 105, .interrupted), (.zypper, 106, nil), (.zypper, 107, .maintainerScript),
        (.dnf, 0, nil), (.dnf, 1, .other), (.dnf, 3, .other), (.dnf, 100, .other),
        (.dnf, 200, .lockHeld),
        (.pacman, 0, nil), (.pacman, 1, .other), (.pacman, 127, .other),
        (.flatpak, 0, nil), (.flatpak, 1, .other),
        (.apt, 0, nil), (.apt, 1, .other), (.apt, 100, .other), (.apt, 130, .other),
    ]

    @Test(arguments: statuses)
    func `A status without a word is what the manual says`(
        tool: PackageManagerName, status: Int32, failure: FailureClass?
    ) {
        let run = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 1, updates: [])
        let verdict =
            NativeTools.installing(tool, runner: SubprocessRunner(), replaced: nil).map {
                ToolVerdict(tool: $0).read(run, .exited(status), "")
            } ?? AptInstaller().verdict(on: run, ending: .exited(status), logTail: "")
        #expect(verdict.failure == failure, "\(verdict.sentence)")
        #expect(!verdict.sentence.isEmpty)
        // 103: zypper has replaced itself, and the rest of the order is tried again.
        if status == 103 { #expect(verdict.failure?.mayPassByItself == true) }
    }

    @Test(arguments: [(0, true), (7, false), (100, true), (101, true), (102, true), (104, false)])
    func `An answer of zypper is whole also where its status says that updates are missing`(
        status: Int32, isWhole: Bool
    ) {
        #expect(ZypperStatus.isAnswer(status) == isWhole)
    }
}
