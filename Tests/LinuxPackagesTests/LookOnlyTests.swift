import Fleet
import Foundation
import PackageManagers
import TestSupport
import Testing

@testable import LinuxPackages

/// apk and snapd, which are looked at and not installed with. Both are played: apk is in no Debian,
/// and snapd's store cannot be reached from a test.
struct LookOnlyTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    static let main = "https://mirror.example.org/alpine/v3.20/main"
    static let edge = "https://mirror.example.org/alpine/edge/testing"
    private static let list = """
        Installed:                                Available:
        busybox-1.36.1-r28                      < 1.36.1-r29
        libcrypto3-3.3.0-r2                     < 3.3.2-r0
        font-lab-1.0-r0                         < 1.1-r0 @edge
        """

    /// An Alpine with its database, its repositories and an index.
    private func withAlpine(
        index: Bool = true, _ body: (String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            for name in ["etc/apk", "lib/apk/db", "var/cache/apk"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            try Data(
                """
                C:Q1abc=
                P:busybox
                V:1.36.1-r28
                A:x86_64
                T:Size optimized toolbox
                o:busybox
                F:bin
                R:busybox
                a:0:0:755

                P:libcrypto3
                V:3.3.0-r2
                A:x86_64
                o:openssl

                P:font-lab
                V:1.0-r0
                A:noarch

                P:bad name
                V:1
                A:x86_64

                """.utf8
            ).write(to: folder.appending(path: "lib/apk/db/installed"))
            try Data("#\(Self.main)\n\(Self.main)/\n@edge \(Self.edge)\n\n".utf8)
                .write(to: folder.appending(path: "etc/apk/repositories"))
            if index {
                let file = folder.appending(path: "var/cache/apk/APKINDEX.0a1b2c3d.tar.gz")
                try Data().write(to: file)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_799_999_000)],
                    ofItemAtPath: file.path)
            }
            try await body(folder.path)
        }
    }

    @Test func `apk's packages and what is newer are told, with the source of each`() async throws {
        try await withAlpine { root in
            let tool = ApkTool(
                runner: PlayedTool(["version -v -l <": .init(status: 0, output: Self.list)]),
                root: root)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.packages.map(\.name) == ["busybox", "font-lab", "libcrypto3"])
            #expect(look.packages.last?.source == "openssl")
            #expect(look.architecture == "x86_64")
            #expect(look.unparsed == ["P:bad name"])
            #expect(look.sources.map(\.name) == [Self.main, Self.edge])
            #expect(look.sources.allSatisfy { $0.state == .ok })
            #expect(
                look.updates.map { "\($0.name) \($0.installed) \($0.candidate) \($0.architecture)" }
                    == [
                        "busybox 1.36.1-r28 1.36.1-r29 x86_64",
                        "libcrypto3 3.3.0-r2 3.3.2-r0 x86_64", "font-lab 1.0-r0 1.1-r0 noarch",
                    ])
            // Nobody is told that Patchbay would install them.
            #expect(look.updates.allSatisfy { $0.installability == .keptBack })
            #expect(look.updates.allSatisfy { $0.reason == ApkTool.notInstalled })
        }
    }

    @Test func `a repository that apk has no index of is a failed source`() async throws {
        try await withAlpine { root in
            let said = "WARNING: opening from cache \(Self.edge): No such file or directory\n"
            let tool = ApkTool(
                runner: PlayedTool([
                    "version -v -l <": .init(status: 0, output: Self.list, errorOutput: said)
                ]), root: root)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.sources.map(\.state) == [.ok, .failed])
            #expect(look.sources.last?.error?.contains("No such file") == true)
            #expect(look.updates.count == 3)
        }
    }

    @Test func `an apk that cannot answer is no endpoint without updates`() async throws {
        try await withAlpine { root in
            let tool = ApkTool(
                runner: PlayedTool([
                    "version -v -l <": .init(
                        status: 99, errorOutput: "ERROR: Unable to read database\n")
                ]), root: root)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.packages.count == 3)
            #expect(look.sources.allSatisfy { $0.state == .failed })
            #expect(look.sources.first?.error?.contains("Unable to read database") == true)
        }
        try await withAlpine(index: false) { root in
            let tool = ApkTool(
                runner: PlayedTool(["version -v -l <": .init(status: 0)]), root: root)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.sources.allSatisfy { $0.state == .stale })
        }
        try await withTemporaryFolder { folder in
            let tool = ApkTool(runner: PlayedTool([:]), root: folder.path)
            await #expect(throws: (any Error).self) {
                try await tool.look(at: Self.now, after: nil)
            }
        }
    }

    @Test(arguments: [
        ("WARNING: updating and opening \(edge): temporary error (try again later)", true),
        ("ERROR: \(edge): UNTRUSTED signature", true),
        ("ERROR: Unable to lock database: temporarily unavailable", false),
    ])
    func `a refresh tells which repository failed`(said: String, isOne: Bool) async throws {
        try await withAlpine { root in
            let tool = ApkTool(
                runner: PlayedTool(["update": .init(status: 1, errorOutput: said)]), root: root)
            let report = await tool.refresh(at: Self.now, after: nil)
            #expect(report.outcomes[Self.edge]?.error == said)
            #expect(report.outcomes[Self.main]?.error == (isOne ? nil : said))
            #expect(report.outcomes[Self.main]?.succeededAt == (isOne ? Self.now : nil))
        }
    }

    @Test func `passwords of repositories do not leave the endpoint`() async throws {
        try await withAlpine { root in
            let secret = "https://anna:se@cret@mirror.example.org/alpine/v3.20/main"
            try Data("\(secret)\n".utf8).write(to: URL(filePath: "\(root)/etc/apk/repositories"))
            for said in [
                "WARNING: updating and opening \(secret): temporary error",
                "WARNING: updating and opening https://anna:*@mirror.example.org/alpine/v3.20/main: x",
                "ERROR: \(secret)/x86_64/APKINDEX.tar.gz: lost", "ERROR: no lock for \(secret)",
            ] {
                let answer = PlayedTool.Answer(status: 1, errorOutput: said)
                let failing = ApkTool(
                    runner: PlayedTool(["update": answer, "version -v -l <": answer]), root: root)
                let report = await failing.refresh(at: Self.now, after: nil)
                #expect(Array(report.outcomes.keys) == [Self.main])
                let error = try #require(report.outcomes[Self.main]?.error)
                #expect(error.contains("mirror.example.org") && !error.contains("anna"), "\(error)")
                let look = try await failing.look(at: Self.now, after: nil)
                #expect(look.sources.map(\.name) == [Self.main])
                #expect(look.sources.map(\.state) == [.failed])
                #expect(look.sources.allSatisfy { $0.error?.contains("anna") == false })
            }
        }
    }

    private static let installed = """
        Name     Version      Rev    Tracking       Publisher    Notes
        core22   20240904     1663   latest/stable  canonical**  base
        firefox  132.0.1-1    5239   latest/stable  mozilla**    held
        mine     1.2          x3     -              -            -
        ??       broken
        """

    @Test func `snaps are told with their revisions, and left to snapd`() async throws {
        let newer = """
            Name     Version      Rev    Size   Publisher    Notes
            core22   20240904     1748   78MB   canonical**  base
            firefox  132.0.2-1    5273   289MB  mozilla**    held
            other    1.0          7      1MB    somebody     -
            """
        let tool = SnapTool(
            runner: PlayedTool([
                "list": .init(status: 0, output: Self.installed),
                "refresh --list": .init(status: 0, output: newer),
            ]))
        let look = try await tool.look(at: Self.now, after: nil)
        #expect(
            look.packages.map { "\($0.name) \($0.version)" } == [
                "core22 20240904@1663", "firefox 132.0.1-1@5239", "mine 1.2@x3",
            ])
        #expect(look.unparsed == ["??       broken", "other 1.0@7 is not installed"])
        #expect(look.sources.map(\.state) == [.ok])
        // One whose version stands still is newer by its revision.
        #expect(
            look.updates.map { "\($0.name) \($0.installed) \($0.candidate)" } == [
                "core22 20240904@1663 20240904@1748", "firefox 132.0.1-1@5239 132.0.2-1@5273",
            ])
        #expect(look.updates.map(\.installability) == [.keptBack, .held])
        #expect(look.updates.first?.reason == SnapTool.notInstalled)
    }

    @Test func `a store that does not answer is a failed source, and none is asked for nothing`()
        async throws
    {
        let silent = SnapTool(
            runner: PlayedTool([
                "list": .init(status: 0, output: Self.installed),
                "refresh --list": .init(
                    status: 1, errorOutput: "error: cannot list updates: no such host\n"),
            ]))
        let look = try await silent.look(at: Self.now, after: nil)
        #expect(look.sources.map(\.state) == [.failed])
        #expect(look.sources.first?.error?.contains("no such host") == true)
        #expect(look.packages.count == 3)
        let empty = SnapTool(
            runner: PlayedTool([
                "list": .init(status: 0, errorOutput: "No snaps are installed yet.\n")
            ]))
        #expect(try await empty.look(at: Self.now, after: nil).sources.isEmpty)
        await #expect(throws: (any Error).self) {
            try await SnapTool(runner: PlayedTool([:])).look(at: Self.now, after: nil)
        }
    }
}

/// Answers by the arguments alone; what is not known is a program that is not there.
private struct PlayedTool: CommandRunning {
    struct Answer: Sendable {
        var status: Int32
        var output = ""
        var errorOutput = ""
    }

    let answers: [String: Answer]

    init(_ answers: [String: Answer]) { self.answers = answers }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        guard let answer = answers[command.arguments.joined(separator: " ")] else {
            return CommandOutput(status: 127, errorOutput: Array("not there".utf8))
        }
        return CommandOutput(
            status: answer.status, output: Array(answer.output.utf8),
            errorOutput: Array(answer.errorOutput.utf8))
    }
}
