import AgentCore
import Fleet
import Foundation
import Rollout
import SystemFiles
import TestSupport
import Testing

@testable import PackageManagers

/// Downloading ahead with apt: what lies in its archive is compared with the signed index.
struct AptPrefetchTests {
    private static let hash = String(repeating: "0a", count: 32)
    private let update = LockedUpdate(
        manager: .apt, name: "labgood", architecture: "all", from: "1.0", to: "1:2.0")
    private let file = "labgood_1%3a2.0_all.deb"

    /// An apt that puts a file with these words into the archive; sha256sum answers with the words.
    private struct Tools: CommandRunning {
        let archives: URL
        var words: String?
        var status: Int32 = 0

        func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
            if command.path == KeptFolder.sha256sum {
                let path = command.arguments.last ?? ""
                return output("\(Files.line(path) ?? "")  \(path)\n")
            }
            if command.arguments.contains("--print-uris") {
                return output(
                    "'http://lab.example/g.deb' labgood_1%3a2.0_all.deb 11 SHA256:"
                        + "\(AptPrefetchTests.hash)\n")
            }
            #expect(command.arguments.contains("--download-only"))
            #expect(command.arguments.last == "labgood=1:2.0")
            if let words {
                let place = archives.appending(path: "labgood_1%3a2.0_all.deb")
                try? Data(words.utf8).write(to: place)
            }
            return CommandOutput(
                status: status, errorOutput: Array("E: Failed to fetch it\n".utf8))
        }

        private func output(_ text: String) -> CommandOutput {
            CommandOutput(status: 0, output: Array(text.utf8))
        }
    }

    private func prefetch(
        words: String?, status: Int32 = 0
    ) async throws -> (result: PrefetchResult, isThere: Bool) {
        try await withTemporaryFolder { root in
            let archives = root.appending(path: "var/cache/apt/archives")
            try FileManager.default.createDirectory(at: archives, withIntermediateDirectories: true)
            let installer = AptInstaller(
                runner: Tools(archives: archives, words: words, status: status), root: root.path,
                inactivityLimitSeconds: 60)
            let results = await installer.prefetch([update])
            return (try #require(results.first), installer.isDownloaded(update))
        }
    }

    @Test func `a file that is what the index names is downloaded`() async throws {
        let (result, isThere) = try await prefetch(words: Self.hash)
        #expect(result.state == .downloaded)
        #expect(isThere)
    }

    @Test func `a file that is another one is removed, and told`() async throws {
        let (result, isThere) = try await prefetch(words: String(repeating: "ff", count: 32))
        #expect(result.state == .failed)
        #expect(result.sentence.contains("not the one that the signed index names"))
        #expect(!isThere)
    }

    /// What something is mounted on cannot be removed: it stands for a disk that takes no changes.
    @Test(.requires(.root))
    func `a false file that cannot be removed is told, and not taken for downloaded`()
        async throws
    {
        try await withTemporaryFolder { root in
            let archives = root.appending(path: "var/cache/apt/archives")
            try FileManager.default.createDirectory(at: archives, withIntermediateDirectories: true)
            let other = String(repeating: "ff", count: 32)
            let installer = AptInstaller(
                runner: Tools(archives: archives, words: other), root: root.path,
                inactivityLimitSeconds: 60)
            let path = archives.appending(path: file).path
            try Data(other.utf8).write(to: URL(filePath: path))
            try #require(try await run(["/usr/bin/mount", "--bind", path, path]).status == 0)
            let stuck = await installer.dropSpoiled([update])
            let result = await installer.prefetch([update]).first
            try #require(try await run(["/usr/bin/umount", path]).status == 0)
            #expect(stuck[update]?.contains("cannot be removed") == true)
            #expect(result?.state == .failed)
            #expect(await installer.dropSpoiled([update]) == [:])
            #expect(!installer.isDownloaded(update))
        }
    }

    @Test func `what apt could not fetch is told in its own words`() async throws {
        let (result, isThere) = try await prefetch(words: nil, status: 100)
        #expect(result.state == .failed)
        #expect(result.sentence.contains("Failed to fetch"), "\(result.sentence)")
        #expect(!isThere)
    }
}
