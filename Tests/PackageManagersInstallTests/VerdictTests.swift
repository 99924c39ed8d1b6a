import AgentCore
import Fleet
@testable import PackageManagers
import Rollout
import Testing

/// What a run's ending and words mean.
struct VerdictTests {
    private let installer = AptInstaller()

    private func plan(_ names: String...) -> RunPlan {
        installer.installRun(
            for: names.map {
                LockedUpdate(manager: .apt, name: $0, architecture: "all", from: "1.0", to: "2.0")
            })
    }

    @Test(arguments: Complaint.all) func `a complaint is told apart, with its culprit`(
        _ complaint: Complaint
    ) {
        let verdict = installer.verdict(
            on: plan("labgood"), ending: .exited(100), logTail: complaint.log)
        #expect(verdict.failure == complaint.failure)
        #expect(verdict.culprits == complaint.culprits)
        #expect(verdict.sentence.contains(complaint.words), "\(verdict.sentence)")
    }

    @Test func `every class that apt's words can lead to has a recorded text`() {
        let covered = Set(Complaint.all.map(\.failure))
        // These come from endings, from the scan or from the order, never from apt's words.
        let others: Set<FailureClass> = [
            .hung, .interrupted, .journalUnreadable, .nothingChanged,
            .unhealthyAfterPatch, .rebootNotClearing, .backupTooOld, .snapshotMissing,
            .evidenceMissing, .blockedByProcess, .refused, .other,
        ]
        #expect(covered.union(others) == Set(FailureClass.allCases))
    }

    @Test(arguments: Complaint.all) func `a text that is cut anywhere never misleads to success`(
        _ complaint: Complaint
    ) {
        for length in stride(from: 0, to: complaint.log.count, by: 7) {
            let verdict = installer.verdict(
                on: plan("labgood"), ending: .exited(100),
                logTail: String(complaint.log.prefix(length)))
            #expect(verdict.failure != nil)
        }
    }

    @Test func `endings that are no exit status`() {
        let log = "Setting up labhang (2.0) ...\nlabhang: waiting for something that never comes\n"
        let hung = installer.verdict(
            on: plan("labhang"), ending: .hung(lastLine: "labhang: waiting"), logTail: log)
        #expect(hung.failure == .hung)
        #expect(hung.culprits == ["labhang"])
        #expect(hung.sentence.contains("labhang: waiting"))
        #expect(
            installer.verdict(on: plan("a"), ending: .signalled(9), logTail: "").failure
                == .interrupted)
        #expect(
            installer.verdict(on: plan("a"), ending: .vanished, logTail: "").failure == .interrupted
        )
        #expect(
            installer.verdict(on: plan("a"), ending: .notStarted("no"), logTail: "").failure
                == .other)
        #expect(installer.verdict(on: plan("a"), ending: .exited(1), logTail: "").failure == .other)
        #expect(installer.verdict(on: plan("a"), ending: .exited(0), logTail: "").failure == nil)
    }

    @Test func `a kept configuration file and a new dependency are noted`() {
        let log = """
            Selecting previously unselected package labextra.
            Setting up labconf (2.0) ...

            Configuration file '/etc/labconf.conf'
             ==> Modified (by you or by a script) since installation.
             ==> Package distributor has shipped an updated version.
             ==> Keeping old config file as default.
            """
        let verdict = installer.verdict(on: plan("labconf"), ending: .exited(0), logTail: log)
        #expect(verdict.failure == nil)
        #expect(verdict.notes.count == 2)
        #expect(verdict.notes.contains { $0.contains("/etc/labconf.conf.dpkg-dist") })
        #expect(verdict.notes.contains { $0.contains("labextra") })
    }

    @Test(arguments: ShutdownWord.End.allCases)
    func `a shutdown that was scheduled is noted with the package that was at work`(
        end: ShutdownWord.End
    ) {
        let word = ShutdownWord(end)
        #expect(ShutdownWord(line: word.line) == word)
        #expect(ShutdownWord(line: "half a line\(word.line)") == word)
        #expect(ShutdownWord(line: "\(word.line) And more.") == nil)
        let log = """
            Setting up labgood (2.0) ...
            Setting up labplans (2.0) ...
            \(word.line)
            Setting up labafter (2.0) ...
            """
        let verdict = installer.verdict(on: plan("labplans"), ending: .exited(0), logTail: log)
        #expect(verdict.failure == nil)
        #expect(verdict.notes == [word.note("labplans")])
        #expect(verdict.notes[0].hasPrefix("While labplans was at work a "))
    }

    @Test(
        arguments: [
            ("", nil, nil),
            ("Need to get 1522 B of archives.\n", "Downloads packages.", 0),
            (
                "Get:1 http://deb.example.org stable/main amd64 labgood all 2.0 [758 B]\n",
                "Downloads labgood.", nil
            ),
            ("Unpacking labgood (2.0) over (1.0) ...\n", "Unpacks labgood 2.0.", 32),
            (
                "Unpacking labgood (2.0) over (1.0) ...\nUnpacking b (2) over (1) ...\nSetting up labgood:i386 (1:2.0-1) ...\n",
                "Sets up labgood:i386 1:2.0-1.", 76
            ),
            ("Setting up without a version\n", nil, nil),
        ] as [(String, String?, Int?)])
    func `the step is read from the log`(_ log: String, _ sentence: String?, _ percent: Int?) {
        let step = installer.progress(of: plan("labgood", "b"), from: log)
        #expect(step?.sentence == sentence)
        #expect(step?.percent == percent)
    }

    @Test func `the command names exact versions, takes nothing away and asks nothing`() {
        let updates = [
            LockedUpdate(
                manager: .apt, name: "labgood", architecture: "all", from: "1.0", to: "2.0"),
            LockedUpdate(
                manager: .apt, name: "libc6", architecture: "i386", from: "1", to: "1:2-3"),
        ]
        let run = installer.installRun(for: updates)
        #expect(run.commands.count == 1)
        #expect(run.commands[0].first == "/usr/bin/apt-get")
        #expect(run.commands[0].suffix(3) == ["install", "labgood=2.0", "libc6:i386=1:2-3"])
        #expect(run.commands[0].contains("--mark-auto"))
        #expect(run.commands[0].contains("APT::Get::Remove=false"))
        #expect(
            !run.commands[0].contains {
                $0.contains("allow-downgrades") || $0.contains("allow-unauthenticated")
            })
        #expect(run.environment["DEBIAN_FRONTEND"] == "noninteractive")
        #expect(run.environment["NEEDRESTART_SUSPEND"] == "1")
        #expect(run.environment["LC_ALL"] == "C")
    }
}
