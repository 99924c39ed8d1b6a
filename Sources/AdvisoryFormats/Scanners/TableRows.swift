/// The rows of a table (RFC 4180) out of a stream, one at a time; fields in quotes may hold line
/// ends, as scanners' descriptions do.
struct TableRows {
    /// One row, or what stands in its place.
    enum Row: Equatable {
        /// Its fields.
        case fields([String])
        /// A row that is larger than the limit; it was read past, to the end of a line.
        case oversized
        /// A quote that is not closed took everything to the end.
        case unclosed
    }

    /// The most bytes of one row: an output of a plugin has some hundred kilobytes at most.
    static let rowLimit = 1 << 20
    /// The most fields of one row: Nessus has up to 60 columns.
    static let fieldLimit = 500

    private let stream: ByteStream
    private var separator: UInt8
    private var piece: [UInt8] = []
    private var place = 0
    /// The number of the line on which the row that was returned last began, from 1.
    private(set) var line = 0
    private var nextLine = 1

    init(_ stream: ByteStream) {
        self.stream = stream
        let first = stream.peek(4096).prefix(4096)
        separator =
            Self.separators.max { left, right in
                first.count { $0 == left } < first.count { $0 == right }
            } ?? UInt8(ascii: ",")
    }

    /// Comma first: where none of them stands in the first line, it counts.
    private static let separators = [
        UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ","),
    ]

    private mutating func byte() throws -> UInt8? {
        if place == piece.count {
            piece = try stream.next()
            place = 0
            if piece.isEmpty { return nil }
        }
        defer { place += 1 }
        return piece[place]
    }

    /// The next row that is not blank; `nil` at the end.
    ///
    /// - Throws: only what the stream throws.
    mutating func next() throws -> Row? {
        var reading = RowReading(separator: separator)
        line = nextLine
        while let byte = try byte() {
            if byte == UInt8(ascii: "\n") { nextLine += 1 }
            reading.take(byte)
            if reading.size > Self.rowLimit || reading.fields.count > Self.fieldLimit {
                if byte != UInt8(ascii: "\n") { try skipLine() }
                return .oversized
            }
            guard reading.isEnded else { continue }
            if reading.isBlank {
                reading = RowReading(separator: separator)
                line = nextLine
                continue
            }
            return .fields(reading.finished())
        }
        if reading.size == 0 { return nil }
        if reading.isOpen { return .unclosed }
        reading.end()
        return reading.isBlank ? nil : .fields(reading.finished())
    }

    private mutating func skipLine() throws {
        while let byte = try byte() {
            if byte == UInt8(ascii: "\n") {
                nextLine += 1
                return
            }
        }
    }
}

/// One row, byte by byte.
private struct RowReading {
    let separator: UInt8
    private(set) var fields: [[UInt8]] = []
    private(set) var size = 0
    private(set) var isEnded = false
    private var field: [UInt8] = []
    private var isQuoted = false
    /// Whether the byte before was a quote within a quoted field: its end, or half of a quote.
    private var sawQuote = false

    init(separator: UInt8) { self.separator = separator }

    /// Whether a quoted field has begun and not ended.
    var isOpen: Bool { isQuoted && !sawQuote }

    var isBlank: Bool { fields.count == 1 && fields[0].allSatisfy { $0 <= 0x20 } }

    mutating func take(_ byte: UInt8) {
        size += 1
        if isQuoted, !sawQuote {
            if byte == UInt8(ascii: "\"") { sawQuote = true } else { field.append(byte) }
            return
        }
        if sawQuote {
            sawQuote = false
            if byte == UInt8(ascii: "\"") {
                field.append(byte)
                return
            }
            isQuoted = false
        }
        switch byte {
        case separator: close()
        case UInt8(ascii: "\n"): end()
        case UInt8(ascii: "\"") where field.allSatisfy({ $0 == 0x20 }):
            field = []
            isQuoted = true
        default: field.append(byte)
        }
    }

    mutating func end() {
        if !isQuoted, field.last == UInt8(ascii: "\r") { field.removeLast() }
        close()
        isEnded = true
    }

    private mutating func close() {
        fields.append(field)
        field = []
    }

    func finished() -> [String] { fields.map { String(decoding: $0, as: UTF8.self) } }
}
