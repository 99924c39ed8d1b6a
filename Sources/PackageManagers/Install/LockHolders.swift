import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells who holds the locks of dpkg and apt, which are advisory record locks (fcntl(2)), without
/// ever taking one.
package struct LockHolders {
    /// The locks that an installation needs, or whose holder is changing what it reads: in the
    /// order of apt.
    package static let files = [
        "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/cache/apt/archives/lock",
        "/var/lib/apt/lists/lock",
    ]

    package let root: String

    /// The first holder, as `name (pid N)`; `nil` when all are free.
    package func first() -> String? {
        for file in Self.files {
            if let holder = Self.holder(of: "\(root)\(file)") { return holder }
        }
        return nil
    }

    /// Who holds a lock on a file; `nil` when nobody does, or there is no such file.
    package static func holder(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else {
            return nil
        }
        // Another container's process has no number here, and an open-file lock (-1) belongs to no
        // process.
        guard lock.l_pid > 0 else { return "a process outside this system" }
        let name = Files.line("/proc/\(lock.l_pid)/comm") ?? "a program"
        return "\(name) (pid \(lock.l_pid))"
    }
}
