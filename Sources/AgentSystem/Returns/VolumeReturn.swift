import AgentCore
public import Fleet
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The return of a machine whose root is a volume of LVM to a snapshot that the agent took before an
/// installation, as the machine's administrator orders it.
///
/// One step brings it about, and the last but the reboot: LVM notes that the snapshot takes the
/// root's place when the root is activated the next time. Before that step nothing of the running
/// system has changed, whatever ends the work; after it there is only the reboot. What the agent
/// remembers (its identity, which approvals it has carried out, its jobs' journals) is put into the
/// snapshot before: else it would take up again the very job during which the snapshot was taken.
public struct VolumeReturn: Sendable {
    /// Where the snapshot is mounted meanwhile: a folder that ends with the boot.
    public static let workPlace = "/run/patchbay-return"
    static let mountPlace = "\(workPlace)/root"
    static let service = "patchbay-agent.service"
    /// How long one program may take, in seconds.
    static let patienceSeconds: Int64 = 120
    /// How long the copy of the agent's state folder may take, in seconds: 1 GiB of kept packages on
    /// a slow disk.
    static let copyPatienceSeconds: Int64 = 900
    /// What stays free in the snapshot when the agent's memory is in it, in bytes: a full snapshot
    /// is lost.
    static let reserve: Int64 = 16 << 20

    /// Runs a program; `nil` when it could not be run to its end.
    typealias Run = @Sendable (_ command: [String], _ seconds: Int64) async -> ProgramOutput?

    private let state: DiskStateFolder
    /// The agent's own program: another one might not understand what this one remembers.
    private let program: String
    /// The job whose run this return is; `nil` when a person ordered it on the endpoint.
    private let job: JobID?

    var mounts: @Sendable () -> [UInt8] = { Files.bytes("/proc/self/mounts") ?? [] }
    var exists: @Sendable (String) -> Bool = { Files.exists($0) }
    var names: @Sendable (String) -> [String] = { Files.names(in: $0) }
    /// A path without links; `nil` when it leads nowhere.
    var resolve: @Sendable (String) -> String? = { VolumeReturn.realPath($0) }
    var run: Run = {
        // LVM complains of files that its caller's shell has left open, between its answers.
        await ProgramOutput.of(
            $0, adding: ["LVM_SUPPRESS_FD_WARNINGS": "1"], patience: $1 * 1000)
    }
    var reboot: @Sendable () async -> String? = { await SystemReboot().reboot() }

    /// The return of this machine.
    public init(state: DiskStateFolder, program: String, job: JobID? = nil) {
        self.state = state
        self.program = program
        self.job = job
    }

    // MARK: - What there is

    /// The snapshots of the root volume that the agent took, the newest first.
    public func snapshots() async throws(ReturnFault) -> [VolumeSnapshot] {
        let (group, root, all) = try await volumes()
        return all.filter { $0.origin == root.name && Snapshots.isOwn($0.name) }.map {
            VolumeSnapshot(
                name: $0.name, group: group, size: $0.size, used: $0.used,
                fault: $0.faultAsSnapshot)
        }.sorted { $0.name > $1.name }
    }

    /// The file systems that the return does not touch.
    public var others: [String] {
        let table = Mount.all(in: mounts())
        let root = table.last { $0.place == "/" }?.mount.device
        let places = table.filter { $0.mount.device.hasPrefix("/dev/") && $0.mount.device != root }
        return Set(places.map(\.place)).subtracting([Self.mountPlace]).sorted()
    }

