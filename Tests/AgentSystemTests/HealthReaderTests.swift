import Fleet
import Foundation
import Health
import Synchronization
import Testing

@testable import AgentSystem

/// Programs that answer as they are told to, with what they were asked.
private final class Tools: Sendable {
    private let answers: Mutex<[(word: String, output: ProgramOutput)]>
    private let calls = Mutex<[[String]]>([])

    init(_ answers: [(word: String, status: Int32, text: String)]) {
        self.answers = Mutex(
            answers.map { ($0.word, ProgramOutput(status: $0.status, text: $0.text)) })
    }

    /// The first answer whose word is in the command counts; without one the program is not there.
    func run(_ command: [String]) -> ProgramOutput? {
        calls.withLock { $0.append(command) }
        return answers.withLock { $0.first { command.contains($0.word) }?.output }
    }

    var commands: [[String]] { calls.withLock { $0 } }
}

private let noon = Timestamp(seconds: 1_795_521_600)

private func health(
    _ measure: HealthMeasure, _ tools: Tools, root: String = "/nowhere"
) async -> HealthReading {
    await HealthReader(run: { tools.run($0) }, root: root).read(
        measure, since: noon, until: noon.adding(seconds: 60))
}

private func entry(_ message: String?, priority: Int = 3) -> String {
    "{\"__CURSOR\":\"s=0\",\"__REALTIME_TIMESTAMP\":\"1795521601000000\",\"PRIORITY\":\"\(priority)\""
        + (message.map { ",\"MESSAGE\":\($0)" } ?? "") + "}\n"
}

private let one = ("--lines=1", Int32(0), entry(nil))

@Suite struct `Errors in the journal are counted` {
    @Test(
        arguments: [
            ("", 0), (entry(nil), 1), (entry(nil) + entry(nil), 2),
            // Words that journalctl says beside the entries, in whatever language.
            ("Hint: You are currently not seeing messages from other users.\n" + entry(nil), 1),
            ("-- Journal begins at Mon 2026-11-23 --\r\n" + entry(nil) + "-- No entries --\n", 1),
            ("-- Das Journal beginnt am Mo 2026-11-23 --\n\n", 0),
        ] as [(String, Int64)])
    func `by the lines that are entries`(_ text: String, _ count: Int64) async {
        let tools = Tools([one, ("--priority=err", 0, text)])
        #expect(await health(HealthMeasure(.journal), tools) == .value(count))
    }

