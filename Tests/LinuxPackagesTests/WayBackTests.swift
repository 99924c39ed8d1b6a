import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import SystemFiles
import TestSupport
import Testing

@testable import LinuxPackages

/// What is kept before an installation, and what is installed from it.
struct WayBackTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    static func update(_ manager: PackageManagerName, _ name: String = "labgood") -> LockedUpdate {
        LockedUpdate(
            manager: manager, name: name, architecture: "noarch", from: "1:1.0-1", to: "1:2.0-1")
    }

    /// A tool whose store is a folder, and whose source brings packages into it.
    private struct MadeUp: ReturningTool {
        let manager = PackageManagerName.dnf
        let store: String
        var offered: Set<LockedUpdate> = []
        var isWhole = true

        func lockHolder() -> String? { nil }
        func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] { [:] }
        func solve(_ updates: [LockedUpdate]) async -> Solution { .plan(ChangePlan()) }
        func commands(for updates: [LockedUpdate]) -> [[String]] { [] }
        func complaint(status: Int32, lines: [String]) -> RunVerdict? { nil }
        func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
            offered.intersection(updates)
        }
        func keptName(_ update: LockedUpdate, version: String) -> String? {
            RpmStore.fileName(update.name, version, update.architecture)
        }
        func storedFile(_ update: LockedUpdate, version: String) -> String? {
            let file = "\(store)/\(RpmStore.fileName(update.name, version, update.architecture))"
            return Files.exists(file) ? file : nil
        }
        func downloadAgain(_ updates: [LockedUpdate]) -> [String]? {
            ["/usr/bin/tool"] + updates.map(\.name)
        }
        func isReplaced(_ file: String, by update: LockedUpdate) async -> Bool { isWhole }
    }

    /// sha256sum, by the file's own words.
    private struct Hashes: CommandRunning {
        func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
            let words = Files.line(command.arguments.last ?? "") ?? ""
            return CommandOutput(status: 0, output: Array("\(words)  x\n".utf8))
        }
    }

    private func places(_ folder: URL) throws -> (ReplacedPackages, store: String) {
        let store = folder.appending(path: "store").path
        try FileManager.default.createDirectory(
            atPath: store, withIntermediateDirectories: true)
        let kept = KeptFolder(folder.appending(path: "kept").path, runner: Hashes())
        return (ReplacedPackages(folder: kept), store)
    }

    private func write(_ name: String, in folder: String) throws {
        try Data(name.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    @Test func `What lies in the tool's store is kept without a source`() async throws {
        try await withTemporaryFolder { folder in
            let (replaced, store) = try places(folder)
            let tool = MadeUp(store: store)
            let update = Self.update(.dnf)
            #expect(!replaced.mayHave(update, with: tool))
            try write("labgood-1.0-1.noarch.rpm", in: store)
            #expect(replaced.mayHave(update, with: tool))
            let ways = await replaced.keep([update], with: tool, at: now) { _ in
                Issue.record("nothing is to be downloaded")
            }
            #expect(ways == [update: .packageDowngrade])
            let kept = "\(replaced.folder.path)/labgood-1.0-1.noarch.rpm"
            #expect(replaced.file(of: update.undone, with: tool) == kept)
            // What somebody has changed is not installed.
            try Data("evil".utf8).write(to: URL(filePath: kept))
            await replaced.dropChanged([update.undone], with: tool)
            #expect(replaced.file(of: update.undone, with: tool) == nil)
            #expect(!Files.exists(kept))
        }
    }

    @Test func `What a source still offers is downloaded, and only that`() async throws {
        try await withTemporaryFolder { folder in
            let (replaced, store) = try places(folder)
            let updates = [Self.update(.dnf, "labback"), Self.update(.dnf, "lablost")]
            let tool = MadeUp(store: store, offered: [updates[0]])
            let ways = await replaced.keep(updates, with: tool, at: now) { command in
                #expect(command == ["/usr/bin/tool", "labback"])
                try? write("labback-1.0-1.noarch.rpm", in: store)
            }
            #expect(ways == [updates[0]: .packageDowngrade, updates[1]: .noWay])
            #expect(replaced.file(of: updates[0].undone, with: tool) != nil)
        }
    }

    @Test func `A package that is not whole is no way back`() async throws {
        try await withTemporaryFolder { folder in
            let (replaced, store) = try places(folder)
            try write("labgood-1.0-1.noarch.rpm", in: store)
            let tool = MadeUp(store: store, isWhole: false)
            let update = Self.update(.dnf)
            let ways = await replaced.keep([update], with: tool, at: now) { _ in }
            #expect(ways == [update: .noWay])
            #expect(replaced.file(of: update.undone, with: tool) == nil)
        }
    }

    /// The version that is replaced stands in an order, and becomes part of a file's name.
    @Test func `A version that is a path names no file`() async throws {
        try await withTemporaryFolder { folder in
            let (replaced, store) = try places(folder)
            let tool = MadeUp(store: store)
            var update = Self.update(.dnf)
            update.from = "1/../../../outside"
            try FileManager.default.createDirectory(
                atPath: "\(store)/labgood-1", withIntermediateDirectories: true)
            _ = await replaced.keep([update], with: tool, at: now) { _ in }
            #expect(replaced.file(of: update.undone, with: tool) == nil)
            #expect(Files.names(in: replaced.folder.path) == ["partial"])
        }
    }

    static let files: [(PackageManagerName, String, [String])] = [
        (
            .dnf, "labgood-1_1.0-1.noarch.rpm",
            ["downgrade"]
        ),
        (
            .zypper, "labgood-1_1.0-1.noarch.rpm",
            ["install", "--no-recommends", "--oldpackage"]
        ),
        (
            .pacman, "labgood-1:1.0-1-noarch.pkg.tar",
            ["-U", "--noconfirm", "--noprogressbar"]
        ),
    ]

    @Test(arguments: files)
    func `A kept package is installed from its file`(
        manager: PackageManagerName, file: String, words: [String]
    ) throws {
        try withTemporaryFolder { folder in
            let (replaced, _) = try places(folder)
            #expect(replaced.folder.make())
            for ending in ["", ".sha256"] { try write(file + ending, in: replaced.folder.path) }
            let tool = try #require(
                NativeTools.installing(manager, runner: SubprocessRunner(), replaced: replaced))
            let back = tool.commands(for: [Self.update(manager).undone])
            #expect(back.count == 1)
            let path = "\(replaced.folder.path)/\(file)"
            #expect(back.first.map { Array($0.suffix(words.count + 1)) } == words + [path])
            #expect(back.first?.contains("-C") == (manager == .dnf))
            let forth = try #require(tool.commands(for: [Self.update(manager)]).first)
            #expect(!forth.contains { $0.hasPrefix(replaced.folder.path) })
            #expect(Set(forth).isDisjoint(with: ["--oldpackage", "-U", "-C"]))
        }
    }

    /// rpm's words about a file; its status is 0 for those without a signature, too.
    @Test(arguments: [
        ("/a/signatures.rpm: digests signatures OK", true), ("/a/b.rpm: digests OK", false),
        ("/a/signatures.rpm: digests OK", false), ("/a/pgp OK: digests OK", false),
        ("/a/b.rpm: rsa sha1 (md5) pgp md5 OK", true), ("/a/b.rpm: sha1 md5 OK", false),
        ("/a/b.rpm: digests SIGNATURES NOT OK", false), ("", false),
    ])
    func `Only what is signed by a known key is kept of rpm's packages`(
        line: String, isSigned: Bool
    ) {
        #expect(RpmFile.tellsOfSignature([line]) == isSigned)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `zypper's search tells what sources offer, and not what is merely installed`() {
        let reading = ZypperPlanReader(
            bytes(
                """
                <?xml version='1.0'?>
                <stream><search-result version="0.0"><solvable-list>
                <solvable status="installed" name="labback" kind="package" edition="1.0-1" \
                arch="noarch" repository="(System Packages)"/>
                <solvable status="other-version" name="labback" kind="package" edition="2.0-1" \
                arch="noarch" repository="Lab"/>
                </solvable-list></search-result></stream>
                """))
        #expect(reading.offers.map(\.version) == ["2.0-1"])
    }

    @Test func `zypper's plan of a downgrade brings the older version`() {
        let reading = ZypperPlanReader(
            bytes(
                """
                <?xml version='1.0'?>
                <stream><install-summary download-size="6399" space-usage-diff="0" \
                packages-to-change="1"><to-downgrade><solvable type="package" name="labgood" \
                edition="1:1.0-1" arch="noarch" edition-old="1:2.0-1" arch-old="noarch"/>\
                </to-downgrade></install-summary></stream>
                """))
        #expect(reading.isWhole)
        #expect(reading.plan.brings(Self.update(.zypper).undone))
        #expect(!reading.plan.brings(Self.update(.zypper)))
    }

    @Test func `pacman goes back to nothing that is not kept`() async throws {
        try await withTemporaryFolder { folder in
            let (replaced, _) = try places(folder)
            let tool = try #require(
                NativeTools.installing(.pacman, runner: Hashes(), replaced: replaced))
            guard case .refused(let obstacle) = await tool.solve([Self.update(.pacman).undone])
            else { return #expect(Bool(false), "it has a plan") }
            #expect(obstacle.failure == .versionNotAvailable)
        }
    }
}
