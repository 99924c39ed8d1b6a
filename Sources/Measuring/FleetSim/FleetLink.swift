import AgentProtocol
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// The connections of a simulated fleet: the agents' protocol over TLS, with the server's identity
/// checked.
struct FleetLink: Sendable {
    /// A call that did not succeed, under the name that it is counted by.
    struct CallFailure: Error {
        /// A code of the protocol, or what the transport calls it.
        let code: String
        /// In words.
        let message: String
    }

    /// Seconds until a connection must stand, and until an answer must be there.
    private static let connectSeconds: Int64 = 10
    private static let answerSeconds: Int64 = 60
    /// The largest answer, in bytes: answers to agents are small, but for job orders, which a
    /// simulated endpoint does not collect.
    private static let answerLimit = 256 * 1024

    /// The methods that agents use.
    private enum Method: String {
        case post = "POST"
        case put = "PUT"
    }

    private let address: String
    private let http: HTTPClient

    /// Connections to the server whose identity certificate (DER) is this one, at most so many at
    /// once.
    init(address: String, identity: [UInt8], connections: Int) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: identity, format: .der)])
        // The identity signs for this one server only, so that the name in the certificate adds
        // nothing.
        tls.certificateVerification = .noHostnameVerification
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Self.connectSeconds), read: .seconds(Self.answerSeconds)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.address = address
    }

    /// Hangs up.
    func close() async {
        try? await http.shutdown()
    }

    /// Sends a message, and takes the answer.
    func post<Value: Decodable>(
        _ path: String, _ message: some Encodable, bearer: String? = nil,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        try await post(path, json: Array(try JSONEncoder().encode(message)), bearer: bearer)
    }

    /// Sends a message that has been written as JSON already, and takes the answer.
    func post<Value: Decodable>(
        _ path: String, json: [UInt8], bearer: String?, as type: Value.Type = Value.self
    ) async throws -> Value {
        let answer = try await send(
            .post, path, ByteBuffer(bytes: json), "application/json", bearer)
        guard let value = try? JSONDecoder().decode(Value.self, from: answer) else {
            throw CallFailure(code: "answer", message: "An answer to \(path) cannot be read.")
        }
        return value
    }

    /// Puts bytes under a name.
    func put(_ path: String, _ bytes: [UInt8], bearer: String) async throws {
        _ = try await send(.put, path, ByteBuffer(bytes: bytes), "application/octet-stream", bearer)
    }

    private func send(
        _ method: Method, _ path: String, _ body: ByteBuffer, _ type: String,
        _ bearer: String?
    ) async throws -> Data {
        var request = HTTPClientRequest(url: address + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        request.headers.add(name: AgentWire.versionHeader, value: "\(AgentWire.version)")
        request.headers.add(name: "content-type", value: type)
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        request.body = .bytes(body)
        do {
            let response = try await http.execute(request, timeout: .seconds(Self.answerSeconds))
            let answer = Data(
                try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
            guard (200..<300).contains(response.status.code) else {
                throw Self.refusal(Int(response.status.code), answer)
            }
            return answer
        } catch let failure as CallFailure {
            throw failure
        } catch let error as HTTPClientError {
            throw CallFailure(code: error.shortDescription, message: "\(error)")
        } catch {
            throw CallFailure(code: "transport", message: "\(error)")
        }
    }

    private static func refusal(_ status: Int, _ body: Data) -> CallFailure {
        let problem = try? JSONDecoder().decode(ProblemBody.self, from: body)
        return CallFailure(
            code: problem?.code ?? "status \(status)",
            message: problem?.message ?? "The server answered with status \(status).")
    }
}
