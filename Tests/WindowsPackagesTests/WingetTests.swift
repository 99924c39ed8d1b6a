import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import WindowsPackages

/// winget, played: its tables as they were recorded in several languages, its codes by its header.
struct WingetTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let common = "--disable-interactivity --accept-source-agreements"
    private static let list = "winget list --scope machine \(common)"
    private static let newer =
        "winget list --upgrade-available --scope machine \(common) --include-unknown --include-pinned"
    private static let pins = "winget pin list --disable-interactivity"
    private static let sources = """
        Name    Argument                                      Explicit
        --------------------------------------------------------------
        msstore https://storeedgefd.example.org/v9.0          false
        winget  https://cdn.example.org/cache                 false

        """
    private static let installed = """
        Name               Id                        Version     Available Source
        ---------------------------------------------------------------------------
        Git                Git.Git                   2.44.0      2.45.1    winget
        7-Zip 23.01 (x64)  7zip.7zip                 23.01                 winget
        Python 3.11        Python.Python.3.11        3.11.8      3.11.9    winget
        Old Tool           Lab.Old                   < 1.2       1.3       winget
        Some Driver        ARP\\Machine\\X64\\Driver1   1.0

        """
    private static let upgrades = """
        Name        Id                 Version Available Source
        -------------------------------------------------------
        Git         Git.Git            2.44.0  2.45.1    winget
        Python 3.11 Python.Python.3.11 3.11.8  3.11.9    winget
        Old Tool    Lab.Old            < 1.2   1.3       winget
        3 upgrades available.

        """
    private static let pinned = """
        Name        Id                 Version Source Pin type
        ------------------------------------------------------
        Python 3.11 Python.Python.3.11         winget Pinning

        """

    private func tool(_ answers: [String: PlayedPrograms.Answer]) -> (WingetTool, PlayedPrograms) {
        var all: [String: PlayedPrograms.Answer] = [
            Self.list: .init(Self.installed), Self.newer: .init(Self.upgrades),
            Self.pins: .init(Self.pinned),
            "winget source list --disable-interactivity": .init(Self.sources),
            "winget source update --name winget --disable-interactivity": "Done\n",
            "winget source update --name msstore --disable-interactivity": "Done\n",
        ]
        all.merge(answers) { _, new in new }
        let programs = PlayedPrograms(all)
        return (WingetTool(runner: programs, path: #"C:\winget.exe"#), programs)
    }

    private func look(
        _ answers: [String: PlayedPrograms.Answer] = [:], refreshing: Bool = true
    ) async throws -> WindowsLook {
        try await tool(answers).0.look(refreshing: refreshing, at: Self.now, after: nil)
    }

    @Test func `what a source knows is told with what is newer, and what a pin holds`() async throws
    {
        let found = try await look()
        #expect(
            found.packages.map { "\($0.name) \($0.version)" } == [
                "7zip.7zip 23.01", "Git.Git 2.44.0", "Lab.Old <1.2", "Python.Python.3.11 3.11.8",
            ])
        #expect(
            found.updates.map { "\($0.name) \($0.installed) \($0.candidate)" } == [
                "Git.Git 2.44.0 2.45.1", "Python.Python.3.11 3.11.8 3.11.9", "Lab.Old <1.2 1.3",
            ])
        #expect(found.updates.map(\.installability) == [.installable, .held, .installable])
        #expect(found.updates.allSatisfy { $0.wayBack == .noWay })
        #expect(found.sources.map(\.state) == [.ok, .ok] && found.unparsed.isEmpty)
        _ = try InventoryText(Inventory(found.packages).canonicalBytes)
    }

    @Test func `each source has its own state`() async throws {
        let found = try await look([
            "winget source update --name msstore --disable-interactivity": .init(
                "", status: Int32(bitPattern: 0x8A15_0045))
        ])
        #expect(found.sources.map(\.state) == [.failed, .ok])
        #expect(found.sources.first?.error?.contains("0x8A150045") == true)
        let unasked = try await look(refreshing: false)
        #expect(unasked.sources.map(\.state) == [.stale, .stale])
        let said = "Failed when searching source; results will not be included: msstore\n"
        let half = try await look([Self.newer: .init(said + Self.upgrades)])
        #expect(half.sources.map(\.state) == [.failed, .ok] && half.updates.count == 3)
    }

    @Test func `nothing newer is an answer, in words or as a code`() async throws {
        let words = "No installed package found matching input criteria.\n"
        for answer in [
            PlayedPrograms.Answer(words),
            .init(words, status: Int32(bitPattern: 0x8A15_0014)),
            .init(words, status: Int32(bitPattern: 0x8A15_002B)),
        ] {
            let found = try await look([Self.newer: answer])
            #expect(found.updates.isEmpty && found.sources.allSatisfy { $0.state == .ok })
        }
    }

    @Test(arguments: [
        PlayedPrograms.Answer("", status: Int32(bitPattern: 0x8A15_004B)), .init("", status: 1),
        .init(failure: .timedOut(seconds: 600)), .init(failure: .tooMuchOutput),
    ])
    func `a winget that does not answer is no endpoint without updates`(
        answer: PlayedPrograms.Answer
    ) async throws {
        let found = try await look([Self.newer: answer])
        #expect(found.updates.isEmpty && found.packages.count == 4)
        #expect(found.sources.allSatisfy { $0.state == .failed })
        await #expect(throws: ScanFailure.self) { try await look([Self.list: answer]) }
    }

    @Test func `an older winget without pins is asked without its newer options`() async throws {
        let unknown = PlayedPrograms.Answer("", status: Int32(bitPattern: 0x8A15_0002))
        let found = try await look([
            Self.newer: unknown, Self.pins: unknown,
            "winget list --upgrade-available --scope machine \(Self.common)":
                .init(Self.upgrades),
        ])
        #expect(found.updates.map(\.installability) == [.installable, .installable, .installable])
    }

    @Test func `rows that were cut become no update, and are shown`() async throws {
        let cut = Self.upgrades.replacing(
            "Python.Python.3.11 3.11.8", with: "Python.Python.3… 3.11.8  ")
        let found = try await look([Self.newer: .init(cut)])
        #expect(!found.updates.contains { $0.name.hasPrefix("Python") })
        #expect(found.unparsed.contains { $0.contains("Python.Python.3…") })
        #expect(found.sources.map(\.state) == [.ok, .ok])
    }

    @Test func `of several side by side the newest stands in the inventory`() async throws {
        let twice = Self.installed.replacing(
            "Git                Git.Git                   2.44.0      2.45.1    winget",
            with: "Git                Git.Git                   2.9.0       2.45.1    winget\n"
                + "Git                Git.Git                   2.44.0      2.45.1    winget")
        let found = try await look([Self.list: .init(twice)])
        #expect(found.packages.filter { $0.name == "Git.Git" }.map(\.version) == ["2.44.0"])
    }

    @Test func `exactly what a source offers is installed, and never back`() async throws {
        let show = "winget show --exact --id Git.Git --version"
        let (tool, _) = tool([
            "\(show) 2.44.9 \(Self.common)": "Found Git [Git.Git]\n",
            "\(show) 9.9 \(Self.common)": .init("", status: Int32(bitPattern: 0x8A15_0017)),
            "\(show) 8.8 \(Self.common)": .init("", status: Int32(bitPattern: 0x8A15_0045)),
        ])
        let git = ["2.45.1", "2.44.9", "9.9", "8.8"].map {
            LockedUpdate.windows(.winget, "Git.Git", from: "2.44.0", to: $0)
        }
        let lines =
            git + [
                .windows(.winget, "Python.Python.3.11", from: "3.11.8", to: "3.11.9"),
                .windows(.winget, "Lab.What", from: "Unknown", to: "1.0"), git[0].undone,
            ]
        guard case .obstacles(let obstacles) = await tool.check(lines) else {
            Issue.record("it is locked")
            return
        }
        #expect(
            lines.map { obstacles[$0]?.failure } == [
                nil, nil, .versionNotAvailable, .network, .held, .other, .refused,
            ])
        #expect(await tool.canGoBack(git).isEmpty)
    }

    @Test func `one package a run, exact, for the machine, and without its terms agreed to`() {
        let (tool, _) = tool([:])
        let line = LockedUpdate.windows(.winget, "Git.Git", from: "2.44.0", to: "2.45.1")
        let command = tool.command(for: tool.batch(of: [line, line.undone]))
        #expect(
            command.dropFirst() == [
                "upgrade", "--exact", "--id", "Git.Git", "--version", "2.45.1", "--scope",
                "machine", "--silent", "--disable-interactivity", "--accept-source-agreements",
            ])
        #expect(!command.contains("--accept-package-agreements") && !command.contains("--force"))
    }

    @Test(
        arguments: [
            (0, nil, false), (0x8A15_0109, nil, true), (0x8A15_010B, nil, true),
            (0x8A15_0061, nil, false), (0x8A15_0011, FailureClass.hashMismatch, false),
            (0x8A15_002B, .versionNotAvailable, false), (0x8A15_0017, .versionNotAvailable, false),
            (0x8A15_0101, .blockedByProcess, false), (0x8A15_0103, .blockedByProcess, false),
            (0x8A15_0102, .lockHeld, false), (0x8A15_0105, .diskFull, false),
            (0x8A15_0107, .network, false), (0x8A15_0008, .network, false),
            (0x8A15_0104, .dependency, false), (0x8A15_0068, .held, false),
            (0x8A15_010F, .held, false), (0x8A15_0041, .refused, false),
            (0x8A15_005E, .signature, false), (0x8A15_0006, .maintainerScript, false),
            (0x8A15_010A, .other, false), (0x8A15_0005, .interrupted, false),
            (0x8A15_0FFF, .other, false), (1, .other, false),
        ] as [(UInt32, FailureClass?, Bool)])
    func `a code has its class, whatever the language is`(
        code: UInt32, failure: FailureClass?, reboots: Bool
    ) {
        let line = LockedUpdate.windows(.winget, "Git.Git", from: "2.44.0", to: "2.45.1")
        let verdict = tool([:]).0.verdict(
            status: Int32(bitPattern: code),
            lines: ["+ winget upgrade", "\r  - \r  \\ \rEin unerwarteter Fehler"], on: [line])
        #expect(verdict.failure == failure)
        #expect(verdict.culprits == (failure == nil ? [] : ["Git.Git"]))
        #expect(verdict.notes.isEmpty != reboots)
        if code == 0x8A15_0FFF {
            #expect(verdict.sentence.contains("0x8A150FFF: Ein unerwarteter Fehler"))
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            "upgrade-en-9", "upgrade-de-DE-two-tables", "upgrade-zh-CN-cjk-truncated",
            "upgrade-en-spinner-two-tables-crlf", "upgrade-en-less-than-version",
        ])
    func `a recorded table makes no phantom, and loses no row`(name: String) async throws {
        let file = Places.sharedData.appending(path: "tool-outputs/winget/\(name).txt")
        let bytes = [UInt8](try Data(contentsOf: file))
        // The same rows stand in the list of what is installed.
        let found = try await look([
            Self.newer: .init(bytes: bytes), Self.list: .init(bytes: bytes), Self.pins: "",
        ])
        let all = found.updates.count + found.unparsed.count
        #expect(all > 0)
        for update in found.updates {
            #expect(PackageName(update.name, of: .winget) != nil)
            #expect(!update.name.hasSuffix("…") && !update.candidate.hasSuffix("…"))
            #expect(found.packages.contains { $0.key == update.key })
        }
        _ = try InventoryText(Inventory(found.packages).canonicalBytes)
    }
}
