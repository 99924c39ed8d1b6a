import Foundation
import TestSupport
import Testing

struct StatusTests {
    @Test(arguments: [
        (["--help"], 0), (["--version"], 0), (["help", "up"], 0), ([], 0),
        (["version", "compare", "--ecosystem", "deb", "1.0", "1.1"], 0), (["nonsense"], 2),
        (["version", "compare", "1", "2"], 2),
        (["version", "compare", "--ecosystem", "cobol", "1", "2"], 2),
        (["version", "compare", "--ecosystem", "deb", "1"], 2),
        (["version", "compare", "--ecosystem", "deb", ":1", "2"], 2), (["up", "--port", "x"], 2),
        (["up", "--port", "70000"], 2), (["serve", "--listen", "nowhere"], 2),
        (["serve", "--keep-history", "0"], 2), (["serve", "--keep-job-logs", "x"], 2),
        (["tenant", "list", "--home", "/nonexistent"], 3),
        (["tenant", "list", "--server", "https://127.0.0.1:1"], 2),
        (["tenant", "list", "--token-file", "/nonexistent"], 2),
        (["audit", "verify", "--home", "/nonexistent"], 3),
        (["audit", "verify", "--file", "/nonexistent"], 2),
        (["audit", "verify", "--file", "/etc/passwd"], 2),
        (["debug", "parse", "no-such-tool"], 2),
        (["debug", "parse", "os-release", "--file", "/nonexistent"], 2),
        (["debug", "parse", "os-release", "--file", "/"], 2),
        (["backup", "restore", "/etc/passwd", "--home", "/nonexistent/x/y"], 2),
        (["deployment", "create", "--endpoint", "x", "--update", "y"], 2),
        (["deployment", "create", "--endpoint", "ept_01h2xcejqtf2nbrexx3vqjhp41"], 2),
        (["scan", "--root", "/nonexistent"], 3), (["scan", "--root", "/tmp", "--refresh"], 2),
        (["token", "create", "--out", "/tmp/x"], 2),
        (["token", "create", "--role", "viewer", "--uses", "5", "--out", "/tmp/x"], 2),
        (["token", "create", "--role", "viewer", "--site", "x", "--out", "/tmp/x"], 2),
        (["user", "create", "anna", "--role", "viewer", "--uses", "5"], 2),
        (["tenant", "list", "--ca-file", "/etc/passwd"], 2),
        (["tenant", "list", "--home", "/nonexistent", "--token-file", "/nonexistent"], 2),
    ])
    func `each ending has its status, and says why on standard error`(
        _ arguments: [String], _ status: Int
    ) async throws {
        let ending = try await CommandLine.patchbay(arguments)
        #expect(
            ending.status == Int32(status), "\(arguments): \(ending.output)\(ending.errorOutput)")
        if status == 0 {
            #expect(ending.errorOutput.isEmpty, "\(arguments)")
        } else {
            #expect(ending.output.isEmpty, "\(arguments)")
            #expect(!ending.errorOutput.isEmpty, "\(arguments)")
            #expect(!ending.errorOutput.contains("Error Domain"), "\(ending.errorOutput)")
        }
    }

    @Test(arguments: [
        (["--help"], 0), (["nonsense"], 2), (["enrol", "--token-file", "/nonexistent"], 2),
        (["enrol", "--token-file", "-", "--server", "foo"], 2),
        (["enrol", "--token-file", "-", "--server", "http://patchbay.example.org"], 2),
        (["enrol", "--token-file", "-"], 2), (["run", "--state", "relative"], 2),
        (["run", "--state", "/nonexistent"], 3), (["doctor", "--state", "/proc/nonexistent"], 3),
    ])
    func `each ending of the agent has its status too`(_ arguments: [String], _ status: Int)
        async throws
    {
        let agent = Places.packageRoot.appending(path: ".build/debug/patchbay-agent").path
        let ending = try await run([agent] + arguments, input: "no token")
        #expect(
            ending.status == Int32(status), "\(arguments): \(ending.output)\(ending.errorOutput)")
    }

    @Test(arguments: [
        ("deb", "1.0", "1.0-0", "="), ("deb", "1.0~rc1", "1.0", "<"), ("deb", "2:1", "1:9", ">"),
        ("rpm", "1.0^git1-1", "1.0-1", ">"), ("apk", "1.0_rc1", "1.0", "<"),
        ("pacman", "1.0rc-1", "1.0-1", "<"), ("semver", "1.0.0-rc.1", "1.0.0+5", "<"),
        ("pep440", "1.0.post1", "1.0-1", "="), ("winget", "Latest", "99", ">"),
        ("generic", "1.0 beta 2", "1.0", "<"), ("maven", "1.0-SNAPSHOT", "1.0", "<"),
    ])
    func `version compare prints one sign`(
        _ ecosystem: String, _ a: String, _ b: String, _ sign: String
    ) async throws {
        let answer = try await CommandLine.patchbay(
            "version", "compare", "--ecosystem", ecosystem, a, b)
        #expect(answer.output == sign + "\n")
    }

    @Test(arguments: [
        (["version", "compare", "--ecosystem", "deb", "", "1"], "(E_VERSION_EMPTY)"),
        (
            ["--tenant", "x", "--treatment", "isolate", "--until", "2027-01-01"],
            "--tenant cannot be “x”"
        ),
        (
            ["--treatment", "burn", "--until", "2027-01-01"],
            "replace, isolate, extendedSupport, exception"
        ),
        (["--treatment", "isolate", "--until", "soon"], "--until cannot be “soon”"),
    ])
    func `what is wrong is named, with what may stand there`(
        _ arguments: [String], _ words: String
    ) async throws {
        var whole = arguments
        if arguments.first != "version" {
            whole =
                ["finding", "end-of-life", "--answer", "debian:12", "--reason", "x"] + arguments
            if !arguments.contains("--tenant") {
                whole += ["--tenant", "tnt_01h2xcejqtf2nbrexx3vqjhp41"]
            }
        }
        let answer = try await CommandLine.patchbay(whole)
        #expect(answer.status == 2)
        #expect(answer.errorOutput.contains(words), "\(answer.errorOutput)")
    }

    @Test func `version compare reads pairs, one sign a line, and marks what it cannot read`()
        async throws
    {
        let answer = try await CommandLine.patchbay(
            "version", "compare", "--ecosystem", "deb", "--batch",
            input: "1\t2\n2\t1\n1\t1\nnonsense\n:1\t2\n\n1\t2\t3\n1é\t1\n1\t1\r\n1\t2")
        #expect(answer.status == 0)
        #expect(answer.output == "<\n>\n=\n!\n!\n!\n!\n!\n=\n<\n")
    }

    /// Orders that pass over signs would compare what no package manager prints.
    @Test(arguments: ["rpm", "apk", "winget", "generic"])
    func `version compare marks versions with control characters`(ecosystem: String) async throws {
        let answer = try await CommandLine.patchbay(
            "version", "compare", "--ecosystem", ecosystem, "--batch",
            input: "1\u{0}\t1\n1\r\t1\r\n1\t2\u{7F}\n1\t1\r\n")
        #expect(answer.status == 0)
        #expect(answer.output == "!\n!\n!\n=\n")
    }

    @Test func `version compare does not keep an endless line, and goes on behind it`() async throws
    {
        let endless = String(repeating: "1", count: 3_000_000)
        let answer = try await CommandLine.patchbay(
            "version", "compare", "--ecosystem", "rpm", "--batch",
            input: "\(endless)\n1\t2\n\(endless)")
        #expect(answer.status == 0)
        #expect(answer.output == "!\n<\n!\n")
    }

    @Test func `debug parse lists what it cannot read, and its status is 1 then`() async throws {
        let good = try await CommandLine.patchbay(
            "debug", "parse", "os-release", input: "ID=debian\nVERSION_ID=\"12\"\n")
        #expect(good.status == 0)
        let bad = try await CommandLine.patchbay(
            "debug", "parse", "os-release", input: "ID=debian\nthis is no assignment\n")
        #expect(bad.status == 1)
        let value = try JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [String: Any]
        #expect(value?["tool"] as? String == "os-release")
        #expect((value?["unparsed"] as? [String])?.count == 1)
        for key in ["updates", "packages", "advisories"] { #expect(value?[key] is [Any], "\(key)") }
    }
}
