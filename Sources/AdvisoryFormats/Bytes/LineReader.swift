/// Lines of a stream, without their ends (LF or CR LF), one at a time.
struct LineReader {
    /// One line, or what stands in its place.
    enum Line: Equatable {
        /// A line that fits.
        case text([UInt8])
        /// A line of so many bytes, more than the limit; it was read past.
        case oversized(Int)
    }

    private let stream: ByteStream
    private let limit: Int
    private var piece: [UInt8] = []
    private var place = 0
    /// The number of the line that was returned last, from 1.
    private(set) var number = 0

    /// Lines of at most `limit` bytes.
    init(_ stream: ByteStream, limit: Int) {
        self.stream = stream
        self.limit = limit
    }

    /// The next line; `nil` at the end.
    mutating func next() throws -> Line? {
        var line: [UInt8] = []
        var size = 0
        var sawBytes = false
        while true {
            if place == piece.count {
                piece = try stream.next()
                place = 0
                if piece.isEmpty {
                    return sawBytes ? finish(line, size) : nil
                }
            }
            sawBytes = true
            let rest = piece[place...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let part = rest[..<(end ?? rest.endIndex)]
            size += part.count
            if size <= limit { line += part } else { line = [] }
            place = end.map { $0 + 1 } ?? piece.count
            if end != nil { return finish(line, size) }
        }
    }

    private mutating func finish(_ line: [UInt8], _ size: Int) -> Line {
        number += 1
        if size > limit { return .oversized(size) }
        return .text(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
}
