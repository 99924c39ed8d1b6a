/// The limits of a server, each with its reason.
public enum ServerLimits {
    /// The most connections at once. Each agent holds one open for its long poll, at about 40 kB:
    /// 20,000 of them are 0.8 GB. What is more waits in the kernel's queue.
    public static let connections = 20_000
    /// Connections that the kernel may queue before they are accepted: a whole fleet that comes
    /// back after a network failure.
    public static let backlog = 4_096
    /// Seconds after which a connection is closed that sends nothing although it is its turn. It is
    /// longer than the agents' usual pause between two requests, so that keep-alive spares them the
    /// handshake, and bounds a request head that trickles in.
    public static let idleSeconds: Int64 = 90
    /// Milliseconds in which a client may answer the end of a TLS connection. Messages tell their
    /// own length, so nothing is lost without the answer, and one client must not delay the
    /// server's end by the usual 5 s.
    public static let farewellMilliseconds: Int64 = 200
    /// Seconds in which a whole body must have come: 16 MB over a line of 3 Mbit/s take 45.
    public static let bodySeconds: Int64 = 60
    /// The most bytes of a request's headers, and of one header.
    public static let headerBytes = 16 * 1024
    /// The most headers of a request.
    public static let headers = 64
    /// Seconds between two signs of life on an event stream, below the idle limit of common proxies
    /// (60 s).
    public static let eventKeepAliveSeconds: Int64 = 20
    /// Seconds between two events of one stream at least: a page that changes more often is no
    /// easier to read.
    public static let eventSpacingSeconds: Int64 = 1
    /// Seconds after which an event stream ends, and the browser connects anew: a stream holds a
    /// connection, and permissions may have changed.
    public static let eventStreamSeconds: Int64 = 15 * 60
}