    /// The snapshot of this name, when the machine can return to it: it stands, the kernels that can
    /// be started fit it, and it holds the same agent. Nothing is changed.
    ///
    /// - Parameter name: its name, alone, with its group (`lab/patchbay-…`), or as a job's result
    ///   tells it.
    /// - Returns: the snapshot.
    /// - Throws: `ReturnFault`, which says what stands against it.
    public func check(_ name: String) async throws(ReturnFault) -> VolumeSnapshot {
        let all = try await snapshots()
        guard
            let found = all.first(where: {
                [$0.name, "\($0.group)/\($0.name)", $0.fullName].contains(name)
            })
        else {
            throw ReturnFault(
                "The agent has taken no snapshot “\(name.prefix(120))” of the root volume, or it is gone."
            )
        }
        if let fault = found.fault { throw ReturnFault(fault) }
        guard exists("/run/systemd/system") else {
            throw ReturnFault("systemd is not the first process here, and the agent no service.")
        }
        let (place, isCarried) = try carriedState()
        try layoutFault()
        if isCarried { try await roomFault(place, found) }
        try await mounted(found, isWritable: false) { () async throws(ReturnFault) in
            if let fault = kernelFault() { throw ReturnFault(fault) }
            let then = "\(Self.mountPlace)\(program)"
            let compared = await run(
                ["/usr/bin/cmp", "--silent", program, then], Self.patienceSeconds)
            guard compared?.status == 0, resolve(then) == then else {
                throw ReturnFault(
                    "The snapshot holds another version of \(program) than the one that runs, which "
                        + "might not understand what this one remembers.")
            }
            if isCarried { try linkFault(place) }
        }
        return found
    }

    // MARK: - The return

    /// Stops the agent, puts what it remembers into the snapshot, lets LVM merge it at the next
    /// boot, and reboots.
    ///
    /// - Throws: why not. The agent runs again then and nothing has changed, unless the fault says
    ///   that the return is under way.
    public func carryOut(_ snapshot: VolumeSnapshot) async throws(ReturnFault) {
        var claim: StateClaim?
        do throws(ReturnFault) {
            try await done(["/usr/bin/systemctl", "stop", Self.service])
            claim = try claimState()
            try await runsFault()
            let (place, isCarried) = try carriedState()
            if isCarried {
                try await mounted(snapshot, isWritable: true) { () async throws(ReturnFault) in
                    try linkFault(place)
                    try await carry(place)
                }
            }
            try await merge(snapshot)
        } catch {
            claim?.release()
            if !error.isUnderWay {
                _ = await run(["/usr/bin/systemctl", "start", Self.service], Self.patienceSeconds)
            }
            throw error
        }
        guard let fault = await reboot() else { return }
        throw ReturnFault(
            "The return is prepared, but the reboot could not be ordered: \(fault) Reboot at once "
                + "(systemctl reboot), and leave the agent stopped until then: what it did now would "
                + "be forgotten.", isUnderWay: true)
    }

    private func claimState() throws(ReturnFault) -> StateClaim {
        do throws(StateFolderFailure) {
            return try StateClaim(of: state)
        } catch {
            throw ReturnFault("\(error.message) \(error.nextStep)")
        }
    }

