import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import MacPackages

/// The App Store through mas: what is installed and missing, and in whose session it installs.
struct AppStoreTests {
    private static let answers: [String: PlayedPrograms.Answer] = [
        "mas list": .init(
            output: " 409183694  Keynote      (11.0)\n1176895641  Spark (Mail) (2.11.20)\n"),
        "mas outdated": .init(output: "409183694 Keynote (11.0 -> 12.0)\n"),
    ]

    private func tool(
        _ changes: [String: PlayedPrograms.Answer] = [:], root: String = "/played",
        owner: UInt32 = PlayedMac.owner
    ) -> AppStoreTool {
        AppStoreTool(
            place: MacPlace(root: root, user: 0),
            runner: PlayedPrograms(Self.answers.merging(changes) { _, new in new }),
            program: "\(root)/opt/homebrew/bin/mas", owner: owner)
    }

    private let keynote = LockedUpdate(
        manager: .mas, name: "409183694", architecture: "all", from: "11.0", to: "12.0")

    @Test func `applications are told by their numbers, with their titles`() async throws {
        let look = try await tool().look(at: Timestamp(seconds: 1_800_000_000), after: nil)
        #expect(
            look.packages.map { "\($0.name) \($0.source) \($0.version)" } == [
                "409183694 Keynote 11.0", "1176895641 Spark (Mail) 2.11.20",
            ])
        #expect(
            look.updates.map { "\($0.name) \($0.installed) \($0.candidate)" } == [
                "409183694 11.0 12.0"
            ])
        #expect(look.updates.map(\.wayBack) == [.noWay])
        #expect(look.sources.map(\.state) == [.ok])
        #expect(look.unparsed.isEmpty)
    }

    @Test func `a store that cannot be asked is a failed source`() async throws {
        for answer in [
            PlayedPrograms.Answer(status: 1, errorOutput: "Error: Network error\n"),
            PlayedPrograms.Answer(
                errorOutput: "Error: The Internet connection appears to be offline.\n"),
            PlayedPrograms.Answer(hangs: true),
        ] {
            let look = try await tool(["mas outdated": answer])
                .look(at: Timestamp(seconds: 1_800_000_000), after: nil)
            #expect(look.sources.map(\.state) == [.failed])
            #expect(look.packages.count == 2)
        }
        await #expect(throws: (any Error).self) {
            try await tool(["mas list": .init(status: 1)])
                .look(at: Timestamp(seconds: 0), after: nil)
        }
    }

    @Test func `it installs in the session of who sits there, and in nobody else's`() async throws {
        guard case .refused(.refused, let nobody) = await tool().offers(for: [keynote])[keynote]
        else {
            Issue.record("it installs while nobody is signed in")
            return
        }
        #expect(nobody.contains("Nobody is signed in"))
        try await withTemporaryFolder { folder in
            let mac = try PlayedMac(folder)
            try mac.signIn()
            let own = tool(root: folder.path)
            let step = MacStep(argument: "409183694")
            #expect(await own.offers(for: [keynote])[keynote] == .installs(step))
            let user = "\(PlayedMac.owner)"
            #expect(
                own.commands(for: [step]) == [
                    [
                        "\(folder.path)/bin/launchctl", "asuser", user,
                        "\(folder.path)/usr/bin/sudo", "-n", "-H", "-u", "#\(user)", "--",
                        "\(folder.path)/opt/homebrew/bin/mas", "upgrade", "409183694",
                    ]
                ])
            let anothers = tool(root: folder.path, owner: PlayedMac.owner + 1)
            guard
                case .refused(.refused, let sentence) = await anothers.offers(for: [keynote])[
                    keynote]
            else {
                Issue.record("another user's program is run")
                return
            }
            #expect(sentence.contains("belongs to another user"))
        }
    }

    @Test(arguments: [
        ("Error: Not signed in", FailureClass.refused),
        ("sudo: a terminal is required to read the password", .refused),
        ("Warning: Nothing found to upgrade", .versionNotAvailable),
        ("Error: Download failed: not enough disk space", .diskFull),
        ("Error: something else", .other),
    ])
    func `its words count`(text: String, failure: FailureClass) {
        #expect(tool().complaint(status: 0, lines: [text])?.failure == failure)
        #expect(tool().complaint(status: 0, lines: ["==> Installed Keynote (12.0)"]) == nil)
    }

    @Test(.requires(.sharedData))
    func `a recorded answer in JSON is read`() async throws {
        let text = try Places.recordedOfMac("mpm/mas-L160.txt").drop { $0 != "\n" }
        let look = try await tool(["mas outdated": .init(output: String(text))])
            .look(at: Timestamp(seconds: 1_800_000_000), after: nil)
        #expect(look.updates.map(\.name) == ["409183694", "1176895641"])
    }
}
