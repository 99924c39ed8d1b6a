extension TimeZoneRules {
    /// The largest file that is read, in bytes; the database's largest has under 4 KB.
    public static let maximumFileBytes = 256 * 1024

    /// Reads a TZif file, version 1 to 4 (RFC 8536, RFC 9636).
    ///
    /// A file that counts leap seconds (`right/...`) is refused: an endpoint's clock does not.
    public init(name: String, tzif bytes: [UInt8]) throws(ZoneError) {
        guard bytes.count <= Self.maximumFileBytes else {
            throw TZifReader.failure(name, "it is larger than \(Self.maximumFileBytes) bytes")
        }
        var reader = TZifReader(name: name, bytes: bytes)
        self = try reader.rules()
    }
}

/// Reads the parts of a TZif file in their order.
private struct TZifReader {
    /// The counts of a header (RFC 8536 section 3.1).
    struct Header {
        var version: UInt8
        var utcIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var times: Int
        var types: Int
        var nameBytes: Int

        /// Bytes of the data block when times have so many bytes.
        func blockBytes(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + nameBytes + leapSeconds * (timeBytes + 4)
                + standardIndicators + utcIndicators
        }
    }

    let name: String
    let bytes: [UInt8]
    private var place = 0

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    static func failure(_ name: String, _ detail: String) -> ZoneError {
        ZoneError(
            .malformed, "The rules of the zone \(name) cannot be read: \(detail).",
            nextStep: "Install the system's tzdata package anew.")
    }

    mutating func rules() throws(ZoneError) -> TimeZoneRules {
        var header = try self.header()
        guard header.version != 0 else { return try block(header, timeBytes: 4, footer: nil) }
        // From version 2 on, the 32-bit block is there for old readers only.
        _ = try take(header.blockBytes(timeBytes: 4))
        header = try self.header()
        let start = place
        _ = try take(header.blockBytes(timeBytes: 8))
        let footer = try self.footer()
        place = start
        return try block(header, timeBytes: 8, footer: footer)
    }

    private mutating func header() throws(ZoneError) -> Header {
        guard try Array(take(4)) == Array("TZif".utf8) else {
            throw Self.failure(name, "it is no TZif file")
        }
        let version = try take(16).first ?? 0
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try integer(bytes: 4) & 0xFFFF_FFFF)) }
        let header = Header(
            version: version, utcIndicators: counts[0], standardIndicators: counts[1],
            leapSeconds: counts[2], times: counts[3], types: counts[4], nameBytes: counts[5])
        guard (1...256).contains(header.types) || (header.version != 0 && header.types == 0),
            header.times <= TimeZoneRules.maximumChanges
        else { throw Self.failure(name, "its counts are out of range") }
        return header
    }

    private mutating func block(_ header: Header, timeBytes: Int, footer: PosixZoneRule?)
        throws(ZoneError) -> TimeZoneRules
    {
        guard header.leapSeconds == 0 else {
            throw ZoneError(
                .unsupported, "The zone \(name) counts leap seconds.",
                nextStep: "Use the zone of the same name without “right/”.")
        }
        var times: [Int64] = []
        for _ in 0..<header.times { times.append(try integer(bytes: timeBytes)) }
        let indexes = try take(header.times)
        var offsets: [Int] = []
        for _ in 0..<header.types {
            offsets.append(Int(try integer(bytes: 4)))
            _ = try take(2)
        }
        guard let first = offsets.first, indexes.allSatisfy({ Int($0) < offsets.count }) else {
            throw Self.failure(name, "a change has no type")
        }
        var changes: [TimeZoneRules.Change] = []
        var last = first
        for (time, index) in zip(times, indexes) {
            let offset = offsets[Int(index)]
            guard time > (changes.last?.at ?? .min) else {
                throw Self.failure(name, "its changes are out of order")
            }
            // Only the name or the daylight mark changed: nothing that matters here. The very last
            // one is kept, since the rule for the future holds from there on.
            guard offset != last || time == times.last else { continue }
            changes.append(TimeZoneRules.Change(at: time, offset: offset))
            last = offset
        }
        let rules = TimeZoneRules(name: name, firstOffset: first, changes: changes, rule: footer)
        guard let rules else { throw Self.failure(name, "an offset is out of range") }
        return rules
    }

    /// A line feed, the rule or nothing, a line feed (RFC 8536 section 3.3).
    private mutating func footer() throws(ZoneError) -> PosixZoneRule? {
        guard try take(1).first == 10, let end = bytes[place...].firstIndex(of: 10) else {
            throw Self.failure(name, "its footer is missing")
        }
        let text = String(decoding: bytes[place..<end], as: UTF8.self)
        place = end + 1
        return text.isEmpty ? nil : try PosixZoneRule(text)
    }

    private mutating func take(_ count: Int) throws(ZoneError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - place else { throw Self.failure(name, "it is cut short") }
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// A big-endian number of 4 or 8 bytes, signed.
    private mutating func integer(bytes count: Int) throws(ZoneError) -> Int64 {
        var value: UInt64 = 0
        for byte in try take(count) { value = value << 8 | UInt64(byte) }
        return count == 4
            ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
