/// Cuts a stream of JSON into records without holding more than one of them: it follows strings and
/// brackets only, and leaves the check of each record to `JSONDocument`. So one bad record does not
/// cost its neighbours.
struct JSONSplitter {
    /// Where the records lie in a text.
    enum Plan: Hashable {
        /// The text is one record.
        case document
        /// The text is one record, or several one after another.
        case documents
        /// Each line is one record (NDJSON, JSON Lines).
        case lines
        /// The elements of the array that the text is.
        case elements
        /// The elements of the array under one key of the object that the text is.
        case elementsOf(String)
        /// The members of the object that the text is.
        case members
    }

    /// What was cut off.
    enum Piece: Equatable {
        /// A record, with its number from 1, and its key where it is a member.
        case record(number: Int, key: String?, bytes: [UInt8])
        /// A record that is larger than the limit; it was read past.
        case oversized(number: Int, key: String?, size: Int)
        /// The value under another key beside the records.
        case header(key: String, bytes: [UInt8])
        /// The text cannot be followed further, or ends too early: the last piece.
        case damaged(String)
    }

    private enum State {
        case beforeText, inArray(isFirst: Bool), inObject(isFirst: Bool), inRecords(isFirst: Bool)
        case afterText, ended
    }

    private let plan: Plan
    private let limit: Int
    private var cursor: JSONCursor
    private var lines: LineReader
    private var state = State.beforeText
    private var number = 0

    /// Bytes of one value beside the records; longer ones are left out, since none matters.
    private static let headerLimit = 64 * 1024

    /// Cuts a stream; records may have at most `limit` bytes.
    init(_ stream: ByteStream, _ plan: Plan, limit: Int) {
        self.plan = plan
        self.limit = limit
        cursor = JSONCursor(stream)
        lines = LineReader(stream, limit: limit)
    }

    /// The next piece; `nil` at the end.
    ///
    /// - Throws: only what the stream throws.
    mutating func next() throws -> Piece? {
        if plan == .lines { return try nextLine() }
        while true {
            switch state {
            case .ended: return nil
            case .afterText:
                // The stream is read to its end: a packed one has its sum there.
                try cursor.skipBlanks()
                if try cursor.isAtEnd() {
                    state = .ended
                } else if plan == .documents, try cursor.isAtObject() {
                    return try capture(key: nil)
                } else {
                    return damaged("more behind the end of the text")
                }
            case .beforeText:
                if let piece = try begin() { return piece }
            case .inArray(let isFirst):
                if let piece = try nextElement(isFirst, thenObject: false) { return piece }
            case .inRecords(let isFirst):
                if let piece = try nextElement(isFirst, thenObject: true) { return piece }
            case .inObject(let isFirst):
                if let piece = try nextMember(isFirst) { return piece }
            }
        }
    }

    private mutating func nextLine() throws -> Piece? {
        while let line = try lines.next() {
            switch line {
            case .oversized(let size):
                number += 1
                return .oversized(number: lines.number, key: nil, size: size)
            case .text(let bytes) where bytes.allSatisfy(isJSONBlank): continue
            case .text(let bytes):
                number += 1
                return .record(number: lines.number, key: nil, bytes: bytes)
            }
        }
        return nil
    }

    private mutating func begin() throws -> Piece? {
        try cursor.skipByteOrderMark()
        try cursor.skipBlanks()
        switch plan {
        case .document, .documents:
            state = .afterText
            return try capture(key: nil)
        case .elements:
            guard try cursor.take(UInt8(ascii: "[")) else { return damaged("no array") }
            state = .inArray(isFirst: true)
        case .elementsOf, .members, .lines:
            guard try cursor.take(UInt8(ascii: "{")) else { return damaged("no object") }
            state = .inObject(isFirst: true)
        }
        return nil
    }

    private mutating func nextElement(_ isFirst: Bool, thenObject: Bool) throws -> Piece? {
        try cursor.skipBlanks()
        if try cursor.take(UInt8(ascii: "]")) {
            state = thenObject ? .inObject(isFirst: false) : .afterText
            return nil
        }
        if !isFirst, try !cursor.take(UInt8(ascii: ",")) {
            return damaged("no comma between records")
        }
        try cursor.skipBlanks()
        state = thenObject ? .inRecords(isFirst: false) : .inArray(isFirst: false)
        return try capture(key: nil)
    }

    private mutating func nextMember(_ isFirst: Bool) throws -> Piece? {
        try cursor.skipBlanks()
        if try cursor.take(UInt8(ascii: "}")) {
            state = .afterText
            return nil
        }
        if !isFirst, try !cursor.take(UInt8(ascii: ",")) {
            return damaged("no comma between members")
        }
        try cursor.skipBlanks()
        state = .inObject(isFirst: false)
        guard case .complete(let keyBytes) = try cursor.value(limit: Self.headerLimit),
            keyBytes.first == UInt8(ascii: "\"")
        else { return damaged("no key of a member") }
        // A key that cannot be read, such as one with a bad byte, costs its own record alone.
        let readable = (try? JSONDocument(keyBytes))?.root?.text
        try cursor.skipBlanks()
        guard try cursor.take(UInt8(ascii: ":")) else { return damaged("no colon behind a key") }
        try cursor.skipBlanks()
        if plan == .members { return try capture(key: readable) }
        let key = readable ?? ""
        if plan == .elementsOf(key), try cursor.take(UInt8(ascii: "[")) {
            state = .inRecords(isFirst: true)
            return nil
        }
        switch try cursor.value(limit: Self.headerLimit) {
        case .complete(let bytes): return .header(key: key, bytes: bytes)
        case .oversized: return nil
        case .cut: return damaged("the end within “\(key.prefix(60))”")
        case .none: return damaged("no value of “\(key.prefix(60))”")
        }
    }

    private mutating func capture(key: String?) throws -> Piece {
        number += 1
        switch try cursor.value(limit: limit) {
        case .complete(let bytes): return .record(number: number, key: key, bytes: bytes)
        case .oversized(let size): return .oversized(number: number, key: key, size: size)
        case .cut: return damaged("the end within record \(number)")
        case .none: return damaged("no value where record \(number) should be")
        }
    }

    private mutating func damaged(_ cause: String) -> Piece {
        state = .ended
        return .damaged("\(cause) (byte \(cursor.offset))")
    }
}
