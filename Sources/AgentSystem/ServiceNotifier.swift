#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells systemd how the service stands (sd_notify(3)): one datagram to the socket that
/// `NOTIFY_SOCKET` names.
public struct ServiceNotifier: Sendable {
    private let socketPath: String

    /// A notifier to a socket; a path that begins with `@` names an abstract one.
    public init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// The service has started.
    public func ready() { send("READY=1") }

    /// The service is about to end.
    public func stopping() { send("STOPPING=1") }

    /// Sends a message; a failure is nobody's concern, since systemd itself notices a service that
    /// stays silent.
    func send(_ message: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socketPath.utf8)
        let limit = MemoryLayout.size(ofValue: address.sun_path)
        guard (1..<limit).contains(path.count) else { return }
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        #if canImport(Glibc)
            let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #elseif canImport(Musl)
            let kind = SOCK_DGRAM | SOCK_CLOEXEC
        #else
            let kind = SOCK_DGRAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, 0, $0, length)
            }
        }
    }
}
