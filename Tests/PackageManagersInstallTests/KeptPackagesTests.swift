import AgentCore
import Fleet
import Foundation
import Rollout
import SystemFiles
import TestSupport
import Testing

@testable import PackageManagers

/// The packages that are kept before they are replaced.
struct KeptPackagesTests {
    private let update = LockedUpdate(
        manager: .apt, name: "labgood", architecture: "all", from: "1:1.0", to: "2.0")
    private let fileName = "labgood_1%3a1.0_all.deb"
    private let now = Timestamp(seconds: 1_800_000_000)

    /// Answers for sha256sum with the file's own words, for dpkg-deb with the fields of labgood,
    /// and fetches nothing.
    private struct Tools: CommandRunning {
        var version = "1:1.0"

        func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
            let text: String
            switch command.path {
            case KeptFolder.sha256sum:
                let path = command.arguments.last ?? ""
                let words = Files.line(path) ?? ""
                text = "\(words)  \(path)\n"
            case KeptPackages.dpkgDeb:
                text = "Package: labgood\nVersion: \(version)\nArchitecture: all\n"
            default: return CommandOutput(status: 100)
            }
            return CommandOutput(status: 0, output: Array(text.utf8))
        }
    }

    private func kept(_ folder: URL, _ tools: Tools = Tools()) throws -> KeptPackages {
        var kept = KeptPackages(folder: folder.appending(path: "kept").path, runner: tools)
        kept.archives = folder.appending(path: "archives").path
        try FileManager.default.createDirectory(
            atPath: kept.archives, withIntermediateDirectories: true)
        return kept
    }

    @Test func `What lies in apt's archive is kept, and stays when apt cleans up`() async throws {
        try await withTemporaryFolder { folder in
            let kept = try kept(folder)
            let archive = "\(kept.archives)/\(fileName)"
            try Data("abc".utf8).write(to: URL(filePath: archive))
            #expect(await kept.keep([update], at: now) == [update: .packageDowngrade])
            try FileManager.default.removeItem(atPath: archive)
            #expect(await kept.keep([update], at: now) == [update: .packageDowngrade])
            #expect(await kept.trusted(update.undone) == "\(kept.folder.path)/\(fileName)")
            #expect(kept.present(update.undone) != nil)
        }
    }

    @Test func `What can be had nowhere has no way back`() async throws {
        try await withTemporaryFolder { folder in
            let kept = try kept(folder)
            #expect(await kept.keep([update], at: now) == [update: .noWay])
        }
    }

    @Test func `A file that is another package than its name says is not kept`() async throws {
        try await withTemporaryFolder { folder in
            let kept = try kept(folder, Tools(version: "9"))
            try Data("abc".utf8).write(to: URL(filePath: "\(kept.archives)/\(fileName)"))
            #expect(await kept.keep([update], at: now) == [update: .noWay])
            #expect(kept.present(update.undone) == nil)
        }
    }

    @Test func `A kept package that has been changed is not used, and is removed`() async throws {
        try await withTemporaryFolder { folder in
            let kept = try kept(folder)
            try Data("abc".utf8).write(to: URL(filePath: "\(kept.archives)/\(fileName)"))
            _ = await kept.keep([update], at: now)
            try Data("evil".utf8).write(to: URL(filePath: "\(kept.folder.path)/\(fileName)"))
            #expect(await kept.trusted(update.undone) == nil)
            #expect(kept.present(update.undone) == nil)
            #expect(!Files.exists("\(kept.folder.path)/\(fileName)"))
        }
    }

    @Test func `What is older than the longest age goes`() async throws {
        try await withTemporaryFolder { folder in
            let kept = try kept(folder)
            try Data("abc".utf8).write(to: URL(filePath: "\(kept.archives)/\(fileName)"))
            _ = await kept.keep([update], at: now)
            kept.folder.trim(at: now.adding(seconds: KeptFolder.longestAgeSeconds))
            #expect(kept.present(update.undone) != nil)
            kept.folder.trim(at: now.adding(seconds: KeptFolder.longestAgeSeconds + 1))
            #expect(kept.present(update.undone) == nil)
        }
    }

    @Test func `A kept package is installed from its file, an offered one by its version`() {
        let back = update.undone
        let path = "/var/lib/agent/kept-packages/\(fileName)"
        #expect(
            AptCommand.install([back], kept: [back: path]).suffix(5) == [
                "-o", "APT::Sandbox::User=root", "--allow-downgrades", "install", path,
            ])
        #expect(AptCommand.install([back]).last == "labgood=1:1.0")
        #expect(!AptCommand.install([update]).contains("--allow-downgrades"))
    }
}
