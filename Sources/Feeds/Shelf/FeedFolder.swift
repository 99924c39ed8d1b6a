public import Advisories
import AdvisoryFormats
import Dispatch
public import Foundation
public import ServerRecords
import Trust

/// Keeps the content of feeds as files in a folder, and fetches it.
///
///     feeds/kev.held      what counts
///     feeds/kev.pending   what waits for a person's word
///     feeds/kev.draft     what has just come
public final class FeedFolder: FeedShelf {
    private let folder: URL
    private let fetcher: FeedFetcher
    /// Reading a feed takes seconds, which no cooperative thread waits.
    private let queue = DispatchQueue(label: "patchbay-feeds")

    /// A folder, which is made when something comes, and a way to the network.
    public init(_ folder: URL, fetcher: FeedFetcher) {
        self.folder = folder
        self.fetcher = fetcher
    }

    private enum Part: String, CaseIterable {
        case held, pending, draft
    }

    private func file(_ feed: String, _ part: Part) -> URL {
        folder.appending(path: "\(feed).\(part.rawValue)")
    }

    /// Fetches what a feed has now, unless it is what is held.
    public func fetch(_ feed: Feed) async throws -> FeedArrival {
        let draft = file(feed.name, .draft)
        try await work { try self.makeFolder() }
        if feed.source.hasPrefix("/") {
            return try await take(file: feed.source, for: feed.name)
        }
        guard let validators = try await fetcher.fetch(feed, to: draft) else { return .unchanged }
        return try await work { .draft(try self.read(draft, validators)) }
    }

    private func take(file source: String, for feed: String) async throws -> FeedArrival {
        let draft = file(feed, .draft)
        return try await work {
            try Self.copy(source, to: draft)
            return .draft(try self.read(draft, FeedValidators()))
        }
    }

    /// Takes a file's content as the feed's draft.
    public func take(_ bytes: [UInt8], for feed: String) async throws -> FeedArrival {
        let draft = file(feed, .draft)
        return try await work {
            try self.makeFolder()
            try Self.guarding { try Data(bytes).write(to: draft) }
            return .draft(try self.read(draft, FeedValidators()))
        }
    }

    /// Puts the draft in its place.
    public func keep(_ feed: String, as place: FeedPlace) async throws {
        try await work {
            let target = self.file(feed, place == .held ? .held : .pending)
            try Self.move(self.file(feed, .draft), to: target)
            if place == .held { unlink(self.file(feed, .pending).path) }
        }
    }

    /// Puts what waits in the place of what is held.
    public func confirm(_ feed: String) async throws {
        try await work { try Self.move(self.file(feed, .pending), to: self.file(feed, .held)) }
    }

    /// Throws away everything of a feed.
    public func remove(_ feed: String) async {
        for part in Part.allCases { unlink(file(feed, part).path) }
    }

    /// What is held of these feeds, as an index.
    public func index(of feeds: [String]) async throws -> AdvisoryIndex {
        try await work {
            var builder = AdvisoryIndexBuilder()
            try self.load(feeds) { builder.add($0) }
            return builder.build()
        }
    }

    /// What is held of these feeds, record by record.
    public func records(of feeds: [String]) async throws -> [FeedRecord] {
        try await work {
            var records: [FeedRecord] = []
            try self.load(feeds) { records.append($0) }
            return records
        }
    }

    /// The bytes that are held of a feed.
    public func content(of feed: String) async throws -> [UInt8]? {
        let file = file(feed, .held)
        return try await work {
            guard FileManager.default.fileExists(atPath: file.path) else { return nil }
            return try Self.guarding { Array(try Data(contentsOf: file)) }
        }
    }

    /// Feeds whose file is gone are passed over: the next fetch brings it again.
    private func load(_ feeds: [String], _ take: (FeedRecord) -> Void) throws {
        for feed in feeds {
            let path = file(feed, .held).path
            guard FileManager.default.fileExists(atPath: path) else { continue }
            do {
                _ = try FeedLoader().load([path]) { take($0) }
            } catch let error as FeedError {
                throw FeedTrouble(
                    "What is held of the feed \(feed) cannot be read: \(error.message)")
            }
        }
    }

    private func read(_ draft: URL, _ validators: FeedValidators) throws -> FeedDraft {
        // A copied file brings its own permissions.
        chmod(draft.path, 0o600)
        let report: FeedReport
        do {
            report = try FeedLoader().load([draft.path]) { _ in }
        } catch let error as FeedError {
            unlink(draft.path)
            throw FeedTrouble(error.message.replacing(draft.path, with: "what came"))
        }
        let (digest, bytes) = try Self.digest(of: draft)
        return FeedDraft(
            format: report.format?.rawValue ?? "mixed",
            state: FeedState(
                records: report.records, newest: report.newest, published: report.published,
                isComplete: report.isComplete),
            rejected: report.rejectedCount, digest: digest, bytes: bytes, validators: validators)
    }

    private static func digest(of file: URL) throws -> (String, Int64) {
        try guarding {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            var digest = Digest.Running()
            var count: Int64 = 0
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                digest.add(piece)
                count += Int64(piece.count)
            }
            return (digest.hex, count)
        }
    }

    // MARK: Files

    private func makeFolder() throws {
        try Self.guarding {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
    }

    /// Copies a file of the server's.
    ///
    /// It is opened without waiting, and looked at before anything is read: a pipe that nobody
    /// writes into would keep all feeds waiting, and the server from ending; a device may never end.
    static func copy(
        _ source: String, to target: URL, atMost largest: Int64 = FeedFetcher.largest
    ) throws {
        unlink(target.path)
        let descriptor = open(source, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FeedTrouble(
                errno == ENOENT
                    ? "There is no file \(source) on the server."
                    : "\(source) on the server cannot be opened: \(String(cString: strerror(errno)))."
            )
        }
        let reading = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw FeedTrouble("\(source) on the server is a folder, a pipe or a device, no file.")
        }
        try guarding {
            try Data().write(to: target)
            let writing = try FileHandle(forWritingTo: target)
            defer { try? writing.close() }
            var count: Int64 = 0
            while let piece = try reading.read(upToCount: 1 << 20), !piece.isEmpty {
                count += Int64(piece.count)
                guard count <= largest else { throw FeedFetcher.tooLarge(source, largest) }
                try writing.write(contentsOf: piece)
            }
        }
    }

    /// Puts a file in the place of another at once, and brings it to the disk first: after a power
    /// cut it is the old one or the new one.
    private static func move(_ source: URL, to target: URL) throws {
        let descriptor = open(source.path, O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 {
            fsync(descriptor)
            close(descriptor)
        }
        guard rename(source.path, target.path) == 0 else {
            throw FeedTrouble(
                "\(target.path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    private static func guarding<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let trouble as FeedTrouble {
            throw trouble
        } catch {
            throw FeedTrouble("The folder of feeds cannot be used: \(error.localizedDescription)")
        }
    }

    private func work<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
