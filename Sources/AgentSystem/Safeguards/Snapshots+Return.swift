import Fleet
import SystemFiles

/// The way back to a snapshot. Everything is made ready while the endpoint runs, and comes into
/// force when it boots: until then nothing has changed.
///
/// What the agent remembers (its identity, which approvals it has carried out, the journal of the
/// very job that returns) goes along into the snapshot: else the endpoint would forget what it has
/// promised, and would take up the job again during which the snapshot was taken.
extension Snapshots {
    /// Where file systems are mounted while a return is made ready.
    private static let workPlace = "/run/patchbay-return"
    /// What the former root is called after its place was taken.
    static let formerMark = ".patchbay-before-"
    /// What a root is called that the file system's own default leads to.
    static let defaultMark = "patchbay-root-"

    /// Why the endpoint cannot return to a snapshot, as a sentence; `nil` when it can.
    func faultOfReturn(to snapshot: String) async -> String? {
        switch SnapshotName(snapshot) {
        case .lvm(let volume): return await lvmFault(volume)
        case .btrfs(let path): return await btrfsFault(path)
        case .snapper(let number):
            let root = "/.snapshots/\(number)/snapshot"
            guard await isFolder(root) else { return Self.gone(snapshot) }
            return hasOwnBoot ? await kernelFault(in: root) : nil
        case .zfs(let name):
            return "A return to a snapshot of ZFS is a person's work: zfs rollback \(name)."
        case nil: return "“\(snapshot.prefix(120))” is no name of a snapshot."
        }
    }

    /// Makes the return ready; `nil` when it is, else why not.
    func makeReady(
        to snapshot: String, carrying state: String, at now: Timestamp
    ) async -> String? {
        do throws(ReturnFault) {
            switch SnapshotName(snapshot) {
            case .lvm(let volume): try await mergeLVM(volume, carrying: state)
            case .btrfs(let path): try await replaceBtrfs(path, carrying: state, at: now)
            case .snapper(let number): try await snapperRollback(number, carrying: state)
            case .zfs, nil: return await faultOfReturn(to: snapshot)
            }
            return nil
        } catch {
            return error.sentence
        }
    }

    // MARK: - LVM

    private static let mergeFields = "origin,lv_merging,lv_snapshot_invalid"