    /// Installations that outlive the agent, and the watch over an update of the agent itself.
    private func runsFault() async throws(ReturnFault) {
        let units = try await done([
            "/usr/bin/systemctl", "list-units", "--all", "--plain", "--no-legend", "--full",
            "patchbay-job_*.service", "patchbay-self-update.service",
        ])
        for line in units.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            guard words.count > 2, !["inactive", "failed"].contains(words[2]) else { continue }
            // This return's own unit.
            if let job, words[0].hasPrefix("patchbay-\(job.text)-") { continue }
            throw ReturnFault("\(words[0]) is at work. Wait until it has ended.")
        }
    }

    /// Puts what the agent remembers now in the place of what it remembered then.
    private func carry(_ place: String) async throws(ReturnFault) {
        let target = "\(Self.mountPlace)\(place)"
        let fresh = "\(target).patchbay-new"
        try await done(["/bin/rm", "-rf", "--", fresh])
        try await done(["/bin/cp", "-a", "--", place, fresh], seconds: Self.copyPatienceSeconds)
        try await done(["/bin/rm", "-rf", "--", target])
        try await done(["/bin/mv", "-T", "--", fresh, target])
        try await done(["/bin/sync", "-f", target], seconds: Self.copyPatienceSeconds)
    }

    private func merge(_ snapshot: VolumeSnapshot) async throws(ReturnFault) {
        // What was written into it may have filled it.
        let now = try await snapshots().first { $0.name == snapshot.name }
        guard let now, now.fault == nil else {
            throw ReturnFault(now?.fault ?? "The snapshot is gone.")
        }
        guard now.free >= Self.reserve else {
            throw ReturnFault(
                "The snapshot has room for \(now.free >> 20) MiB more, and what is written until the "
                    + "reboot could fill it: a full one is lost. Enlarge it (lvextend).")
        }
        let words = ["/usr/sbin/lvconvert", "--yes", "--merge", "\(now.group)/\(now.name)"]
        let output = await run(words, Self.patienceSeconds)
        // LVM's own record tells what will happen, whatever became of the program.
        guard let isMerging = try? await volumes().root.isMerging else {
            throw ReturnFault(
                "LVM does not say whether it will merge the snapshot. See lvs: where the root's first "
                    + "attribute is “O”, reboot at once; else start the agent again.",
                isUnderWay: true)
        }
        guard isMerging else { throw ReturnFault(Self.complaint("lvconvert", output)) }
    }

    // MARK: - Checks

    /// Where the agent's memory lies without links, and whether it lies on the root's file system:
    /// on one of its own it stays as it is.
    private func carriedState() throws(ReturnFault) -> (place: String, isCarried: Bool) {
        guard let place = resolve(state.path) else {
            throw ReturnFault("There is no state folder \(state.path).")
        }
        guard let own = fileSystem(of: place), let root = fileSystem(of: "/") else {
            throw ReturnFault("It is not known what \(place) stands on.")
        }
        if own.place == "/" { return (place, true) }
        guard own.mount.device != root.mount.device else {
            throw ReturnFault(
                "\(own.place) is another place of the root's own file system, so that it is not known "
                    + "where \(place) lies in the snapshot.")
        }
        // What an overlay or a loop device holds may lie on the root after all, and would go back.
        guard own.mount.device.hasPrefix("/dev/"), !own.mount.device.hasPrefix("/dev/loop") else {
            throw ReturnFault(
                "\(place) lies on \(own.mount.device), and it is not known what that stands on.")
        }
        return (place, false)
    }

    /// What is mounted under a path without links, and where: of two at one place the later covers
    /// the earlier.
    private func fileSystem(of path: String) -> (place: String, mount: Mount)? {
        let cover = Mount.all(in: mounts()).filter {
            $0.place == "/" || path == $0.place || path.hasPrefix("\($0.place)/")
        }
        guard let nearest = cover.map(\.place.count).max() else { return nil }
        return cover.last { $0.place.count == nearest }
    }

    /// Where package tools keep what is installed, and what they install.
    private static let installed = [
        "/usr", "/var/lib/dpkg", "/var/lib/rpm", "/usr/lib/sysimage/rpm", "/var/lib/pacman",
    ]

    /// Programs and the record of them must go back together: a record that stays would tell the
    /// versions that are gone, and nothing would install them again. And the boot loader must not
    /// read what is being merged: GRUB knows nothing of a snapshot that takes its origin's place.
    private func layoutFault() throws(ReturnFault) {
        for path in Self.installed {
            guard let place = resolve(path), let own = fileSystem(of: place), own.place != "/"
            else { continue }
            throw ReturnFault(
                "\(path) lies on \(own.place), a file system of its own, which would not go back: "
                    + "what is installed and the record of it would differ.")
        }
        guard Mount.of("/boot", in: mounts()) != nil else {
            throw ReturnFault(
                "/boot is no file system of its own: the boot loader would read it from the root "
                    + "while LVM merges the snapshot.")
        }
    }

    /// In the snapshot no folder above it may be a link, which would lead out of it.
    private func linkFault(_ place: String) throws(ReturnFault) {
        let parent = String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)])
        let inside = "\(Self.mountPlace)\(parent)"
        guard resolve(inside) == inside else {
            throw ReturnFault("\(parent) is a link in the snapshot, or is not there.")
        }
    }

    private func roomFault(_ place: String, _ snapshot: VolumeSnapshot) async throws(ReturnFault) {
        let text = try await done(["/usr/bin/du", "-sk", "--", place])
        guard let first = text.split(whereSeparator: \.isWhitespace).first,
            let kibibytes = Int64(first)
        else { throw ReturnFault("It is not known how large \(place) is.") }
        // LVM notes each piece that it keeps, and the file system its own tables.
        let needed = kibibytes * 1024 / 4 * 5 + Self.reserve
        guard needed > snapshot.free else { return }
        throw ReturnFault(
            "The snapshot has room for \(snapshot.free >> 20) MiB more, and what the agent remembers "
                + "(\(place)) needs \(needed >> 20). Enlarge it (lvextend), or empty kept-packages there."
        )
    }

    /// Kernels that the boot loader could start and the snapshot does not fit.
    private func kernelFault() -> String? {
        let kernels = names("/boot").filter { $0.hasPrefix("vmlinuz-") }.sorted()
        guard !kernels.isEmpty else {
            return
                "It is not known which kernels the boot loader starts: /boot holds no vmlinuz-VERSION."
        }
        for kernel in kernels where !kernel.contains("-rescue-") {
            let version = kernel.dropFirst("vmlinuz-".count)
            // A folder that a removal has left has no list of its modules.
            let places = ["usr/lib", "lib"].map {
                "\(Self.mountPlace)/\($0)/modules/\(version)/modules.dep"
            }
            guard !places.contains(where: exists) else { continue }
            return
                "The kernel \(version) is not in the snapshot, and the boot loader would start it "
                + "without its modules. Remove that kernel first."
        }
        return BootFiles.faults(in: names("/boot")).first.map { "/boot has a \($0)." }
    }

    // MARK: - Parts

    /// The root's group, the root, and all volumes of the group.
    private func volumes() async throws(ReturnFault) -> (
        group: String, root: LogicalVolume, all: [LogicalVolume]
    ) {
        guard let mount = Mount.of("/", in: mounts()), mount.device.hasPrefix("/dev/"),
            exists("/usr/sbin/lvs")
        else { throw ReturnFault("The root file system is on no logical volume of LVM.") }
        let asked = ["/usr/sbin/lvs", "--noheadings", "--separator", ":"]
        let own = await run(
            asked + ["-o", "vg_name,lv_name", mount.device], Self.patienceSeconds)
        let words = (own?.text ?? "").split(whereSeparator: \.isNewline).last?
            .split(separator: ":").map { String($0.filter { !$0.isWhitespace }) }
        guard let own, own.status == 0, let words, words.count == 2 else {
            throw ReturnFault("\(mount.device) is no logical volume of LVM.")
        }
        let list = try await done(
            asked + ["--units", "b", "--nosuffix", "-o", LogicalVolume.fields, words[0]])
        let all = list.split(whereSeparator: \.isNewline).compactMap { LogicalVolume($0) }
        guard let root = all.first(where: { $0.name == words[1] }) else {
            throw ReturnFault("LVM does not list the root's own volume.")
        }
        return (words[0], root, all)
    }

    /// Mounts the snapshot for as long as `body` runs; whether it can be unmounted changes nothing.
    private func mounted(
        _ snapshot: VolumeSnapshot, isWritable: Bool,
        _ body: () async throws(ReturnFault) -> Void
    ) async throws(ReturnFault) {
        await unmount()
        try await done(["/bin/mkdir", "-p", "-m", "0700", Self.mountPlace])
        var options = isWritable ? "rw" : "ro"
        // XFS takes a second file system of the same identifier only so.
        if Mount.of("/", in: mounts())?.type == "xfs" { options += ",nouuid" }
        let device = "/dev/\(snapshot.group)/\(snapshot.name)"
        do throws(ReturnFault) {
            try await done(["/bin/mount", "-o", options, device, Self.mountPlace])
            guard Mount.of(Self.mountPlace, in: mounts()) != nil else {
                throw ReturnFault("The snapshot could not be mounted.")
            }
            try await body()
        } catch {
            await unmount()
            throw error
        }
        await unmount()
    }

    private func unmount() async {
        guard Mount.of(Self.mountPlace, in: mounts()) != nil else { return }
        let output = await run(["/bin/umount", Self.mountPlace], Self.patienceSeconds)
        guard output?.status != 0 else { return }
        _ = await run(["/bin/umount", "--lazy", Self.mountPlace], Self.patienceSeconds)
    }

    @discardableResult
    private func done(
        _ command: [String], seconds: Int64 = Self.patienceSeconds
    ) async throws(ReturnFault) -> String {
        let output = await run(command, seconds)
        guard let output, output.status == 0 else {
            let name = command[0].split(separator: "/").last.map(String.init) ?? command[0]
            throw ReturnFault(Self.complaint(name, output))
        }
        return output.text
    }

    private static func complaint(_ program: String, _ output: ProgramOutput?) -> String {
        let words = Snapshots.complaint(program, output)
        return words.hasSuffix(".") ? words : words + "."
    }

    private static func realPath(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
