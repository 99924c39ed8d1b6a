import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Brings a file of a known size from an address, and goes on where an earlier try has ended. What
/// it brings is nobody's word: whoever uses it compares the hash.
public struct FileDownload: Sendable {
    /// How long a server may be silent in the middle of a file, in seconds.
    static let silenceSeconds: Int64 = 60
    /// How long a download may take in all, in seconds: 2 GB over 1 Mbit/s take five hours.
    static let longestSeconds: Int64 = 6 * 3_600
    /// How often one that breaks off is taken up again, and the pause before, in seconds.
    static let tries = 4
    static let pauseSeconds: Int64 = 3
    /// The most redirections: release pages have one or two.
    static let mostRedirections = 5

    private let mayAsk: @Sendable (String) -> Bool
    private let environment: [String: String]
    private let bytesPerSecond: Int64?
    private let pause: Int64

    /// A downloader.
    ///
    /// - Parameters:
    ///   - mayAsk: whether an address may be asked; those of redirections are asked about too.
    ///   - environment: the variables that name a proxy.
    ///   - bytesPerSecond: how fast at most; `nil` for no limit.
    public init(
        mayAsk: @escaping @Sendable (String) -> Bool, environment: [String: String],
        bytesPerSecond: Int64? = nil
    ) {
        self.init(
            mayAsk: mayAsk, environment: environment, bytesPerSecond: bytesPerSecond,
            pause: Self.pauseSeconds)
    }

    init(
        mayAsk: @escaping @Sendable (String) -> Bool, environment: [String: String],
        bytesPerSecond: Int64?, pause: Int64
    ) {
        self.mayAsk = mayAsk
        self.environment = environment
        self.bytesPerSecond = bytesPerSecond
        self.pause = pause
    }

    /// Why a file was not brought.
    public enum Failure: Error, Hashable, Sendable {
        /// It could not be reached, or broke off; what has come stays.
        case network(String)
        /// It is not of the size that was named.
        case wrongSize(String)
        /// The disk is full.
        case diskFull(String)
        /// It may not be asked.
        case refused(String)
    }

    /// Brings what is missing of a file.
    ///
    /// - Parameters:
    ///   - address: where it is.
    ///   - file: where it goes; what lies there counts as its beginning.
    ///   - size: its size in bytes.
    /// - Throws: `Failure`, after the last try.
    public func bring(_ address: String, to file: String, size: Int64) async throws(Failure) {
        var last = Failure.network("there was no try")
        for attempt in 0..<Self.tries {
            if attempt > 0 { try? await Task.sleep(for: .seconds(pause)) }
            do throws(Failure) {
                return try await bringOnce(address, to: file, size: size)
            } catch .network(let words) {
                last = .network(words)
            }
            if Task.isCancelled { break }
        }
        throw last
    }

