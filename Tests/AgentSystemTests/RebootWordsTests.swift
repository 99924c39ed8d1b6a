@testable import AgentSystem
import AgentCore
import Policy
import Rollout
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct `What the system says of people and programs` {
    @Test func `sessions of people are read from logind, and others are left out`() {
        let text = """
            Id=3
            User=1000
            Name=anna
            TTY=pts/0
            Type=tty
            Class=user
            State=active

            Id=c1
            User=110
            Name=gdm
            TTY=tty1
            Type=wayland
            Class=greeter
            State=active

            Id=7
            User=1001
            Name=ben
            TTY=tty2
            Type=wayland
            Class=user
            State=online

            Id=9
            User=1002
            Name=carl
            TTY=pts/4
            Type=tty
            Class=user
            State=closing
            """
        #expect(
            LoginSessions.sessions(in: text) == [
                UserSession(user: 1000, name: "anna", terminal: "/dev/pts/0"),
                UserSession(user: 1001, name: "ben", terminal: nil),
            ])
    }

    @Test func `identifiers are the first column, and only identifiers`() {
        #expect(
            LoginSessions.identifiers(in: "  3 1000 anna seat0 tty2\nc1 110 gdm\n--help x\n\n")
                == ["3", "c1"])
        #expect(LoginSessions.identifiers(in: "No sessions.\n") == ["No"])
    }

    @Test func `utmp records of users are read, and a file that was cut off is no harm`() {
        var bytes = [UInt8](repeating: 0, count: 384 * 2 + 100)
        bytes[0] = 2
        bytes[384] = 7
        bytes[384 + 4] = 0x2A
        bytes.replaceSubrange((384 + 8)..<(384 + 13), with: Array("pts/1".utf8))
        bytes.replaceSubrange((384 + 44)..<(384 + 48), with: Array("anna".utf8))
        #expect(
            LoginSessions.records(in: bytes) == [.init(pid: 42, line: "pts/1", name: "anna")])
        #expect(LoginSessions.records(in: Array(bytes.prefix(100))) == [])
        #expect(LoginSessions.records(in: []) == [])
    }

    @Test func `only inhibitors that block a shutdown count`() {
        let answer = #"""
            a(ssssuu) 3 "shutdown:sleep" "Backup \"nightly\"" "copies files" "block" 0 812 "handle-power-key" "gnome" "it does" "block" 1000 9 "shutdown" "Unattended Upgrades Shutdown" "stops" "delay" 0 77

            """#
        #expect(SystemBus.blocking(in: answer) == ["Backup \"nightly\" (copies files)"])
        #expect(SystemBus.blocking(in: "a(ssssuu) 0\n") == [])
        #expect(SystemBus.blocking(in: "a(ssssuu) 2 \"shutdown\"") == nil)
        #expect(SystemBus.blocking(in: "Call failed: no") == nil)
    }

    @Test(
        arguments: [
            ("pts/0", "/dev/pts/0"), ("tty1", "/dev/tty1"), ("/dev/pts/12", "/dev/pts/12"),
            ("../etc/passwd", nil), ("pts/../../etc/passwd", nil), ("sda", nil), (":0", nil),
            ("", nil),
        ] as [(String, String?)])
    func `only terminals are written to`(_ line: String, _ path: String?) {
        #expect(Terminal.path(Substring(line)) == path)
    }

    @Test func `a terminal gets nothing that it would obey`() {
        #expect(Terminal.shown("a\u{1B}[2Jb\nc\u{9B}d\u{7}") == "a[2Jb\r\ncd")
        #expect(!Terminal.write("x", to: "/dev/null"))
        #expect(!Terminal.write("x", to: "/nowhere"))
    }

    @Test func `a short program's words and status are read, and one that hangs is ended`() async {
        let good = await ProgramOutput.of(["/bin/echo", "one", "two"])
        #expect(good == ProgramOutput(status: 0, text: "one two\n"))
        let bad = await ProgramOutput.of(["/bin/ls", "/nowhere"])
        #expect(bad?.status == 2)
        #expect(bad?.text.contains("/nowhere") == true)
        #expect(await ProgramOutput.of(["/bin/sleep", "60"], patience: 50) == nil)
        #expect(await ProgramOutput.of(["/nowhere/program"]) == nil)
    }
}

@Suite struct `Probes of this machine` {
    private let probes = SystemProbes { address in
        ProbeResult(probe: "http:\(address.text)", isPassed: true, sentence: "asked")
    }

    @Test func `a process is found by its name`() async {
        let own = SmallFile.line("/proc/self/comm") ?? ""
        #expect(await probes.ask(.process(own)).isPassed)
        #expect(await probes.ask(.process("no-such-process")).isPassed == false)
    }

    @Test func `a port that nobody listens on is refused`() async {
        let result = await probes.ask(.tcp(port: 1))
        #expect(!result.isPassed)
        #expect(result.sentence.contains("Port 1"))
    }

    @Test(arguments: [
        "https://localhost/healthz", "http://127.0.0.1:8080/", "http://[::1]:80/x",
        "HTTP://LOCALHOST",
    ])
    func `addresses of this machine are asked`(_ address: String) async {
        #expect(HealthProbe.http(address).isSound)
        #expect(await probes.ask(.http(address)).sentence == "asked")
    }

    @Test(arguments: [
        "http://example.com/", "http://localhost.example.com/", "http://localhost@example.com/",
        "http://127.0.0.1.example.com/", "ftp://localhost/", "http://10.0.0.1/", "localhost",
        "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://localhost\\@example.com/",
        "http://1270.0.0.1/", "http://[::2]/", "http://localhost:80@example.com/", "",
    ])
    func `no other address is ever asked`(_ address: String) async {
        #expect(!HealthProbe.http(address).isSound)
        #expect(await probes.ask(.http(address)).isPassed == false)
    }
}

@Suite struct `People ask the agent` {
    private struct Echo: PeopleAnswering {
        func answer(_ request: PeopleRequest, from asker: Asker) -> PeopleAnswer {
            var status = RebootStatus.none
            status.sentence = "\(request.ask.rawValue) \(request.seconds ?? 0) of \(asker.user)"
            return PeopleAnswer(status: status)
        }
    }

    @Test func `over a socket that tells who they are`() throws {
        let path = "/tmp/patchbay-people-\(getpid()).sock"
        let socket = try #require(PeopleSocket(path: path, answering: Echo()))
        defer { socket.close() }
        let answer = PeopleClient.ask(PeopleRequest(.defer, seconds: 60), at: path)
        #expect(answer?.status.sentence == "defer 60 of \(getuid())")
        #expect(PeopleClient.ask(PeopleRequest(.status), at: "\(path).none") == nil)
    }
}
