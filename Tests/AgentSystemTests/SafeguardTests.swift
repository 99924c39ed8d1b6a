import AgentCore
import Fleet
import Foundation
import Readiness
import Synchronization
import TestSupport
import Testing

@testable import AgentSystem

/// Backups and snapshots of an endpoint, by what real programs print.
struct SafeguardTests {
    static let answers: [(BackupFormat, String, String?)] = [
        (
            .restic,
            """
            [{"time":"2026-11-21T03:00:01.123456789+01:00","tree":"ab","hostname":"a","id":"1"},
             {"time":"2026-11-22T03:00:01.5+01:00","tree":"cd","hostname":"a","id":"2"}]
            """, "2026-11-22T02:00:01.500Z"
        ),
        // restic 0.14.0, and borg 1.2.4 below, as they print.
        (
            .restic,
            """
            [{"time":"2026-11-22T12:38:17Z","tree":"ff53ea1d","paths":["/etc/debian_version"],"hostname":"vm","username":"root","id":"f99f19c3611ce6ee","short_id":"f99f19c3"}]
            """, "2026-11-22T12:38:17Z"
        ),
        (.restic, "[]", nil), (.restic, "null", nil), (.restic, "Fatal: wrong password", nil),
        (
            .borg,
            """
            Warning: Attempting to access a previously unknown repository!
            {"archives": [{"archive": "a-1", "name": "a-1", "start": "2026-11-22T01:02:03.000000",
              "time": "2026-11-22T01:02:03.000000"}], "encryption": {"mode": "none"}}
            """, "2026-11-22T01:02:03Z"
        ),
        (
            .borg,
            """
            {
                "archives": [
                    {
                        "archive": "one",
                        "barchive": "one",
                        "id": "ed6ca2918437f8ad",
                        "name": "one",
                        "start": "2026-11-22T12:38:17.000000",
                        "time": "2026-11-22T12:38:17.000000"
                    }
                ],
                "encryption": {
                    "mode": "repokey"
                },
                "repository": {
                    "id": "efb31dd202db061f",
                    "last_modified": "2026-11-23T18:38:18.000000",
                    "location": "/srv/borg"
                }
            }
            """, "2026-11-22T12:38:17Z"
        ),
        (.borg, "{\"archives\": []}", nil),
        (.time, "checking\n2026-11-22T01:02:03Z\n", "2026-11-22T01:02:03Z"),
        (.time, " 1795309323 \n\n", "2026-11-22T01:02:03Z"), (.time, "42", nil), (.time, "", nil),
        (.time, "never", nil),
    ]

    @Test(arguments: answers)
    func `the newest backup is read out of what a program prints`(
        format: BackupFormat, text: String, instant: String?
    ) {
        #expect(BackupReading.newest(in: text, format) == instant.flatMap { Timestamp($0) })
    }

    private func answer(
        _ config: String, permissions: Int = 0o600, secret: Int = 0o600
    ) async throws -> BackupAnswer {
        try await withTemporaryFolder { folder in
            let secrets = folder.appending(path: "restic.env")
            try Data("# of the lab\nTELL=1795309323\n".utf8).write(to: secrets)
            try FileManager.default.setAttributes(
                [.posixPermissions: secret], ofItemAtPath: secrets.path)
            let file = folder.appending(path: "backup.json")
            let text = config.replacing("ENV", with: secrets.path)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes(
                [.posixPermissions: permissions], ofItemAtPath: file.path)
            return await SystemSafeguards(backupCommands: file.path)
                .lastBackup(at: Timestamp(seconds: 1_795_400_000))
        }
    }

    private static let printing =
        #"{"commands": [{"name": "own", "format": "time", "argv": ["/usr/bin/printenv", "TELL"], "environmentFile": "ENV"}]}"#

    @Test func `a command gets its secrets from a file, never from its arguments`() async throws {
        let answer = try await answer(Self.printing)
        #expect(answer == .made(at: Timestamp(seconds: 1_795_309_323), by: "own"))
    }

    @Test func `files that others may read or write are not used`() async throws {
        guard case .unknown(let open) = try await answer(Self.printing, secret: 0o644),
            case .unknown(let shared) = try await answer(Self.printing, permissions: 0o666)
        else {
            Issue.record("it was used")
            return
        }
        #expect(open.contains("can be read by others"))
        #expect(shared.contains("can be written by others"))
    }