    private func bringOnce(
        _ address: String, to file: String, size: Int64
    ) async throws(Failure) {
        let target = try Target(file, size: size)
        defer { target.close() }
        guard target.count < size else { return }
        let client = try client(for: address)
        let result: Result<Void, Failure>
        do throws(Failure) {
            try await receive(address, target, client)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        try result.get()
    }

    private func receive(
        _ first: String, _ target: Target, _ client: HTTPClient
    ) async throws(Failure) {
        let response = try await answer(first, target.count, client)
        switch response.status.code {
        case 206:
            let range = response.headers.first(name: "content-range") ?? ""
            guard range.hasPrefix("bytes \(target.count)-") else {
                try target.empty()
                throw .network("\(first) answers with another part of the file than was asked for")
            }
        case 200: try target.empty()
        case 416:
            try target.empty()
            throw .network("\(first) has less than what came before")
        default:
            throw .network("\(first) answers with status \(response.status.code)")
        }
        let begun = ContinuousClock.now
        var come: Int64 = 0
        do {
            for try await chunk in response.body {
                try target.append(Data(chunk.readableBytesView))
                come += Int64(chunk.readableBytes)
                try await rest(after: come, since: begun)
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .network("\(first): \(Self.words(for: error))")
        }
        guard target.count == target.size else {
            throw .network("\(first) broke off after \(target.count) of \(target.size) bytes")
        }
    }

    /// Waits so long that what has come so far was not faster than allowed.
    private func rest(after bytes: Int64, since begun: ContinuousClock.Instant) async throws {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        let due = begun + .milliseconds(bytes * 1_000 / bytesPerSecond)
        if due > .now { try await Task.sleep(until: due, clock: .continuous) }
    }

    /// Asks, and follows redirections to addresses that may be asked.
    private func answer(
        _ first: String, _ offset: Int64, _ client: HTTPClient
    ) async throws(Failure) -> HTTPClientResponse {
        var address = first
        for _ in 0...Self.mostRedirections {
            guard mayAsk(address) else {
                throw .refused("\(first) leads to \(address), which may not be asked")
            }
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "user-agent", value: "patchbay-agent")
            // A compressed answer would be another file.
            request.headers.add(name: "accept-encoding", value: "identity")
            if offset > 0 { request.headers.add(name: "range", value: "bytes=\(offset)-") }
            let response: HTTPClientResponse
            do {
                response = try await client.execute(
                    request, timeout: .seconds(Self.longestSeconds))
            } catch {
                throw .network("\(first): \(Self.words(for: error))")
            }
            guard (300..<400).contains(response.status.code) else { return response }
            guard let place = response.headers.first(name: "location"),
                let next = URL(string: place, relativeTo: URL(string: address))?.absoluteString
            else { throw .network("\(first) leads nowhere") }
            address = next
        }
        throw .network("\(first) leads to more than \(Self.mostRedirections) other addresses")
    }

    private func client(for address: String) throws(Failure) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(AgentClient.connectSeconds),
                read: .seconds(Self.silenceSeconds)))
        do throws(TransportFault) {
            configuration.proxy = try proxy(for: address)?.client
        } catch {
            throw .refused(error.message)
        }
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// The proxy of an address: `http_proxy` counts for addresses without TLS.
    private func proxy(for address: String) throws(TransportFault) -> ProxySetting? {
        guard address.hasPrefix("http://") else {
            return try ProxySetting.from(environment, for: Self.server(address))
        }
        var own = environment
        own["https_proxy"] = environment["http_proxy"]
        own["HTTPS_PROXY"] = nil
        return try ProxySetting.from(own, for: Self.server(address))
    }

    private static func words(for error: any Error) -> String {
        error is NIOSSLError || error is BoringSSLError
            ? "TLS failed: \(String(describing: error).prefix(AgentClient.longestWords))"
            : AgentClient.words(for: error)
    }

    private static func server(_ address: String) throws(TransportFault) -> ServerAddress {
        let rest = address.drop { $0 != ":" }.dropFirst("://".count)
        return try ServerAddress("https://\(rest.prefix { $0 != "/" })")
    }
}

extension FileDownload {
    /// The file that is written to.
    ///
    /// It is written by the system's own calls: Foundation's handle of a file brings all of
    /// Foundation and its tables of languages into the static agent, 43 MB.
    private final class Target {
        let size: Int64
        private(set) var count: Int64
        private let path: String
        private let descriptor: CInt
        private var isOpen = true

        init(_ path: String, size: Int64) throws(Failure) {
            self.path = path
            self.size = size
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            count = descriptor < 0 ? -1 : Int64(lseek(descriptor, 0, SEEK_END))
            guard count >= 0 else {
                throw .refused("\(path) cannot be written: \(systemWords(errno))")
            }
            // Longer than it may be: it is of another file.
            if count > size { try empty() }
        }

        deinit { close() }

        func empty() throws(Failure) {
            guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
                throw .refused("\(path) cannot be written: \(systemWords(errno))")
            }
            count = 0
        }

        func append(_ data: Data) throws(Failure) {
            guard count + Int64(data.count) <= size else {
                try empty()
                throw .wrongSize("the file is larger than the \(size) bytes that were named")
            }
            let fault = data.withUnsafeBytes { writeAll($0, to: descriptor) }
            guard fault == 0 else {
                throw [ENOSPC, EDQUOT].contains(fault)
                    ? .diskFull("there is no room for \(path)")
                    : .refused("\(path) cannot be written: \(systemWords(fault))")
            }
            count += Int64(data.count)
        }

        func close() {
            guard isOpen, descriptor >= 0 else { return }
            isOpen = false
            closeDescriptor(descriptor)
        }
    }
}

/// Writes all bytes; 0, or the system's number of what went wrong.
private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> CInt {
    var rest = bytes
    while let place = rest.baseAddress, !rest.isEmpty {
        let count = write(descriptor, place, rest.count)
        if count < 0 {
            if errno == EINTR { continue }
            return errno
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
    return 0
}

private func closeDescriptor(_ descriptor: CInt) { _ = close(descriptor) }

private func systemWords(_ number: CInt) -> String { String(cString: strerror(number)) }
