#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Names one process for all time: process ids are used again, so its start time and the boot
/// belong to its name.
struct ProcessRecord: Hashable, Sendable, Codable {
    /// The process id.
    var pid: Int32
    /// When it started, in clock ticks since the boot (proc(5), field 22 of `stat`).
    var startTicks: UInt64
    /// The boot in which it started.
    var bootId: String

    /// This process.
    static func current() -> ProcessRecord? {
        ProcessTable.entry(getpid()).map {
            ProcessRecord(pid: $0.pid, startTicks: $0.startTicks, bootId: ProcessTable.bootId())
        }
    }

    /// Whether the process is still alive.
    var isAlive: Bool {
        guard bootId == ProcessTable.bootId(), let entry = ProcessTable.entry(pid) else {
            return false
        }
        return entry.startTicks == startTicks && !entry.isDead
    }
}

/// What `/proc` tells of processes.
enum ProcessTable {
    /// One process.
    struct Entry: Hashable, Sendable {
        var pid: Int32
        var session: Int32
        var startTicks: UInt64
        /// Ended, and only not collected by its parent yet.
        var isDead: Bool
    }

    /// The running boot; empty where there is none to be read.
    static func bootId() -> String {
        SmallFile.line("/proc/sys/kernel/random/boot_id") ?? ""
    }

    /// A process; `nil` when there is none.
    static func entry(_ pid: Int32) -> Entry? {
        SmallFile.line("/proc/\(pid)/stat").flatMap { entry(in: $0) }
    }

    /// Reads a line of `/proc/PID/stat`. The name in parentheses may hold anything, even
    /// parentheses and spaces, so the fields are counted from the last closing one.
    static func entry(in line: String) -> Entry? {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"),
            let pid = Int32(line[..<open].filter { $0 != " " })
        else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let session = Int32(fields[3]), let start = UInt64(fields[19])
        else {
            return nil
        }
        return Entry(
            pid: pid, session: session, startTicks: start,
            isDead: ["Z", "X", "x"].contains(fields[0]))
    }

    /// The living processes of a session.
    static func members(ofSession session: Int32) -> [Entry] {
        names(in: "/proc").compactMap { name in
            guard let pid = Int32(name), let entry = entry(pid), entry.session == session,
                !entry.isDead
            else { return nil }
            return entry
        }
    }
}

/// Reads and writes files of a few KB.
enum SmallFile {
    /// The largest that is read, in bytes: a plan with 10,000 updates has about 3 MB.
    static let limit = 32 * 1024 * 1024

    /// A file's bytes; `nil` when it cannot be read.
    static func bytes(_ path: String, limit: Int = Self.limit) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        while content.count < limit {
            let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, LibC.read(descriptor, buffer))
            }
            if piece.isEmpty { break }
            content += piece
        }
        return content
    }

    /// A file's text without white space at its end; `nil` when it cannot be read.
    static func line(_ path: String) -> String? {
        bytes(path).map { bytes in
            let end = bytes.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? 0
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }
}
