import Fleet
import Foundation
import PackageManagers
import TestSupport
import Testing

@testable import LinuxPackages

/// What apk says of an Alpine. It is played, since no Debian has it; the words are what apk 2.14.10
/// and 3.0.6 said on a made-up system.
struct ApkLookTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    static let main = "https://mirror.example.org/alpine/v3.20/main"
    static let edge = "https://mirror.example.org/alpine/edge/testing"
    private static let planOfAll =
        "upgrade --simulate --no-self-upgrade --cache-max-age 5256000"
    private static let plan = """
        (1/2) Upgrading busybox (1.36.1-r28 -> 1.36.1-r29)
        (2/2) Upgrading libcrypto3 (3.3.0-r2 -> 3.3.2-r0)
        OK: 9 MiB in 3 packages
        """
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
                runner: PlayedTool([
                    "version -v -l <": .init(status: 0, output: Self.list),
                    Self.planOfAll: .init(status: 0, output: Self.plan),
                ]), root: root)
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
            #expect(look.updates.map(\.installability) == [.installable, .installable, .keptBack])
            #expect(look.updates.last?.reason == "apk leaves it out and does not say why.")
        }
    }

    @Test func `what world holds is held, and what apk would bring in its place is told`()
        async throws
    {
        try await withAlpine { root in
            try Data("alpine-base\nbusybox<1.36.1-r29\nfont-lab@edge\n".utf8)
                .write(to: URL(filePath: "\(root)/etc/apk/world"))
            let plan =
                "(1/1) Upgrading libcrypto3 (3.3.0-r2 -> 3.3.1-r0)\n1 error; 9 MiB in 3 packages"
            let tool = ApkTool(
                runner: PlayedTool([
                    "version -v -l <": .init(status: 0, output: Self.list),
                    // A package that is broken since an earlier run makes the status so.
                    Self.planOfAll: .init(status: 1, output: plan),
                ]), root: root)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.updates.map(\.installability) == [.held, .keptBack, .keptBack])
            #expect(
                look.updates.map(\.reason) == [
                    "/etc/apk/world holds it on this endpoint (busybox<1.36.1-r29).",
                    "apk would bring 3.3.1-r0 in its place.",
                    "apk leaves it out and does not say why.",
                ])
        }
    }

    @Test func `a plan that apk refuses keeps its updates back, with its reason`() async throws {
        try await withAlpine { root in
            let said = """
                WARNING: opening from cache \(Self.edge): No such file or directory
                ERROR: Not continuing due to stale/unavailable repositories. Use --force-missing-repositories to continue.
                """
            let tool = ApkTool(
                runner: PlayedTool([
                    "version -v -l <": .init(status: 0, output: Self.list),
                    Self.planOfAll: .init(status: 99, errorOutput: said),
                ]), root: root)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.updates.allSatisfy { $0.installability == .keptBack })
            #expect(look.updates.first?.reason?.contains("unavailable repositories") == true)
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
                runner: PlayedTool(["update --update-cache": .init(status: 1, errorOutput: said)]),
                root: root)
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
                    runner: PlayedTool(["update --update-cache": answer, "version -v -l <": answer]
                    ), root: root)
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
}
