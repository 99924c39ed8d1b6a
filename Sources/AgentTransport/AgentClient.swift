public import AgentCore
public import AgentProtocol
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Makes calls of the agent protocol, and checks the answers like an enemy's: their size, their
/// version, their form.
public struct AgentClient: Sendable {
    /// How long a connection may take to be made, in seconds, name and TLS included.
    static let connectSeconds: Int64 = 15
    /// How long a server may be silent in the middle of an answer, in seconds: longer than it may
    /// hold a request for work, after which the connection counts as dead.
    static let silenceSeconds: Int64 = AgentWire.longestPoll + 40
    /// How long a call may take in all, in seconds: a network that swallows everything must not
    /// hold the agent.
    static let callSeconds: Int64 = 60
    /// How long the upload of a whole inventory may take, in seconds: 16 MiB over a line of 1
    /// Mbit/s.
    static let uploadSeconds: Int64 = 180
    /// How long an answer to a request for work may come after the time that it asks the server to
    /// wait, in seconds.
    static let pollGraceSeconds: Int64 = 25
    /// How long an idle connection is kept, in seconds: long enough for the next request for work.
    static let idleSeconds: Int64 = 90
    /// The largest answer that is read, in bytes: an order of 10,000 updates.
    static let answerLimit = 4 * 1024 * 1024
    /// The longest text of an error that is passed on, in characters.
    static let longestWords = 300

    /// The server's addresses in the order in which they are tried.
    let servers: [ServerAddress]
    private let client: HTTPClient

    /// Lets one thread do all the waiting there is: for a program that is an agent and nothing
    /// else, before it makes its first client. NIO ends the process when it is called twice, or
    /// after a connection was made.
    public static func useOneThread() {
        NIOSingletons.groupLoopCountSuggestion = 1
        NIOSingletons.blockingPoolThreadCountSuggestion = 1
    }

    /// A client for the server. `close` ends it.
    ///
    /// - Throws: `TransportFault` when the trust or the proxy cannot be used.
    public init(servers: [ServerAddress], trust: ServerTrust, proxy: ProxySetting?)
        throws(TransportFault)
    {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try trust.configuration(), redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Self.connectSeconds), read: .seconds(Self.silenceSeconds)),
            connectionPool: .init(
                idleTimeout: .seconds(Self.idleSeconds),
                concurrentHTTP1ConnectionsPerHostSoftLimit: 3),
            proxy: proxy?.client)
        configuration.httpVersion = .http1Only
        self.servers = servers
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Ends the client's connections. It cannot be used afterwards.
    public func close() async {
        try? await client.shutdown()
    }

    /// Asks to become an endpoint.
    public func enrol(_ request: EnrolRequest) async throws(LinkFailure) -> EnrolResponse {
        try await call(.post, AgentWire.enrolPath, request)
    }

    /// Turns an assertion into an access token.
    func accessToken(_ request: AccessTokenRequest) async throws(LinkFailure) -> AccessTokenResponse
    {
        try await call(.post, AgentWire.tokenPath, request)
    }

    enum Verb {
        case post
        case put
        case get
    }

    /// Makes a call with a message as its body and one as its answer.
    func call<Answer: Decodable>(
        _ verb: Verb, _ path: String, _ message: some Encodable & Sendable, token: String? = nil,
        seconds: Int64 = AgentClient.callSeconds
    ) async throws(LinkFailure) -> Answer {
        guard let body = AgentJSON.encode(message) else {
            throw .malformed("the request cannot be written as JSON")
        }
        let bytes = try await send(
            verb, path, body, type: "application/json", token: token, seconds: seconds)
        guard let answer = AgentJSON.decode(Answer.self, from: bytes) else {
            throw .malformed("the body is not a \(Answer.self)")
        }
        return answer
    }

    /// Makes a call; tries the server's addresses in turn while there is no answer from one.
    func send(
        _ verb: Verb, _ path: String, _ body: [UInt8], type: String, token: String?, seconds: Int64
    ) async throws(LinkFailure) -> [UInt8] {
        var last = LinkFailure.unreachable("there is no address to try")
        for server in servers {
            do throws(LinkFailure) {
                return try await sendOnce(
                    server, verb, path, body, type: type, token: token, seconds: seconds)
            } catch .unreachable(let words) {
                last = .unreachable(servers.count > 1 ? "\(server.text): \(words)" : words)
            }
        }
        throw last
    }

    private func sendOnce(
        _ server: ServerAddress, _ verb: Verb, _ path: String, _ body: [UInt8], type: String,
        token: String?,
        seconds: Int64
    ) async throws(LinkFailure) -> [UInt8] {
        var request = HTTPClientRequest(url: server.text + path)
        switch verb {
        case .post: request.method = .POST
        case .put: request.method = .PUT
        case .get: request.method = .GET
        }
        request.headers.add(name: AgentWire.versionHeader, value: "\(AgentWire.version)")
        request.headers.add(name: "accept", value: "application/json")
        if verb != .get {
            request.headers.add(name: "content-type", value: type)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        let status: Int
        let headers: HTTPHeaders
        var content: [UInt8]
        do {
            let response = try await client.execute(request, timeout: .seconds(seconds))
            status = Int(response.status.code)
            headers = response.headers
            content = Array(
                try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .malformed("the body is larger than \(Self.answerLimit) bytes")
        } catch {
            throw .unreachable(Self.words(for: error))
        }
        return try Self.read(status, headers, content)
    }

    /// What an answer means by its status and headers.
    static func read(_ status: Int, _ headers: HTTPHeaders, _ body: [UInt8]) throws(LinkFailure)
        -> [UInt8]
    {
        if let version = headers.first(name: AgentWire.versionHeader),
            version != "\(AgentWire.version)"
        {
            throw .malformed(
                "the server speaks version \(version.prefix(20)) of the agent protocol, this "
                    + "agent speaks \(AgentWire.version)"
            )
        }
        if (200..<300).contains(status) { return body }
        if status == 429 || status == 503, let text = headers.first(name: "retry-after"),
            let seconds = Int64(text)
        {
            throw .busy(retryAfterSeconds: seconds)
        }
        if let problem = AgentJSON.decode(ProblemBody.self, from: body) {
            throw .refused(status: status, problem.shortened)
        }
        // A load balancer's or proxy's own page, or a server that is starting: not the control
        // plane's word.
        throw .unreachable("an answer with status \(status) that is not the control plane's")
    }

    /// What went wrong, in words without the client's internals.
    static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout:
            "no connection was made within \(connectSeconds) s"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            "no answer came in time"
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            "the connection was closed before the answer"
        case is NIOSSLError, is BoringSSLError:
            "TLS failed, so this may not be the server that the endpoint was enrolled with: "
                + "\(String(describing: error).prefix(longestWords))"
        default:
            String(String(describing: error).prefix(longestWords))
        }
    }
}

extension ProblemBody {
    /// The problem with texts of a sensible length: they come from outside, and go into logs and
    /// results.
    fileprivate var shortened: ProblemBody {
        ProblemBody(
            code: String(code.prefix(64)),
            message: String(message.prefix(AgentClient.longestWords)),
            nextStep: String(nextStep.prefix(AgentClient.longestWords)))
    }
}
