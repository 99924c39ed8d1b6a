import AgentCore
import Fleet
import Foundation
import PackageManagers
import Policy
import Rollout
import TestSupport
import Testing

@testable import WindowsPackages

/// A whole Windows endpoint, its three tools played: by answers, and by programs of this machine.
struct WindowsEndpointTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let common = "--disable-interactivity --accept-source-agreements"
    private static let newer =
        "winget list --upgrade-available --scope machine \(common) --include-unknown --include-pinned"

    private static func answers(
        _ others: [String: PlayedPrograms.Answer] = [:]
    ) -> [String: PlayedPrograms.Answer] {
        let search = ScriptWords.search([
            ScriptWords.update(ScriptWords.first, kb: "5079473"),
            ScriptWords.update(ScriptWords.second, kb: "5079001", installed: true),
        ])
        let table = """
            Name Id      Version Available Source
            -------------------------------------
            Git  Git.Git 2.44.0  2.45.1    winget

            """
        let all: [String: PlayedPrograms.Answer] = [
            "powershell search": .init(search), "powershell search -Online": .init(search),
            "choco --version": "2.3.0\n", "choco list -r": "python3|3.12.5\n",
            "choco source list -r": "chocolatey|https://c.example.org/|False\n",
            "choco outdated -r": "python3|3.12.5|3.12.6|false\n", "choco pin list -r": "",
            "choco search python3 --exact --version=3.12.5 -r": "python3|3.12.5\n",
            "winget list --scope machine \(common)": .init(table), newer: .init(table),
            "winget pin list --disable-interactivity": "There are no pins configured.\n",
            "winget source list --disable-interactivity":
                "Name   Argument\n---------------\nwinget https://w.example.org/\n",
            "winget source update --name winget --disable-interactivity": "Done\n",
        ]
        return all.merging(others) { _, new in new }
    }

    private static let lines = [
        LockedUpdate.windows(.winget, "Git.Git", from: "2.44.0", to: "2.45.1"),
        .windows(.chocolatey, "python3", from: "3.12.5", to: "3.12.6"),
        .windows(.windowsUpdate, "KB5079473", to: "\(ScriptWords.first).200"),
    ]

    private func withEndpoint<Result>(
        _ others: [String: PlayedPrograms.Answer] = [:],
        _ body: (WindowsScanner, WindowsInstaller) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryFolder { folder in
            let programs = PlayedPrograms(Self.answers(others))
            return try await body(
                WindowsScanner(
                    PlayedPrograms.windows, runner: programs, stateFolder: folder.path,
                    clock: { Self.now }),
                WindowsInstaller(
                    PlayedPrograms.windows, runner: programs, stateFolder: folder.path))
        }
    }

    @Test func `one scan tells what all tools say`() async throws {
        try await withEndpoint { scanner, _ in
            let scan = try await scanner.scan(refreshingSources: true)
            #expect(scan.endpoint.hostname == "WIN-LAB" && scan.endpoint.os.id == "windows")
            #expect(scan.updates.map(\.name) == ["python3", "KB5079473", "Git.Git"])
            #expect(scan.packages.map(\.name) == ["python3", "KB5079001", "Git.Git"])
            #expect(scan.sources.allSatisfy { $0.state == .ok } && scan.sources.count == 3)
            #expect(scan.unparsed.isEmpty)
            _ = try InventoryText(Inventory(scan.packages).canonicalBytes)
            // What was asked of sources is known to the next scan.
            let later = try await scanner.scan(refreshingSources: false)
            #expect(later.sources.allSatisfy { $0.state == .ok })
        }
    }

    @Test func `a tool beside Windows Update that fails is a failed source`() async throws {
        let gone = PlayedPrograms.Answer(failure: .notStarted("no such file"))
        try await withEndpoint(["choco --version": gone, "choco list -r": gone]) { scanner, _ in
            let scan = try await scanner.scan(refreshingSources: false)
            #expect(scan.updates.map(\.name) == ["KB5079473", "Git.Git"])
            #expect(
                scan.sources.contains { $0.name == "chocolatey" && $0.state == .failed })
        }
        try await withEndpoint(["powershell search": gone]) { scanner, _ in
            _ = await #expect(throws: ScanFailure.self) {
                try await scanner.scan(refreshingSources: false)
            }
        }
        let mute = PlayedPrograms.Answer(ScriptWords.answer("\"Updates\": []"))
        try await withEndpoint(["powershell search": mute]) { scanner, _ in
            _ = await #expect(throws: ScanFailure.self) {
                try await scanner.scan(refreshingSources: false)
            }
        }
    }

    @Test func `updates of Windows come first, then each package by itself`() async throws {
        try await withEndpoint { _, installer in
            var left = Self.lines
            var runs: [[String]] = []
            while !left.isEmpty {
                guard
                    case .ready(let install, let settled) = await installer.preflight(
                        left, tolerating: []), settled.isEmpty
                else {
                    Issue.record("something stands in the way of \(left)")
                    return
                }
                let plan = installer.installRun(for: install)
                #expect(plan.commands.count == 1 && plan.kind == .install)
                runs.append(plan.updates.map(\.name))
                left.removeAll { plan.updates.contains($0) }
            }
            #expect(runs == [["KB5079473"], ["python3"], ["Git.Git"]])
        }
    }

    @Test func `what a run agrees to is told, and the Agent may be silent for longer`() async throws
    {
        try await withEndpoint { _, installer in
            let plans = Self.lines.map { installer.installRun(for: [$0]) }
            #expect(plans[0].note?.contains("terms of its sources") == true)
            #expect(plans[1].note?.contains("yes (-y)") == true)
            #expect(plans[2].note == nil)
            #expect(plans.map(\.inactivityLimitSeconds) == [1800, 1800, 14_400])
        }
    }

    @Test func `what the endpoint has no tool for is refused`() async throws {
        try await withTemporaryFolder { folder in
            let installer = WindowsInstaller(
                WindowsPrograms(powershell: "/bin/powershell"),
                runner: PlayedPrograms(Self.answers()), stateFolder: folder.path)
            guard
                case .ready(let install, let settled) = await installer.preflight(
                    Self.lines, tolerating: [])
            else {
                Issue.record("it is locked")
                return
            }
            #expect(install.map(\.name) == ["KB5079473"])
            #expect(settled.map(\.failure) == [.refused, .refused])
        }
    }

    @Test func `the way back is Chocolatey's alone, where a source still has the version`()
        async throws
    {
        try await withEndpoint { _, installer in
            let ways = await installer.keepWaysBack(for: Self.lines, at: Self.now, within: nil)
            #expect(Self.lines.map { ways[$0] } == [.noWay, .packageDowngrade, .noWay])
        }
    }

    @Test func `only Windows Update downloads ahead, and no limit holds for it`() async throws {
        let line = Self.lines[2]
        let done = PlayedPrograms.Answer(
            ScriptWords.results([ScriptWords.result(line.to, "downloaded")], action: "download"))
        try await withEndpoint(["powershell download -Updates \(line.to)": done]) { _, installer in
            let limit = try #require(Bandwidth("500 kB/s"))
            let results = await installer.prefetch(Self.lines, at: limit)
            #expect(results.map(\.state) == [.notPossible, .notPossible, .downloaded])
            #expect(results[2].sentence.contains("did not hold for it"))
            #expect(installer.isDownloaded(line) && !installer.isDownloaded(Self.lines[0]))
            #expect(installer.discard(line) != nil && installer.discard(Self.lines[0]) == nil)
        }
    }

    @Test(arguments: [
        (RunEnding.hung(lastLine: "[1/1] installing x"), FailureClass.hung),
        (.vanished, .interrupted), (.signalled(9), .interrupted), (.notStarted("no"), .other),
    ])
    func `an ending that is none has its class`(
        ending: RunEnding, failure: FailureClass
    ) async throws {
        try await withEndpoint { _, installer in
            for line in Self.lines {
                let verdict = installer.verdict(
                    on: installer.installRun(for: [line]), ending: ending, logTail: "noise\n")
                #expect(verdict.failure == failure)
            }
        }
    }

    // MARK: - Programs of this machine

    /// A folder with programs that play, and what names them.
    private func withPrograms<Result>(
        powershell: String, choco: String = "exit 1", winget: String = "exit 1",
        _ body: (URL, WindowsPrograms) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryFolder { folder in
            for (name, text) in [
                ("powershell.exe", powershell), ("choco.exe", choco), ("winget.exe", winget),
            ] {
                try writeProgram("#!/bin/sh\n\(text)\n", to: folder.appending(path: name))
            }
            let path = { (name: String) in folder.appending(path: name).path }
            return try await body(
                folder,
                WindowsPrograms(
                    powershell: path("powershell.exe"), chocolatey: path("choco.exe"),
                    winget: path("winget.exe")))
        }
    }

    @Test func `a tool that hangs is ended with what it has started, and told`() async throws {
        let hang = "sleep 3600 & echo $! > \"$(dirname \"$0\")/child\"; wait"
        try await withPrograms(powershell: hang) { folder, programs in
            let asked = AskedProgram(runner: SubprocessRunner(), path: programs.powershell)
            let word = await asked.ask(["-File", "x"], seconds: 2)
            #expect(word.status == nil)
            #expect(word.reason == "powershell did not end within 2 seconds.")
            // On a machine that is very busy it may not even have come to its child.
            guard
                let text = try? String(
                    contentsOf: folder.appending(path: "child"), encoding: .utf8),
                let child = pid_t(text.filter(\.isNumber))
            else { return }
            var tries = 0
            while kill(child, 0) == 0, !isDead(child), tries < 3000 {
                try await Task.sleep(for: .milliseconds(10))
                tries += 1
            }
            #expect(kill(child, 0) != 0 || isDead(child))
        }
    }

    /// Whether only the entry of a process is left, which nobody has collected.
    private func isDead(_ pid: pid_t) -> Bool {
        let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return stat.map { $0.contains(") Z ") } ?? true
    }

    @Test func `programs that play are asked as the real ones are, and their lies are found`()
        async throws
    {
        let search = ScriptWords.search([ScriptWords.update(ScriptWords.first, kb: "5079473")])
        let installed = ScriptWords.results([
            ScriptWords.result("\(ScriptWords.first).200", "installed")
        ])
        let script = """
            case "$*" in
            *"-Action search"*) echo 'asks' >&2; cat "$(dirname "$0")/search" ;;
            *"-Action install"*) cat "$(dirname "$0")/installed" ;;
            esac
            """
        let choco = """
            case "$*" in
            --version) echo 2.3.0 ;;
            "list -r") echo 'git|2.44.0' ;;
            "outdated -r") echo 'git|2.44.0|2.45.1|false'; exit 2 ;;
            "source list -r") echo 'lab|https://lab.example.org/|False' ;;
            *) exit 0 ;;
            esac
            """
        try await withPrograms(powershell: script, choco: choco) { folder, programs in
            try Data(search.utf8).write(to: folder.appending(path: "search"))
            try Data(installed.utf8).write(to: folder.appending(path: "installed"))
            let state = folder.appending(path: "state").path
            let scanner = WindowsScanner(programs, stateFolder: state, clock: { Self.now })
            let installer = WindowsInstaller(programs, stateFolder: state, environment: [:])
            let before = try await scanner.scan(refreshingSources: true)
            #expect(before.updates.map(\.name) == ["git", "KB5079473"])
            #expect(before.sources.contains { $0.name == "winget" && $0.state == .failed })
            let lines = before.updates.map { LockedUpdate($0) }
            for line in lines {
                let plan = installer.installRun(for: [line])
                let result = try await run(plan.commands[0])
                let verdict = installer.verdict(
                    on: plan, ending: .exited(result.status),
                    logTail: result.output + result.errorOutput)
                // They say that they have done it.
                #expect(verdict.failure == nil)
            }
            let after = try await scanner.scan(refreshingSources: false)
            // The next look does not believe them.
            #expect(after.updates.map { LockedUpdate($0) } == lines)
        }
    }
}
