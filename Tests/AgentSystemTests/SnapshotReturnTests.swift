import AgentCore
import Fleet
import Testing

@testable import AgentSystem

/// The way back to a snapshot, by the words that programs are run with.
struct SnapshotReturnTests {
    private static let volume = "lab/patchbay-20261122010203-job"
    private static let state = "/var/lib/patchbay-agent"
    private static let table = """
        22 1 254:0 / / rw - ext4 /dev/mapper/lab-root rw
        23 22 254:1 / /home rw - ext4 /dev/mapper/lab-home rw

        """
    private let now = Timestamp("2026-11-22T01:02:03Z") ?? Timestamp(seconds: 0)

    /// Snapshots of a machine whose programs answer so; what is not named prints nothing and ends
    /// well.
    private func snapshots(
        _ answers: [String: (Int32, String)] = [:], table: String = table,
        mounts: String = "/dev/mapper/lab-root / ext4 rw 0 0\n", asked: Recorder
    ) -> Snapshots {
        var snapshots = Snapshots()
        snapshots.mounts = { Array(mounts.utf8) }
        snapshots.mountTable = { Array(table.utf8) }
        snapshots.bootWords = { "root=/dev/sda1" }
        snapshots.fileSystemTable = { "" }
        snapshots.exists = { _ in true }
        snapshots.run = { command in
            asked.note(command)
            let words = command.joined(separator: " ")
            let answer = answers.first { words.contains($0.key) }?.value
            return ProgramOutput(status: answer?.0 ?? 0, text: answer?.1 ?? "")
        }
        return snapshots
    }

    @Test func `of LVM the agent's memory is put into the snapshot before it is merged`() async {
        let asked = Recorder()
        let fault = await snapshots(["/usr/sbin/lvs": (0, "  root::\n")], asked: asked)
            .makeReady(to: "lvm \(Self.volume)", carrying: Self.state, at: now)
        #expect(fault == nil)
        let words = asked.all.map { $0.joined(separator: " ") }
        let copy = words.firstIndex {
            $0 == "/bin/cp -a -- \(Self.state) /run/patchbay-return\(Self.state).patchbay-new"
        }
        let merge = words.firstIndex { $0 == "/usr/sbin/lvconvert --yes --merge \(Self.volume)" }
        let unmounted = words.firstIndex { $0 == "/bin/umount /run/patchbay-return" }
        guard let copy, let merge, let unmounted else {
            Issue.record("\(words)")
            return
        }
        #expect(copy < unmounted && unmounted < merge)
    }

    @Test func `a merge that waits for the boot already is not begun again`() async {
        let asked = Recorder()
        let fault = await snapshots(["/usr/sbin/lvs": (0, "  root:merging:\n")], asked: asked)
            .makeReady(to: "lvm \(Self.volume)", carrying: Self.state, at: now)
        #expect(fault == nil)
        #expect(!asked.all.contains { $0[0].hasSuffix("lvconvert") })
    }

    @Test func `memory on a file system of its own stays where it is`() async {
        let asked = Recorder()
        let table = Self.table + "24 22 254:2 / /var rw - ext4 /dev/mapper/lab-var rw\n"
        let fault = await snapshots(
            ["/usr/sbin/lvs": (0, "  root::\n")], table: table, asked: asked
        ).makeReady(to: "lvm \(Self.volume)", carrying: Self.state, at: now)
        #expect(fault == nil)
        #expect(!asked.all.contains { $0[0] == "/bin/cp" })
    }

    @Test func `what fails on the way leaves nothing mounted and merges nothing`() async {
        let asked = Recorder()
        let fault = await snapshots(
            ["/usr/sbin/lvs": (0, "  root::\n"), "/bin/cp": (1, "No space left on device")],
            asked: asked
        ).makeReady(to: "lvm \(Self.volume)", carrying: Self.state, at: now)
        #expect(fault?.contains("No space left on device") == true)
        #expect(asked.all.last == ["/bin/umount", "/run/patchbay-return"])
    }

    static let faults: [(String, [String: (Int32, String)], String)] = [
        ("lvm lab/patchbay-20261122010203-job", ["lvs": (5, "not found")], "not there any more"),
        ("lvm lab/patchbay-20261122010203-job", ["lvs": (0, " root::snapshot invalid")], "full"),
        ("lvm lab/mine", [:], "no name of a snapshot"),
        ("lvm -a/patchbay-20261122010203-job", [:], "no name of a snapshot"),
        ("btrfs /home", [:], "no name of a snapshot"),
        ("snapper 4;5", [:], "no name of a snapshot"),
        ("snapper 42", ["test -d": (1, "")], "not there any more"),
        ("zfs tank/root@patchbay-20261122010203-job", [:], "a person's work"),
    ]

    @Test(arguments: faults)
    func `what cannot be returned to says why`(
        name: String, answers: [String: (Int32, String)], words: String
    ) async {
        let snapshots = snapshots(answers, asked: Recorder())
        let fault = await snapshots.faultOfReturn(to: name)
        #expect(fault?.contains(words) == true, "\(fault ?? "none")")
        #expect(await snapshots.makeReady(to: "", carrying: Self.state, at: now) != nil)
    }

    @Test func `snapper makes the root that comes next, which gets the agent's memory`() async {
        let asked = Recorder()
        let fault = await snapshots(["rollback": (0, "44\n")], asked: asked)
            .makeReady(to: "snapper 42", carrying: Self.state, at: now)
        #expect(fault == nil)
        #expect(asked.all.first?.last == "42")
        let place = "/.snapshots/44/snapshot\(Self.state)"
        #expect(asked.all.contains(["/bin/mv", "-T", "--", "\(place).patchbay-new", place]))
    }
}
