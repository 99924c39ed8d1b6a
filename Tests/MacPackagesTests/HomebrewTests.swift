import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import MacPackages

/// Homebrew: what is installed and missing, what a run would do, and what its words mean.
struct HomebrewTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let outdated = """
        {"formulae": [
          {"name": "git", "installed_versions": ["2.43.0"], "current_version": "2.44.0",
           "pinned": false, "pinned_version": null},
          {"name": "lab/tools/probe", "installed_versions": ["1.0", "1.1"],
           "current_version": "1.2_1", "pinned": false, "pinned_version": null},
          {"name": "mysql", "installed_versions": ["9.7.1"], "current_version": "26.7.0_2",
           "pinned": true, "pinned_version": "9.7.1"}],
         "casks": [
          {"name": "docker", "installed_versions": ["4.30.0,149282"],
           "current_version": "4.31.0,153195"},
          {"name": "charger", "installed_versions": "latest", "current_version": "latest"}]}
        """

    private static let answers: [String: PlayedPrograms.Answer] = [
        "brew list --formula --versions": .init(
            output: "docker 26.1.0\ngit 2.43.0\nmysql 9.7.1\nprobe 1.0 1.1\n"),
        "brew list --cask --versions": .init(
            output: "audacity (!) 2.1.2\ncharger latest\ndocker 4.30.0,149282\n"),
        "brew list --pinned": .init(output: "mysql\n"),
        "brew outdated --json=v2": .init(status: 1, output: outdated),
        "brew update": .init(output: "Already up-to-date.\n"),
    ]

    private static func withTool(
        _ changes: [String: PlayedPrograms.Answer] = [:],
        owner: UInt32 = PlayedMac.owner, _ body: (HomebrewTool) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder)
            let home = HomebrewPlace(
                prefix: mac.place.path("/opt/homebrew"),
                repository: mac.place.path("/opt/homebrew"),
                owner: owner)
            try await body(
                HomebrewTool(
                    home: home, place: mac.place,
                    runner: PlayedPrograms(Self.answers.merging(changes) { _, new in new }),
                    proxies: ["https_proxy": "http://ada:secret@proxy.example.org:3128"]))
        }
    }

    private func locked(_ name: String, _ from: String, _ to: String) -> LockedUpdate {
        LockedUpdate(manager: .brew, name: name, architecture: "all", from: from, to: to)
    }

    @Test func `formulae and casks are told apart, and what is pinned is held`() async throws {
        try await Self.withTool { tool in
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(
                look.packages.map { "\($0.name) \($0.version)" }.sorted() == [
                    "audacity 2.1.2", "charger latest", "docker 26.1.0", "git 2.43.0",
                    "homebrew/cask/docker 4.30.0,149282", "mysql 9.7.1", "probe 1.1",
                ])
            #expect(
                look.updates.map {
                    "\($0.name) \($0.installed) \($0.candidate) \($0.installability)"
                }
                    == [
                        "git 2.43.0 2.44.0 installable", "probe 1.1 1.2_1 installable",
                        "mysql 9.7.1 26.7.0_2 held",
                        "homebrew/cask/docker 4.30.0,149282 4.31.0,153195 installable",
                    ])
            #expect(look.updates.allSatisfy { $0.wayBack == .noWay })
            #expect(look.unparsed.isEmpty, "\(look.unparsed)")
            #expect(look.sources.map(\.name) == ["Homebrew", "lab/tools"])
        }
    }

    @Test func `a refresh tells which tap failed`() async throws {
        try await Self.withTool { tool in
            let good = await tool.refresh(at: Self.now, after: nil)
            #expect(good.outcomes.keys.sorted() == ["Homebrew", "lab/tools"])
            #expect(good.outcomes.values.allSatisfy { $0.error == nil })
            let states = try await tool.look(at: Self.now, after: good).sources
            #expect(states.allSatisfy { $0.state == .ok && $0.refreshedAt != nil })
        }
        let said = "Error: Fetching /opt/homebrew/Library/Taps/lab/homebrew-tools failed!\n"
        try await Self.withTool(["brew update": .init(status: 1, errorOutput: said)]) { tool in
            let report = await tool.refresh(at: Self.now, after: nil)
            #expect(report.outcomes["Homebrew"]?.error == nil)
            #expect(report.outcomes["lab/tools"]?.error?.contains("failed") == true)
        }
        let offline = "fatal: unable to access: Could not resolve host: github.com\n"
        try await Self.withTool(["brew update": .init(status: 1, errorOutput: offline)]) { tool in
            let report = await tool.refresh(at: Self.now, after: nil)
            #expect(
                report.outcomes.values.allSatisfy { $0.error?.contains("resolve host") == true })
        }
    }

    @Test func `a Homebrew that cannot answer has no empty list of updates`() async throws {
        let error = "Error: lab/tools/probe: undefined method `x' for nil\n"
        for answer in [
            PlayedPrograms.Answer(status: 1, errorOutput: error),
            PlayedPrograms.Answer(status: 0, output: error), PlayedPrograms.Answer(hangs: true),
        ] {
            try await Self.withTool(["brew outdated --json=v2": answer]) { tool in
                let look = try await tool.look(at: Self.now, after: nil)
                #expect(look.sources.contains { $0.state == .failed })
                #expect(look.updates.isEmpty)
                #expect(look.packages.count == 7)
                let order = locked("git", "2.43.0", "2.44.0")
                guard case .refused = await tool.offers(for: [order])[order] else {
                    Issue.record("an order is carried out though nothing is known")
                    return
                }
            }
        }
    }

    @Test func `a plan that changes what nobody approved is not carried out`() async throws {
        let plan = """
            ==> Would upgrade 1 outdated package:
            git 2.43.0 -> 2.44.0
            ==> Would upgrade 1 dependency for git:
            pcre2 10.42 -> 10.44
            """
        let changes: [String: PlayedPrograms.Answer] = [
            "brew upgrade --dry-run --formula git lab/tools/probe": .init(
                output: plan + "\nlab/tools/probe 1.1 -> 1.2_1\n"),
            "brew upgrade --dry-run --formula git": .init(output: plan),
            "brew upgrade --dry-run --formula lab/tools/probe": .init(
                output: "==> Would upgrade 1 outdated package:\nlab/tools/probe 1.1 -> 1.2_1\n"
                    + "==> Would install 1 dependency for probe:\nlibprobe 2.0\n"),
        ]
        let git = locked("git", "2.43.0", "2.44.0")
        let probe = locked("probe", "1.1", "1.2_1")
        let old = locked("mysql", "9.7.1", "26.7.0_2")
        let gone = locked("git", "2.43.0", "2.43.1")
        try await Self.withTool(changes) { tool in
            let offers = await tool.offers(for: [git, probe, old, gone])
            guard case .refused(.dependency, let sentence) = offers[git] else {
                Issue.record("\(String(describing: offers[git]))")
                return
            }
            #expect(sentence.contains("pcre2"))
            #expect(
                offers[probe]
                    == .installs(MacStep(argument: "lab/tools/probe", options: ["--formula"])))
            guard case .refused(.held, _) = offers[old] else {
                Issue.record("what is pinned is not held")
                return
            }
            #expect(offers[gone] == nil)
        }
    }

    @Test func `it is run as its owner, without a password in an argument`() async throws {
        try await Self.withTool { tool in
            let steps = [
                MacStep(argument: "docker", options: ["--cask"]),
                MacStep(argument: "git", options: ["--formula"]),
            ]
            let commands = tool.commands(for: steps)
            #expect(commands.count == 2)
            for command in commands {
                #expect(command[0].hasSuffix("/usr/bin/sudo"))
                #expect(Array(command[1...4]) == ["-n", "-H", "-u", "#\(PlayedMac.owner)"])
                #expect(command[5].hasPrefix("--preserve-env=HOMEBREW_NO_"))
                #expect(command[5].contains("https_proxy"))
                #expect(command[6] == "--")
                #expect(!command.joined().contains("secret"))
            }
            #expect(commands[0].suffix(3) == ["upgrade", "--formula", "git"])
            #expect(commands[1].suffix(3) == ["upgrade", "--cask", "docker"])
        }
        // Root owns it: it is not run at all.
        try await Self.withTool(owner: 0) { tool in
            #expect(tool.commands(for: [MacStep(argument: "git")]).isEmpty)
            let order = locked("git", "2.43.0", "2.44.0")
            guard case .refused(.refused, let sentence) = await tool.offers(for: [order])[order]
            else {
                Issue.record("it is run as root")
                return
            }
            #expect(sentence.contains("not run as root"))
            await #expect(throws: (any Error).self) {
                try await tool.look(at: Self.now, after: nil)
            }
        }
    }

    @Test func `only its owner and root can run it`() throws {
        let place = MacPlace(root: "", user: 502)
        let own = try UserProgram("/opt/x", named: "X", as: 502, handing: ["a"], on: place)
        #expect(own.words == ["/opt/x"])
        #expect(throws: UserProgram.Refusal.self) {
            try UserProgram("/opt/x", named: "X", as: 501, handing: [], on: place)
        }
    }

    static let complaints: [(String, FailureClass, [String])] = [
        (
            "Error: git: Failed to download resource \"git (2.44.0)\"\ncurl: (22) The requested URL",
            .network, ["git"]
        ),
        (
            "==> Upgrading git\n  2.43.0 -> 2.44.0\nError: SHA256 mismatch\nExpected: 1",
            .hashMismatch, ["git"]
        ),
        (
            "Error: A `brew upgrade git` process has already locked /opt/homebrew/Cellar/git.",
            .lockHeld, []
        ),
        ("==> Upgrading probe\nError: No space left on device", .diskFull, ["probe"]),
        ("sudo: a terminal is required to read the password", .refused, []),
        ("Error: Running Homebrew as root is extremely dangerous.", .refused, []),
        ("Error: mysql is pinned. You must unpin it to upgrade.", .held, []),
        ("Error: No available formula with the name \"nix\".", .versionNotAvailable, []),
        (
            "==> Upgrading 2 outdated packages:\n==> Upgrading mysql\n"
                + "Warning: The post-install step did not complete successfully", .maintainerScript,
            ["mysql"]
        ),
        ("Error: It seems there is already an App at '/Applications/X.app'.", .other, []),
    ]

    @Test(arguments: complaints)
    func `its words count, whatever its status`(
        text: String, failure: FailureClass, culprits: [String]
    ) {
        let lines = text.split(separator: "\n").map(String.init)
        for status in [Int32(0), 1] {
            let verdict = HomebrewComplaint(lines: lines, status: status).verdict
            #expect(verdict?.failure == failure)
            #expect(verdict?.culprits == culprits)
            #expect(verdict?.sentence.isEmpty == false)
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: ["homebrew-L707", "homebrew-L726", "homebrew-L758", "homebrew-L790"])
    func `recorded runs that went well are no complaint`(file: String) throws {
        let lines = try Places.recordedOfMac("mpm/\(file).txt").split(separator: "\n")
            .map(String.init)
        #expect(HomebrewComplaint(lines: lines, status: 0).verdict == nil)
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            ("homebrew-L140", "graphviz", "2.40.20161221.0239", 11),
            ("homebrew-L156", "tunnelblick", "3.6.9_build_4685", 9),
        ])
    func `recorded lists are read whole`(
        file: String, name: String, version: String, count: Int
    ) throws {
        // The recording begins with the command.
        let text = try Places.recordedOfMac("mpm/\(file).txt").drop { $0 != "\n" }
        let list = HomebrewList(Array(text.utf8))
        #expect(list.versions[name] == version)
        #expect(list.versions.count == count)
        #expect(list.unparsed.isEmpty)
    }
}
