/// Walks over a JSON text once, without recursion, and notes where each value lies.
struct JSONIndexer {
    /// An array or object that is open.
    private struct Frame {
        var token: Int
        var isObject: Bool
        /// Where its keys begin in `keys`.
        var firstKey: Int
    }

    private let bytes: [UInt8]
    private let limits: JSONLimits
    private(set) var tokens: [JSONDocument.Token] = []
    private var frames: [Frame] = []
    /// Tokens of the keys of all open objects, outermost first.
    private var keys: [Int] = []
    private var place = 0

    init(_ bytes: [UInt8], _ limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        tokens.reserveCapacity(bytes.count / 24)
    }

    /// Indexes one text and checks that nothing but blanks follows it.
    mutating func indexText() throws(JSONError) {
        try value()
        while let frame = frames.last {
            if frame.isObject { try member(of: frame) } else { try element(of: frame) }
        }
        skipBlanks()
        if place < bytes.count { throw JSONError("more behind the value", place) }
    }

    /// Closes what is open, for a text that was cut off. A key whose value is missing goes.
    mutating func closeAll() {
        if let frame = frames.last, frame.isObject, let key = keys.last, key == tokens.count - 1,
            keys.count > frame.firstKey
        {
            tokens.removeLast()
        }
        for frame in frames { tokens[frame.token].link = UInt32(tokens.count) }
        frames = []
    }

    // MARK: Containers

    private mutating func member(of frame: Frame) throws(JSONError) {
        let isFirst = frame.token == tokens.count - 1
        skipBlanks()
        if byte == UInt8(ascii: "}") { return try close(frame) }
        if !isFirst { try expect(UInt8(ascii: ",")) }
        skipBlanks()
        guard byte == UInt8(ascii: "\"") else { throw fault("no key of a member") }
        keys.append(tokens.count)
        try string()
        skipBlanks()
        try expect(UInt8(ascii: ":"))
        try value()
    }

    private mutating func element(of frame: Frame) throws(JSONError) {
        let isFirst = frame.token == tokens.count - 1
        skipBlanks()
        if byte == UInt8(ascii: "]") { return try close(frame) }
        if !isFirst { try expect(UInt8(ascii: ",")) }
        try value()
    }

    private mutating func close(_ frame: Frame) throws(JSONError) {
        place += 1
        tokens[frame.token].link = UInt32(tokens.count)
        frames.removeLast()
        if frame.isObject {
            try checkKeys(from: frame.firstKey)
            keys.removeSubrange(frame.firstKey...)
        }
    }

    private mutating func open(_ kind: JSONDocument.Kind) throws(JSONError) {
        guard frames.count < limits.depth else {
            throw fault("more than \(limits.depth) levels")
        }
        frames.append(
            Frame(token: tokens.count, isObject: kind == .object, firstKey: keys.count))
        append(kind, place, place)
        place += 1
    }

    // MARK: Values

    private mutating func value() throws(JSONError) {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): try open(.object)
        case UInt8(ascii: "["): try open(.array)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true", .true)
        case UInt8(ascii: "f"): try word("false", .false)
        case UInt8(ascii: "n"): try word("null", .null)
        default: try number()
        }
    }

    private mutating func string() throws(JSONError) {
        let start = place + 1
        var kind = JSONDocument.Kind.string
        var end = start
        scan: while true {
            guard end < bytes.count else { throw JSONError("a string without end", end) }
            switch bytes[end] {
            case UInt8(ascii: "\""): break scan
            case UInt8(ascii: "\\"):
                kind = .escapedString
                end += try escapeLength(at: end)
            case 0..<0x20: throw JSONError("a control character in a string", end)
            default: end += 1
            }
        }
        guard end - start <= limits.stringBytes else {
            throw JSONError("a string of more than \(limits.stringBytes) bytes", start)
        }
        append(kind, start, end)
        place = end + 1
    }

    private func escapeLength(at place: Int) throws(JSONError) -> Int {
        guard place + 1 < bytes.count else { throw JSONError("a string without end", place) }
        switch bytes[place + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            guard place + 5 < bytes.count,
                bytes[(place + 2)...(place + 5)].allSatisfy({ hexadecimalDigit($0) != nil })
            else { throw JSONError("a \\u without four digits", place) }
            return 6
        default: throw JSONError("an unknown escape", place)
        }
    }

    private mutating func word(
        _ text: StaticString, _ kind: JSONDocument.Kind
    ) throws(JSONError) {
        let end = place + text.utf8CodeUnitCount
        let isRight = text.withUTF8Buffer { expected in
            end <= bytes.count && bytes[place..<end].elementsEqual(expected)
        }
        guard isRight else { throw fault("no value") }
        append(kind, place, end)
        place = end
    }

    private mutating func number() throws(JSONError) {
        let start = place
        if byte == UInt8(ascii: "-") { place += 1 }
        if byte == UInt8(ascii: "0") { place += 1 } else { try digits() }
        if byte == UInt8(ascii: ".") {
            place += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            place += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { place += 1 }
            try digits()
        }
        append(.number, start, place)
    }

    private mutating func digits() throws(JSONError) {
        let start = place
        while let digit = byte, (0x30...0x39).contains(digit) { place += 1 }
        if place == start { throw fault("no value") }
    }

    // MARK: Keys

    /// Two values under one key: which of them counts would depend on the reader.
    private func checkKeys(from first: Int) throws(JSONError) {
        let own = keys[first...]
        guard own.count > 1 else { return }
        if own.count <= 8 {
            for (index, key) in zip(own.indices, own) {
                for other in own[own.index(after: index)...] where isSame(key, other) {
                    throw twice(other)
                }
            }
            return
        }
        var seen: Set<String> = []
        seen.reserveCapacity(own.count)
        for key in own where !seen.insert(text(of: key)).inserted { throw twice(key) }
    }

    private func isSame(_ key: Int, _ other: Int) -> Bool {
        let (a, b) = (tokens[key], tokens[other])
        if a.kind == .string, b.kind == .string {
            let (lengthA, lengthB) = (a.link - a.start, b.link - b.start)
            guard lengthA == lengthB else { return false }
            return (0..<lengthA).allSatisfy {
                bytes[Int(a.start + $0)] == bytes[Int(b.start + $0)]
            }
        }
        return text(of: key) == text(of: other)
    }

    private func text(of key: Int) -> String {
        JSONString.decode(bytes, tokens[key])
    }

    private func twice(_ key: Int) -> JSONError {
        JSONError("the key “\(text(of: key).prefix(60))” twice", Int(tokens[key].start))
    }

    // MARK: Bytes

    private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipBlanks() {
        while place < bytes.count, isJSONBlank(bytes[place]) { place += 1 }
    }

    private mutating func expect(_ expected: UInt8) throws(JSONError) {
        guard byte == expected else {
            throw fault("no “\(Character(Unicode.Scalar(expected)))”")
        }
        place += 1
    }

    private mutating func append(_ kind: JSONDocument.Kind, _ start: Int, _ end: Int) {
        tokens.append(
            JSONDocument.Token(start: UInt32(start), link: UInt32(end), kind: kind))
    }

    private func fault(_ cause: String) -> JSONError {
        JSONError(place < bytes.count ? cause : "the end before the value's", place)
    }
}

/// Whether a byte is white space between JSON's tokens (RFC 8259 section 2).
func isJSONBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}

/// The value of a hexadecimal digit.
func hexadecimalDigit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case 0x30...0x39: UInt16(byte - 0x30)
    case 0x41...0x46: UInt16(byte - 0x41 + 10)
    case 0x61...0x66: UInt16(byte - 0x61 + 10)
    default: nil
    }
}
