import AgentCore
import Fleet
import Foundation
import PackageManagers
import Policy
import Rollout
import TestSupport
import Testing

@testable import MacPackages

/// The whole way on a played Mac: small programs of its own, really run. Looked at, planned,
/// downloaded ahead, installed, looked at again.
struct MacRunTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    /// A Mac with Homebrew and mas, whose programs keep what is installed in files.
    private func withMac(_ body: (PlayedMac) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder)
            try mac.signIn()
            try mac.userPrograms()
            try system(mac)
            try softwareUpdate(mac)
            try homebrew(mac)
            try mac.program(
                "opt/homebrew/bin/mas",
                [
                    (
                        "list",
                        "if [ -e keynote ]; then echo '409183694 Keynote (12.0)'; "
                            + "else echo '409183694 Keynote (11.0)'; fi"
                    ),
                    ("outdated", "[ -e keynote ] || echo '409183694 Keynote (11.0 -> 12.0)'"),
                    ("upgrade 409183694", "touch keynote; echo '==> Installed Keynote'"),
                ])
            try await body(mac)
        }
    }

    private func system(_ mac: PlayedMac) throws {
        try mac.program(
            "usr/bin/sw_vers", [("", "printf 'ProductName: macOS\\nProductVersion: 26.5\\n'")])
        try mac.program(
            "usr/sbin/sysctl",
            [
                (
                    KernelValues.names.joined(separator: " "),
                    "printf 'kern.hostname: mac-7\\nhw.optional.arm64: 1\\n'"
                )
            ])
        let application = { (version: String) in
            #"{"SPApplicationsDataType":[{"_name":"Safari","version":"\#(version)","#
                + #""obtained_from":"apple","path":"/Applications/Safari.app"}]}"#
        }
        try mac.program(
            "usr/sbin/system_profiler",
            [
                (
                    "-json \(SystemProfile.kinds.joined(separator: " "))",
                    "if [ -e safari ]; then echo '\(application("26.5"))'; "
                        + "else echo '\(application("26.4"))'; fi"
                )
            ])
    }

    private func softwareUpdate(_ mac: PlayedMac) throws {
        let label = "Safari26.5Auto-26.5"
        let list =
            "printf '\(MacText.heading.replacing("\n", with: "\\n"))"
            + "Software Update found the following new or updated software:\\n"
            + "* Label: \(label)\\n\\tTitle: Safari, Version: 26.5, Size: 1KiB, "
            + "Recommended: YES,\\n'"
        try mac.program(
            "usr/sbin/softwareupdate",
            [
                (
                    "--list",
                    "if [ -e safari ]; then echo 'No new software available.' >&2; "
                        + "echo 'Software Update Tool'; else \(list); fi"
                ),
                ("--download \(label)", "echo 'Downloaded Safari'"),
                (
                    "--install \(label) --agree-to-license --verbose",
                    "[ -e lies ] || touch safari; echo 'Done with Safari'"
                ),
            ])
    }

    private func homebrew(_ mac: PlayedMac) throws {
        let outdated = { (names: [String]) in
            let rows = names.map {
                #"{"name":"\#($0)","installed_versions":["1.0"],"current_version":"1.1","pinned":false}"#
            }
            return "{\"formulae\":[\(rows.joined(separator: ","))],\"casks\":[]}"
        }
        try mac.program(
            "opt/homebrew/bin/brew",
            [
                ("update", "echo 'Already up-to-date.'"),
                (
                    "list --formula --versions",
                    "if [ -e good ]; then echo 'good 1.0 1.1'; else echo 'good 1.0'; fi; "
                        + "echo 'bad 1.0'"
                ),
                ("list --cask --versions", ":"), ("list --pinned", ":"),
                (
                    "outdated --json=v2",
                    "if [ -e good ]; then echo '\(outdated(["bad"]))'; "
                        + "else echo '\(outdated(["bad", "good"]))'; fi"
                ),
                (
                    "upgrade --dry-run --formula bad good",
                    "echo 'bad 1.0 -> 1.1'; echo 'good 1.0 -> 1.1'"
                ),
                (
                    "upgrade --formula bad good",
                    "echo '==> Upgrading bad'; "
                        + "echo 'Error: bad: SHA256 mismatch' >&2; touch good; "
                        + "echo '==> Upgrading good'; exit 1"
                ),
                ("fetch --formula good", "echo '==> Downloading'; touch good.tar.gz"),
                ("--cache --formula good", "echo '\(mac.root.path)/good.tar.gz'"),
            ])
    }

    private func scan(_ mac: PlayedMac, refreshing: Bool = false) async throws -> Scan {
        try await MacScanner(
            mac.place, runner: SubprocessRunner(), stateFolder: mac.root.path + "/state"
        ) { Self.now }.scan(refreshingSources: refreshing)
    }

    /// Runs a plan's programs as the supervisor does: one after another, up to the first that fails.
    private func carryOut(_ plan: RunPlan) async throws -> (RunEnding, String) {
        var log = ""
        for command in plan.commands {
            let output = try await SubprocessRunner().run(
                Command(
                    path: command[0], arguments: Array(command.dropFirst()),
                    environment: plan.environment))
            log += String(decoding: output.output + output.errorOutput, as: UTF8.self)
            if output.status != 0 { return (.exited(output.status), log) }
        }
        return (.exited(0), log)
    }

    private func versions(_ scan: Scan) -> [String: String] {
        Dictionary(scan.packages.map { ($0.name, $0.version) }) { one, _ in one }
    }

    @Test func `what is missing is found, installed tool by tool, and found to be in`()
        async throws
    {
        try await withMac { mac in
            let before = try await scan(mac, refreshing: true)
            #expect(before.sources.allSatisfy { $0.state == .ok }, "\(before.sources)")
            #expect(before.unparsed.isEmpty, "\(before.unparsed)")
            #expect(
                before.updates.map { "\($0.manager.rawValue) \($0.name) \($0.candidate)" } == [
                    "brew bad 1.1", "brew good 1.1", "mas 409183694 12.0",
                    "softwareupdate Safari 26.5",
                ])
            let installer = MacInstaller(
                mac.place, runner: SubprocessRunner(), stateFolder: mac.root.path + "/state")
            var open = before.updates.map { LockedUpdate($0) }
            let ways = await installer.keepWaysBack(for: open, at: Self.now, within: nil)
            #expect(ways.count == 4)
            #expect(ways.values.allSatisfy { $0 == .noWay })
            var verdicts: [RunVerdict] = []
            for _ in 0..<3 {
                guard
                    case .ready(let install, let settled) = await installer.preflight(
                        open, tolerating: [])
                else {
                    Issue.record("not ready")
                    return
                }
                #expect(settled.isEmpty)
                #expect(Set(install.map(\.manager)).count == 1)
                let plan = installer.installRun(for: install)
                let (ending, log) = try await carryOut(plan)
                verdicts.append(installer.verdict(on: plan, ending: ending, logTail: log))
                open.removeAll { install.contains($0) }
            }
            #expect(verdicts.map(\.failure) == [nil, .hashMismatch, nil])
            #expect(verdicts[1].culprits == ["bad"])
            #expect(open.isEmpty)
            let after = versions(try await scan(mac))
            #expect(after["Safari"] == "26.5")
            // Homebrew went on behind what failed.
            #expect(after["good"] == "1.1")
            #expect(after["bad"] == "1.0")
            #expect(after["409183694"] == "12.0")
            // Nothing that restarts was asked for, and nothing of a user's was run as root.
            #expect(!mac.calls.contains { $0.contains("--restart") || $0.contains(" -R") })
            let user = "-u #\(PlayedMac.owner) "
            for call in mac.calls.filter({ $0.hasPrefix("sudo ") }) { #expect(call.contains(user)) }
            let asked = mac.calls.count { $0.hasPrefix("brew ") || $0.hasPrefix("mas ") }
            #expect(mac.calls.count { $0.hasPrefix("sudo ") } == asked)
        }
    }

    @Test func `a tool that says it did the work is not believed`() async throws {
        try await withMac { mac in
            try mac.script("lies", "#!/bin/sh\n")
            let safari = LockedUpdate(
                manager: .softwareupdate, name: "Safari", architecture: "all", from: "26.4",
                to: "26.5")
            let installer = MacInstaller(mac.place, runner: SubprocessRunner())
            guard case .ready(let install, _) = await installer.preflight([safari], tolerating: [])
            else {
                Issue.record("not ready")
                return
            }
            let plan = installer.installRun(for: install)
            let (ending, log) = try await carryOut(plan)
            #expect(installer.verdict(on: plan, ending: ending, logTail: log).failure == nil)
            // The job asks a scan, and not the tool.
            #expect(versions(try await scan(mac))["Safari"] == "26.4")
        }
    }

    @Test func `updates are downloaded ahead, and nothing is installed by that`() async throws {
        try await withMac { mac in
            let installer = MacInstaller(mac.place, runner: SubprocessRunner())
            let updates = try await scan(mac).updates.map { LockedUpdate($0) }
                .filter { $0.name != "bad" }
            // Alone it has a plan of its own.
            try homebrewPlanOfOne(mac)
            let results = await installer.prefetch(updates, at: nil)
            let states = Dictionary(results.map { ($0.update.name, $0.state) }) { one, _ in one }
            #expect(
                states == ["Safari": .downloaded, "good": .downloaded, "409183694": .notPossible])
            for update in updates {
                #expect(installer.isDownloaded(update) == (states[update.name] == .downloaded))
            }
            #expect(versions(try await scan(mac))["good"] == "1.0")
            let good = try #require(updates.first { $0.name == "good" })
            #expect(installer.discard(good) == nil)
            #expect(!installer.isDownloaded(good))
            // Root removes nothing in a user's folders.
            #expect(FileManager.default.fileExists(atPath: mac.root.path + "/good.tar.gz"))
        }
    }

    private func homebrewPlanOfOne(_ mac: PlayedMac) throws {
        let file = mac.root.appending(path: "opt/homebrew/bin/brew")
        let text = try String(contentsOf: file, encoding: .utf8)
        try mac.script(
            "opt/homebrew/bin/brew",
            text.replacing(
                "case \"$*\" in\n",
                with:
                    "case \"$*\" in\n'upgrade --dry-run --formula good') echo 'good 1.0 -> 1.1' ;;\n"
            ))
    }

    @Test func `what cannot be installed is settled with its reason, and the rest goes on`()
        async throws
    {
        try await withMac { mac in
            let installer = MacInstaller(mac.place, runner: SubprocessRunner())
            let apt = LockedUpdate(
                manager: .apt, name: "bash", architecture: "amd64", from: "1", to: "2")
            let gone = LockedUpdate(
                manager: .softwareupdate, name: "Safari", architecture: "all", from: "26.3",
                to: "26.4.1")
            let back = LockedUpdate(
                manager: .brew, name: "good", architecture: "all", from: "1.1", to: "1.0",
                goesBack: true)
            let store = LockedUpdate(
                manager: .mas, name: "409183694", architecture: "all", from: "11.0", to: "12.0")
            guard
                case .ready(let install, let settled) = await installer.preflight(
                    [apt, gone, back, store], tolerating: [])
            else {
                Issue.record("not ready")
                return
            }
            #expect(install == [store])
            #expect(
                settled.map(\.failure) == [.refused, .versionNotAvailable, .versionNotAvailable])
            #expect(settled.map(\.update) == [apt, gone, back])
            #expect(settled[2].sentence.contains("no way back"))
        }
    }

    @Test(arguments: [
        (RunEnding.hung(lastLine: "Downloading"), FailureClass.hung),
        (.signalled(9), .interrupted), (.vanished, .interrupted), (.exited(3), .other),
        (.notStarted("It is not there."), .other),
    ])
    func `each ending has its class`(ending: RunEnding, failure: FailureClass) {
        let installer = MacInstaller(
            MacPlace(root: "/played", user: 0), runner: PlayedPrograms([:]))
        let run = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 60,
            updates: [
                LockedUpdate(
                    manager: .softwareupdate, name: "Safari", architecture: "all", from: "1",
                    to: "2")
            ])
        let verdict = installer.verdict(on: run, ending: ending, logTail: "Downloading Safari\n")
        #expect(verdict.failure == failure)
        #expect(installer.progress(of: run, from: "Downloading Safari\n")?.phase == .downloading)
        #expect(installer.progress(of: run, from: "==> Pouring git\n")?.phase == .installing)
    }

    @Test func `a machine without the mark of macOS is no Mac`() throws {
        try withTemporaryFolder { folder in
            #expect(!MacPlace(root: folder.path).isThere)
            let mac = try PlayedMac(folder)
            #expect(mac.place.isThere)
        }
        #if os(Linux)
            #expect(!MacEndpoint.isThisMachine)
        #endif
    }
}
