/// Bytes that come in pieces, from a file, an archive's member or the network, so that a large feed
/// is never in memory as a whole.
///
/// It is read once, from front to back; `peek` looks ahead without taking.
public final class ByteStream {
    /// How many bytes a source hands out at once: large enough that calls do not matter, small
    /// enough that several nested streams cost nothing.
    public static let pieceSize = 128 * 1024

    private let source: () throws -> [UInt8]
    /// What was looked at and not yet taken.
    private var ahead: [UInt8] = []
    private var isExhausted = false
    /// What the source threw while looking ahead; it is thrown once the bytes before it are taken.
    private var failure: (any Error)?

    /// A stream over a function that returns the next piece, and an empty one at the end.
    public init(_ source: @escaping () throws -> [UInt8]) {
        self.source = source
    }

    /// A stream over bytes that are at hand.
    public convenience init(_ bytes: [UInt8]) {
        var rest: [UInt8]? = bytes
        self.init {
            defer { rest = nil }
            return rest ?? []
        }
    }

    /// The next bytes, at most `count` and fewer only where the stream ends or fails; they stay in
    /// the stream.
    public func peek(_ count: Int) -> ArraySlice<UInt8> {
        while ahead.count < count, !isExhausted, failure == nil {
            do {
                let piece = try source()
                if piece.isEmpty { isExhausted = true } else { ahead += piece }
            } catch {
                failure = error
            }
        }
        return ahead.prefix(count)
    }

    /// The next piece; empty at the end.
    public func next() throws -> [UInt8] {
        if !ahead.isEmpty {
            defer { ahead = [] }
            return ahead
        }
        if let failure { throw failure }
        if isExhausted { return [] }
        let piece = try source()
        if piece.isEmpty { isExhausted = true }
        return piece
    }

    /// Everything that is left, when that is at most `limit` bytes; `nil` when it is more.
    public func all(limit: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            let piece = try next()
            if piece.isEmpty { return bytes }
            guard bytes.count + piece.count <= limit else { return nil }
            bytes += piece
        }
    }
}
