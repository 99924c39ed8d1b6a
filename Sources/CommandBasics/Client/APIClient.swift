import AgentProtocol
import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// The public interface of a server, for the command line.
package struct APIClient: Sendable {
    package let access: ServerAccess
    private let http: HTTPClient

    /// Seconds until a connection must stand, and until an answer must have begun.
    private static let connectSeconds: Int64 = 10
    private static let answerSeconds: Int64 = 60
    /// The largest answer, in bytes: the packages of the largest endpoint, and a good margin.
    private static let answerLimit = 64 * 1024 * 1024

    /// A client; nothing is sent yet.
    package init(_ access: ServerAccess) throws {
        self.access = access
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try Self.tls(access.anchor), redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Self.connectSeconds), read: .seconds(Self.answerSeconds)))
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Hangs up.
    package func close() async {
        try? await http.shutdown()
    }

    /// Asks for a value. `query` holds only what is not nil.
    package func get<Value: Decodable>(
        _ path: String, query: [(String, String?)] = [], as type: Value.Type = Value.self
    ) async throws -> Value {
        try decode(try await send("GET", path, query: query, body: nil))
    }

    /// Sends a value, and takes one back.
    package func post<Value: Decodable>(
        _ path: String, _ body: some Encodable, as type: Value.Type = Value.self
    ) async throws -> Value {
        try decode(try await send("POST", path, query: [], body: JSONEncoder().encode(body)))
    }

    /// Asks for something to be done.
    package func post(_ path: String, query: [(String, String?)] = []) async throws {
        _ = try await send("POST", path, query: query, body: nil)
    }

    /// Asks for something to be done, and takes a value back.
    package func post<Value: Decodable>(
        _ path: String, query: [(String, String?)] = [], as type: Value.Type = Value.self
    ) async throws -> Value {
        try decode(try await send("POST", path, query: query, body: nil))
    }

    /// Takes something away.
    package func delete(_ path: String, query: [(String, String?)] = []) async throws {
        _ = try await send("DELETE", path, query: query, body: nil)
    }

    /// Takes something away, and takes back what is left to say of it.
    package func delete<Value: Decodable>(
        _ path: String, query: [(String, String?)], as type: Value.Type
    ) async throws -> Value {
        try decode(try await send("DELETE", path, query: query, body: nil))
    }

    /// Stores a value under a name, and takes one back.
    package func put<Value: Decodable>(
        _ path: String, _ body: some Encodable, as type: Value.Type = Value.self
    ) async throws -> Value {
        try decode(try await send("PUT", path, query: [], body: JSONEncoder().encode(body)))
    }

    /// Stores bytes under a name, and takes a value back.
    package func put<Value: Decodable>(
        _ path: String, bytes: [UInt8], query: [(String, String?)] = [],
        as type: Value.Type = Value.self
    ) async throws -> Value {
        let data = Data(bytes)
        return try decode(
            try await send(
                "PUT", path, query: query, body: data, bodyType: "application/octet-stream"))
    }

    /// An answer's bytes as they are.
    package func bytes(_ path: String, query: [(String, String?)] = []) async throws -> Data {
        try await send("GET", path, query: query, body: nil)
    }

    private func send(
        _ method: String, _ path: String, query: [(String, String?)], body: Data?,
        bodyType: String = "application/json"
    ) async throws -> Data {
        var request = HTTPClientRequest(url: access.address + path + Self.text(of: query))
        request.method = .init(rawValue: method)
        request.headers.add(name: "authorization", value: "Bearer \(access.token)")
        if let body {
            request.headers.add(name: "content-type", value: bodyType)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            let response = try await http.execute(request, timeout: .seconds(Self.answerSeconds))
            let buffer = try await response.body.collect(upTo: Self.answerLimit)
            let answer = Data(buffer.readableBytesView)
            guard (200..<300).contains(response.status.code) else {
                throw problem(Int(response.status.code), answer)
            }
            return answer
        } catch let problem as ServerProblem {
            throw problem
        } catch {
            throw unreachable(error)
        }
    }

    private func decode<Value: Decodable>(_ data: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            throw Failure(
                .couldNot, "The answer of \(access.address) cannot be read.",
                nextStep: "Use the command line of the server's version.", code: "E_ANSWER")
        }
    }

    private func problem(_ status: Int, _ body: Data) -> ServerProblem {
        let problem =
            (try? JSONDecoder().decode(ProblemBody.self, from: body))
            ?? ProblemBody(
                code: "E_HTTP_\(status)", message: "The server answered with status \(status).",
                nextStep: "Look at the server's log.")
        return ServerProblem(status: status, body: problem)
    }

    private func unreachable(_ error: any Error) -> Failure {
        if let tls = error as? NIOSSLError, case .handshakeFailed = tls {
            return Failure(
                .couldNot, "\(access.address) is not the server that the token belongs to.",
                nextStep: "Check the address; a proxy with its own certificate needs --ca-file.",
                code: "E_SERVER_IDENTITY")
        }
        return Failure(
            .couldNot, "\(access.address) does not answer: \(Self.words(error)).",
            nextStep: "Check that the server runs and that its address is right.",
            code: "E_UNREACHABLE")
    }

    private static func words(_ error: any Error) -> String {
        if let client = error as? HTTPClientError { return client.shortDescription.lowercased() }
        return "\(error)"
    }

    private static func text(of query: [(String, String?)]) -> String {
        var safe = CharacterSet.alphanumerics
        safe.insert(charactersIn: "-._~")
        let pairs = query.compactMap { name, value in
            value.flatMap { $0.addingPercentEncoding(withAllowedCharacters: safe) }.map {
                "\(name)=\($0)"
            }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    private static func tls(_ anchor: ServerAccess.Anchor) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        switch anchor {
        case .identity(let der):
            tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: der, format: .der)])
            tls.certificateVerification = .noHostnameVerification
        case .authorities(let path):
            guard let bytes = try PrivateFile.read(URL(filePath: path), limit: 4 * 1024 * 1024)
            else {
                throw Failure(
                    .wrongUse, "There is no file \(path).", nextStep: "Name the authorities' file.",
                    code: "E_FILE")
            }
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(bytes))
        }
        return tls
    }
}
