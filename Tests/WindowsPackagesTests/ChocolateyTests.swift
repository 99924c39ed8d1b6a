import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import WindowsPackages

/// Chocolatey, played: its lists as they were recorded, its words as its source has them.
struct ChocolateyTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let sources = """
        chocolatey|https://community.example.org/api/v2/|False|||0|False|False|False
        lab|https://anna:secret@nuget.example.org/lab|False|anna||1|False|False|False
        old|https://old.example.org/|True|||2|False|False|False

        """

    private func tool(
        _ answers: [String: PlayedPrograms.Answer]
    ) -> (ChocolateyTool, PlayedPrograms) {
        var all: [String: PlayedPrograms.Answer] = [
            "choco --version": "2.3.0\n", "choco source list -r": .init(Self.sources),
            "choco list -r": "git|2.44.0\nGoogleChrome|124.0.1\npython3|3.12.5\n",
            "choco outdated -r": .init(
                "git|2.44.0|2.45.1|false\ngooglechrome|124.0.1|125.0.2|true\n", status: 2),
            "choco pin list -r": "GoogleChrome|124.0.1\n",
        ]
        all.merge(answers) { _, new in new }
        let programs = PlayedPrograms(all)
        return (ChocolateyTool(runner: programs, path: #"C:\choco\bin\choco.exe"#), programs)
    }

    private func look(
        _ answers: [String: PlayedPrograms.Answer] = [:], refreshing: Bool = false
    ) async throws -> WindowsLook {
        try await tool(answers).0.look(refreshing: refreshing, at: Self.now, after: nil)
    }

    @Test func `what is installed and newer is told, and what a pin holds`() async throws {
        let found = try await look()
        #expect(
            found.packages.map { "\($0.name) \($0.version)" }
                == ["git 2.44.0", "GoogleChrome 124.0.1", "python3 3.12.5"])
        #expect(
            found.updates.map { "\($0.name) \($0.installed) \($0.candidate)" }
                == ["git 2.44.0 2.45.1", "GoogleChrome 124.0.1 125.0.2"])
        #expect(found.updates.map(\.installability) == [.installable, .held])
        #expect(found.updates.last?.reason?.contains("choco pin") == true)
        // Disabled ones are not asked, and nobody's password is told.
        #expect(
            found.sources.map(\.name) == [
                "chocolatey https://community.example.org/api/v2/",
                "lab https://nuget.example.org/lab",
            ])
        #expect(found.sources.allSatisfy { $0.state == .ok } && found.unparsed.isEmpty)
    }

    @Test func `older versions list what is installed by an option of their own`() async throws {
        let found = try await look([
            "choco --version": "0.10.15\n", "choco list -r": .init("", status: 1),
            "choco list -lo -r": "git|2.44.0\n", "choco outdated -r": "",
        ])
        #expect(found.packages.map(\.name) == ["git"] && found.updates.isEmpty)
    }

    @Test func `a source that fails is that source's failure, and the others' updates stay`()
        async throws
    {
        let said = "Failed to fetch results from V2 feed at 'https://nuget.example.org/lab/X'\n"
        let found = try await look([
            "choco outdated -r": .init("git|2.44.0|2.45.1|false\n", errorOutput: said)
        ])
        #expect(found.sources.map(\.state) == [.ok, .failed])
        #expect(found.sources.last?.error?.contains("Failed to fetch") == true)
        #expect(found.updates.map(\.name) == ["git"])
    }

    @Test(arguments: [
        PlayedPrograms.Answer("", status: 1, errorOutput: "Unable to connect to the remote server"),
        .init("", status: -1), .init(failure: .timedOut(seconds: 600)),
        .init(failure: .tooMuchOutput),
    ])
    func `a Chocolatey that does not answer is no endpoint without updates`(
        answer: PlayedPrograms.Answer
    ) async throws {
        let found = try await look(["choco outdated -r": answer])
        #expect(found.packages.count == 3 && found.updates.isEmpty)
        #expect(found.sources.allSatisfy { $0.state == .failed && $0.error != nil })
        await #expect(throws: ScanFailure.self) { try await look(["choco list -r": answer]) }
    }

    @Test func `what is no row is shown, and becomes no package`() async throws {
        let found = try await look([
            "choco list -r":
                "git|2.44.0\nValidation Warnings:\nbad name|1.0\nx|latest\n-y|1.0\na|b|c\n",
            "choco outdated -r": "git|2.44.0|2.45.1|false\nzip|1.0|2.0|false\ngit|2.4",
        ])
        #expect(found.packages.map(\.name) == ["git"])
        #expect(found.updates.map(\.name) == ["git"])
        #expect(
            found.unparsed == [
                "Validation Warnings:", "a|b|c", "bad name|1.0", "x|latest", "-y|1.0",
                "git|2.4", "zip|1.0|2.0: not installed so",
            ])
    }

    @Test func `a scan tells the way back where a source still has the version before`()
        async throws
    {
        let (tool, programs) = tool([
            "choco list -r": "labone|1.0\nlabtwo|1.0\nlabthree|1.0\n",
            "choco outdated -r":
                "labone|1.0|2.0|false\nlabtwo|1.0|2.0|false\nlabthree|1.0|2.0|false\n",
            "choco search labone --exact --version=1.0 -r": "LabOne|1.0\n",
            "choco search labtwo --exact --version=1.0 -r": .init("", status: 2),
        ])
        let found = try await tool.look(refreshing: true, at: Self.now, after: nil)
        #expect(found.updates.map(\.wayBack) == [.packageDowngrade, .noWay, nil])
        let asked = programs.asked.count
        _ = try await tool.look(refreshing: true, at: Self.now, after: nil)
        // What is known is not asked again; what could not be asked is.
        #expect(programs.asked.count == asked + 5)
        let lines = found.updates.map { LockedUpdate($0) }
        #expect(await tool.canGoBack(lines) == [lines[0]])
    }

    @Test func `exactly what a source offers is installed, and no pin is overruled`() async throws {
        let (tool, _) = tool([
            "choco search git --exact --version=2.44.5 -r": "git|2.44.5\n",
            "choco search git --exact --version=9.9 -r": .init("", status: 2),
            "choco search git --exact --version=8.8 -r": .init(
                "", status: 1, errorOutput: "Unable to load the service index for source x."),
        ])
        let lines =
            ["2.45.1", "2.44.5", "9.9", "8.8"].map {
                LockedUpdate.windows(.chocolatey, "git", from: "2.44.0", to: $0)
            } + [.windows(.chocolatey, "GoogleChrome", from: "124.0.1", to: "125.0.2")]
        guard case .obstacles(let obstacles) = await tool.check(lines) else {
            Issue.record("it is locked")
            return
        }
        #expect(
            lines.map { obstacles[$0]?.failure } == [
                nil, nil, .versionNotAvailable, .network, .held,
            ])
    }

    @Test func `pins that cannot be told stop everything`() async throws {
        let line = LockedUpdate.windows(.chocolatey, "git", from: "2.44.0", to: "2.45.1")
        let (tool, _) = tool(["choco pin list -r": .init("", status: 1)])
        guard case .obstacles(let obstacles) = await tool.check([line]) else {
            Issue.record("it is locked")
            return
        }
        #expect(obstacles[line]?.failure == .other)
    }

    @Test func `one package a run, by its exact version, and back only where the line says so`() {
        let (tool, _) = tool([:])
        let git = LockedUpdate.windows(.chocolatey, "git", from: "2.44.0", to: "2.45.1")
        let other = LockedUpdate.windows(.chocolatey, "python3", from: "3.12.5", to: "3.12.6")
        #expect(tool.batch(of: [git, other]) == [git])
        let command = tool.command(for: [git])
        #expect(
            command == [
                #"C:\choco\bin\choco.exe"#, "upgrade", "git", "--version=2.45.1", "-y", "-r",
                "--no-progress", "--fail-on-unfound", "--fail-on-not-installed",
            ])
        #expect(
            tool.command(for: [git.undone]) == command.map {
                $0 == "--version=2.45.1" ? "--version=2.44.0" : $0
            } + ["--allow-downgrade"])
    }

    @Test(
        arguments: [
            (0, "git|2.44.0|2.45.1|false", nil, false), (2, "", nil, false), (3010, "", nil, true),
            (1641, "", nil, true), (1605, "", nil, false),
            (0, "git is pinned. Skipping pinned package.", FailureClass.held, false),
            (350, "", .other, false), (1604, "", .interrupted, false), (1618, "", .lockHeld, false),
            (1603, "", .maintainerScript, false), (112, "", .diskFull, false),
            (1625, "", .held, false), (1601, "", .interruptedPackageManager, false),
            (
                1, "git was not found with the source(s) listed. If you specified a particular …",
                .versionNotAvailable, false
            ),
            (1, "Error - hashes do not match. Actual value was '00'.", .hashMismatch, false),
            (-1, "Unable to resolve dependency 'x': …", .dependency, false),
            (1, "The remote name could not be resolved: 'x'", .network, false),
            (1, "ERROR: There is not enough space on the disk.", .diskFull, false),
            (
                -1, "The process cannot access the file, it is being used by another process.",
                .lockHeld, false
            ),
            (1, "The upgrade of git was NOT successful.", .maintainerScript, false),
            (
                1, "git is not installed. Cannot upgrade a non-existent package.",
                .versionNotAvailable,
                false
            ),
            (7, "Something new", .other, false),
        ] as [(Int32, String, FailureClass?, Bool)])
    func `a status and words have their class`(
        status: Int32, words: String, failure: FailureClass?, reboots: Bool
    ) {
        let line = LockedUpdate.windows(.chocolatey, "git", from: "2.44.0", to: "2.45.1")
        let verdict = tool([:]).0.verdict(
            status: status, lines: ["+ choco upgrade git", words], on: [line])
        #expect(verdict.failure == failure)
        #expect(verdict.culprits == (failure == nil ? [] : ["git"]))
        #expect(verdict.notes.isEmpty != reboots)
        if failure == .other, !words.isEmpty { #expect(verdict.sentence.contains(words)) }
    }

    @Test(.requires(.sharedData)) func `recorded lists become packages and updates`() async throws {
        let folder = Places.sharedData.appending(path: "tool-outputs/choco")
        let text = { (name: String) in
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        let installed = try await look([
            "choco list -r": .init(try text("list-r.txt")), "choco outdated -r": "",
        ])
        #expect(installed.packages.count == 6 && installed.unparsed.isEmpty)
        _ = try InventoryText(Inventory(installed.packages).canonicalBytes)
        let same = try await look([
            "choco list -r": "atom|1.23.3\n7zip.commandline|16.02.0.20170209\n",
            "choco outdated -r": .init(try text("outdated-r-same-version.txt")),
        ])
        #expect(same.updates.map(\.name) == ["atom"])
        // The same with what it prints for people.
        let wordy = try await look([
            "choco list -r": "obs-studio.install|30.1.2\npython3|3.12.5\npython312|3.12.5\n",
            "choco outdated -r": .init(try text("outdated-v2.3.txt")),
        ])
        #expect(wordy.updates.count == 3 && wordy.unparsed.isEmpty)
    }
}
