import AgentCore
import Fleet
import PackageManagers
import Rollout
import Testing

@testable import LinuxPackages

/// Refreshing and reverting snaps. snapd is played, with what its source prints.
struct SnapInstallTests {
    private static func update(
        _ name: String, _ from: String, _ to: String
    ) -> LockedUpdate {
        LockedUpdate(manager: .snap, name: name, architecture: "all", from: from, to: to)
    }

    private static let firefox = update("firefox", "132.0.1-1@5239", "132.0.2-1@5273")
    private static let core = update("core22", "20240904@1663", "20240904@1748")

    private static let all = """
        Name     Version      Rev    Tracking       Publisher    Notes
        core22   20240904     1663   latest/stable  canonical**  base
        firefox  131.0-1      5187   latest/stable  mozilla**    disabled
        firefox  132.0.1-1    5239   latest/stable  mozilla**    -
        """
    private static let newer = """
        Name     Version      Rev    Size   Publisher    Notes
        core22   20240904     1748   78MB   canonical**  base
        firefox  132.0.2-1    5273   289MB  mozilla**    -
        """

    private static func played(_ more: [String: PlayedTool.Answer] = [:]) -> PlayedTool {
        PlayedTool(
            [
                "list": .init(status: 0, output: all), "list --all": .init(status: 0, output: all),
                "refresh --list": .init(status: 0, output: newer),
                "changes --abs-time": .init(status: 0, errorOutput: "no changes found\n"),
            ].merging(more) { _, new in new })
    }

    private func check(_ snap: PlayedTool, _ updates: [LockedUpdate]) async -> Preflight {
        await LockListCheck(tool: SnapTool(runner: snap)).check(updates, tolerating: [])
    }

