public import Advisories

/// Reads one feed in any of the formats, told apart by its content.
public enum FeedReader {
    /// How much of a feed is looked at to tell its format: keys that tell may stand behind a long
    /// description or list.
    static let prefixSize = 256 * 1024

    /// Reads a feed to its end, or to where it can be read no further.
    ///
    /// - Parameters:
    ///   - stream: Its bytes, unpacked.
    ///   - name: The file's name. It tells nothing about the format; two formats do not hold the
    ///     product that they are about, and take it from there.
    ///   - sink: Takes each record; what it throws ends the reading.
    /// - Returns: What was kept, and what was rejected and why.
    /// - Throws: `UnknownFormat`, or what `sink` or the stream throws.
    public static func read(
        _ stream: ByteStream, name: String, into sink: (FeedRecord) throws -> Void
    ) throws -> FeedSummary {
        guard let detected = detect(stream, name: name) else {
            // A stream that fails at once has no content to look at.
            if stream.peek(1).isEmpty { _ = try stream.next() }
            throw UnknownFormat(looksLike: FormatDetection.appearance(stream.peek(512)))
        }
        return try withoutActuallyEscaping(sink) { sink in
            let collector = RecordCollector(detected.format, sink)
            do {
                try detected.read(stream, collector)
            } catch let damage as StreamDamage {
                collector.breakOff(damage.reason)
            }
            return collector.summary
        }
    }

    /// The format that a feed's content is in; `nil` for an unknown one.
    public static func format(of stream: ByteStream, name: String) -> FeedFormat? {
        detect(stream, name: name)?.format
    }

    private static func detect(_ stream: ByteStream, name: String) -> DetectedFormat? {
        FormatDetection.detect(stream.peek(prefixSize), name: name)
    }
}

/// A feed whose content is in none of the known formats.
public struct UnknownFormat: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the content looks like, as a noun phrase.
    public var looksLike: String

    /// A sentence.
    public var description: String {
        "The content is in no known format; it looks like \(looksLike)."
    }
}

/// A stream that cannot be read further: a packed file that is cut off or damaged, or one that
/// unpacks to more than is allowed. What came before stands.
public struct StreamDamage: Error, Hashable, Sendable {
    /// What is wrong, as a clause.
    public var reason: String

    /// A stream that cannot be read further.
    public init(_ reason: String) {
        self.reason = reason
    }
}

/// A format, with how its records lie in this feed.
struct DetectedFormat {
    let format: FeedFormat
    /// Reads the feed.
    let read: (ByteStream, RecordCollector) throws -> Void
}
