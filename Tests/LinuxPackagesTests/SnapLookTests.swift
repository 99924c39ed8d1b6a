import Fleet
import PackageManagers
import Testing

@testable import LinuxPackages

/// snapd, played: its store cannot be reached from a test.
struct SnapLookTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static let installed = """
        Name     Version      Rev    Tracking       Publisher    Notes
        core22   20240904     1663   latest/stable  canonical**  base
        firefox  132.0.1-1    5239   latest/stable  mozilla**    held
        mine     1.2          x3     -              -            -
        ??       broken
        """

    @Test func `snaps are told with their revisions`() async throws {
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
        #expect(look.updates.map(\.installability) == [.installable, .held])
        #expect(look.updates.map(\.reason) == [nil, SnapTool.heldReason])
    }

    @Test func `a change that waits for a reboot is a reason for one`() async throws {
        let changes = """
            ID   Status  Spawn                 Ready                 Summary
            11   Done    2026-11-23T09:58:00Z  2026-11-23T09:59:00Z  Refresh "firefox" snap
            12   Wait    2026-11-23T10:01:00Z  -                     Refresh "pc-kernel" snap

            """
        let tool = SnapTool(
            runner: PlayedTool([
                "list": .init(status: 0, output: Self.installed),
                "refresh --list": .init(status: 0, errorOutput: "All snaps up to date.\n"),
                "changes --abs-time": .init(status: 0, output: changes),
            ]))
        let look = try await tool.look(at: Self.now, after: nil)
        #expect(look.signals.map(\.kind) == [.coreFilesReplaced])
        #expect(look.signals.first?.detail.contains("\"pc-kernel\"") == true)
        #expect(look.updates.isEmpty)
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

    /// What snapd says of its own refreshes, and what turns it on; `nil` where it does not refresh.
    static let refreshes: [(String, String?)] = [
        (
            """
            timer: 00:00~24:00/4
            last: 2027-01-15T05:33:00Z
            next: 2027-01-15T12:41:00Z
            """, "00:00~24:00/4"
        ),
        // A hold of all snaps, until a time that has an offset, and for good.
        ("timer: 4:00-7:00\nlast: n/a\nhold: 2027-01-16T11:30:00+08:00\nnext: n/a\n", nil),
        ("timer: 00:00~24:00/4\nhold: forever\nnext: 2027-01-15T12:41:00Z (but held)\n", nil),
        // It has ended.
        ("timer: mon,03:00\nhold: 2027-01-14T11:30:00+08:00\n", "mon,03:00"),
        ("schedule: 00:00-04:59/5:00-10:59\n", "00:00-04:59/5:00-10:59"),
        ("timer: \n", nil), ("", nil), ("\u{fffd}:\u{0}\n:::\n", nil),
    ]

    @Test(arguments: refreshes)
    func `snapd is told as what updates itself unless all its refreshes are held`(
        text: String, timer: String?
    ) async throws {
        let tool = SnapTool(
            runner: PlayedTool(["refresh --time --abs-time": .init(status: 0, output: text)]))
        let updater = await tool.ownUpdater(at: Self.now)
        #expect(updater?.name == timer.map { _ in "snapd" })
        if let timer { #expect(updater?.evidence.contains("its timer is \(timer),") == true) }
        let silent = SnapTool(runner: PlayedTool([:]))
        #expect(await silent.ownUpdater(at: Self.now) == nil)
    }
}
