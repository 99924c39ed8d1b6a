import AgentCore
import AgentProtocol
import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One step on the way from this endpoint to its server.
public struct DiagnosisStep: Hashable, Sendable {
    /// The step's name, such as `DNS`.
    public let name: String
    /// What was found, in one sentence.
    public let sentence: String
    /// What to do; `nil` when the step is in order.
    public let nextStep: String?

    /// A step.
    public init(_ name: String, _ sentence: String, nextStep: String? = nil) {
        self.name = name
        self.sentence = sentence
        self.nextStep = nextStep
    }

    /// Whether the step is in order.
    public var isGood: Bool { nextStep == nil }
}

/// Goes the way to the server step by step, and stops at the first that fails: what comes after it
/// would fail for the same reason.
public struct Diagnosis: Sendable {
    private let server: ServerAddress
    private let proxy: ProxySetting?
    private let client: AgentClient

    /// A diagnosis of the way to a server.
    public init(server: ServerAddress, proxy: ProxySetting?, client: AgentClient) {
        self.server = server
        self.proxy = proxy
        self.client = client
    }

    /// The steps up to the first that fails, which is the last in the list.
    public func steps(link: HTTPSControlPlane) async -> [DiagnosisStep] {
        var steps = [proxyStep]
        let (host, port) = proxy.map { ($0.host, $0.port) } ?? (server.host, server.port)
        let resolution = Resolution(host: host, port: port)
        steps.append(resolution.step)
        guard steps.allSatisfy(\.isGood) else { return steps }
        steps.append(resolution.connect())
        guard steps.allSatisfy(\.isGood) else { return steps }
        steps.append(await tlsStep())
        guard steps.allSatisfy(\.isGood) else { return steps }
        return steps + (await identitySteps(link))
    }

    private var proxyStep: DiagnosisStep {
        DiagnosisStep(
            "proxy", proxy.map { "The proxy \($0.host):\($0.port) is used." } ?? "No proxy is used."
        )
    }

    private func tlsStep() async -> DiagnosisStep {
        do throws(LinkFailure) {
            _ = try await client.send(
                .get, "/healthz", [], type: "", token: nil, seconds: AgentClient.callSeconds)
        } catch .unreachable(let words) {
            return DiagnosisStep(
                "TLS", "No TLS connection: \(words).",
                nextStep:
                    "Check this endpoint's clock, since certificates hold for a time only; then that "
                    + "nothing between intercepts TLS, and that the server is the one that issued "
                    + "the enrolment token."
            )
        } catch {
            // Any answer of the server is proof of its certificate.
        }
        return DiagnosisStep(
            "TLS", "The server has shown the identity that this endpoint was enrolled with.")
    }

    /// The server judges clock and identity when it is asked for an access token.
    private func identitySteps(_ link: HTTPSControlPlane) async -> [DiagnosisStep] {
        let clock = DiagnosisStep("clock", "The server accepts this endpoint's clock.")
        do throws(LinkFailure) {
            try await link.proveIdentity()
        } catch .refused(_, let problem) where problem.code == "E_CLOCK" {
            return [DiagnosisStep("clock", problem.message, nextStep: problem.nextStep)]
        } catch .refused(let status, let problem) {
            return [
                clock,
                DiagnosisStep(
                    "token", "\(problem.message) (\(status) \(problem.code))",
                    nextStep: problem.nextStep),
            ]
        } catch {
            return [
                clock,
                DiagnosisStep(
                    "token", "No access token: \(error)",
                    nextStep: "Look at the server's log and its health page."),
            ]
        }
        return [
            clock,
            DiagnosisStep("token", "The server knows this endpoint and gave it an access token."),
        ]
    }
}

/// The addresses of a name, and a try to connect to them.
private struct Resolution {
    private static let connectSeconds = 10

    let host: String
    let port: Int
    private let addresses: [(family: Int32, bytes: [UInt8])]
    private let problem: String

    init(host: String, port: Int) {
        self.host = host
        self.port = port
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        var found: [(Int32, [UInt8])] = []
        var item = list
        while status == 0, let entry = item?.pointee {
            let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
            found.append((entry.ai_family, Array(bytes)))
            item = entry.ai_next
        }
        addresses = found
        problem = status == 0 ? "no address" : String(cString: gai_strerror(status))
    }

    var step: DiagnosisStep {
        addresses.isEmpty
            ? DiagnosisStep(
                "DNS", "The name \(host) has no address: \(problem).",
                nextStep: "Check /etc/resolv.conf and that the name exists.")
            : DiagnosisStep(
                "DNS",
                "The name \(host) has \(addresses.count) address\(addresses.count == 1 ? "" : "es")."
            )
    }

    func connect() -> DiagnosisStep {
        var words = "no address answered"
        for address in addresses {
            let failure = Self.connect(address.family, address.bytes)
            guard let failure else {
                return DiagnosisStep("TCP", "\(host) accepts connections on port \(port).")
            }
            words = failure
        }
        return DiagnosisStep(
            "TCP", "No connection to \(host) on port \(port): \(words).",
            nextStep: "Check that the server runs, and that no firewall stands between.")
    }

    /// Why no connection could be made; `nil` when one could.
    private static func connect(_ family: Int32, _ bytes: [UInt8]) -> String? {
        #if canImport(Glibc)
            let kind =
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
                | Int32(SOCK_NONBLOCK.rawValue)
        #elseif canImport(Musl)
            let kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        let status = bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { pointer in
                #if canImport(Glibc)
                    Glibc.connect(descriptor, pointer.baseAddress, socklen_t(bytes.count))
                #elseif canImport(Musl)
                    Musl.connect(descriptor, pointer.baseAddress, socklen_t(bytes.count))
                #else
                    Darwin.connect(descriptor, pointer.baseAddress, socklen_t(bytes.count))
                #endif
            }
        }
        if status == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&wait, 1, Int32(connectSeconds * 1000)) == 1 else {
            return "no answer within \(connectSeconds) s"
        }
        var problem: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size)
        return problem == 0 ? nil : String(cString: strerror(problem))
    }
}
