import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import MacPackages

/// softwareupdate: what is offered, what of it is installed, and what its words mean.
struct SoftwareUpdateTests {
    static let now = Timestamp(seconds: 1_800_000_000)
    private static let tools = """
        * Label: Command Line Tools for Xcode-13.2
            Title: Command Line Tools for Xcode, Version: 13.2, Size: 577329KiB, Recommended: YES,
        * Label: Command Line Tools for Xcode-14.2
            Title: Command Line Tools for Xcode, Version: 14.2, Size: 687573KiB, Recommended: YES,
        * Label: Safari26.5Auto-26.5
            Title: Safari, Version: 26.5, Size: 249465KiB, Recommended: YES,
        * Label: macOS Tahoe 26.7-25G229
            Title: macOS Tahoe 26.7, Version: 26.7, Size: 2960352KiB, Recommended: YES, Action: restart,
        * Label: macOS 27-26A428
            Title: macOS 27, Version: 27, Size: 11727573KiB, Recommended: YES, Action: restart,

        """

    private func make(
        _ list: PlayedPrograms.Answer, system: String = MacText.tahoe,
        kernel: String = MacText.silicon, installed: [String: String] = [:],
        token: String = "profiles: Bootstrap Token escrowed to server: NO\n",
        prepared: PreparedSystem = PreparedSystem(stateFolder: nil)
    ) throws -> SoftwareUpdateTool {
        SoftwareUpdateTool(
            place: MacPlace(root: "/played", user: 0),
            runner: PlayedPrograms([
                "softwareupdate --list": list,
                "profiles status -type bootstraptoken": .init(output: token),
            ]),
            system: try #require(MacSystem(Array(system.utf8))),
            kernel: KernelValues(Array(kernel.utf8)), installed: installed, prepared: prepared)
    }

    private func locked(_ name: String, _ from: String, _ to: String) -> LockedUpdate {
        LockedUpdate(
            manager: .softwareupdate, name: name, architecture: "all", from: from, to: to)
    }

