import AsyncHTTPClient
import Fleet
import Foundation
import NIOCore
import NIOHTTP1
import ServerRecords

/// Fetches feeds over HTTPS, and over HTTP from this machine.
public final class FeedFetcher: Sendable {
    private let http: HTTPClient
    private let userAgent: String

    /// Seconds until a connection must stand.
    private static let connectSeconds: Int64 = 20
    /// Seconds that a server may be silent in the middle of an answer.
    private static let silenceSeconds: Int64 = 60
    /// Seconds that a whole feed may take: 1 GB over a line of 10 Mbit/s.
    static let fetchSeconds: Int64 = 900
    /// The largest feed, in bytes as it comes: the largest that is known, OSV's archive of
    /// everything, has about 1 GB.
    static let largest: Int64 = 2 << 30
    /// How often an answer may lead elsewhere.
    private static let mostRedirects = 5
    /// The longest validator that is kept, in bytes.
    private static let longestValidator = 500

    /// A fetcher that calls itself so. `close` ends it.
    public init(userAgent: String) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Self.connectSeconds), read: .seconds(Self.silenceSeconds)))
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.userAgent = userAgent
    }

    /// Ends its connections. It cannot be used afterwards.
    public func close() async {
        try? await http.shutdown()
    }

    /// Fetches what a feed has now into a file, unless it is what is held.
    ///
    /// - Returns: what the server says of it; `nil` when nothing has changed.
    /// - Throws: `FeedTrouble`; also when it has more than `limit` bytes.
    func fetch(
        _ feed: Feed, to file: URL, limit: Int64 = FeedFetcher.largest,
        seconds: Int64 = FeedFetcher.fetchSeconds
    ) async throws -> FeedValidators? {
        do {
            return try await follow(feed, to: file, limit, seconds)
        } catch let trouble as FeedTrouble {
            throw trouble
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as HTTPClientError {
            throw FeedTrouble(
                "\(feed.source) does not answer: \(error.shortDescription.lowercased()).")
        } catch let error as IOError {
            let words = String(cString: strerror(error.errnoCode)).lowercased()
            throw FeedTrouble("\(feed.source) does not answer: \(words).")
        } catch {
            throw FeedTrouble("\(feed.source) does not answer: \(error).")
        }
    }

    private func follow(
        _ feed: Feed, to file: URL, _ limit: Int64, _ seconds: Int64
    ) async throws -> FeedValidators? {
        var address = feed.source
        for _ in 0...Self.mostRedirects {
            if let problem = FeedSource.problem(address) { throw FeedTrouble(problem) }
            let response = try await http.execute(
                request(address, feed.validators), timeout: .seconds(seconds))
            switch response.status.code {
            case 200:
                try await save(response, address, to: file, limit)
                return FeedValidators(
                    entityTag: Self.validator(response.headers.first(name: "etag")),
                    lastModified: Self.validator(response.headers.first(name: "last-modified")))
            case 304:
                // Whoever was not told what is held cannot know that it has not changed.
                guard feed.validators != FeedValidators() else {
                    throw FeedTrouble("\(address) answered “not changed” when it was first asked.")
                }
                return nil
            case 301, 302, 303, 307, 308:
                address = try Self.target(of: response, from: address)
            default:
                throw FeedTrouble(
                    "\(address) answered with status \(response.status.code).",
                    retryAfterSeconds: Self.seconds(
                        ofRetryAfter: response.headers.first(name: "retry-after"),
                        answeredAt: response.headers.first(name: "date")))
            }
        }
        throw FeedTrouble("\(feed.source) leads on more than \(Self.mostRedirects) times.")
    }

    private func request(_ address: String, _ validators: FeedValidators) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "user-agent", value: userAgent)
        request.headers.add(name: "accept-encoding", value: "gzip")
        if let tag = validators.entityTag {
            request.headers.add(name: "if-none-match", value: tag)
        }
        if let date = validators.lastModified {
            request.headers.add(name: "if-modified-since", value: date)
        }
        return request
    }

    /// Writes the answer as it comes; what came packed stays packed, and is told by its content.
    private func save(
        _ response: HTTPClientResponse, _ address: String, to file: URL, _ limit: Int64
    ) async throws {
        if let length = response.headers.first(name: "content-length").flatMap({ Int64($0) }),
            length > limit
        {
            throw Self.tooLarge(address, limit)
        }
        unlink(file.path)
        guard
            FileManager.default.createFile(
                atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: file.path)
        else { throw FeedTrouble("\(file.path) cannot be written.") }
        defer { try? handle.close() }
        var count: Int64 = 0
        for try await piece in response.body {
            count += Int64(piece.readableBytes)
            guard count <= limit else { throw Self.tooLarge(address, limit) }
            try handle.write(contentsOf: Data(piece.readableBytesView))
        }
    }

    static func tooLarge(_ address: String, _ largest: Int64 = FeedFetcher.largest) -> FeedTrouble {
        FeedTrouble("\(address) is larger than \(largest >> 20) MiB.")
    }

    /// Where an answer leads; from this machine to elsewhere, or away from TLS, none does.
    private static func target(
        of response: HTTPClientResponse, from address: String
    ) throws -> String {
        guard let location = response.headers.first(name: "location"),
            let base = URL(string: address),
            let target = URL(string: location, relativeTo: base)?.absoluteURL
        else { throw FeedTrouble("\(address) leads on to nowhere.") }
        let text = target.absoluteString
        guard text.hasPrefix("https://") == address.hasPrefix("https://") else {
            throw FeedTrouble("\(address) leads from one kind of connection to another.")
        }
        return text
    }

    private static func validator(_ text: String?) -> String? {
        text.flatMap { $0.utf8.count <= longestValidator ? $0 : nil }
    }

    /// The seconds of `Retry-After` (RFC 9110 section 10.2.3). A date counts from the answer's own
    /// `Date`; without one it is passed over, and the own back-off counts.
    static func seconds(ofRetryAfter text: String?, answeredAt date: String?) -> Int64? {
        guard let text else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? seconds : nil }
        guard let until = instant(text), let now = date.flatMap(instant) else { return nil }
        return max(0, (until.milliseconds - now.milliseconds) / 1000)
    }

    /// `Tue, 24 Nov 2026 12:00:00 GMT` (RFC 9110 section 5.6.7).
    private static func instant(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        guard words.count == 6, words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }
}
