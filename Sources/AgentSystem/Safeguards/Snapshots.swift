import AgentCore
import Fleet
import SystemFiles

/// Takes snapshots of the file system that packages stand on: with snapper where it is set up, else
/// with Btrfs, ZFS or LVM themselves. Of its own snapshots it keeps the newest few.
struct Snapshots: Sendable {
    /// How many of its own snapshots are kept: enough for the updates of a month.
    static let kept = 5
    /// What the names of its own snapshots begin with.
    static let prefix = "patchbay-"
    /// The digits of the time in a name: year, month, day, hour, minute, second.
    static let stampDigits = 14
    /// The folder of read-only snapshots on Btrfs.
    static let btrfsFolder = ".patchbay-snapshots"
    /// How long one program may take, in seconds: an LVM snapshot of a busy disk takes a few.
    static let patienceSeconds: Int64 = 120
    /// How much of a complaint is told, in characters.
    private static let longestWords = 300

    /// Runs a program; `nil` when it could not be run to its end.
    typealias Run = @Sendable (_ command: [String]) async -> ProgramOutput?

    /// The mount point of the file system; `/` but in tests.
    var mountPoint = "/"
    /// What the kernel has mounted.
    var mounts: @Sendable () -> [UInt8] = { Files.bytes("/proc/self/mounts") ?? [] }
    /// Which programs are there.
    var exists: @Sendable (String) -> Bool = { Files.exists($0) }
    /// How programs are run.
    var run: Run = { await FreeProgram.run($0, seconds: Snapshots.patienceSeconds) }

    /// Takes one. Its name tells when, so that names sort by age.
    func take(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
        let stamp = String(now.wholeSeconds.description.filter(\.isNumber))
        let name = "\(Self.prefix)\(stamp)-\(label)"
        guard let mount = Mount.of(mountPoint, in: mounts()) else {
            return .notPossible("It is not known what \(mountPoint) stands on.")
        }
        if mountPoint == "/", exists("/etc/snapper/configs/root"), exists(Self.snapper) {
            return await snapper(label)
        }
        switch mount.type {
        case "btrfs": return await btrfs(name)
        case "zfs": return await zfs(mount.device, name)
        default:
            guard mount.device.hasPrefix("/dev/mapper/") || mount.device.hasPrefix("/dev/dm-"),
                exists(Self.lvs)
            else {
                return .notPossible(
                    "\(mountPoint) is \(mount.type) on \(mount.device), which takes no snapshots.")
            }
            return await lvm(mount.device, name)
        }
    }

    private static let snapper = "/usr/bin/snapper"
    private static let lvs = "/usr/sbin/lvs"
    private static let zfsPaths = ["/usr/sbin/zfs", "/sbin/zfs", "/usr/bin/zfs"]
    private static let btrfsPaths = ["/usr/bin/btrfs", "/usr/sbin/btrfs", "/sbin/btrfs"]

    // MARK: - The kinds

    /// snapper counts its snapshots itself, and removes old ones by its `number` rule (snapper(8)).
    private func snapper(_ label: String) async -> SnapshotAnswer {
        let command = [
            Self.snapper, "--config", "root", "create", "--type", "single", "--print-number",
            "--cleanup-algorithm", "number", "--userdata", "important=yes", "--description",
            "patchbay \(label)",
        ]
        let output = await run(command)
        let number = output?.text.split(whereSeparator: \.isWhitespace).last.map(String.init)
        guard let output, output.status == 0, let number, number.allSatisfy(\.isNumber) else {
            return .failed(Self.complaint("snapper", output))
        }
        return .taken("snapper \(number)")
    }

    private func btrfs(_ name: String) async -> SnapshotAnswer {
        guard let program = Self.btrfsPaths.first(where: exists) else {
            return .notPossible("\(mountPoint) is Btrfs, and its tools (btrfs-progs) are missing.")
        }
        let base = mountPoint == "/" ? "" : mountPoint
        let folder = "\(base)/\(Self.btrfsFolder)"
        if !exists(folder) {
            let made = await run(["/bin/mkdir", "-m", "0700", folder])
            guard made?.status == 0 else { return .failed(Self.complaint("mkdir", made)) }
        }
        let path = "\(folder)/\(name)"
        let output = await run([program, "subvolume", "snapshot", "-r", mountPoint, path])
        guard output?.status == 0 else { return .failed(Self.complaint("btrfs", output)) }
        for old in Self.tooMany(Files.names(in: folder), beside: name) {
            _ = await run([program, "subvolume", "delete", "\(folder)/\(old)"])
        }
        return .taken("btrfs \(path)")
    }

