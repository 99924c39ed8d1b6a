import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import WindowsPackages

/// The Windows Update Agent, played: the script's answers are made, with its own words.
struct WindowsUpdateTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private typealias Words = ScriptWords

    private func withTool<Result>(
        _ answers: [String: PlayedPrograms.Answer],
        _ body: (WindowsUpdateTool) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryFolder { folder in
            try await body(
                WindowsUpdateTool(
                    runner: PlayedPrograms(answers), powershell: "/bin/powershell",
                    folder: UpdateFolder(stateFolder: folder.path)))
        }
    }

    private func look(
        _ answer: PlayedPrograms.Answer, refreshing: Bool = false
    ) async throws -> WindowsLook {
        try await withTool([refreshing ? "powershell search -Online" : "powershell search": answer])
        {
            try await $0.look(refreshing: refreshing, at: Self.now, after: nil)
        }
    }

    private func check(
        _ answer: String, _ updates: [LockedUpdate]
    ) async throws -> [FailureClass?] {
        let check = try await withTool(["powershell search": .init(answer)]) {
            await $0.check(updates)
        }
        guard case .obstacles(let obstacles) = check else { return [.lockHeld] }
        return updates.map { obstacles[$0]?.failure }
    }

    @Test func `what is missing and installed is told with class, size and vulnerabilities`()
        async throws
    {
        let found = try await look(
            .init(
                Words.search([
                    Words.update(Words.first, kb: "5079473"),
                    Words.update(Words.second, kb: "5079001", installed: true),
                ])), refreshing: true)
        let update = try #require(found.updates.first)
        #expect(update.name == "KB5079473" && update.installed.isEmpty)
        #expect(update.candidate == "\(Words.first).200")
        #expect(update.classes == [.security] && update.bytes == 1_048_576)
        #expect(update.installability == .installable && update.wayBack == .noWay)
        #expect(update.changelogVulnerabilities == ["CVE-2026-23667"])
        #expect(found.packages.map(\.name) == ["KB5079001"])
        #expect(found.sources.map(\.state) == [.ok] && found.unparsed.isEmpty)
        #expect(found.facts?.os.id == "windows" && found.facts?.os.versionId == "10.0.20348.2340")
        #expect(found.facts?.timeZone == "Etc/GMT-1" && found.facts?.architecture == "amd64")
        #expect(found.facts?.usersLoggedIn == ["LAB\\anna"])
        // An inventory of it can be sent.
        _ = try InventoryText(Inventory(found.packages).canonicalBytes)
    }

    @Test func `two updates of one article are told apart by their identifiers`() async throws {
        let found = try await look(
            .init(
                Words.search([
                    Words.update(Words.first, kb: "2267602"),
                    Words.update(Words.second, kb: "2267602", installed: true),
                    Words.update(Words.third),
                ])))
        #expect(found.updates.map(\.name) == [Words.first, Words.third])
        #expect(found.packages.map(\.name) == [Words.second])
    }

    @Test func `what waits for a reboot is in, and a reboot is asked for by its name`() async throws
    {
        let found = try await look(
            .init(
                Words.search([
                    Words.update(Words.first, kb: "5079473", more: "\"RebootRequired\": true")
                ])))
        #expect(found.updates.isEmpty)
        #expect(found.packages.map(\.name) == ["KB5079473"])
        #expect(found.signals.first?.detail.contains("KB5079473") == true)
    }

    @Test(arguments: [
        ("\"IsHidden\": true", Installability.held), ("\"EulaAccepted\": false", .keptBack),
        ("\"InstallationBehavior\": {\"CanRequestUserInput\": true}", .keptBack),
        ("\"EulaAccepted\": true", .installable),
    ])
    func `what a person must decide is not installable, with the reason`(
        member: String, expected: Installability
    ) async throws {
        let found = try await look(
            .init(Words.search([Words.update(Words.first, kb: "5079473", more: member)])))
        #expect(found.updates.map(\.installability) == [expected])
        #expect((found.updates.first?.reason == nil) == (expected == .installable))
    }

    @Test func `a service that does not answer is a failed source, and what is known stays`()
        async throws
    {
        let more = """
            "ServiceHResult": "0x8024402C", "ServiceError": "Ausnahme von HRESULT: 0x8024402C",
            """
        let found = try await look(
            .init(Words.search([Words.update(Words.first, kb: "5079473")], more: more)),
            refreshing: true)
        #expect(found.updates.count == 1)
        #expect(found.sources.map(\.state) == [.failed])
        #expect(found.sources.first?.error?.contains("could not be reached") == true)
        #expect(found.report?.outcomes[WindowsUpdateTool.source]?.succeededAt == nil)
    }

    @Test func `what was never asked is stale, and does not pass for up to date`() async throws {
        let found = try await look(.init(Words.search([])))
        #expect(found.updates.isEmpty && found.sources.map(\.state) == [.stale])
    }

    @Test func `noise around the answer is shown, and UTF-16 is read`() async throws {
        let text =
            "Windows PowerShell\r\n" + Words.search([Words.update(Words.first, kb: "5079473")])
        #expect(try await look(.init(text)).unparsed == ["Windows PowerShell"])
        var wide: [UInt8] = [0xFF, 0xFE]
        for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        #expect(try await look(.init(bytes: wide)).updates.count == 1)
    }

    @Test(arguments: [
        PlayedPrograms.Answer("", status: 1, errorOutput: "The file cannot be loaded."),
        .init("{\"Patchbay\": 2}\n"), .init("[]\n"), .init("{\"Patchbay\": 1, \"Act"),
        .init(failure: .timedOut(seconds: 1800)), .init(failure: .tooMuchOutput),
        .init(ScriptWords.answer("\"Updates\": []", code: "0x80070422")),
        .init(ScriptWords.results([])),
    ])
    func `without an answer there is no look, and nothing passes for up to date`(
        answer: PlayedPrograms.Answer
    ) async throws {
        await #expect(throws: ScanFailure.self) { try await look(answer) }
        let line = LockedUpdate.windows(.windowsUpdate, "KB1234567", to: "\(Words.first).200")
        let check = try await withTool(["powershell search": answer]) { await $0.check([line]) }
        guard case .obstacles(let obstacles) = check else {
            Issue.record("it is locked")
            return
        }
        #expect(obstacles[line]?.failure == .other)
    }

    @Test func `only what the Agent offers in exactly that revision is installed`() async throws {
        let lines = [
            LockedUpdate.windows(.windowsUpdate, "KB5079473", to: "\(Words.first).200"),
            .windows(.windowsUpdate, "KB5079473", to: "\(Words.first).201"),
            .windows(.windowsUpdate, "KB5079473", to: "\(Words.second).200"),
            .windows(.windowsUpdate, "KB5079473", to: "1;calc"),
            .windows(
                .windowsUpdate, "KB5079473", from: "\(Words.first).200", to: "x", goesBack: true),
            .windows(.windowsUpdate, "KB5079474", to: "\(Words.third).200"),
        ]
        let hidden = Words.update(Words.third, kb: "5079474", more: "\"IsHidden\": true")
        let answer = Words.search([Words.update(Words.first, kb: "5079473"), hidden])
        #expect(
            try await check(answer, lines) == [
                nil, .versionNotAvailable, .versionNotAvailable, .versionNotAvailable, .refused,
                .held,
            ])
    }

    @Test func `another user of the Agent is waited for, and too little room stops all`()
        async throws
    {
        let line = LockedUpdate.windows(.windowsUpdate, "KB5079473", to: "\(Words.first).200")
        let one = Words.search([Words.update(Words.first, kb: "5079473")])
        let busy = one.replacing("\"InstallerBusy\": false", with: "\"InstallerBusy\": true")
        #expect(try await check(busy, [line]) == [.lockHeld])
        let full = one.replacing("64424509440", with: "1048576000")
        #expect(try await check(full, [line]) == [.diskFull])
    }

    private func verdict(
        _ log: String, status: Int32 = 0, _ names: [String: String] = ["KB1": ScriptWords.first]
    ) async throws -> RunVerdict {
        let batch = names.sorted { $0.key < $1.key }.map {
            LockedUpdate.windows(.windowsUpdate, $0.key, to: "\($0.value).200")
        }
        return try await withTool([:]) {
            $0.verdict(
                status: status, lines: log.split(separator: "\n").map(String.init), on: batch)
        }
    }

    @Test(
        arguments: [
            ("installed", "0x00000000", nil),
            ("failed", "0x80070643", FailureClass.maintainerScript),
            ("failed", "0x800F0922", .maintainerScript), ("failed", "0x80070070", .diskFull),
            ("failed", "0x80240016", .lockHeld), ("failed", "0x80246002", .hashMismatch),
            ("failed", "0x800B0109", .signature),
            ("failed", "0x80073712", .interruptedPackageManager),
            ("failed", "0x80070020", .blockedByProcess), ("failed", "0x8024A004", .held),
            ("failed", "0x80240023", .refused), ("failed", "0x8024001E", .interrupted),
            ("failed", "0x80240017", .versionNotAvailable), ("failed", "0x8FFFFFFF", .other),
            ("notDownloaded", "0x80072EE2", .network), ("notDownloaded", "0x80244022", .network),
            ("licence", "0x00000000", .refused), ("asks", "0x00000000", .refused),
            ("notOffered", "0x00000000", .versionNotAvailable), ("notTried", "0x00000000", .hung),
            ("somethingNew", "0x00000000", .other),
        ] as [(String, String, FailureClass?)])
    func `what became of an update has its class`(
        state: String, code: String, failure: FailureClass?
    ) async throws {
        let log = Words.results([Words.result("\(Words.first).200", state, code: code)])
        let verdict = try await verdict("+ powershell\n[1/1] \(state)\n\(log)")
        #expect(verdict.failure == failure)
        #expect(verdict.culprits == (failure == nil ? [] : ["KB1"]))
        if failure == .other, code != "0x00000000" { #expect(verdict.sentence.contains(code)) }
    }

    @Test func `of several failures those of one class are blamed, and the rest is tried again`()
        async throws
    {
        let log = Words.results([
            Words.result("\(Words.first).200", "failed", code: "0x80070643"),
            Words.result("\(Words.second).200", "licence"),
            Words.result("\(Words.third).200", "installed", reboot: true),
        ])
        let names = ["KB1": Words.first, "KB2": Words.second, "KB3": Words.third]
        let verdict = try await verdict(log, names)
        #expect(verdict.failure == .maintainerScript && verdict.culprits == ["KB1"])
        #expect(verdict.notes == ["Windows Update needs a reboot to finish KB3."])
    }

    @Test func `an update of which the script says nothing is not taken for installed`()
        async throws
    {
        let log = Words.results([Words.result("\(Words.first).200", "installed")])
        let verdict = try await verdict(log, ["KB1": Words.first, "KB2": Words.second])
        #expect(verdict.failure == .other && verdict.culprits == ["KB2"])
        let silent = try await self.verdict("+ powershell\nAccess is denied.\n", status: 1)
        #expect(silent.failure == .other && silent.sentence.contains("Access is denied."))
        let dead = Words.answer("\"Results\": null", action: "install", code: "0x8024001E")
        #expect(try await self.verdict(dead, status: 1).failure == .interrupted)
    }

    @Test func `progress is told by name and count`() async throws {
        let line = LockedUpdate.windows(.windowsUpdate, "KB5079473", to: "\(Words.second).200")
        let step = try await withTool([:]) {
            $0.step(
                ["[1/4] installed x", "[2/4] downloading \(Words.second).200 Title", "noise"],
                of: [line])
        }
        #expect(step?.phase == .downloading && step?.percent == 25)
        #expect(step?.sentence == "Downloads KB5079473, 2 of 4.")
        #expect(try await withTool([:]) { $0.step(["[x/y] z a", "[0/0] a b"], of: [line]) } == nil)
    }

    @Test func `downloads ahead are remembered until the Agent says otherwise`() async throws {
        let line = LockedUpdate.windows(.windowsUpdate, "KB5079473", to: "\(Words.first).200")
        let other = LockedUpdate.windows(.windowsUpdate, "KB5079474", to: "\(Words.second).200")
        let answers: [String: PlayedPrograms.Answer] = [
            "powershell download -Updates \(line.to),\(other.to)": .init(
                Words.results(
                    [
                        Words.result(line.to, "downloaded"),
                        Words.result(other.to, "notDownloaded", code: "0x80240034"),
                    ], action: "download")),
            "powershell search": .init(
                Words.search([
                    Words.update(Words.first, kb: "5079473", more: "\"IsDownloaded\": false")
                ])),
        ]
        try await withTool(answers) { tool in
            let results = await tool.download([line, other])
            #expect(results.map(\.state) == [.downloaded, .failed])
            #expect(results[1].sentence.contains("the download failed"))
            #expect(tool.isDownloaded(line) && !tool.isDownloaded(other))
            _ = try await tool.look(refreshing: false, at: Self.now, after: nil)
            #expect(!tool.isDownloaded(line))
        }
        let cut = PlayedPrograms.Answer(failure: .timedOut(seconds: 21_600))
        try await withTool(["powershell download -Updates \(line.to)": cut]) { tool in
            let results = await tool.download([line])
            #expect(results.map(\.state) == [.failed])
            #expect(results.first?.sentence.contains("did not end within") == true)
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            "search-2025-12-apps", "search-2026-01-client", "search-2026-03-server",
            "search-2026-03-single-object",
        ])
    func `constructed answers become updates that a server takes`(name: String) async throws {
        let file = Places.sharedData
            .appending(path: "tool-outputs-constructed/windows-update/\(name).json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let list = line.hasPrefix("[") ? String(line) : "[\(line)]"
        let answer = Words.answer(
            "\"Facts\": \(Words.facts), \"RebootSignals\": [\"WindowsUpdate\"], "
                + "\"InstallerBusy\": false, \"Updates\": \(list)")
        let found = try await look(.init(answer))
        #expect(found.unparsed.isEmpty && !found.updates.isEmpty)
        #expect(found.signals.contains { $0.detail == "Windows Update waits for a reboot" })
        for update in found.updates {
            #expect(PackageName(update.name, of: .windowsUpdate) != nil)
            #expect(!update.candidate.isEmpty && update.manager == .windowsUpdate)
        }
        _ = try InventoryText(Inventory(found.packages).canonicalBytes)
    }
}