    static let faults: [(String, String)] = [
        ("{}", "is not of the form"), (#"{"commands": []}"#, "1 to 16"),
        (#"{"commands": [{"name": "a", "format": "time", "argv": ["date"]}]}"#, "absolute path"),
        (
            #"{"commands": [{"name": "a", "format": "time", "argv": ["/bin/false"]}]}"#,
            "a ended with status 1"
        ),
        (
            #"{"commands": [{"name": "a", "format": "time", "argv": ["/bin/echo", "no"]}]}"#,
            "told of no backup"
        ),
        (
            #"{"commands": [{"name": "a", "format": "time", "argv": ["/bin/sleep", "900"], "timeoutSeconds": 1}]}"#,
            "did not end within 1 s"
        ),
    ]

    @Test(arguments: faults)
    func `what cannot be asked is not known, and says why`(config: String, words: String)
        async throws
    {
        guard case .unknown(let why) = try await answer(config) else {
            Issue.record("it was known")
            return
        }
        #expect(why.contains(words), "\(why)")
    }

    // MARK: - Snapshots

    /// Snapshots of a machine whose programs print these words.
    private func snapshots(
        mounts: String, programs: Set<String>, _ answers: [String: String],
        asked: Recorder
    ) -> Snapshots {
        var snapshots = Snapshots()
        snapshots.mounts = { Array(mounts.utf8) }
        snapshots.exists = { programs.contains($0) }
        snapshots.run = { command in
            asked.note(command)
            let words = command.joined(separator: " ")
            let answer = answers.first { words.contains($0.key) }
            return ProgramOutput(
                status: answer?.value == "fails" ? 1 : 0, text: answer?.value ?? "")
        }
        return snapshots
    }

    private let now = Timestamp("2026-11-22T01:02:03Z") ?? Timestamp(seconds: 0)

    @Test func `snapper is used where it is set up`() async {
        let asked = Recorder()
        let answer = await snapshots(
            mounts: "/dev/sda1 / btrfs rw 0 0\n",
            programs: ["/usr/bin/snapper", "/etc/snapper/configs/root"], ["create": "42\n"],
            asked: asked
        ).take("job-1", at: now)
        #expect(answer == .taken("snapper 42"))
        #expect(asked.all.first?.prefix(3) == ["/usr/bin/snapper", "--config", "root"])
    }

    @Test func `ZFS snapshots are counted, and the oldest removed`() async {
        let asked = Recorder()
        let old = (1...6).map { "tank/root@patchbay-2026110\($0)010203-job" }
        let others = ["tank/root@mine", "tank/root@patchbay-2025", "tank/root@patchbay-20250101"]
        let answer = await snapshots(
            mounts: "tank/root / zfs rw 0 0\n", programs: ["/usr/sbin/zfs"],
            ["list": (old + others).joined(separator: "\n")], asked: asked
        ).take("job-1", at: now)
        #expect(answer == .taken("zfs tank/root@patchbay-20261122010203-job-1"))
        #expect(
            asked.all.filter { $0.contains("destroy") }
                == [1, 2].map {
                    ["/usr/sbin/zfs", "destroy", "tank/root@patchbay-2026110\($0)010203-job"]
                })
    }

    @Test func `of LVM only this volume's own snapshots are removed`() async {
        let asked = Recorder()
        let own = (1...5).map { " patchbay-2026110\($0)010203-job:root" }
        let others = [" root:", " patchbay-20250101010203-data:home", " patchbay-2025:root"]
        _ = await snapshots(
            mounts: "/dev/mapper/vg0-root / ext4 rw 0 0\n", programs: ["/usr/sbin/lvs"],
            [
                "vg_name": " vg0:root: \n",
                "lv_name,origin vg0": (own + others).joined(separator: "\n"),
            ], asked: asked
        ).take("job-1", at: now)
        #expect(
            asked.all.filter { $0.first == "/usr/sbin/lvremove" }
                == [["/usr/sbin/lvremove", "--yes", "vg0/patchbay-20261101010203-job"]])
    }

    @Test func `the snapshot just made is never removed, though the clock went back`() {
        let old = (1...6).map { "patchbay-2027110\($0)010203-job" }
        let made = "patchbay-20261122010203-job-1"
        let gone = Snapshots.tooMany(old + [made], beside: made)
        #expect(gone == Array(old.prefix(2)))
    }

    static let names: [(String, Bool)] = [
        ("patchbay-20261122010203-job", true), ("patchbay-20261122010203-", false),
        ("patchbay-20261122010203", false), ("patchbay-2025", false), ("patchbay-old", false),
        ("patchbay-202611220102034-job", false), ("my-patchbay-20261122010203-job", false),
    ]

    @Test(arguments: names)
    func `a snapshot is known as one's own by its whole form`(name: String, isOwn: Bool) {
        #expect(Snapshots.isOwn(name) == isOwn)
    }

    @Test func `a program that takes a snapshot has two minutes`() {
        let words = FreeProgram.words(
            ["/bin/true"], variables: [:], secrets: nil, seconds: Snapshots.patienceSeconds)
        #expect(words.contains("--property=RuntimeMaxSec=120"))
    }

