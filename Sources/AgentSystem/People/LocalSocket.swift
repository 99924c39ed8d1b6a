#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Unix sockets, for two programs on one machine that exchange one line each.
enum LocalSocket {
    /// How long either side waits for the other, in seconds: both are on one machine.
    private static let patienceSeconds = 2

    /// Calls `body` with a socket's address; `nil` when the path is too long for one.
    static func withAddress<Value>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard (1..<MemoryLayout.size(ofValue: address.sun_path)).contains(bytes.count) else {
            return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// A new socket, -1 when there is none.
    static func make() -> Int32 {
        #if canImport(Glibc)
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }

    /// Neither reading nor writing lasts longer than the patience.
    static func limitWaiting(_ descriptor: Int32) {
        var limit = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// One line without its end; `nil` when it does not come whole, in time, or is too long.
    static func readLine(_ descriptor: Int32, limit: Int) -> [UInt8]? {
        var line: [UInt8] = []
        let end = LibC.monotonicSeconds() + Int64(patienceSeconds)
        while line.count <= limit, LibC.monotonicSeconds() <= end {
            let piece = [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
                count = max(0, LibC.read(descriptor, buffer))
            }
            guard !piece.isEmpty else { return nil }
            line += piece
            if let newline = line.firstIndex(of: 0x0A) {
                return newline <= limit ? Array(line[..<newline]) : nil
            }
        }
        return nil
    }

    /// Writes a line; whether all of it went out.
    static func writeLine(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = (bytes + [0x0A])[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { LibC.send(descriptor, $0) }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }

    /// The user on the other side, as the kernel says; `nil` when it does not.
    static func peer(of descriptor: Int32) -> UInt32? {
        #if os(Linux)
            // `struct ucred` (unix(7)): process, user, group.
            var credentials: [UInt32] = [0, .max, .max]
            var size = socklen_t(12)
            let peerCredentials: Int32 = 17
            guard getsockopt(descriptor, SOL_SOCKET, peerCredentials, &credentials, &size) == 0,
                size == 12
            else { return nil }
            return credentials[1]
        #else
            var (user, group) = (uid_t(0), gid_t(0))
            return getpeereid(descriptor, &user, &group) == 0 ? user : nil
        #endif
    }
}