    @Test func `what is offered is named by what it updates, in its newest version`() async throws {
        let tool = try make(
            .init(output: MacText.found + Self.tools),
            installed: ["Safari": "26.4", "Command Line Tools for Xcode": "13.2"])
        let look = try await tool.look(at: Self.now, after: nil)
        #expect(look.sources.map(\.state) == [.ok])
        #expect(look.unparsed.isEmpty)
        #expect(
            look.updates.map { "\($0.name) \($0.installed) \($0.candidate) \($0.installability)" }
                == [
                    "Command Line Tools for Xcode 13.2 14.2 installable",
                    "Safari 26.4 26.5 installable", "macOS 26.5 26.7 keptBack",
                    "macOS 27 26.5 27 keptBack",
                ])
        #expect(look.updates.allSatisfy { $0.wayBack == .noWay })
        // Each that stands in an order is in the inventory, where a scan finds its new version.
        #expect(
            look.packages.map(\.name).sorted() == [
                "Command Line Tools for Xcode", "Safari", "macOS",
            ])
        #expect(look.updates[0].bytes == Int64(687_573 * 1024))
    }

    @Test(arguments: [
        ("profiles: Bootstrap Token escrowed to server: NO\n", "No bootstrap token is escrowed"),
        ("profiles: Bootstrap Token escrowed to server: YES\n", "It has a bootstrap token"),
        ("", "is not known"),
    ])
    func `what Apple silicon asks a password for is kept back, with what could bring it in`(
        token: String, words: String
    ) async throws {
        let tool = try make(.init(output: MacText.found + Self.tools), token: token)
        let look = try await tool.look(at: Self.now, after: nil)
        let update = try #require(look.updates.first { $0.name == "macOS" })
        #expect(update.reason?.contains("asks an owner of the volume for the password") == true)
        #expect(update.reason?.contains(words) == true)
        let order = locked("macOS", "26.5", "26.7")
        guard case .refused(.refused, let sentence) = await tool.offers(for: [order])[order] else {
            Issue.record("it is not refused")
            return
        }
        #expect(sentence.contains("password"))
    }

    @Test func `what would restart the Mac by itself is never installed so`() async throws {
        let tool = try make(
            .init(output: MacText.found + Self.tools), kernel: MacText.intel,
            installed: ["Safari": "26.4"])
        let look = try await tool.look(at: Self.now, after: nil)
        let update = try #require(look.updates.first { $0.name == "macOS" })
        #expect(update.installability == .keptBack)
        #expect(update.reason?.contains("--restart") == true)
        let safari = locked("Safari", "26.4", "26.5")
        guard case .installs(let step) = await tool.offers(for: [safari])[safari] else {
            Issue.record("Safari is not installed")
            return
        }
        let command = try #require(tool.commands(for: [step]).first)
        #expect(
            command == [
                "/played/usr/sbin/softwareupdate", "--install", "Safari26.5Auto-26.5",
                "--agree-to-license", "--verbose",
            ])
    }

    @Test func `before macOS 11 the system is prepared, and comes with the next start`()
        async throws
    {
        let list = """
               * macOS Catalina Security Update 2020-001
                    macOS 10.15.7 Update (10.15.7), 2824971K [recommended] [restart]
               * BridgeOSUpdateCustomer
                    BridgeOSUpdateCustomer (10.15.7.1), 328394K, [recommended] [shut down]

            """
        try await withTemporaryFolder { folder in
            let prepared = PreparedSystem(stateFolder: folder.path)
            let tool = try make(
                .init(output: MacText.found + list), system: MacText.catalina,
                kernel: MacText.intel.replacing("1799990000", with: "1000"),
                installed: ["BridgeOSUpdateCustomer": "10.15.6.1"], prepared: prepared)
            let look = try await tool.look(at: Self.now, after: nil)
            #expect(look.signals.isEmpty)
            #expect(
                look.updates.map { "\($0.name) \($0.candidate) \($0.installability)" }.sorted() == [
                    "BridgeOSUpdateCustomer 10.15.7.1 keptBack", "macOS 10.15.7 installable",
                ])
            let order = locked("macOS", "10.15.6", "10.15.7")
            guard case .installs(let step) = await tool.offers(for: [order])[order] else {
                Issue.record("it is not installed")
                return
            }
            // Catalina's tool knows neither option.
            #expect(
                tool.commands(for: [step]).first?.dropFirst() == [
                    "--install", "macOS Catalina Security Update 2020-001",
                ])
            let installer = MacInstaller(
                tool.place, runner: tool.runner, stateFolder: folder.path)
            let run = RunPlan(
                kind: .install, commands: tool.commands(for: [step]), environment: [:],
                inactivityLimitSeconds: 60, updates: [order])
            let verdict = installer.verdict(
                on: run, ending: .exited(0),
                logTail: "Done with macOS 10.15.7 Update\nYou have installed one or more updates "
                    + "that requires that you restart your computer.  Please restart immediately.\n"
            )
            #expect(verdict.failure == nil)
            let after = try await tool.look(at: Self.now, after: nil)
            #expect(after.packages.first { $0.name == "macOS" }?.version == "10.15.7")
            #expect(!after.updates.contains { $0.name == "macOS" })
            #expect(
                after.signals.map(\.detail) == ["macOS 10.15.7 is installed, 10.15.6 is running"])
            // After a start the system speaks for itself.
            let boot = try #require(Self.later(than: folder.appending(path: "macos-prepared")))
            #expect(prepared.version(runningSince: boot, running: "10.15.6") == nil)
            #expect(
                prepared.version(runningSince: Timestamp(seconds: 1000), running: "10.15.7") == nil)
        }
    }

    private static func later(than file: URL) -> Timestamp? {
        let found = try? FileManager.default.attributesOfItem(atPath: file.path)
        return (found?[.modificationDate] as? Date).map {
            Timestamp(seconds: Int64($0.timeIntervalSince1970) + 60)
        }
    }

    @Test func `nothing is offered only where softwareupdate says so`() async throws {
        // That there is nothing it says on either stream.
        let empty: [PlayedPrograms.Answer] = [
            .init(output: MacText.none),
            .init(output: MacText.heading, errorOutput: "No new software available.\n"),
        ]
        for answer in empty {
            let look = try await make(answer).look(at: Self.now, after: nil)
            #expect(look.sources.map(\.state) == [.ok])
            #expect(look.updates.isEmpty)
        }
        let failing: [(PlayedPrograms.Answer, String)] = [
            (.init(hangs: true), "did not end within"),
            (.init(status: 1, errorOutput: "Can\u{2019}t connect to the server\n"), "connect"),
            (
                .init(
                    output: MacText.heading,
                    errorOutput: "The Internet connection appears to be offline.\n"), "offline"
            ),
            (.init(output: MacText.heading + "Eine Meldung, die niemand kennt\n"), "niemand"),
            (.init(), "nothing"),
        ]
        for (answer, words) in failing {
            let look = try await make(answer).look(at: Self.now, after: nil)
            #expect(look.sources.map(\.state) == [.failed])
            #expect(look.sources.first?.error?.contains(words) == true, "\(look.sources)")
            #expect(look.packages.map(\.name) == ["macOS"])
            let order = locked("Safari", "1", "2")
            guard case .refused = try await make(answer).offers(for: [order])[order] else {
                Issue.record("an order is carried out though nothing is known: \(words)")
                continue
            }
        }
    }

    @Test func `what is not known to be installed is not installed anew`() async throws {
        let look = try await make(.init(output: MacText.found + Self.tools))
            .look(at: Self.now, after: nil)
        let safari = try #require(look.updates.first { $0.name == "Safari" })
        #expect(safari.installability == .keptBack)
        #expect(safari.reason?.contains("does not tell which version") == true)
    }

    @Test func `a deferred update is held`() async throws {
        let list = """
            * Label: Safari26.5Auto-26.5
                Title: Safari, Version: 26.5, Size: 249465KiB, Recommended: YES, Deferred: YES,

            """
        let tool = try make(.init(output: MacText.found + list), installed: ["Safari": "26.4"])
        let look = try await tool.look(at: Self.now, after: nil)
        #expect(look.updates.map(\.installability) == [.held])
        let order = locked("Safari", "26.4", "26.5")
        guard case .refused(.held, _) = await tool.offers(for: [order])[order] else {
            Issue.record("it is not held")
            return
        }
        // Another version than the approved one is not on offer.
        let other = locked("Safari", "26.4", "26.4.1")
        #expect(await tool.offers(for: [other])[other] == nil)
    }

    @Test(arguments: [
        ("Command Line Tools for Xcode 26.5", "26.5", "Command Line Tools for Xcode"),
        (
            "Command Line Tools (macOS El Capitan version 10.11) for Xcode", "8.2",
            "Command Line Tools (macOS El Capitan version 10.11) for Xcode"
        ),
        ("Safari", "17.6", "Safari"), ("macOS Monterey 12.6.7", "12.6.7", "macOS Monterey"),
        ("macOS 10.14.1 Update", "10.14.1", "macOS Update"),
        ("OS X El Capitan 更新", "10.11.6", "OS X El Capitan 更新"),
        ("Tool (1.2)", "1.2", "Tool"),
    ])
    func `a title's version is no part of the name`(title: String, version: String, name: String) {
        #expect(SoftwareProduct.name(title: title, version: version) == name)
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            ("softwareupdate-12.1-five", "12.1", 3), ("softwareupdate-26.5-mini", "26.4", 2),
            ("softwareupdate-26.7-and-27", "26.5", 3),
            ("softwareupdate-list-munki-L11", "12.7", 3), ("softwareupdate-none", "26.5", 0),
            ("softwareupdate-10.14-mojave", "10.14", 4),
            ("softwareupdate-10.8-firmware", "10.8", 3),
            ("softwareupdate-10.13-clt", "10.13", 3), ("softwareupdate-10.11-zh-title", "10.11", 1),
        ])
    func `recorded lists are offers without a line that nobody read`(
        file: String, version: String, count: Int
    ) async throws {
        let text = try Places.recordedOfMac("macos/\(file).txt")
        let tool = try make(
            .init(output: text), system: "ProductName: macOS\nProductVersion: \(version)\n",
            kernel: MacText.intel)
        let look = try await tool.look(at: Self.now, after: nil)
        #expect(look.sources.map(\.state) == [.ok])
        #expect(look.unparsed.isEmpty, "\(look.unparsed)")
        #expect(look.updates.count == count, "\(look.updates.map(\.name))")
        #expect(Set(look.updates.map(\.key)).count == count)
    }

    @Test(arguments: [
        ("Safari-1: No such update\nNo updates are available.", FailureClass.versionNotAvailable),
        ("Error: Not enough free disk space on the volume.", .diskFull),
        ("The Internet connection appears to be offline.", .network),
        ("Failed to authenticate", .refused),
        ("The package \u{201C}x\u{201D} is not signed", .signature),
        ("Error installing Safari: couldn\u{2019}t communicate with a helper application.", .other),
    ])
    func `its words count, since its status is 0 all the same`(text: String, failure: FailureClass)
    {
        let installer = MacInstaller(
            MacPlace(root: "/played", user: 0), runner: PlayedPrograms([:]))
        let run = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 60,
            updates: [locked("Safari", "1", "2")])
        let verdict = installer.verdict(
            on: run, ending: .exited(0), logTail: MacText.heading + text)
        #expect(verdict.failure == failure)
        #expect(!verdict.sentence.isEmpty)
        let good = installer.verdict(
            on: run, ending: .exited(0),
            logTail: MacText.heading + "Downloading Safari\nDownloaded Safari\nDone with Safari\n")
        #expect(good.failure == nil)
    }
}
