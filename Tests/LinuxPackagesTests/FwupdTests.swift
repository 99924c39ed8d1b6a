import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import LinuxPackages

/// fwupd, played with answers in the form of its 2.0: no test writes firmware.
struct FwupdTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let dbx = "362301da643102b9f38477387e2193e57abaa590"
    private static let webcam = "08d460be0f1f9f128413f816022a6439e0078018"
    private static let processor = "4bde70ba4e39b28f9eab1628f9dd6e6244c03027"

    private static func devices(
        dbx more: String = "", flags: String = #""updatable", "supported", "needs-reboot""#
    ) -> String {
        """
        {"Devices": [
          {"Name": "UEFI dbx", "DeviceId": "\(dbx)", "Version": "0", "Flags": [\(flags)]\(more),
           "Releases": [{"Version": "26", "RemoteId": "lvfs", "Flags": ["is-upgrade"]}]},
          {"Name": "Integrated Webcam™", "DeviceId": "\(webcam)", "Version": "1.2.2",
           "Flags": ["updatable", "supported"], "Releases": [
             {"Version": "1.2.4", "RemoteId": "lvfs", "Size": 17, "Flags": ["is-upgrade"]},
             {"Version": "1.2.2", "RemoteId": "lvfs"},
             {"Version": "1.2.1", "RemoteId": "lvfs", "Flags": ["is-downgrade"]}]},
          {"Name": "EPYC", "DeviceId": "\(processor)", "Flags": ["internal"]}]}
        """
    }

    private static let updates = """
        {"Devices": [
          {"Name": "UEFI dbx", "DeviceId": "\(dbx)", "Version": "0", "Flags": ["needs-reboot"],
           "Releases": [{"Version": "26", "RemoteId": "lvfs", "Size": 4610,
             "Issues": ["CVE-2022-21894"], "Flags": ["is-upgrade"]}]},
          {"Name": "Integrated Webcam™", "DeviceId": "\(webcam)", "Version": "1.2.2", "Releases": [
             {"Version": "1.2.4", "RemoteId": "lvfs", "Flags": ["is-upgrade"]}]}]}
        """

    private static func remotes(_ written: Int = 1_799_990_000) -> String {
        """
        {"Remotes": [
          {"Id": "lvfs", "Kind": "download", "Title": "Linux Vendor Firmware Service",
           "Enabled": true, "Mtime": \(written), "RefreshInterval": 86400},
          {"Id": "lvfs-testing", "Kind": "download", "Title": "Testing", "Enabled": false, "Mtime": -1},
          {"Id": "vendor-directory", "Kind": "directory", "Title": "Vendor", "Enabled": true,
           "Mtime": 1}]}
        """
    }

    private static func error(_ code: Int, _ message: String) -> String {
        #"{"Error": {"Domain": "FwupdError", "Code": \#(code), "Message": "\#(message)"}}"#
    }

    private static func played(_ more: [String: PlayedTool.Answer] = [:]) -> PlayedTool {
        PlayedTool(
            [
                "get-devices --json": .init(status: 0, output: devices()),
                "get-updates --no-metadata-check --json": .init(status: 0, output: updates),
                "get-remotes --json": .init(status: 0, output: remotes()),
                "get-history --json": .init(status: 2, output: error(9, "No history")),
                "get-releases \(dbx) --json": .init(
                    status: 0,
                    output: #"{"Releases": [{"Version": "26", "Flags": ["is-upgrade"]}]}"#),
                "get-releases \(webcam) --json": .init(
                    status: 0,
                    output: """
                        {"Releases": [{"Version": "1.2.4", "Size": 17, "Flags": ["is-upgrade"]},
                         {"Version": "1.2.1", "Flags": ["is-downgrade"]}]}
                        """),
            ].merging(more) { _, new in new })
    }

    private static func update(_ id: String, _ from: String, _ to: String) -> LockedUpdate {
        LockedUpdate(manager: .fwupd, name: id, architecture: "all", from: from, to: to)
    }

    private static let ofDbx = update(dbx, "0", "26")
    private static let ofWebcam = update(webcam, "1.2.2", "1.2.4")

    private func look(_ fwupd: PlayedTool) async throws -> SoftwareLook {
        try await FwupdTool(runner: fwupd).look(at: Self.now, after: nil)
    }

    private func check(_ fwupd: PlayedTool, _ updates: [LockedUpdate]) async -> Preflight {
        await LockListCheck(tool: FwupdTool(runner: fwupd)).check(updates, tolerating: [])
    }

    @Test func `devices are packages, and what is newer is told with the remote's state`()
        async throws
    {
        let look = try await look(Self.played())
        // A device without a version has no firmware that could be told.
        #expect(look.packages.map(\.name) == [Self.webcam, Self.dbx])
        #expect(look.packages.map(\.source) == ["Integrated Webcam™", "UEFI dbx"])
        #expect(look.sources.map(\.name) == ["Linux Vendor Firmware Service"])
        #expect(look.sources.map(\.state) == [.ok])
        #expect(
            look.updates.map { "\($0.name) \($0.installed) \($0.candidate)" } == [
                "\(Self.dbx) 0 26", "\(Self.webcam) 1.2.2 1.2.4",
            ])
        #expect(look.updates.map(\.classes) == [[.security], [.feature]])
        #expect(look.updates.map(\.installability) == [.installable, .installable])
        #expect(look.updates.first?.origin == "lvfs: UEFI dbx")
        #expect(look.signals.isEmpty && look.unparsed.isEmpty)
    }

    @Test(.requires(.sharedData))
    func `what fwupd 2.1 said of a real machine is read`() async throws {
        func recorded(_ name: String) throws -> String {
            let path = "tool-outputs-live/fwupdtool/fwupdtool-\(name)_json.out"
            return String(
                decoding: try Data(contentsOf: Places.sharedData.appending(path: path)),
                as: UTF8.self)
        }
        let look = try await look(
            PlayedTool([
                "get-devices --json": .init(status: 0, output: try recorded("get_devices")),
                "get-updates --no-metadata-check --json": .init(
                    status: 0, output: try recorded("get_updates")),
                "get-remotes --json": .init(status: 0, output: try recorded("get_remotes")),
            ]))
        #expect(look.packages.map { "\($0.name) \($0.version)" } == ["\(Self.webcam) 1.2.2"])
        #expect(look.updates.map(\.candidate) == ["1.2.4"])
        #expect(look.updates.map(\.installability) == [.installable])
        // The only remote that is fetched over the network never was.
        #expect(look.sources.map(\.state) == [.stale])
        #expect(look.unparsed.isEmpty && look.signals.isEmpty)
    }

    static let obstacles: [(String, String, String)] = [
        (#", "Problems": ["require-ac-power"]"#, #""supported""#, "mains power"),
        (#", "Problems": ["system-power-too-low"]"#, #""supported""#, "battery"),
        (#", "Problems": ["something-new"]"#, #""updatable", "supported""#, "something-new"),
        ("", #""updatable", "supported", "needs-shutdown""#, "turned off"),
        ("", #""updatable", "supported", "affects-fde""#, "recovery key"),
        ("", #""supported""#, "cannot update it"),
        (#", "UpdateState": 4"#, #""updatable", "supported""#, "reboot first"),
    ]

    @Test(arguments: obstacles)
    func `what stands in a device's way keeps its update back, and no run is begun`(
        more: String, flags: String, words: String
    ) async throws {
        let answer = PlayedTool.Answer(
            status: 0, output: Self.devices(dbx: more, flags: flags))
        let fwupd = Self.played(["get-devices --json": answer])
        let look = try await look(fwupd)
        #expect(look.updates.map(\.installability) == [.keptBack, .installable])
        #expect(look.updates.first?.reason?.contains(words) == true)
        guard
            case .ready(let install, let settled) = await check(fwupd, [Self.ofDbx, Self.ofWebcam])
        else {
            Issue.record("not ready")
            return
        }
        #expect(install == [Self.ofWebcam])
        #expect(settled.first?.sentence.contains(words) == true)
    }

    @Test func `what comes in force with a boot is a reason for one, with its version`()
        async throws
    {
        let written = PlayedTool.Answer(
            status: 0, output: Self.devices(dbx: #", "UpdateState": 4"#))
        let history = """
            {"Devices": [{"Name": "UEFI dbx", "DeviceId": "\(Self.dbx)", "UpdateState": 4,
              "Releases": [{"Version": "26"}]}]}
            """
        let look = try await look(
            Self.played([
                "get-devices --json": written,
                "get-history --json": .init(status: 0, output: history),
            ]))
        #expect(
            look.signals == [
                ScheduledUpdate(name: Self.dbx, version: "26", title: "UEFI dbx").signal
            ])
        #expect(look.packages.first { $0.name == Self.dbx }?.version == "0")
    }

    @Test func `a service that does not answer is no endpoint without hardware`() async throws {
        for answer in [
            PlayedTool.Answer(status: 1, output: Self.error(0, "failed to connect to daemon")),
            PlayedTool.Answer(status: 0, output: ""),
        ] {
            await #expect(throws: ScanFailure.self) {
                try await look(Self.played(["get-devices --json": answer]))
            }
        }
        let none = try await look(
            Self.played([
                "get-devices --json": .init(status: 2, output: Self.error(9, "No devices"))
            ]))
        #expect(none.packages.isEmpty && none.sources.isEmpty)
        let silent = try await look(
            Self.played([
                "get-updates --no-metadata-check --json": .init(
                    status: 1, output: Self.error(20, "busy"))
            ]))
        #expect(silent.sources.map(\.state) == [.failed])
    }

    @Test(arguments: [(0, "", true), (2, error(9, "Metadata is up to date"), true)])
    func `metadata that is young enough is a refresh that went well`(
        status: Int32, output: String, isWell: Bool
    ) async {
        let fwupd = Self.played([
            "refresh --no-remote-check --json": .init(status: status, output: output)
        ])
        let report = await FwupdTool(runner: fwupd).refresh(at: Self.now, after: nil)
        #expect(report.outcomes.keys.sorted() == ["lvfs"])
        #expect((report.outcomes["lvfs"]?.error == nil) == isWell)
    }

    @Test(arguments: [
        (21, "network is unreachable"), (19, "timed out"),
        (7, "failed to download file: Could not resolve host"),
    ])
    func `a remote that cannot be reached is told, and counts while its metadata is young`(
        code: Int, message: String
    ) async throws {
        for (written, state) in [(1_799_900_000, SourceState.State.ok), (1_799_000_000, .stale)] {
            let fwupd = Self.played([
                "get-remotes --json": .init(status: 0, output: Self.remotes(written)),
                "refresh --no-remote-check --json": .init(
                    status: 101, output: Self.error(code, message)),
            ])
            let tool = FwupdTool(runner: fwupd)
            let report = await tool.refresh(at: Self.now, after: nil)
            let look = try await tool.look(at: Self.now, after: report)
            #expect(look.sources.map(\.state) == [state])
            let words = look.sources.first?.error ?? ""
            #expect(words.hasSuffix("It could not be reached: \(message)"), "\(words)")
            let without = try await tool.look(at: Self.now, after: nil)
            #expect(without.sources.map(\.state) == [state])
        }
    }

    @Test func `a remote whose metadata is not what it should be has failed`() async throws {
        let fwupd = Self.played([
            "refresh --no-remote-check --json": .init(
                status: 1, output: Self.error(11, "signature is invalid"))
        ])
        let tool = FwupdTool(runner: fwupd)
        let report = await tool.refresh(at: Self.now, after: nil)
        #expect(report.outcomes["lvfs"]?.error == "signature is invalid")
        let failed = try await tool.look(at: Self.now, after: report)
        #expect(failed.sources.map(\.state) == [.failed])
    }

    @Test func `each device gets exactly the approved version, and nobody is asked`() async {
        let updates = [Self.ofDbx, Self.ofWebcam]
        #expect(await check(Self.played(), updates) == .ready(install: updates, settled: []))
        let commands = FwupdTool(runner: Self.played()).commands(for: updates)
        #expect(
            commands.map { Array($0.prefix(4)) } == [
                ["/usr/bin/fwupdmgr", "install", Self.dbx, "26"],
                ["/usr/bin/fwupdmgr", "install", Self.webcam, "1.2.4"],
            ])
        for command in commands {
            #expect(Set(command).isSuperset(of: ["--assume-yes", "--no-reboot-check"]))
            #expect(Set(command).isDisjoint(with: ["--force", "--allow-older", "--ignore-power"]))
        }
    }

    @Test func `a version that no remote has, or that is not approved, is not written`() async {
        let lost = Self.update(Self.webcam, "1.2.2", "1.2.3")
        let blocked = Self.played([
            "get-releases \(Self.dbx) --json": .init(
                status: 0,
                output: #"{"Releases": [{"Version": "26", "Flags": ["blocked-approval"]}]}"#)
        ])
        guard case .ready(let install, let settled) = await check(blocked, [lost, Self.ofDbx])
        else {
            Issue.record("not ready")
            return
        }
        #expect(install.isEmpty)
        #expect(Set(settled.map(\.failure)) == [.versionNotAvailable, .held])
    }

    @Test func `a device goes back only where it lets older versions in and a remote has one`()
        async
    {
        let tool = FwupdTool(runner: Self.played())
        #expect(await tool.stillOffered([Self.ofDbx, Self.ofWebcam]) == [Self.ofWebcam])
        let back = Self.update(Self.webcam, "1.2.1", "1.2.2").undone
        #expect(await check(Self.played(), [back]) == .ready(install: [back], settled: []))
        #expect(tool.commands(for: [back]).first?.contains("--allow-older") == true)
        let upgradesOnly = Self.devices().replacing(
            #"["updatable", "supported"], "Releases""#,
            with: #"["updatable", "supported", "only-version-upgrade"], "Releases""#)
        let strict = Self.played(["get-devices --json": .init(status: 0, output: upgradesOnly)])
        #expect(await FwupdTool(runner: strict).stillOffered([Self.ofWebcam]).isEmpty)
    }

    static let ends: [(Int32, Int, FailureClass?)] = [
        (1, 12, .other), (1, 15, .other), (1, 11, .signature), (3, 8, .versionNotAvailable),
        (101, 21, .network), (1, 7, .hashMismatch), (1, 20, .lockHeld), (2, 9, nil), (1, 6, .other),
    ]

    @Test(arguments: ends)
    func `fwupd's errors are told apart by their numbers`(
        status: Int32, code: Int, failure: FailureClass?
    ) {
        let run = RunPlan(
            kind: .install, commands: [], environment: [:], inactivityLimitSeconds: 60, updates: [])
        let log = """
            + /usr/bin/fwupdmgr install \(Self.dbx) 26 --assume-yes --json
            {
              "Error" : {
                "Domain" : "FwupdError",
                "Code" : \(code),
                "Message" : "Gerät nicht bereit"
              }
            }
            """
        let verdict = ToolVerdict(tool: FwupdTool(runner: PlayedTool([:])))
            .read(run, .exited(status), log)
        #expect(verdict.failure == failure)
        #expect(verdict.sentence.contains("Gerät nicht bereit"))
        if failure != nil, failure != .lockHeld { #expect(verdict.culprits == [Self.dbx]) }
    }

    @Test func `a full partition of the firmware is a full disk`() {
        let lines = [Self.error(0, "No space left on device: /boot/efi")]
        #expect(FwupdComplaint(lines: lines, status: 1).verdict?.failure == .diskFull)
    }
}
