import AgentCore
import Fleet
import Foundation
@testable import PackageManagers
import Rollout
import TestSupport
import Testing

/// Several packages of one run, of which some fail: each has its own cause. The logs are those of
/// Debian 12's apt and dpkg, with lines left out that say nothing.
struct BlameTests {
    private let installer = AptInstaller()

    private func read(_ log: String, _ ending: RunEnding = .exited(100)) -> RunVerdict {
        installer.verdict(on: installer.installRun(for: []), ending: ending, logTail: log)
    }

    @Test func `of packages that fail each is told with its own words`() {
        let verdict = read(
            """
            Unpacking labplain (2.0) over (1.0) ...
            Setting up labfail (2.0) ...
            labfail: cannot migrate the settings of version 1.0: the key 'port' stands there twice
            dpkg: error processing package labfail (--configure):
             installed labfail package post-installation script subprocess returned error exit status 1
            Setting up labplain (2.0) ...
            Setting up labhang (2.0) ...
            labhang: waiting for something that never comes
            \(HangWord(seconds: 10).line)
            dpkg: error processing package labhang (--configure):
             installed labhang package post-installation script subprocess was killed by signal (Terminated)
            dpkg: dependency problems prevent configuration of labneeds:
             labneeds depends on labhang (>= 2.0); however:
              Package labhang is not configured yet.

            dpkg: error processing package labneeds (--configure):
             dependency problems - leaving unconfigured
            Setting up labgood (2.0) ...
            Errors were encountered while processing:
             labfail
             labhang
             labneeds
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """)
        #expect(verdict.failure == .hung)
        #expect(verdict.culprits == ["labfail", "labhang", "labneeds"])
        #expect(
            verdict.blame(of: "labfail")?.sentence
                == "labfail: installed labfail package post-installation script subprocess returned "
                + "error exit status 1 (labfail: cannot migrate the settings of version 1.0: the "
                + "key 'port' stands there twice).")
        #expect(verdict.blame(of: "labfail")?.failure == .maintainerScript)
        #expect(verdict.blame(of: "labfail")?.mark == "labfail=2.0")
        #expect(
            verdict.blame(of: "labhang")
                == PackageBlame(
                    name: "labhang", version: "2.0", failure: .hung,
                    sentence:
                        "labhang: its script printed nothing for 10 s and was ended; its last "
                        + "line: \"labhang: waiting for something that never comes\"."))
        #expect(verdict.blame(of: "labneeds")?.failure == .dependency)
        #expect(
            verdict.blame(of: "labneeds")?.sentence.contains(
                "Package labhang is not configured yet.") == true)
        #expect(verdict.blame(of: "labplain") == nil)
        #expect(verdict.blame(of: "labgood") == nil)
        #expect(verdict.notes.contains { $0.hasPrefix("A script of labhang printed nothing") })
    }

    @Test func `a disk that fills in mid-unpack is one package's, and the others were cut off`() {
        let verdict = read(
            """
            Preparing to unpack .../labbefore_2.0_all.deb ...
            Unpacking labbefore (2.0) over (1.0) ...
            Preparing to unpack .../labfills_2.0_all.deb ...
            Unpacking labfills (2.0) over (1.0) ...
            dpkg: error processing archive /var/cache/apt/archives/labfills_2.0_all.deb (--unpack):
             cannot copy extracted data for './usr/share/labfills/data' to '/usr/share/labfills/data.dpkg-new': failed to write (No space left on device)
            Preparing to unpack .../labafter_2.0_all.deb ...
            Unpacking labafter (2.0) over (1.0) ...
            Errors were encountered while processing:
             /var/cache/apt/archives/labfills_2.0_all.deb
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """)
        #expect(verdict.failure == .diskFull)
        #expect(verdict.culprits == ["labfills"])
        #expect(verdict.blames?.map(\.name) == ["labfills"])
        #expect(verdict.blames?.map(\.failure) == [.diskFull])
        // dpkg has gone back to the old version, which is not broken.
        #expect(verdict.blames?.map(\.mark) == ["labfills"])
    }

    @Test func `a script that hangs before its package is unpacked is that package's`() {
        let verdict = read(
            """
            Unpacking labbefore (2.0) over (1.0) ...
            Preparing to unpack .../1-labwait_2.0_all.deb ...
            labwait: its preinst waits for ever \(HangWord(seconds: 1800).line)
            dpkg: error processing archive /tmp/apt-dpkg-install-Xd2/1-labwait_2.0_all.deb (--unpack):
             new labwait package pre-installation script subprocess was killed by signal (Terminated)
            Errors were encountered while processing:
             /tmp/apt-dpkg-install-Xd2/1-labwait_2.0_all.deb
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """)
        #expect(verdict.failure == .hung)
        #expect(verdict.culprits == ["labwait"])
        #expect(
            verdict.sentence.hasSuffix("its last line: \"labwait: its preinst waits for ever \"."),
            "\(verdict.sentence)")
        #expect(
            verdict.notes == [
                "A script of labwait printed nothing for 1800 s and was ended; the other packages went "
                    + "on without it."
            ])
    }

    @Test func `a run that is ended whole is the last package's`() {
        let verdict = read(
            "Unpacking laba (2.0) over (1.0) ...\nPreparing to unpack .../labz_2.0_all.deb ...\n",
            .hung(lastLine: "Preparing to unpack"))
        #expect(verdict.failure == .hung)
        #expect(verdict.culprits == ["labz"])
        #expect(read("Reading package lists...\n", .hung(lastLine: "")).culprits == [])
    }

    @Test func `what hangs is not begun with again`() throws {
        try withTemporaryFolder { folder in
            let dpkg = folder.appending(path: "var/lib/dpkg")
            try FileManager.default.createDirectory(at: dpkg, withIntermediateDirectories: true)
            let status = [
                ("labhang", "half-configured", "2.0", "all"), ("labgood", "unpacked", "2.0", "all"),
                ("labnative", "unpacked", "2.0", "amd64"), ("labold", "installed", "1.0", "all"),
            ].map {
                "Package: \($0.0)\nStatus: install ok \($0.1)\nVersion: \($0.2)\n"
                    + "Architecture: \($0.3)\n\n"
            }
            try Data(status.joined().utf8).write(to: dpkg.appending(path: "status"))
            let installer = AptInstaller(
                runner: RecordedApt { _ in CommandOutput(status: 1) }, root: folder.path,
                inactivityLimitSeconds: 60)
            let update = LockedUpdate(
                manager: .apt, name: "labold", architecture: "all", from: "1.0", to: "2.0")

            let aside = ["labhang=2.0"]
            let mend = installer.repairRun(leaving: aside)
            #expect(
                mend.commands == [
                    [
                        "/usr/bin/dpkg", "--force-confdef", "--force-confold", "--configure",
                        "labgood", "labnative:amd64",
                    ]
                ])
            #expect(mend.scriptHosts == ["dpkg"])
            let install = installer.installRun(for: [update], leaving: aside)
            #expect(install.isUnpackOnly == true)
            #expect(install.commands[0].contains("DPkg::ConfigurePending=false"))

            // A newer version of it may be the one that mends it, and with nothing left aside all
            // is as ever.
            for other in [[], ["labhang=1.5"], ["labold=1.0"]] {
                let usual = installer.installRun(for: [update], leaving: other)
                #expect(usual.isUnpackOnly == nil)
                #expect(!usual.commands[0].contains("DPkg::ConfigurePending=false"))
                #expect(installer.repairRun(leaving: other).commands.count == 2)
            }
            #expect(
                installer.repairRun(leaving: aside + ["labgood", "labnative"]).commands == [
                    [
                        "/usr/bin/dpkg", "--force-confdef", "--force-confold", "--triggers-only",
                        "-a",
                    ]
                ])
        }
    }

    @Test(arguments: [
        (
            "patchbay-agent: nothing was printed for 10 s; the script at work was ended.", 10, "",
            ""
        ),
        (
            "Really? [y/N] patchbay-agent: nothing was printed for 1800 s; the script at work was "
                + "ended.", 1800, "Really? [y/N] ", ""
        ),
        (
            "(1/2) Installing: a-2-1.noarch [..patchbay-agent: nothing was printed for 10 s, at "
                + "work on /var/cache/a-2-1.noarch.rpm; the script at work was ended.", 10,
            "(1/2) Installing: a-2-1.noarch [..", "/var/cache/a-2-1.noarch.rpm"
        ),
    ])
    func `the word of a script that was ended is read back`(
        line: String, seconds: Int64, before: String, file: String
    ) throws {
        let word = try #require(HangWord(line: line))
        #expect(word.seconds == seconds)
        #expect(word.file == file)
        #expect(word.before == before)
        #expect(line.hasSuffix(word.line))
        #expect(HangWord(line: "\(line) And more.") == nil)
        #expect(HangWord(line: String(line.dropFirst(before.count + 1))) == nil)
    }
}
