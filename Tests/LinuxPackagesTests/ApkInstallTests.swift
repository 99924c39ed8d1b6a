import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import SystemFiles
import TestSupport
import Testing

@testable import LinuxPackages

/// Installing with apk, which is played: what it is asked, and what follows from its words. Those of
/// the plans are what apk 2.14.10 and 3.0.6 printed on a made-up system.
struct ApkInstallTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static func update(
        _ name: String, _ from: String = "1.0-r0", _ to: String = "2.0-r0"
    ) -> LockedUpdate {
        LockedUpdate(manager: .apk, name: name, architecture: "x86_64", from: from, to: to)
    }

    /// A made-up Alpine, and the agent's folder in it.
    private struct Place {
        let root: String
        var state: String { "\(root)/var/lib/patchbay-agent" }

        func tool(_ runner: PlayedTool) -> ApkTool {
            var tool = ApkTool(runner: runner, root: root)
            let kept = KeptFolder(KeptFolder.path(in: state), runner: runner)
            tool.replaced = ReplacedPackages(folder: kept)
            tool.store = ApkStore(in: state)
            return tool
        }

        func write(_ text: String, _ path: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(root)/\(path)"))
        }
    }

    private func withAlpine(
        world: String = "labgood\nlabapp\n", _ body: (Place) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            for name in ["etc/apk", "lib/apk/db", "var/cache/apk", "var/lib/patchbay-agent/apk"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            let place = Place(root: folder.path)
            try place.write(world, "etc/apk/world")
            try place.write("index", "var/cache/apk/APKINDEX.778787ca.tar.gz")
            try await body(place)
        }
    }

    /// The options by which a run goes by the agent's own indexes.
    private static func own(_ place: Place) -> String {
        "--cache-dir \(place.state)/apk --cache-max-age 5256000"
    }

    private func check(_ tool: ApkTool, _ updates: [LockedUpdate]) async -> Preflight {
        await LockListCheck(tool: tool).check(updates, tolerating: [])
    }

    @Test func `exactly what is planned is installed, by indexes that nobody else refreshes`()
        async throws
    {
        try await withAlpine { place in
            let apk = PlayedTool([
                "upgrade --simulate \(Self.own(place)) labgood labnew": .init(
                    status: 0,
                    output: """
                        (1/3) Upgrading labgood (1.0-r0 -> 2.0-r0)
                        (2/3) Installing labextra (1-r0)
                        (3/3) Upgrading labnew@edge (1.0-r0 -> 2.0-r0)
                        OK: 0 MiB in 9 packages
                        """)
            ])
            let tool = place.tool(apk)
            let updates = [Self.update("labgood"), Self.update("labnew")]
            #expect(await check(tool, updates) == .ready(install: updates, settled: []))
            #expect(
                tool.commands(for: updates) == [
                    ["/sbin/apk", "upgrade", "--cache-dir", "\(place.state)/apk"]
                        + ["--cache-max-age", "5256000", "labgood", "labnew"]
                ])
            // The plan is of the indexes as they were then, whatever the system fetches later.
            let copy = "\(place.state)/apk/APKINDEX.778787ca.tar.gz"
            #expect(Files.line(copy) == "index")
            try place.write("newer", "var/cache/apk/APKINDEX.778787ca.tar.gz")
            #expect(Files.line(copy) == "index")
            // Nothing is written into world.
            #expect(Files.line("\(place.root)/etc/apk/world") == "labgood\nlabapp")
        }
    }

    static let tooMuch: [(String, FailureClass, String)] = [
        ("(1/2) Upgrading lablib (1.0-r0 -> 2.0-r0)", .dependency, "lablib, which nobody approved"),
        ("(1/2) Purging labother (1.0-r0)", .dependency, "would remove labother"),
        ("(1/2) Downgrading lablib (2.0-r0 -> 1.0-r1)", .dependency, "lablib"),
        ("(1/2) Replacing lablib (2.0-r0 -> 2.0-r0)", .dependency, "lablib"),
        ("( 1/12) Reinstalling lablib (2.0-r0)", .dependency, "lablib"),
        ("(1/2) [APK unavailable, skipped] Reinstalling lablib (2.0-r0)", .dependency, "lablib"),
    ]

    @Test(arguments: tooMuch)
    func `a plan of apk that does more than was approved is not carried out`(
        row: String, failure: FailureClass, words: String
    ) async throws {
        try await withAlpine { place in
            let plan = "\(row)\n(2/2) Upgrading labapp (1.0-r0 -> 2.0-r0)\nOK: 53 B in 8 packages"
            let apk = PlayedTool([
                "upgrade --simulate \(Self.own(place)) labapp": .init(status: 0, output: plan)
            ])
            guard
                case .ready(let install, let settled) = await check(
                    place.tool(apk), [Self.update("labapp")])
            else {
                Issue.record("not ready")
                return
            }
            #expect(install.isEmpty)
            #expect(settled.map(\.failure) == [failure])
            #expect(settled.first?.sentence.contains(words) == true)
        }
    }

    @Test func `a version that apk would not bring is not taken for another`() async throws {
        try await withAlpine { place in
            let apk = PlayedTool([
                "upgrade --simulate \(Self.own(place)) labgood": .init(
                    status: 0,
                    output: "(1/1) Upgrading labgood (1.0-r0 -> 3.0-r0)\nOK: 0 MiB in 8 packages")
            ])
            guard
                case .ready(let install, let settled) = await check(
                    place.tool(apk), [Self.update("labgood")])
            else {
                Issue.record("not ready")
                return
            }
            #expect(install.isEmpty)
            #expect(settled.map(\.failure) == [.versionNotAvailable])
        }
    }

    @Test func `a plan holds though apk still counts the errors of an earlier run`() async throws {
        try await withAlpine { place in
            let plan = "(1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)\n2 errors; 53 B in 8 packages"
            let apk = PlayedTool([
                "upgrade --simulate \(Self.own(place)) labgood": .init(status: 2, output: plan)
            ])
            let update = Self.update("labgood")
            #expect(
                await check(place.tool(apk), [update]) == .ready(install: [update], settled: []))
        }
    }

    static let holds: [(String, String, Bool)] = [
        ("labgood", "2.0-r0", false), ("labgood@edge", "2.0-r0", false),
        ("labgood=1.0-r0", "2.0-r0", true), ("labgood@edge=2.0-r0", "2.0-r0", false),
        ("labgood<2", "2.0-r0", true), ("labgood<2", "1.9-r3", false),
        ("labgood<=2.0-r0", "2.0-r0", false), ("labgood>2", "2.0-r0", false),
        ("labgood~1.0", "1.0-r7", false), ("labgood~1.0", "1.01-r7", true),
        ("labgood~=1", "1.4.2-r0", false), ("labgood~1", "2.0-r0", true),
        ("labgood><Q1yU0R3E6t17QCCptJw1vyqVLYgtU=", "2.0-r0", true), ("!labgood", "2.0-r0", false),
        ("labgoods<2", "2.0-r0", false),
    ]

    @Test(arguments: holds)
    func `what world says of a package's version is a hold`(
        wish: String, version: String, isHeld: Bool
    ) async throws {
        try await withAlpine(world: "alpine-base \(wish)\n") { place in
            let held = await place.tool(PlayedTool([:])).held([
                Self.update("labgood", "1.0-r0", version)
            ])
            #expect(held.isEmpty == !isHeld)
            #expect(held.values.allSatisfy { $0.contains("(\(wish))") })
        }
    }

    @Test func `whoever holds apk's lock is named`() async throws {
        try await withAlpine { place in
            let tool = place.tool(PlayedTool([:]))
            // The file stays behind, and is no lock by itself.
            try place.write("", "lib/apk/db/lock")
            #expect(tool.lockHolder() == nil)
            let lock = try FileHandle(
                forReadingFrom: URL(filePath: "\(place.root)/lib/apk/db/lock"))
            let holder = try #require(tool.lockHolder())
            #expect(holder.contains(" (pid "))
            try lock.close()
        }
    }

    @Test func `what is downloaded ahead lies in the agent's folder, and what is spoiled goes`()
        async throws
    {
        try await withAlpine { place in
            let update = Self.update("labgood")
            let file = "\(place.state)/apk/labgood-2.0-r0.d7cc455a.apk"
            let apk = PlayedTool([
                "upgrade --simulate \(Self.own(place)) labgood": .init(
                    status: 0,
                    output: "(1/1) Upgrading labgood (1.0-r0 -> 2.0-r0)\nOK: 0 MiB in 8 packages"),
                "verify \(file)": .init(status: 0, output: "\(file): 0 - OK"),
            ])
            let tool = place.tool(apk)
            #expect(
                tool.download(of: [update])
                    == ["/sbin/apk", "cache", "download", "--cache-dir", "\(place.state)/apk"]
                    + ["--cache-max-age", "5256000", "labgood=2.0-r0"])
            #expect(tool.downloadedFile(of: update) == nil)
            for name in ["labgood-2.0-r0.d7cc455a.apk", "labgood-2.0-r0.notes.apk", "installed"] {
                try place.write("x", "var/lib/patchbay-agent/apk/\(name)")
            }
            #expect(tool.downloadedFile(of: update) == file)
            #expect(await check(tool, [update]) == .ready(install: [update], settled: []))
            #expect(Files.exists(file))
            // apk 2 would never fetch it again.
            apk.set("verify \(file)", .init(status: 1, output: "\(file): -74 - BAD archive"))
            #expect(await check(tool, [update]) == .ready(install: [update], settled: []))
            #expect(!Files.exists(file))
        }
    }

    @Test func `a version is taken back from its kept file, and world is as it was`() async throws {
        try await withAlpine { place in
            let update = Self.update("labgood")
            let stored = "\(place.state)/apk/labgood-1.0-r0.56454f83.apk"
            try place.write("old", "var/lib/patchbay-agent/apk/labgood-1.0-r0.56454f83.apk")
            let kept = "\(KeptFolder.path(in: place.state))/labgood-1.0-r0.x86_64.apk"
            let add = "add --simulate \(Self.own(place)) --virtual .patchbay-back \(kept)"
            let policy = "policy --cache-max-age 5256000 labgood"
            let apk = PlayedTool([
                policy: .init(
                    status: 0, output: "labgood policy:\n  1.0-r0:\n    lib/apk/db/installed\n"),
                "verify \(kept)": .init(status: 0),
                "-b -- \(kept)": .init(status: 0, output: "0123 *\(kept)\n"),
                add: .init(
                    status: 0,
                    output:
                        "(1/1) Installing .patchbay-back (20261123.180044)\nOK: 0 MiB in 9 packages"
                ),
            ])
            let tool = place.tool(apk)
            let replaced = try #require(tool.replaced)
            #expect(tool.storedFile(update, version: "1.0-r0") == stored)
            let ways = await replaced.keep([update], with: tool, at: Self.now) { _ in }
            #expect(ways == [update: .packageDowngrade])

            apk.set(
                add,
                .init(
                    status: 0,
                    output: """
                        (1/2) Downgrading labgood (2.0-r0 -> 1.0-r0)
                        (2/2) Installing .patchbay-back (20261123.180044)
                        OK: 53 B in 9 packages
                        """))
            let back = update.undone
            #expect(await check(tool, [back]) == .ready(install: [back], settled: []))
            #expect(
                tool.commands(for: [back]) == [
                    ["/sbin/apk", "add", "--cache-dir", "\(place.state)/apk"]
                        + ["--cache-max-age", "5256000", "--virtual", ".patchbay-back", kept]
                ])
            // Whatever became of that: a package that broke earlier makes `apk add` fail, too.
            #expect(tool.afterwards(of: [back]) == [["/sbin/apk", "del", ".patchbay-back"]])
            #expect(tool.afterwards(of: [update]).isEmpty)
        }
    }

    @Test func `a package that is not the installed one is no way back`() async throws {
        try await withAlpine { place in
            let update = Self.update("labgood")
            try place.write("old", "var/lib/patchbay-agent/apk/labgood-1.0-r0.56454f83.apk")
            let kept = "\(KeptFolder.path(in: place.state))/labgood-1.0-r0.x86_64.apk"
            let apk = PlayedTool([
                "verify \(kept)": .init(status: 0),
                "add --simulate \(Self.own(place)) --virtual .patchbay-back \(kept)": .init(
                    status: 0,
                    output: """
                        (1/2) Replacing labgood (1.0-r0 -> 1.0-r0)
                        (2/2) Installing .patchbay-back (20261123.180044)
                        OK: 53 B in 9 packages
                        """),
            ])
            let tool = place.tool(apk)
            let replaced = try #require(tool.replaced)
            let ways = await replaced.keep([update], with: tool, at: Self.now) { _ in }
            #expect(ways == [update: .noWay])
            guard case .ready(let install, let settled) = await check(tool, [update.undone]) else {
                Issue.record("not ready")
                return
            }
            #expect(install.isEmpty)
            #expect(settled.map(\.failure) == [.versionNotAvailable])
        }
    }

    @Test func `a version that a repository still has is gone back to by its name`() async throws {
        try await withAlpine { place in
            let policy = """
                labgood policy:
                  1.0-r0:
                    lib/apk/db/installed
                    https://mirror.example.org/alpine/v3.20/main
                  2.0-r0:
                    https://mirror.example.org/alpine/v3.20/main
                labother policy:
                  1.0-r0:
                    lib/apk/db/installed
                """
            let apk = PlayedTool([
                "policy --cache-max-age 5256000 labgood labother": .init(status: 0, output: policy)
            ])
            let tool = place.tool(apk)
            let updates = [Self.update("labgood"), Self.update("labother")]
            #expect(await tool.stillOffered(updates) == [updates[0]])
            let back = tool.commands(for: [updates[0].undone])
            #expect(back.first?.last == "labgood=1.0-r0")
        }
    }

    @Test func `what a way back has left when it was cut off is mended first`() async throws {
        try await withAlpine(world: "labgood .patchbay-back=20261123.180044\n") { place in
            let tool = place.tool(PlayedTool([:]))
            guard case .needsRepair(let reason) = await check(tool, [Self.update("labgood")]) else {
                Issue.record("no repair")
                return
            }
            #expect(reason.contains("took something back"))
            #expect(tool.repair == [["/sbin/apk", "del", ".patchbay-back"]])
        }
    }

    @Test func `apk's database remembers which packages are broken`() async throws {
        try await withAlpine { place in
            try place.write(
                """
                C:Q1abc=
                P:labfail
                V:2.0-r0
                A:x86_64
                o:labfail
                t:1700000000
                f:s
                F:usr

                P:labclash
                V:2.0-r0
                A:x86_64
                f:f

                P:labgood
                V:1.0-r0
                A:x86_64

                """, "lib/apk/db/installed")
            let broken = place.tool(PlayedTool([:])).unfinished()
            #expect(Set(broken.keys.map(\.name)) == ["labfail", "labclash"])
            #expect(broken[Self.update("labfail").key]?.contains("script") == true)
            #expect(broken[Self.update("labclash").key]?.contains("files") == true)
        }
    }

    @Test func `the files of a package are whole paths`() async throws {
        let apk = PlayedTool([
            "info -L labgood": .init(
                status: 0, output: "labgood-2.0-r0 contains:\nusr/bin/lab\nusr/share/lab/v\n\n")
        ])
        let key = PackageKey(manager: .apk, name: "labgood", architecture: "x86_64")
        #expect(await ApkTool(runner: apk).files(of: key) == ["/usr/bin/lab", "/usr/share/lab/v"])
    }
}