    @Test func `with the words of a program, and never of a shell`() async {
        let tools = Tools([one, ("--priority=err", 0, "")])
        _ = await health(HealthMeasure(.journal, name: "nginx.service"), tools)
        #expect(
            tools.commands.last == [
                "/usr/bin/journalctl", "--quiet", "--no-pager", "--output=json",
                "--output-fields=PRIORITY", "--lines=1001", "--since=@1795521600",
                "--until=@1795521661", "--priority=err", "--unit=nginx.service",
            ])
    }

    @Test(
        arguments: [
            ("timed out", #""upstream timed out (110)""#, true),
            ("UPSTREAM*(110)", #""upstream timed out (110)""#, true),
            ("timed out", #""all is well""#, false),
            // A text in a text: quotes stand behind backslashes.
            (#"said "no""#, #""it said \"no\" twice""#, true),
            ("no", #""a \",\"MESSAGE\":\" b""#, false),
            ("two lines", #""two\nlines""#, true),
            // What is not UTF-8 comes as numbers, and what is too long not at all.
            ("Höhe", "[72, 195, 182, 104, 101]", true), ("abc", "[97,98,99,255]", true),
            ("abc", "null", false), ("abc", "[]", false),
            ("größe", #""die größe fehlt""#, true),
        ])
    func `when they hold a text`(_ text: String, _ message: String, _ isFound: Bool) async {
        let tools = Tools([one, ("--priority=err", 0, entry(message))])
        let found = await health(HealthMeasure(.journal, text: text), tools)
        #expect(found == .value(isFound ? 1 : 0))
    }

    @Test(
        arguments: [
            // No journal at all, which answers with nothing and 0, or says so.
            [("--lines=1", 0, "")], [("--lines=1", 1, "No journal files were found.\n")], [],
            // The journal is there, and cannot be read, or not to its end.
            [
                ("--lines=1", 0, "{\"PRIORITY\":\"3\"}\n"),
                ("--priority=err", 1, "Failed to seek\n"),
            ],
            [
                ("--lines=1", 0, "{\"PRIORITY\":\"3\"}\n"),
                ("--priority=err", 0, "{\"PRIORITY\":\"3\"}\n{\"__CURSOR\":\"s=1\",\"PRIO"),
            ],
        ] as [[(word: String, status: Int32, text: String)]])
    func `or are unknown, where it does not tell`(
        _ answers: [(word: String, status: Int32, text: String)]
    ) async {
        let found = await health(HealthMeasure(.journal), Tools(answers))
        guard case .unknown(let reason) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(!reason.isEmpty)
    }
}

@Suite struct `Crashes are counted` {
    @Test(
        arguments: [
            ("nginx[71]: segfault at 0 ip 000055 sp 00007f error 4 in nginx[55+1]", "nginx"),
            ("traps: php-fpm8.2[9] general protection fault ip:7f sp:7f error:0", "php-fpm8.2"),
            ("traps: a[1] trap invalid opcode ip:1 sp:2 error:0 in a[1+1]", "a"),
            ("Web Content[12]: segfault at 10 ip 1 sp 2 error 6 likely on CPU 3", "Web Content"),
            ("show_signal_msg: 12 callbacks suppressed", nil), ("[7]: segfault at 0", nil),
            ("systemd[1]: segfault is not what this says", nil), ("traps: ", nil), ("", nil),
            ("usb[x]: segfault at 0", nil), ("nginx[71", nil),
        ] as [(String, String?)])
    func `by the kernel's lines`(_ line: String, _ program: String?) {
        #expect(HealthReader.crashed(line[...]) == program)
    }

    @Test(
        arguments: [
            ("core.nginx.0.0f.71.1795521601000000.zst", "nginx", true), ("core", nil, true),
            ("core.nginx.0.0f.71.1795521601000000.zst", "ngin", false), ("core.71", nil, true),
            ("_usr_sbin_nginx.0.crash", "nginx", true),
            ("_usr_bin_gtk4-demo.1000.crash", nil, true),
            ("_usr_sbin_nginx.0.crash", "usr", false), ("_opt_app-1.2_app.33.crash", "app", true),
            ("kexec_cmd", nil, false), ("202611231200", nil, false), (".lock", nil, false),
            ("nginx.0.crash", "nginx", true), ("corefile.txt", nil, false),
            ("core.a-very-long-pro.0.0f.7.1", "a-very-long-program", true),
        ] as [(String, String?, Bool)])
    func `by the files that they leave`(_ name: String, _ program: String?, _ isOne: Bool) {
        #expect(HealthReader.isCrash(name, of: program) == isOne)
    }

    @Test func `by the largest of what the journal, the kernel and the files say`() async {
        let tools = Tools([
            one, (HealthReader.coredump, 0, entry(nil) + entry(nil)),
            (
                "--grep=segfault at|traps: ", 0,
                "nginx[71]: segfault at 0 ip 0\nnginx[72]: segfault at 0 ip 0\nsshd[8]: segfault at 1\n"
            ),
        ])
        #expect(await health(HealthMeasure(.crashes), tools) == .value(3))
        #expect(await health(HealthMeasure(.crashes, name: "nginx"), tools) == .value(2))
        #expect(tools.commands.contains { $0.contains("COREDUMP_COMM=nginx") })
    }

    @Test func `by files alone where there is no systemd, in the time that is asked for`()
        async throws
    {
        let root = FileManager.default.temporaryDirectory.appending(path: "crashes-\(UUID())")
        let folder = root.appending(path: "var/crash")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        #expect(await health(HealthMeasure(.crashes), Tools([]), root: root.path) == .value(0))
        for (name, seconds) in [("_bin_a.0.crash", 1), ("_bin_b.0.crash", -90), ("core.c", 30)] {
            let file = folder.appending(path: name)
            try Data("x".utf8).write(to: file)
            try FileManager.default.setAttributes(
                [
                    .modificationDate: Date(
                        timeIntervalSince1970: Double(noon.milliseconds / 1000) + Double(seconds))
                ], ofItemAtPath: file.path)
        }
        #expect(await health(HealthMeasure(.crashes), Tools([]), root: root.path) == .value(2))
        let named = await health(HealthMeasure(.crashes, name: "a"), Tools([]), root: root.path)
        #expect(named == .value(1))
    }

    @Test func `or are unknown, where nothing keeps them`() async {
        for tools in [Tools([]), Tools([("--lines=1", 0, "")])] {
            guard case .unknown = await health(HealthMeasure(.crashes), tools) else {
                Issue.record("known")
                return
            }
        }
    }
}

@Suite struct `The time of a boot` {
    @Test(
        arguments: [
            (
                "KernelTimestamp=Mon 2026-11-23 09:00:00 UTC\nUserspaceTimestampMonotonic=4000000\n"
                    + "FinishTimestampMonotonic=21234567\n", 21_234
            ),
            // A container: the clock is that of the machine below it.
            (
                "KernelTimestamp=\nUserspaceTimestampMonotonic=900000000\n"
                    + "FinishTimestampMonotonic=902500000\n", 2500
            ),
            // In another order, with a line that nobody asked for.
            (
                "FinishTimestampMonotonic=5000000\r\nVersion=229\r\nKernelTimestamp=n/a\r\n"
                    + "UserspaceTimestampMonotonic=1000000\r\n", 4000
            ),
        ] as [(String, Int64)])
    func `is read from systemd`(_ text: String, _ milliseconds: Int64) async {
        let tools = Tools([("show", 0, text)])
        #expect(await health(HealthMeasure(.bootTime, atMost: 60), tools) == .value(milliseconds))
        #expect(
            tools.commands == [
                [
                    "/usr/bin/systemctl", "show",
                    "--property=KernelTimestamp,UserspaceTimestampMonotonic,FinishTimestampMonotonic",
                ]
            ])
    }

    @Test(
        arguments: [
            (1, "System has not been booted with systemd as init system (PID 1).\n"), (0, ""),
            (0, "KernelTimestamp=Mon\nFinishTimestampMonotonic=0\n"),
            (0, "KernelTimestamp=\nFinishTimestampMonotonic=5000000\n"),
            (0, "KernelTimestamp=\nUserspaceTimestampMonotonic=9\nFinishTimestampMonotonic=8\n"),
            (0, "FinishTimestampMonotonic=soon\n"),
        ] as [(Int32, String)])
    func `is unknown where systemd does not say`(_ status: Int32, _ text: String) async {
        let tools = Tools([("show", status, text)])
        guard case .unknown = await health(HealthMeasure(.bootTime, atMost: 60), tools) else {
            Issue.record("known")
            return
        }
    }

    /// On a machine with systemd these are figures; in a container without it each is unknown, and
    /// says why.
    @Test(arguments: HealthMeasure.Subject.allCases)
    func `and all else is read of this very machine`(_ subject: HealthMeasure.Subject) async {
        let found = await HealthReader().read(
            HealthMeasure(subject), since: noon, until: noon.adding(seconds: 60))
        switch found {
        case .value(let value): #expect(value >= 0)
        case .unknown(let reason): #expect(!reason.isEmpty)
        }
    }
}