    private func lvmStanding(_ volume: String) async -> [String]? {
        let output = await run([
            "/usr/sbin/lvs", "--noheadings", "--separator", ":", "-o", Self.mergeFields, volume,
        ])
        guard let output, output.status == 0 else { return nil }
        let words = output.text.split(whereSeparator: \.isNewline).last?
            .split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.split(separator: " ").joined(separator: " ") }
        return words?.count == 3 ? words : nil
    }

    private func lvmFault(_ volume: String) async -> String? {
        guard let words = await lvmStanding(volume), !words[0].isEmpty else {
            return Self.gone("lvm \(volume)")
        }
        guard words[2] != "snapshot invalid" else {
            return "The snapshot \(volume) is full, and cannot be used any more."
        }
        guard words[1] != "merging" else { return nil }
        guard hasOwnBoot else { return nil }
        do throws(ReturnFault) {
            var fault: String?
            try await withVolume(volume) { root throws(ReturnFault) in
                fault = await kernelFault(in: root)
            }
            return fault
        } catch {
            return error.sentence
        }
    }

    /// The origin is in use: LVM merges the snapshot when the volume is activated the next time,
    /// which is at the boot.
    private func mergeLVM(_ volume: String, carrying state: String) async throws(ReturnFault) {
        guard let words = await lvmStanding(volume) else {
            throw ReturnFault(Self.gone("lvm \(volume)"))
        }
        guard words[1] != "merging" else { return }
        try await withVolume(volume) { root throws(ReturnFault) in
            try await carry(state, into: root)
        }
        try await done(["/usr/sbin/lvconvert", "--yes", "--merge", volume])
    }

    /// Mounts a snapshot of a volume for as long as `body` runs.
    private func withVolume(
        _ volume: String, _ body: (String) async throws(ReturnFault) -> Void
    ) async throws(ReturnFault) {
        // A thin snapshot is not activated by itself.
        try await done([
            "/usr/sbin/lvchange", "--yes", "--activate", "y", "--ignoreactivationskip", volume,
        ])
        // XFS takes a second file system of the same identifier only so.
        let options = Mount.of(mountPoint, in: mounts())?.type == "xfs" ? ["-o", "nouuid"] : []
        try await withMount(options + ["/dev/\(volume)"], body)
    }

    // MARK: - Btrfs

    private static let btrfsTools = ["/usr/bin/btrfs", "/usr/sbin/btrfs", "/sbin/btrfs"]

    private func btrfsFault(_ path: String) async -> String? {
        guard Self.btrfsTools.contains(where: exists) else {
            return "The tools of Btrfs (btrfs-progs) are missing."
        }
        guard let root = MountedRoot.of(mountPoint, in: mountTable()) else {
            return "It is not known which subvolume \(mountPoint) is."
        }
        guard await isFolder(path) else { return Self.gone("btrfs \(path)") }
        if isNamedAtBoot, root.subvolume == "/" {
            return
                "The boot names the top of the file system as the root, which cannot be replaced."
        }
        if let fault = await nestedFault(root) { return fault }
        // A boot loader reads the kernels from the subvolume of the former root, or from a file
        // system of their own, and the modules must fit.
        return hasOwnBoot || !isNamedAtBoot ? await kernelFault(in: path) : nil
    }

    /// Subvolumes below the root are in no snapshot of it: what they hold would be missing.
    private func nestedFault(_ root: MountedRoot) async -> String? {
        guard let program = Self.btrfsTools.first(where: exists) else { return nil }
        let list = await run([program, "subvolume", "list", "-o", mountPoint])
        let base = root.subvolume == "/" ? "" : root.subvolume
        let mounted = MountedRoot.subvolumes(of: root.device, in: mountTable())
        for line in (list?.text ?? "").split(whereSeparator: \.isNewline) {
            guard let range = line.firstRange(of: " path ") else { continue }
            let path = "/" + line[range.upperBound...]
            let parts = path.split(separator: "/")
            let isOwn = parts.contains { part in
                part == Self.btrfsFolder || part == ".snapshots" || part.contains(Self.formerMark)
                    || part.hasPrefix(Self.defaultMark)
            }
            guard !isOwn, !mounted.contains(path), path.hasPrefix("\(base)/") else { continue }
            let here = (mountPoint == "/" ? "" : mountPoint) + path.dropFirst(base.count)
            let held = await run(["/bin/ls", "-A", here])
            guard held?.text.allSatisfy(\.isWhitespace) == true else {
                return
                    "The subvolume \(path) lies in the root, and no snapshot of the root holds it."
            }
        }
        return nil
    }

    /// A writable copy of the snapshot takes the root's place: by its name where the boot names it,
    /// else as the file system's default.
    private func replaceBtrfs(
        _ path: String, carrying state: String, at now: Timestamp
    ) async throws(ReturnFault) {
        guard let program = Self.btrfsTools.first(where: exists),
            let root = MountedRoot.of(mountPoint, in: mountTable())
        else { throw ReturnFault("It is not known which subvolume \(mountPoint) is.") }
        let stamp = now.wholeSeconds.description.filter(\.isNumber)
        let base = root.subvolume == "/" ? "" : root.subvolume
        guard !base.contains(Self.formerMark), await !hasOtherDefault(program, base) else { return }
        let inside = path.dropFirst(mountPoint == "/" ? 0 : mountPoint.count)
        let isNamed = isNamedAtBoot
        try await withMount(["-t", "btrfs", "-o", "subvolid=5", root.device]) {
            top throws(ReturnFault) in
            let fresh =
                isNamed
                ? "\(top)\(base).patchbay-new" : "\(top)/\(Self.defaultMark)\(stamp)"
            if isNamed { _ = await run([program, "subvolume", "delete", fresh]) }
            try await done([program, "subvolume", "snapshot", "\(top)\(base)\(inside)", fresh])
            try await carry(state, into: fresh)
            if isNamed {
                let former = "\(top)\(base)\(Self.formerMark)\(stamp)"
                try await done(["/bin/mv", "-T", "\(top)\(base)", former])
                do throws(ReturnFault) {
                    try await done(["/bin/mv", "-T", fresh, "\(top)\(base)"])
                } catch {
                    _ = await run(["/bin/mv", "-T", former, "\(top)\(base)"])
                    throw error
                }
            } else {
                let number = try await done([program, "inspect-internal", "rootid", fresh])
                let id = number.filter(\.isNumber)
                try await done([program, "subvolume", "set-default", id, top])
            }
        }
    }

    /// Whether the next boot already leads to a root that was made ready before.
    private func hasOtherDefault(_ program: String, _ base: String) async -> Bool {
        let output = await run([program, "subvolume", "get-default", mountPoint])
        let path = output?.text.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        return !isNamedAtBoot && path.hasPrefix(Self.defaultMark) && "/\(path)" != base
    }

    /// Whether the kernel's command line or the table of file systems says which subvolume the root
    /// is, so that the default counts for nothing.
    private var isNamedAtBoot: Bool {
        if bootWords().contains("subvol=") || bootWords().contains("subvolid=") { return true }
        return fileSystemTable().split(whereSeparator: \.isNewline).contains { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count > 3 && !words[0].hasPrefix("#") && words[1] == mountPoint[...]
                && words[3].contains("subvol")
        }
    }

    // MARK: - snapper

    private func snapperRollback(
        _ number: String, carrying state: String
    ) async throws(ReturnFault) {
        let words = try await done([
            "/usr/bin/snapper", "--config", "root", "rollback", "--print-number", "--description",
            "patchbay returns", number,
        ])
        guard let made = words.split(whereSeparator: \.isWhitespace).last,
            made.allSatisfy(\.isNumber)
        else { throw ReturnFault("snapper did not say which snapshot is the root now.") }
        try await carry(state, into: "/.snapshots/\(made)/snapshot")
    }

    // MARK: - Parts

    /// Puts what the agent remembers into the root that comes next, unless it lies on a file system
    /// of its own, which the return does not touch.
    private func carry(_ state: String, into root: String) async throws(ReturnFault) {
        guard MountedRoot.place(of: state, in: mountTable()) == mountPoint else { return }
        let inside = state.dropFirst(mountPoint == "/" ? 0 : mountPoint.count)
        let place = "\(root)\(inside)"
        let fresh = "\(place).patchbay-new"
        _ = await run(["/bin/rm", "-rf", "--", fresh])
        try await done(["/bin/cp", "-a", "--", state, fresh])
        try await done(["/bin/rm", "-rf", "--", place])
        try await done(["/bin/mv", "-T", "--", fresh, place])
        try await done(["/bin/sync"])
    }

    private func withMount(
        _ words: [String], _ body: (String) async throws(ReturnFault) -> Void
    ) async throws(ReturnFault) {
        let place = Self.workPlace
        try await done(["/bin/mkdir", "-p", "-m", "0700", place])
        try await done(["/bin/mount"] + words + [place])
        do throws(ReturnFault) {
            try await body(place)
        } catch {
            _ = await run(["/bin/umount", place])
            throw error
        }
        try await done(["/bin/umount", place])
    }

    /// Kernels that stand beside the root and whose modules the snapshot does not hold: the boot
    /// loader would start them.
    private func kernelFault(in root: String) async -> String? {
        let base = mountPoint == "/" ? "" : mountPoint
        let kernels = Files.names(in: "\(base)/boot").filter { $0.hasPrefix("vmlinuz-") }
        for kernel in kernels.sorted() {
            let version = kernel.dropFirst("vmlinuz-".count)
            var holds = await isFolder("\(root)/lib/modules/\(version)")
            if !holds { holds = await isFolder("\(root)/usr/lib/modules/\(version)") }
            guard !holds else { continue }
            return "The kernel \(version) was installed after the snapshot, and the boot loader "
                + "would start it without its modules. Remove that kernel first."
        }
        return nil
    }

    private var hasOwnBoot: Bool {
        Mount.of(mountPoint == "/" ? "/boot" : "\(mountPoint)/boot", in: mounts()) != nil
    }

    private func isFolder(_ path: String) async -> Bool {
        await run(["/usr/bin/test", "-d", path])?.status == 0
    }

    @discardableResult
    private func done(_ command: [String]) async throws(ReturnFault) -> String {
        let output = await run(command)
        guard let output, output.status == 0 else {
            let name = command[0].split(separator: "/").last.map(String.init) ?? command[0]
            throw ReturnFault(Self.complaint(name, output) + ".")
        }
        return output.text
    }

    private static func gone(_ name: String) -> String {
        "The snapshot \(name) is not there any more."
    }
}

