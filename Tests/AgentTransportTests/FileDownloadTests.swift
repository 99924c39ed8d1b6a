@testable import AgentTransport
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files brought from a server that goes wrong in every way it can.
struct FileDownloadTests {
    private static let content = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) })

    private func bring(
        size: Int64 = Int64(content.count), begun: Data? = nil,
        mayAsk: @escaping @Sendable (String) -> Bool = { _ in true },
        _ answer: @escaping @Sendable (String) -> Data
    ) async throws -> (Data?, FileDownload.Failure?) {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "part")
            try begun?.write(to: file)
            let server = try SmallServer(answer)
            let download = FileDownload(
                mayAsk: mayAsk, environment: [:], bytesPerSecond: nil, pause: 0)
            var failure: FileDownload.Failure?
            do throws(FileDownload.Failure) {
                try await download.bring(
                    "http://127.0.0.1:\(server.port)/file", to: file.path, size: size)
            } catch {
                failure = error
            }
            server.end()
            return (try? Data(contentsOf: file), failure)
        }
    }

    private static func head(_ status: String, _ length: Int, _ more: String = "") -> Data {
        Data(
            "HTTP/1.1 \(status)\r\ncontent-length: \(length)\r\n\(more)connection: close\r\n\r\n"
                .utf8)
    }

    private static func rest(_ request: String) -> Int {
        let line = request.split(whereSeparator: \.isNewline).first {
            $0.lowercased().hasPrefix("range: bytes=")
        }
        return line.flatMap { Int($0.dropFirst("range: bytes=".count).dropLast()) } ?? 0
    }

    @Test func `a whole file is brought`() async throws {
        let (data, failure) = try await bring { _ in
            Self.head("200 OK", Self.content.count) + Self.content
        }
        #expect(failure == nil)
        #expect(data == Self.content)
    }

    @Test func `one that breaks off is taken up where it ended`() async throws {
        let (data, failure) = try await bring { request in
            let offset = Self.rest(request)
            let left = Self.content.dropFirst(offset)
            let range = "content-range: bytes \(offset)-99999/100000\r\n"
            let head =
                offset == 0
                ? Self.head("200 OK", left.count)
                : Self.head("206 Partial Content", left.count, range)
            return head + left.prefix(40_000)
        }
        #expect(failure == nil)
        #expect(data == Self.content)
    }

    @Test func `a server that knows no parts is asked for all of it`() async throws {
        let (data, failure) = try await bring(begun: Self.content.prefix(10)) { _ in
            Self.head("200 OK", Self.content.count) + Self.content
        }
        #expect(failure == nil)
        #expect(data == Self.content)
    }

    @Test func `what is larger than its size is refused, and nothing of it stays`() async throws {
        let (data, failure) = try await bring(size: 50_000) { _ in
            Self.head("200 OK", Self.content.count) + Self.content
        }
        guard case .wrongSize = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(data?.isEmpty == true)
    }

    @Test func `what is not there, and what leads elsewhere, is a failure`() async throws {
        let (_, missing) = try await bring { _ in Self.head("404 Not Found", 0) }
        guard case .network(let words) = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        #expect(words.contains("404"))
        let (_, led) = try await bring(mayAsk: { $0.hasSuffix("/file") }) { _ in
            Self.head("302 Found", 0, "location: http://127.0.0.1:1/elsewhere\r\n")
        }
        guard case .refused(let why) = led else {
            Issue.record("\(String(describing: led))")
            return
        }
        #expect(why.contains("elsewhere"))
        let (_, round) = try await bring { _ in
            Self.head("302 Found", 0, "location: /file\r\n")
        }
        guard case .network = round else {
            Issue.record("\(String(describing: round))")
            return
        }
    }

    @Test func `what is whole already is not asked for`() async throws {
        let (data, failure) = try await bring(begun: Self.content) { _ in
            Self.head("500 Broken", 0)
        }
        #expect(failure == nil)
        #expect(data == Self.content)
    }
}

/// Answers each connection with what a closure says, and closes it.
private final class SmallServer: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init(_ answer: @escaping @Sendable (String) -> Data) throws {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound)
        port = UInt16(bigEndian: address.sin_port)
        self.descriptor = descriptor
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else {
                    // Closed by whoever waits on it: closed elsewhere, its number would become
                    // another test's socket, and this thread would answer there.
                    close(descriptor)
                    return
                }
                var request: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4096)
                while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
                    let count = recv(client, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    request += buffer.prefix(count)
                }
                var rest = Array(answer(String(decoding: request, as: UTF8.self)))[...]
                while !rest.isEmpty {
                    let sent = rest.withUnsafeBytes {
                        send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard sent > 0 else { break }
                    rest = rest.dropFirst(sent)
                }
                close(client)
            }
        }
    }

    /// Wakes the thread that waits for a connection, which ends itself.
    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
