import AdvisoryFormats
import Fleet
public import Foundation
public import ServerRecords

/// Fetches verdict feeds, as other feeds are: over HTTPS, over HTTP from this machine, or a file.
public final class VerdictFetcher: VerdictFetching {
    private let folder: URL
    private let fetcher: FeedFetcher

    /// Seconds that a whole feed may take: 4 MiB over a line of 1 Mbit/s.
    private static let fetchSeconds: Int64 = 60

    /// A way to the network, and a folder for what is on its way, which is made when something
    /// comes.
    public init(_ folder: URL, fetcher: FeedFetcher) {
        self.folder = folder
        self.fetcher = fetcher
    }

    /// Fetches what a source has now, unless the server says that it is what is held.
    public func fetch(
        _ source: String, held validators: FeedValidators, limit: Int
    ) async throws -> VerdictArrival? {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw FeedTrouble(
                "The folder of feeds cannot be used: \(error.localizedDescription)")
        }
        // Two may be on their way at the same time.
        let file = folder.appending(path: "verdicts.\(UUID().uuidString).draft")
        defer { unlink(file.path) }
        if source.hasPrefix("/") {
            try FeedFolder.copy(source, to: file, atMost: Int64(limit))
            return VerdictArrival(try Self.bytes(of: file.path, limit: limit))
        }
        var feed = Feed(
            name: "verdicts", title: "", source: source, isEnabled: true,
            intervalSeconds: Feed.intervals.lowerBound, nextAt: Timestamp(milliseconds: 0))
        feed.validators = validators
        guard
            let answer = try await fetcher.fetch(
                feed, to: file, limit: Int64(limit), seconds: Self.fetchSeconds)
        else { return nil }
        return VerdictArrival(try Self.bytes(of: file.path, limit: limit), validators: answer)
    }

    /// The bytes of a file, plain or packed with gzip as servers send it.
    private static func bytes(of path: String, limit: Int) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw FeedTrouble("There is no file \(path) on the server that can be read.")
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw FeedTrouble("The file \(path) cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= limit else {
            throw FeedTrouble("What came has more than \(limit >> 20) MiB.")
        }
        return try unpacked(Array(data), limit: limit)
    }

    private static func unpacked(_ bytes: [UInt8], limit: Int) throws -> [UInt8] {
        guard GzipStream.isPacked(bytes.prefix(3)) else { return bytes }
        var limits = FeedLimits.standard
        limits.unpackedBytes = Int64(limit)
        let stream = GzipStream.unpacked(ByteStream(bytes), UnpackingBudget(limits))
        var whole: [UInt8] = []
        do {
            while true {
                let piece = try stream.next()
                if piece.isEmpty { return whole }
                whole += piece
            }
        } catch let damage as StreamDamage {
            throw FeedTrouble("What came cannot be unpacked: \(damage.reason).")
        }
    }
}