    @Test func `each snap is refreshed to its approved revision, by a program of its own`() async {
        let updates = [Self.core, Self.firefox]
        #expect(await check(Self.played(), updates) == .ready(install: updates, settled: []))
        #expect(
            SnapTool(runner: Self.played()).commands(for: updates) == [
                ["/usr/bin/snap", "refresh", "core22", "--revision=1748"],
                ["/usr/bin/snap", "refresh", "firefox", "--revision=5273"],
            ])
    }

    @Test
    func `a revision that the store has replaced meanwhile is not taken for the approved one`()
        async
    {
        let later = Self.newer.replacing("5273", with: "5301")
        let snap = Self.played(["refresh --list": .init(status: 0, output: later)])
        guard
            case .ready(let install, let settled) = await check(snap, [Self.core, Self.firefox])
        else {
            Issue.record("not ready")
            return
        }
        #expect(install == [Self.core])
        #expect(settled.map(\.failure) == [.versionNotAvailable])
    }

    @Test func `what a run that was cut off has brought in all the same is no obstacle`() async {
        let done = Self.all.replacing("132.0.1-1    5239 ", with: "132.0.2-1    5273 ")
        let snap = Self.played([
            "list --all": .init(status: 0, output: done),
            "refresh --list": .init(status: 0, errorOutput: "All snaps up to date.\n"),
        ])
        #expect(await check(snap, [Self.firefox]) == .ready(install: [Self.firefox], settled: []))
    }

    private static func changes(_ row: String) -> PlayedTool.Answer {
        .init(status: 0, output: "ID   Status  Spawn  Ready  Summary\n\(row)\n\n")
    }

    static let rows: [(String, Bool)] = [
        (#"12   Doing   2026-11-23T10:01:00Z  -  Auto-refresh snap "firefox""#, true),
        (#"12   Undoing 2026-11-23T10:01:00Z  -  Refresh snaps "core22", "firefox""#, true),
        ("12   Doing   2026-11-23T10:01:00Z  -  Auto-refresh 7 snaps", true),
        (#"12   Doing   2026-11-23T10:01:00Z  -  Refresh "firefox-nightly" snap"#, false),
        (
            #"12   Done    2026-11-23T10:01:00Z  2026-11-23T10:02:00Z  Refresh "firefox" snap"#,
            false
        ),
        // It waits for a reboot, and keeps nobody out.
        (#"12   Wait    2026-11-23T10:01:00Z  -  Refresh "firefox" snap"#, false),
    ]

    @Test(arguments: rows)
    func `while snapd is at work on a snap the job waits for it, and says for what`(
        row: String, isLocked: Bool
    ) async {
        let snap = Self.played(["changes --abs-time": Self.changes(row)])
        let answer = await check(snap, [Self.firefox])
        if isLocked {
            guard case .locked(let holder) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(holder.hasPrefix("snapd (change 12: "))
        } else {
            #expect(answer == .ready(install: [Self.firefox], settled: []))
        }
    }

    @Test func `what is held is left alone`() async {
        let held = Self.all.replacing(
            "5239   latest/stable  mozilla**    -", with: "5239   latest/stable  mozilla**    held")
        let snap = Self.played(["list": .init(status: 0, output: held)])
        guard
            case .ready(let install, let settled) = await check(snap, [Self.core, Self.firefox])
        else {
            Issue.record("not ready")
            return
        }
        #expect(install == [Self.core])
        #expect(settled.map(\.failure) == [.held])
        #expect(settled.first?.sentence.contains("snap refresh --hold") == true)
    }

    @Test func `a snap is reverted to a revision that snapd has kept, and to no other`() async {
        let back = Self.update("firefox", "131.0-1@5187", "132.0.1-1@5239").undone
        #expect(await check(Self.played(), [back]) == .ready(install: [back], settled: []))
        #expect(
            SnapTool(runner: Self.played()).commands(for: [back])
                == [["/usr/bin/snap", "revert", "firefox", "--revision=5187"]])
        let lost = Self.update("firefox", "130.0-1@5100", "132.0.1-1@5239").undone
        guard case .ready(let install, let settled) = await check(Self.played(), [lost]) else {
            Issue.record("not ready")
            return
        }
        #expect(install.isEmpty)
        #expect(settled.map(\.failure) == [.versionNotAvailable])
    }

    @Test func `what a refresh replaces stays on the endpoint`() async {
        let tool = SnapTool(runner: Self.played())
        let other = Self.update("firefox", "131.0-1@5187", "132.0.1-1@5239")
        #expect(
            await tool.stillOffered([Self.firefox, Self.core, other]) == [Self.firefox, Self.core])
    }

    /// An end of `snap`, and what it means.
    struct Case: Sendable, CustomTestStringConvertible {
        var status: Int32 = 1
        let text: String
        let failure: FailureClass?
        var culprits = ["firefox"]
        var notes = 0

        var testDescription: String { "\(text.prefix(60))" }
    }

    static let cases = [
        Case(
            status: 0, text: "firefox 132.0.2-1 from Mozilla** refreshed", failure: nil,
            culprits: []),
        Case(
            status: 0, text: #"snap "firefox" has no updates available"#, failure: nil, culprits: []
        ),
        Case(
            status: 0, text: "snapd is about to reboot the system", failure: nil, culprits: [],
            notes: 1),
        Case(
            text:
                #"error: cannot refresh "firefox": snap "firefox" has running apps (firefox), pids: 4242"#,
            failure: .blockedByProcess),
        Case(
            text: #"error: snap "firefox" has "auto-refresh" change in progress"#,
            failure: .lockHeld,
            culprits: []),
        Case(
            text: #"error: cannot refresh "firefox" due to low disk space"#, failure: .diskFull),
        Case(
            text: #"error: snap "firefox" revision 5273 not available (see 'snap info firefox')"#,
            failure: .versionNotAvailable),
        Case(
            text: """
                error: cannot perform the following tasks:
                - Fetch and check assertions for snap "firefox" (5273) (cannot verify snap "firefox", no matching signatures found)
                """, failure: .signature),
        Case(
            text: """
                error: cannot perform the following tasks:
                - Download snap "firefox" (5273) from channel "latest/stable" (sha3-384 mismatch for "firefox": got 1 but expected 2)
                """, failure: .hashMismatch),
        Case(
            text: """
                error: cannot perform the following tasks:
                - Run post-refresh hook of "firefox" snap if present (run hook "post-refresh": boom)
                """, failure: .maintainerScript),
        Case(text: "error: unable to contact snap store", failure: .network),
        Case(
            text:
                "error: cannot communicate with server: timeout exceeded while waiting for response",
            failure: .network),
        Case(text: "error: something new", failure: .other, culprits: []),
    ]

    @Test(arguments: cases)
    func `an end of snap is told apart`(case example: Case) {
        let run = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 60, updates: [])
        // The run notes each program before it starts it.
        let log = "+ /usr/bin/snap refresh firefox --revision=5273\n\(example.text)"
        let verdict = ToolVerdict(tool: SnapTool(runner: PlayedTool([:])))
            .read(run, .exited(example.status), log)
        #expect(verdict.failure == example.failure)
        #expect(verdict.culprits == example.culprits)
        #expect(verdict.notes.count == example.notes)
    }

    @Test func `no snap is refreshed in spite of a program that runs`() {
        let words = SnapTool(runner: PlayedTool([:])).commands(for: [Self.firefox]).flatMap { $0 }
        #expect(!words.contains { $0.contains("ignore-running") })
    }
}
