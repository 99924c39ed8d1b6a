package import Fleet
import SystemFiles
import ToolOutputs

/// Finds processes that still run code which has been replaced on disk.
package struct ProcessTable: Sendable {
    /// Where the kernel shows its processes.
    package var folder = "/proc"

    /// The processes of this machine, or those that another folder shows.
    package init(folder: String = "/proc") {
        self.folder = folder
    }

    /// More processes than any endpoint should have; the rest is passed over.
    private static let mostProcesses = 65_536
    /// Files that are named for one process: after an update of the C library every process maps
    /// some tens.
    private static let mostFiles = 32
    /// The maps of a very large process have some megabytes.
    private static let largestMaps = 16 * 1_048_576

    /// The processes that need a restart, by process id.
    package func restarts() -> [RestartNeed] {
        let ids = Files.names(in: folder).compactMap { Int32($0) }.sorted()
        return ids.prefix(Self.mostProcesses).compactMap(restart)
    }

    private func restart(_ id: Int32) -> RestartNeed? {
        let process = "\(folder)/\(id)"
        guard isOwn(process),
            let maps = Files.bytes("\(process)/maps", limit: Self.largestMaps)
        else { return nil }
        let files = MemoryMaps.replacedFiles(maps, limit: Self.mostFiles)
        guard !files.isEmpty else { return nil }
        let group = Files.bytes("\(process)/cgroup", limit: 65_536) ?? []
        return RestartNeed(
            process: Files.line("\(process)/comm") ?? "?", pid: id, unit: Self.unit(group),
            files: files)
    }

    /// The first process of each of these units, by its name; units without one are left out.
    func first(of units: Set<String>) -> [String: RestartNeed] {
        var found: [String: RestartNeed] = [:]
        let ids = Files.names(in: folder).compactMap { Int32($0) }.sorted()
        for id in ids.prefix(Self.mostProcesses) where found.count < units.count {
            let process = "\(folder)/\(id)"
            let group = Files.bytes("\(process)/cgroup", limit: 65_536) ?? []
            guard let unit = Self.unit(group), units.contains(unit), found[unit] == nil,
                isOwn(process)
            else { continue }
            found[unit] = RestartNeed(
                process: Files.line("\(process)/comm") ?? "?", pid: id, unit: unit, files: [])
        }
        return found
    }

    /// Whether a process has this machine's root folder: those of containers have their own, and
    /// their own package database. (Namespaces would not tell: services of this machine with a
    /// private /tmp have a mount namespace of their own.)
    private func isOwn(_ process: String) -> Bool {
        guard let own = Files.status("/"), let other = Files.status("\(process)/root/") else {
            return false
        }
        return own.device == other.device && own.inode == other.inode
    }

    /// The systemd unit in `/proc/PID/cgroup` (cgroups(7)): the last service in the path of
    /// systemd's own hierarchy, else the scope. What a person's own systemd runs belongs to that:
    /// its units have names that the system's may have too.
    package static func unit(_ bytes: [UInt8]) -> String? {
        for line in TextLines.strings(bytes) {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "0" || parts[1] == "name=systemd" else { continue }
            let path = parts[2].split(separator: "/")
            let unit =
                path.first { $0.hasPrefix("user@") && $0.hasSuffix(".service") }
                ?? path.last { $0.hasSuffix(".service") } ?? path.last { $0.hasSuffix(".scope") }
            if let unit { return String(unit) }
        }
        return nil
    }
}