    @Test(arguments: [(" vg0:root: \n", true), (" vg0:root:pool0 \n", false)])
    func `LVM takes space for a thick volume's snapshot, and none for a thin one's`(
        fields: String, hasSize: Bool
    ) async {
        let asked = Recorder()
        let answer = await snapshots(
            mounts: "/dev/mapper/vg0-root / ext4 rw 0 0\n", programs: ["/usr/sbin/lvs"],
            ["vg_name": fields], asked: asked
        ).take("job-1", at: now)
        #expect(answer == .taken("lvm vg0/patchbay-20261122010203-job-1"))
        let made = asked.all.first { $0.first == "/usr/sbin/lvcreate" } ?? []
        #expect(made.contains("10%ORIGIN") == hasSize)
        #expect(made.last == "vg0/root")
    }

    static let impossible: [(String, Set<String>, [String: String], String)] = [
        ("/dev/sda1 / ext4 rw 0 0\n", [], [:], "/ is ext4 on /dev/sda1, which takes no snapshots."),
        ("", [], [:], "It is not known what / stands on."),
        ("/dev/sda1 / btrfs rw 0 0\n", [], [:], "btrfs-progs"),
        (
            "/dev/mapper/luks / ext4 rw 0 0\n", ["/usr/sbin/lvs"], ["vg_name": "fails"],
            "is no logical volume"
        ),
    ]

    @Test(arguments: impossible)
    func `what takes no snapshots says so`(
        mounts: String, programs: Set<String>, answers: [String: String], words: String
    ) async {
        let answer = await snapshots(
            mounts: mounts, programs: programs, answers, asked: Recorder()
        ).take("job-1", at: now)
        guard case .notPossible(let why) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(why.contains(words), "\(why)")
    }

    @Test func `a snapshot that fails is told in the program's own words`() async {
        let answer = await snapshots(
            mounts: "tank / zfs rw 0 0\n", programs: ["/usr/sbin/zfs"], ["snapshot": "fails"],
            asked: Recorder()
        ).take("job-1", at: now)
        #expect(answer == .failed("zfs ended with status 1: fails"))
    }
}

/// The programs that were run.
final class Recorder: Sendable {
    private let commands = Mutex<[[String]]>([])

    var all: [[String]] { commands.withLock { $0 } }

    func note(_ command: [String]) { commands.withLock { $0.append(command) } }
}

/// What the agent reads of the system before an installation begins.
@Suite struct `What the system says of its surroundings` {
    @Test func `who is locked or idle is away, and no greeter is a person`() {
        let text = """
            Id=3
            User=1000
            Name=anna
            Class=user
            State=active
            IdleHint=no
            LockedHint=yes

            Id=4
            User=1001
            Name=ben
            Class=user
            State=active
            IdleHint=no
            LockedHint=no

            Id=5
            User=1002
            Name=carl
            Class=user
            State=online
            IdleHint=yes
            LockedHint=no

            Id=c1
            User=110
            Name=gdm
            Class=greeter
            State=active
            """
        #expect(
            LoginSessions.people(in: text) == [
                Surroundings.Person("anna", isAway: true),
                Surroundings.Person("ben", isAway: false),
                Surroundings.Person("carl", isAway: true),
            ])
    }

    @Test(
        arguments: [
            ("0.52 2.00 0.59 1/467 12345", 2, 10_000), ("9 0.50 1 1/1 1", 4, 1_250),
            ("9 0.00 1 1/1 1", 1, 0), ("", 1, nil), ("a b c", 1, nil), ("1 -2 3", 1, nil),
        ] as [(String, Int, Int?)])
    func `the load of five minutes is shared by the processors`(
        text: String, processors: Int, load: Int?
    ) {
        #expect(ProcessorLoad.load(in: text, processors: processors) == load)
    }

    @Test(
        arguments: [
            ("u 1\n", true), ("u 3\n", true), ("u 0\n", false), ("u 2\n", false), ("u 4", false),
            ("Failed to get property", false), ("", false),
        ] as [(String, Bool)])
    func `NetworkManager's word and its guess count as metered`(text: String, isMetered: Bool) {
        #expect(SystemBus.isMetered(text) == isMetered)
    }

    @Test func `this machine can be looked at`() async {
        let rule = ReadinessRule(
            power: .mains, people: .nobody, network: .unmetered, load: 5_000,
            freeDisk: FreeSpace(bytes: 1_000_000))
        let found = await SystemSafeguards().surroundings(for: rule)
        #expect(found.disks.contains { $0.mountPoint == "/" && $0.totalBytes > 0 })
        #expect(await SystemSafeguards().surroundings(for: ReadinessRule()) == Surroundings())
    }
}