/// Why a return could not be made ready.
struct ReturnFault: Error, Hashable, Sendable {
    /// In one sentence.
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

/// The name of a snapshot as the job's result tells it: exactly of the forms that are made here.
enum SnapshotName: Hashable, Sendable {
    case snapper(String)
    case btrfs(String)
    case zfs(String)
    case lvm(String)

    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 2, let last = words[1].split(separator: "/").last else { return nil }
        switch words[0] {
        case "snapper" where !words[1].isEmpty && words[1].allSatisfy(\.isNumber):
            self = .snapper(words[1])
        case "btrfs" where words[1].hasPrefix("/") && Snapshots.isOwn(String(last)):
            self = .btrfs(words[1])
        case "zfs" where words[1].contains("@"): self = .zfs(words[1])
        case "lvm"
        where words[1].count(where: { $0 == "/" }) == 1 && Snapshots.isOwn(String(last))
            && !words[1].hasPrefix("-"):
            self = .lvm(words[1])
        default: return nil
        }
    }
}

/// A mounted subvolume, and where paths lie (proc(5), mountinfo).
struct MountedRoot: Hashable, Sendable {
    /// The device.
    var device: String
    /// The subvolume's path in its file system; `/` for the top.
    var subvolume: String

    private static func rows(_ table: [UInt8]) -> [(at: String, root: String, device: String)] {
        String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let dash = words.firstIndex(of: "-"), words.count > dash + 2, dash > 4 else {
                return nil
            }
            return (words[4], words[3], words[dash + 2])
        }
    }

    /// The last that is mounted at exactly this place.
    static func of(_ place: String, in table: [UInt8]) -> MountedRoot? {
        rows(table).last { $0.at == place }.map {
            MountedRoot(device: $0.device, subvolume: $0.root)
        }
    }

    /// The subvolumes of a device that are mounted somewhere.
    static func subvolumes(of device: String, in table: [UInt8]) -> Set<String> {
        Set(rows(table).filter { $0.device == device }.map(\.root))
    }

    /// The mount point that a path lies on.
    static func place(of path: String, in table: [UInt8]) -> String {
        rows(table).map(\.at).filter { $0 == "/" || path == $0 || path.hasPrefix("\($0)/") }
            .max { $0.utf8.count < $1.utf8.count } ?? "/"
    }
}
