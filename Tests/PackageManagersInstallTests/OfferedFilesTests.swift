import AgentCore
import Fleet
@testable import PackageManagers
import Rollout
import Testing

/// Which files apt's signed indexes offer, as apt-get prints it.
struct OfferedFilesTests {
    private static let hash = String(repeating: "0a", count: 32)

    private func update(_ name: String, _ architecture: String, to version: String)
        -> LockedUpdate
    {
        LockedUpdate(
            manager: .apt, name: name, architecture: architecture, from: "1.0", to: version)
    }

    private func offered(_ updates: [LockedUpdate], _ answer: CommandOutput) async
        -> [LockedUpdate: String]
    {
        await AptInstaller(
            runner: RecordedApt { _ in answer }, root: "", inactivityLimitSeconds: 60
        ).offeredFiles(for: updates)
    }

    private func printed(_ lines: String...) -> CommandOutput {
        CommandOutput(status: 0, output: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test func `each version has the hash of its own file, epochs and architectures told apart`()
        async
    {
        let updates = [
            update("bind9-host", "amd64", to: "1:9.18.2-1"), update("labgood", "all", to: "2.0"),
            update("libc6", "i386", to: "2.36-9"),
        ]
        let answer = printed(
            "'http://lab.example/b.deb' bind9-host_1%3a9.18.2-1_amd64.deb 10 SHA256:\(Self.hash)",
            "'http://lab.example/g.deb' labgood_2.0_all.deb 11 SHA256:\(Self.hash.uppercased())",
            "'http://lab.example/c.deb' libc6_2.36-9_amd64.deb 12 SHA256:11",
            "'http://lab.example/d.deb' libc6_2.36-9_i386.deb 12 SHA256:22")
        let files = await offered(updates, answer)
        #expect(files[updates[0]] == Self.hash)
        #expect(files[updates[1]] == Self.hash)
        #expect(files[updates[2]] == "22")
    }

    @Test func `weaker hashes, other versions and a failing apt say nothing`() async {
        let updates = [update("labgood", "all", to: "2.0")]
        let weak = printed("'http://lab.example/g.deb' labgood_2.0_all.deb 11 MD5Sum:aa")
        #expect(await offered(updates, weak) == [:])
        let other = printed("'http://lab.example/g.deb' labgood_3.0_all.deb 11 SHA256:aa")
        #expect(await offered(updates, other) == [:])
        let failed = CommandOutput(status: 100, errorOutput: Array("E: no version".utf8))
        #expect(await offered(updates, failed) == [:])
        #expect(await offered([], printed()) == [:])
    }
}