    private func zfs(_ dataset: String, _ name: String) async -> SnapshotAnswer {
        guard let program = Self.zfsPaths.first(where: exists) else {
            return .notPossible("\(mountPoint) is ZFS, and its tools are missing.")
        }
        let output = await run([program, "snapshot", "\(dataset)@\(name)"])
        guard output?.status == 0 else { return .failed(Self.complaint("zfs", output)) }
        let list = await run([
            program, "list", "-H", "-d", "1", "-t", "snapshot", "-o", "name", dataset,
        ])
        let names = (list?.text ?? "").split(whereSeparator: \.isNewline).compactMap {
            $0.split(separator: "@").last.map(String.init)
        }
        for old in Self.tooMany(names, beside: name) {
            _ = await run([program, "destroy", "\(dataset)@\(old)"])
        }
        return .taken("zfs \(dataset)@\(name)")
    }

    /// A thin volume's snapshot takes its space from the pool; of another it is a tenth of the
    /// origin, which must be free in the volume group.
    private func lvm(_ device: String, _ name: String) async -> SnapshotAnswer {
        let fields = await run([
            Self.lvs, "--noheadings", "--separator", ":", "-o", "vg_name,lv_name,pool_lv", device,
        ])
        let words =
            (fields?.text ?? "").split(whereSeparator: \.isNewline).last?
            .split(separator: ":", omittingEmptySubsequences: false)
            .map { String($0.filter { !$0.isWhitespace }) } ?? []
        guard let fields, fields.status == 0, words.count == 3, !words[0].isEmpty else {
            return .notPossible("\(device) is no logical volume of LVM.")
        }
        let (group, volume, isThin) = (words[0], words[1], !words[2].isEmpty)
        let size = isThin ? [] : ["--extents", "10%ORIGIN"]
        let output = await run(
            ["/usr/sbin/lvcreate", "--yes", "--snapshot", "--name", name] + size
                + ["\(group)/\(volume)"])
        guard output?.status == 0 else { return .failed(Self.complaint("lvcreate", output)) }
        let list = await run([
            Self.lvs, "--noheadings", "--separator", ":", "-o", "lv_name,origin", group,
        ])
        let names = Self.volumes(of: volume, in: list?.text ?? "")
        for old in Self.tooMany(names, beside: name) {
            _ = await run(["/usr/sbin/lvremove", "--yes", "\(group)/\(old)"])
        }
        return .taken("lvm \(group)/\(name)")
    }

    // MARK: - Words

    /// Its own snapshots beyond the newest few, of which the one just made is one, whatever the
    /// clock has said before.
    static func tooMany(_ names: [String], beside made: String) -> [String] {
        let own = names.filter { isOwn($0) && $0 != made }.sorted()
        return Array(own.dropLast(kept - 1))
    }

    /// Whether a name has exactly the form of those made here: people have names of their own that
    /// begin alike.
    static func isOwn(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count)
        let stamp = rest.prefix(stampDigits)
        return stamp.count == stampDigits && stamp.allSatisfy { $0.isASCII && $0.isNumber }
            && rest.dropFirst(stampDigits).first == "-" && rest.count > stampDigits + 1
    }

    /// The snapshots of one volume, of what lvs lists of its group: volume and origin.
    private static func volumes(of origin: String, in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(separator: ":", omittingEmptySubsequences: false)
                .map { String($0.filter { !$0.isWhitespace }) }
            return words.count == 2 && words[1] == origin ? words[0] : nil
        }
    }

    static func complaint(_ program: String, _ output: ProgramOutput?) -> String {
        guard let output else { return "\(program) could not be run, or took too long." }
        let line = output.text.split(whereSeparator: \.isNewline).last ?? "it said nothing"
        return "\(program) ended with status \(output.status): \(line.prefix(longestWords))"
    }
}

/// What is mounted somewhere (proc(5), mounts).
struct Mount: Hashable, Sendable {
    var device: String
    var type: String

    /// The last that is mounted at exactly this place: it covers those before it.
    static func of(_ place: String, in table: [UInt8]) -> Mount? {
        all(in: table).last { $0.place == place }?.mount
    }

    /// All, in the order in which they were mounted.
    static func all(in table: [UInt8]) -> [(place: String, mount: Mount)] {
        String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 2, words[0] != "rootfs" else { return nil }
            return (String(words[1]), Mount(device: String(words[0]), type: String(words[2])))
        }
    }
}
