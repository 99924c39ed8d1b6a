/// A place in a stream of JSON, and the means to take one value from there.
struct JSONCursor {
    /// What was taken.
    enum Value {
        /// All bytes of a value.
        case complete([UInt8])
        /// A value of so many bytes, more than were wanted; it was read past.
        case oversized(Int)
        /// The stream ended within the value.
        case cut
        /// No value begins here.
        case none
    }

    private let stream: ByteStream
    private var piece: [UInt8] = []
    private var place = 0
    private var before = 0

    init(_ stream: ByteStream) {
        self.stream = stream
    }

    /// How many bytes have been passed.
    var offset: Int { before + place }

    /// The byte at the place; `nil` at the end.
    private mutating func byte() throws -> UInt8? {
        if place == piece.count {
            before += piece.count
            piece = try stream.next()
            place = 0
            if piece.isEmpty { return nil }
        }
        return piece[place]
    }

    mutating func isAtEnd() throws -> Bool { try byte() == nil }

    mutating func isAtObject() throws -> Bool { try byte() == UInt8(ascii: "{") }

    mutating func skipBlanks() throws {
        while let byte = try byte(), isJSONBlank(byte) { place += 1 }
    }

    mutating func skipByteOrderMark() throws {
        if stream.peek(byteOrderMark.count).elementsEqual(byteOrderMark) {
            for _ in byteOrderMark where try byte() != nil { place += 1 }
        }
    }

    /// Passes a byte if it is the expected one.
    mutating func take(_ expected: UInt8) throws -> Bool {
        guard try byte() == expected else { return false }
        place += 1
        return true
    }

    /// Takes the value that begins at the place.
    mutating func value(limit: Int) throws -> Value {
        guard let first = try byte() else { return .none }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try container(limit: limit)
        case UInt8(ascii: "\""): return try string(limit: limit)
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            return .none
        default: return try scalar(limit: limit)
        }
    }

    private mutating func container(limit: Int) throws -> Value {
        var scan = BracketScan()
        return try take(limit: limit) { bytes, start in scan.end(in: bytes, from: start) }
    }

    private mutating func string(limit: Int) throws -> Value {
        var scan = StringScan()
        return try take(limit: limit) { bytes, start in scan.end(in: bytes, from: start) }
    }

    private mutating func scalar(limit: Int) throws -> Value {
        try take(limit: limit) { bytes, start in
            bytes[start...].firstIndex {
                isJSONBlank($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "]")
                    || $0 == UInt8(ascii: "}")
            }
        }
    }

    /// Takes bytes up to where `end` says, across pieces.
    private mutating func take(
        limit: Int, until end: ([UInt8], Int) -> Int?
    ) throws -> Value {
        var taken: [UInt8] = []
        var size = 0
        while true {
            guard try byte() != nil else { return .cut }
            let found = end(piece, place)
            let stop = found ?? piece.count
            size += stop - place
            if size <= limit { taken += piece[place..<stop] } else { taken = [] }
            place = stop
            if found != nil { break }
        }
        return size <= limit ? .complete(taken) : .oversized(size)
    }
}

/// Finds the end of an array or object: counts brackets outside strings.
private struct BracketScan {
    private var depth = 0
    private var inString = false
    private var isEscaped = false

    /// The place behind the closing bracket; `nil` when it is not in these bytes.
    mutating func end(in bytes: [UInt8], from start: Int) -> Int? {
        for place in start..<bytes.count {
            let byte = bytes[place]
            if inString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return place + 1 }
            default: break
            }
        }
        return nil
    }
}

/// Finds the end of a string.
private struct StringScan {
    private var hasBegun = false
    private var isEscaped = false

    /// The place behind the closing quote; `nil` when it is not in these bytes.
    mutating func end(in bytes: [UInt8], from start: Int) -> Int? {
        for place in start..<bytes.count {
            if isEscaped {
                isEscaped = false
            } else if bytes[place] == UInt8(ascii: "\\") {
                isEscaped = true
            } else if bytes[place] == UInt8(ascii: "\"") {
                if hasBegun { return place + 1 }
                hasBegun = true
            }
        }
        return nil
    }
}
