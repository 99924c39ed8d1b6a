import Fleet
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AgentSystem

/// The return to a snapshot of LVM, on a machine that is played. The real one is a virtual machine's
/// (`make test-vm`).
@Suite("The return to a snapshot changes nothing until one last step, and then all")
struct VolumeReturnTests {
    private static let name = "patchbay-20261122010203-job_1"

    /// A try of the whole command on a played machine; `nil` when it went through.
    @discardableResult
    private func tryReturn(
        on machine: PlayedMachine, name: String = Self.name
    ) async throws -> ReturnFault? {
        try await withTemporaryFolder { folder in
            let way = machine.way(DiskStateFolder(folder.path))
            do throws(ReturnFault) {
                try await way.carryOut(try await way.check(name))
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `the agent's memory is in the snapshot before LVM is told`() async throws {
        let machine = PlayedMachine()
        #expect(try await tryReturn(on: machine) == nil)
        let world = machine.world
        #expect(world.isMerging && world.isRebooted && !world.agentRuns && !world.isMounted)
        #expect(world.memory == .now)
        let programs = machine.commands.map { $0[0] }
        let merge = try #require(programs.firstIndex(of: "/usr/sbin/lvconvert"))
        let safe = try #require(programs.firstIndex(of: "/bin/sync"))
        let unmounted = try #require(programs.lastIndex(of: "/bin/umount"))
        #expect(safe < unmounted && unmounted < merge)
        #expect(
            machine.commands[merge]
                == ["/usr/sbin/lvconvert", "--yes", "--merge", "lab/\(Self.name)"])
    }

    @Test func `whichever program fails, nothing has changed or all is done`() async throws {
        let whole = PlayedMachine()
        try await tryReturn(on: whole)
        for number in whole.commands.indices {
            let machine = PlayedMachine { $0.failing = number }
            let fault = try await tryReturn(on: machine)
            let world = machine.world
            let failed = "\(machine.commands[number])"
            #expect(!world.isMounted, "\(failed)")
            if world.isMerging {
                #expect(world.memory == .now && !world.agentRuns, "\(failed)")
                #expect(world.isRebooted || fault?.isUnderWay == true, "\(failed)")
            } else {
                #expect(world.agentRuns && !world.isRebooted, "\(failed)")
                #expect(fault?.isUnderWay == false, "\(failed)")
            }
        }
    }

    @Test func `killed after any step, it has changed nothing or all, and can be begun again`()
        async throws
    {
        let whole = PlayedMachine()
        try await tryReturn(on: whole)
        for number in whole.commands.indices {
            let machine = PlayedMachine { $0.dying = number }
            try await tryReturn(on: machine)
            let cut = "\(machine.commands[number])"
            #expect(!machine.world.isMerging || machine.world.memory == .now, "\(cut)")
            #expect(!machine.world.isRebooted, "\(cut)")
            guard !machine.world.isMerging else { continue }
            machine.change { $0.dying = nil }
            #expect(try await tryReturn(on: machine) == nil, "\(cut)")
            #expect(machine.world.isMerging && machine.world.memory == .now, "\(cut)")
        }
    }

    @Test func `a reboot that cannot be ordered leaves the agent stopped, and says so`()
        async throws
    {
        let machine = PlayedMachine { $0.rebootFault = "It is inhibited." }
        let fault = try #require(try await tryReturn(on: machine))
        #expect(fault.isUnderWay)
        #expect(fault.sentence.contains("It is inhibited. Reboot at once"))
        #expect(!machine.world.agentRuns)
    }

    fileprivate static let refusals:
        [(change: @Sendable (inout PlayedMachine.World) -> Void, words: String)] =
            [
                ({ $0.attributes = "Vwi-a-tz--" }, "thin volume"),
                ({ $0.attributes = "swi-I-s---" }, "full or broken"),
                ({ $0.attributes = "Swi-a-s---" }, "merged already"),
                ({ $0.origin = "home" }, "has taken no snapshot"),
                ({ $0.name = "patchbay-by-hand" }, "has taken no snapshot"),
                ({ $0.root = "/dev/sda1" }, "no logical volume"),
                ({ $0.used = "99.99" }, "has room for 0 MiB more"),
                ({ $0.kernels.append("vmlinuz-6.1.0-56") }, "The kernel 6.1.0-56 is not in"),
                ({ $0.kernels = ["config-6.1.0-50"] }, "not known which kernels"),
                ({ $0.kernels = ["vmlinuz-6.1.0-50", "initrd.img-6.1.0-49"] }, "to start with"),
                ({ $0.boot = "" }, "/boot is no file system of its own"),
                (
                    { $0.mounts = "/dev/mapper/lab-var /var ext4 rw 0 0\n" },
                    "/var/lib/dpkg lies on /var, a file system of its own"
                ),
                ({ $0.mounts = "/dev/sdb1 /usr ext4 rw 0 0\n" }, "/usr lies on /usr"),
                (
                    { $0.mounts = "overlay /var/lib/state overlay rw 0 0\n" },
                    "it is not known what that stands on"
                ),
                (
                    { $0.mounts = "/dev/loop3 /var/lib/state ext4 rw 0 0\n" },
                    "it is not known what that stands on"
                ),
                ({ $0.usedAfterCopy = "98.00" }, "could fill it"),
                ({ $0.isSameAgent = false }, "another version"),
                ({ $0.isLinked = true }, "is a link in the snapshot"),
                ({ $0.unit = "patchbay-job_2-1.service loaded active running" }, "is at work"),
                (
                    { $0.mounts = "/dev/mapper/lab-root /var/lib ext4 rw 0 0\n" },
                    "another place of the root's own file system"
                ),
            ]

    @Test(arguments: refusals.indices)
    func `what does not fit is refused, and the agent goes on`(row: Int) async throws {
        let (change, words) = Self.refusals[row]
        let machine = PlayedMachine(change)
        let fault = try #require(try await tryReturn(on: machine))
        #expect(fault.sentence.contains(words), "\(fault.sentence)")
        #expect(!fault.isUnderWay)
        let world = machine.world
        #expect(world.agentRuns && !world.isMounted && !world.isMerging && !world.isRebooted)
        // Its memory may have been put there already; nothing looks at it unless LVM merges it.
        #expect(world.memory == (world.usedAfterCopy == nil ? .then : .now))
    }

    @Test func `a run that is the return itself is no other run at work`() async throws {
        let job = try #require(JobID("job_01h2xcejqtf2nbrexx3vqjhp41"))
        let unit = "patchbay-\(job.text)-1.service loaded active running"
        try await withTemporaryFolder { folder in
            let machine = PlayedMachine { $0.unit = unit }
            let way = machine.way(DiskStateFolder(folder.path), job: job)
            try await way.carryOut(try await way.check(Self.name))
            #expect(machine.world.isRebooted)
        }
        let fault = try #require(try await tryReturn(on: PlayedMachine { $0.unit = unit }))
        #expect(fault.sentence.contains("is at work"))
    }

    @Test func `a state folder on a file system of its own stays as it is`() async throws {
        let machine = PlayedMachine {
            $0.mounts = "/dev/mapper/lab-state /var/lib/state ext4 rw 0 0\n"
        }
        #expect(try await tryReturn(on: machine) == nil)
        #expect(machine.world.isMerging && machine.world.memory == .then)
        #expect(!machine.commands.contains { $0[0] == "/bin/cp" })
    }

    @Test(arguments: [name, "lab/\(name)", "lvm lab/\(name)"])
    func `a snapshot is called as the list or the job's result calls it`(name: String) async throws
    {
        #expect(try await tryReturn(on: PlayedMachine(), name: name) == nil)
    }

    @Test func `the list tells when each was taken and how full it is`() async throws {
        let way = PlayedMachine().way(DiskStateFolder("/tmp"))
        let all = try await way.snapshots()
        #expect(all.map(\.fullName) == ["lvm lab/\(Self.name)"])
        #expect(all.first?.takenAt == "2026-11-22 01:02:03 UTC")
        #expect(all.first?.percentUsed == 12)
        #expect(way.others == ["/boot"])
    }
}

/// A machine whose root is a volume of LVM, with one snapshot of the agent's.
private final class PlayedMachine: Sendable {
    enum Memory: Hashable { case then, now }

    struct World {
        var agentRuns = true
        var isMounted = false
        var isMerging = false
        var isRebooted = false
        /// What the agent remembers in the snapshot.
        var memory: Memory? = .then
        var copy: Memory?

        var root = "/dev/mapper/lab-root"
        var name = "patchbay-20261122010203-job_1"
        var origin = "root"
        var attributes = "swi-a-s---"
        var used = "12.34"
        /// How full it is when the agent's memory is in it.
        var usedAfterCopy: String?
        var boot = "/dev/vda /boot ext4 rw 0 0\n"
        var kernels = ["vmlinuz-6.1.0-50", "initrd.img-6.1.0-50"]
        var isSameAgent = true
        var isLinked = false
        var unit = ""
        var mounts = ""
        var rebootFault: String?
        /// Which program fails, without having done anything.
        var failing: Int?
        /// Before which program this one is killed.
        var dying: Int?
        var commands: [[String]] = []
    }

    private let played: Mutex<World>

    init(_ change: (inout World) -> Void = { _ in }) {
        var world = World()
        change(&world)
        played = Mutex(world)
    }

    var world: World { played.withLock { $0 } }
    var commands: [[String]] { world.commands }

    func change(_ body: (inout sending World) -> Void) { played.withLock { body(&$0) } }

    func way(_ state: DiskStateFolder, job: JobID? = nil) -> VolumeReturn {
        var way = VolumeReturn(state: state, program: "/usr/bin/patchbay-agent", job: job)
        way.mounts = { Array(self.played.withLock { $0.table }.utf8) }
        way.exists = {
            ["/run/systemd/system", "/usr/sbin/lvs"].contains($0)
                || $0 == "\(VolumeReturn.mountPlace)/usr/lib/modules/6.1.0-50/modules.dep"
        }
        way.names = { $0 == "/boot" ? self.world.kernels : [] }
        way.resolve = { path in
            // Wherever the test's own folder lies.
            guard path.hasPrefix(VolumeReturn.mountPlace) else {
                if ["/usr", "/var/lib/dpkg"].contains(path) { return path }
                return path.hasPrefix("/var/lib/") || path.hasPrefix("/usr/")
                    ? nil : "/var/lib/state"
            }
            return path.hasSuffix("patchbay-agent") || !self.world.isLinked ? path : "/elsewhere"
        }
        way.run = { command, _ in self.played.withLock { $0.run(command) } }
        way.reboot = {
            self.played.withLock { world in
                if world.isDead { return "It was killed." }
                if let fault = world.rebootFault { return fault }
                world.isRebooted = true
                return nil
            }
        }
        return way
    }
}

extension PlayedMachine.World {
    var table: String {
        "\(root) / ext4 rw 0 0\n\(boot)\(mounts)"
            + (isMounted ? "/dev/mapper/x \(VolumeReturn.mountPlace) ext4 rw 0 0\n" : "")
    }

    var isDead: Bool { dying.map { commands.count > $0 } ?? false }

    mutating func run(_ command: [String]) -> ProgramOutput? {
        let number = commands.count
        commands.append(command)
        guard !isDead else { return nil }
        guard number != failing else { return ProgramOutput(status: 5, text: "It fails.") }
        return answer(command)
    }

    private mutating func answer(_ command: [String]) -> ProgramOutput {
        var (status, text): (Int32, String) = (0, "")
        switch command[0] {
        case "/usr/sbin/lvs":
            text = command.contains("vg_name,lv_name") ? "  lab:root\n" : volumes
            status = root.hasPrefix("/dev/mapper/") ? 0 : 5
        case "/usr/bin/du": text = "2048\t/var/lib/state\n"
        case "/bin/mount": isMounted = true
        case "/bin/umount": isMounted = false
        case "/usr/bin/cmp": status = isSameAgent ? 0 : 1
        case "/usr/bin/systemctl" where command[1] == "list-units": text = unit
        case "/usr/bin/systemctl": agentRuns = command[1] == "start"
        case "/bin/cp":
            copy = agentRuns ? .then : .now
            used = usedAfterCopy ?? used
        case "/bin/rm" where command.last?.hasSuffix(".patchbay-new") == true: copy = nil
        case "/bin/rm": memory = nil
        case "/bin/mv": (memory, copy) = (copy, nil)
        case "/usr/sbin/lvconvert": isMerging = true
        default: break
        }
        return ProgramOutput(status: status, text: text)
    }

    private var volumes: String {
        let own = "  \(name):\(origin):\(attributes):322122547:\(used)\n"
        return "  root::\(isMerging ? "O" : "o")wi-aos---:3221225472:\n"
            + "  mine:root:swi-a-s---:322122547:0.01\n" + (isMerging ? "" : own)
    }
}
