import AgentCore
import Fleet
import Foundation
import PackageManagers
import Synchronization
import TestSupport
import Testing

@testable import LinuxPackages

/// What changelogs of downloaded rpm packages name.
struct RpmChangelogTests {
    private static let newer = """
        * Tue Jan 14 2025 Ann Example <ann@example.org> - 1:3.0.7-27
        - Fix CVE-2024-12797: handshakes
        - Fix CVE-2025-0001 and CVE-2025-0002

        * Mon Nov 04 2024 Ann Example <ann@example.org> - 1:3.0.7-26
        - Fix CVE-2024-5535, once more CVE-2025-0001

        * Wed Jan 03 2024 Bob Example <bob@example.org> - 1:3.0.7-25
        - Initial, CVE-2023-5678

        """
    private static let first = ["CVE-2024-12797", "CVE-2025-0001", "CVE-2025-0002"]

    /// What SUSE prints: no versions.
    private static let bare = """
        * Wed Jun 04 2025 ann@example.com
        - Fix CVE-2025-1111 [bsc#1]
        * Mon May 05 2025 ann@example.com
        - Fix CVE-2025-2222 [bsc#2]

        """
    private static let bareBefore = """
        * Mon May 05 2025 ann@example.com
        - Fix CVE-2025-2222 [bsc#2]

        """

    @Test(
        arguments: [
            (newer, "", "1:3.0.7-27", []), (newer, "", "1:3.0.7-26", first),
            (newer, "", "1:3.0.7-25", first + ["CVE-2024-5535"]),
            (newer, "", "1:3.0.7-26.1", first),
            // Nothing tells where the installed version was left.
            (newer, "", "1:1.0-1", nil),
            (bare, bareBefore, "5.2-1", ["CVE-2025-1111"]), (bare, "", "5.2-1", nil),
            (bare, bare, "5.2-1", []), ("", "", "1-1", nil),
            // Headings without the epoch.
            (newer.replacing("1:3.0.7", with: "3.0.7"), "", "1:3.0.7-26", first),
        ] as [(String, String, String, [String]?)])
    func `Only entries that the installed package does not have count`(
        _ newer: String, _ installed: String, _ version: String, _ expected: [String]?
    ) {
        let names = RpmChangelog.vulnerabilities(
            in: Array(newer.utf8), beyond: Array(installed.utf8), version: version)
        #expect(names == expected)
    }

    @Test(arguments: Seeds.all)
    func `Damaged changelogs end nothing`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var bytes = Array(Self.newer.utf8)
            for _ in 0..<6 {
                bytes[Int.random(in: bytes.indices, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
            }
            let names = RpmChangelog.vulnerabilities(in: bytes, beyond: [], version: "1:3.0.7-25")
            #expect((names ?? []).allSatisfy { $0.hasPrefix("CVE-") }, "seed \(seed)")
        }
    }

    @Test func `A package in the tool's store is asked once, and its epoch is not in its name`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "patchbay-rpms-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let packages = folder.appending(path: "store/baseos-0123456789abcdef/packages")
        try FileManager.default.createDirectory(at: packages, withIntermediateDirectories: true)
        let file = packages.appending(path: "openssl-3.0.7-27.el9.x86_64.rpm")
        try Data().write(to: file)
        let runner = ChangelogRunner(Self.newer)
        let reader = DownloadedRpms(
            runner: runner, stateFolder: folder.appending(path: "state").path,
            store: RpmStore(stores: [
                folder.appending(path: "store").path, folder.appending(path: "none").path,
            ]))
        func update(_ name: String) -> Update {
            Update(
                manager: .dnf, name: name, architecture: "x86_64", installed: "1:3.0.7-26.el9",
                candidate: "1:3.0.7-27.el9", classes: [.security], origin: "baseos",
                installability: .installable)
        }
        for _ in 0..<2 {
            let read = await reader.adding(to: [update("openssl"), update("bash")])
            #expect(read.map(\.changelogVulnerabilities) == [Self.first, nil])
        }
        #expect(
            runner.asked.withLock { $0 } == [
                ["/usr/bin/rpm", "-qp", "--changelog", file.path],
                ["/usr/bin/rpm", "-q", "--changelog", "openssl.x86_64"],
            ])
    }
}

/// rpm, which knows one changelog of a file and none of what is installed.
private final class ChangelogRunner: CommandRunning {
    let asked = Mutex<[[String]]>([])
    private let text: String

    init(_ text: String) { self.text = text }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        asked.withLock { $0.append([command.path] + command.arguments) }
        let isFile = command.arguments.first == "-qp"
        return CommandOutput(
            status: isFile ? 0 : 1, output: isFile ? Array(text.utf8) : [], errorOutput: [])
    }
}
