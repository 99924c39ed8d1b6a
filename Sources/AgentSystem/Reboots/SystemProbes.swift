public import AgentCore
public import Fleet
public import Health
public import Policy
public import Rollout

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Asks the probes of this machine: units, ports, processes; addresses by an HTTP client that is
/// handed in.
public struct SystemProbes: Probing {
    /// How long a port may take to accept a connection, in milliseconds: it is on this machine.
    private static let connectMilliseconds: Int64 = 3000
    private static let pollMilliseconds: Int64 = 10
    private static let systemctl = "/usr/bin/systemctl"

    private let http: @Sendable (LoopbackAddress) async -> ProbeResult
    let state: DiskStateFolder?

    /// Probes, with a client for the addresses among them, and the agent's folder, in which scripts
    /// lie while they run; without one none is run.
    public init(
        state: DiskStateFolder? = nil,
        http: @escaping @Sendable (LoopbackAddress) async -> ProbeResult
    ) {
        self.state = state
        self.http = http
    }

    /// Asks one probe.
    public func ask(_ probe: HealthProbe) async -> ProbeResult {
        switch probe {
        case .unit(let name): return await unit(name, probe)
        case .tcp(let port): return await connect(port, probe)
        case .process(let name):
            let isThere = ProcessTable.hasProcess(named: name)
            return ProbeResult(
                probe: probe.text, isPassed: isThere,
                sentence: isThere ? "Process \(name) runs." : "No process \(name) runs.")
        case .http(let text):
            if let address = LoopbackAddress(text) { return await http(address) }
        case .script, .measure:
            break
        }
        return ProbeResult(
            probe: probe.text, isPassed: false, sentence: "\(probe.text) cannot be asked here.")
    }

    /// Reads a figure.
    public func read(
        _ measure: HealthMeasure, since: Timestamp, until: Timestamp
    ) async -> HealthReading {
        await HealthReader().read(measure, since: since, until: until)
    }

    private func unit(_ name: String, _ probe: HealthProbe) async -> ProbeResult {
        guard let output = await ProgramOutput.of([Self.systemctl, "is-active", "--", name]) else {
            return ProbeResult(
                probe: probe.text, isPassed: false,
                sentence: "systemd does not say how \(name) is.")
        }
        let words = output.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "gone"
        return ProbeResult(
            probe: probe.text, isPassed: output.status == 0, sentence: "\(name) is \(words).")
    }

    private func connect(_ port: UInt16, _ probe: HealthProbe) async -> ProbeResult {
        var words = "refused"
        for family in [AF_INET, AF_INET6] {
            switch await Self.number(ofConnectTo: port, family) {
            case 0:
                return ProbeResult(
                    probe: probe.text, isPassed: true, sentence: "Port \(port) accepts connections."
                )
            case let number where family == AF_INET: words = String(cString: strerror(number))
            default: break
            }
        }
        return ProbeResult(
            probe: probe.text, isPassed: false,
            sentence: "Port \(port) accepts no connections: \(words).")
    }

    /// Connects to a port of this machine and closes the connection; the error's number, 0 for
    /// none.
    private static func number(ofConnectTo port: UInt16, _ family: Int32) async -> Int32 {
        #if canImport(Glibc)
            let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(family, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let begun = begin(descriptor, port, family)
        guard begun != 0 else { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var waited: Int64 = 0
        while waited < connectMilliseconds {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&entry, 1, 0) > 0 {
                var number: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size) == 0
                    ? number : errno
            }
            try? await Task.sleep(for: .milliseconds(pollMilliseconds))
            waited += pollMilliseconds
        }
        return ETIMEDOUT
    }

    private static func begin(_ descriptor: Int32, _ port: UInt16, _ family: Int32) -> Int32 {
        func call<Address>(_ address: Address) -> Int32 {
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    LibC.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        if family == AF_INET {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return call(address)
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = in6addr_loopback
        return call(address)
    }
}
