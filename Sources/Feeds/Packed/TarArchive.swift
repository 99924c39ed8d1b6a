import AdvisoryFormats

/// Tar archives (POSIX.1-2017 pax, "ustar" and pax headers; GNU's long names), read as a stream.
final class TarArchive {
    /// Bytes of a block.
    static let blockSize = 512
    /// Bytes of a header's extension: a name of some kilobytes at most.
    private static let longestExtension: Int64 = 1 << 20

    private struct Header {
        var name: String
        var size: Int64
        var type: UInt8
    }

    private let stream: ByteStream
    private let limits: FeedLimits
    private var piece: [UInt8] = []
    private var place = 0

    init(_ stream: ByteStream, _ limits: FeedLimits) {
        self.stream = stream
        self.limits = limits
    }

    /// Whether a stream begins with a header whose sum is right.
    static func isArchive(_ prefix: ArraySlice<UInt8>) -> Bool {
        prefix.count == blockSize && prefix.first != 0 && hasRightSum(Array(prefix))
    }

    /// Hands on each regular file with its bytes.
    func members(_ body: (String, ByteStream) throws -> Void) throws {
        var count = 0
        var nextName: String?
        var nextSize: Int64?
        while let header = try nextHeader() {
            count += 1
            guard count <= limits.members else {
                throw StreamDamage("more than \(limits.members) members")
            }
            let size = nextSize ?? header.size
            switch header.type {
            case UInt8(ascii: "L"):
                nextName = Self.text(try extensionBytes(header.size)[...])
            case UInt8(ascii: "x"):
                let fields = Self.records(try extensionBytes(header.size))
                nextName = fields["path"] ?? nextName
                nextSize = fields["size"].flatMap(Int64.init) ?? nextSize
                if let size = nextSize, size < 0 { throw StreamDamage("a size below zero") }
                continue
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
                let name = nextName ?? header.name
                (nextName, nextSize) = (nil, nil)
                try member(name, size, body)
            default:
                // Folders and links have no bytes that matter; global headers name nothing.
                if header.type != UInt8(ascii: "g") { (nextName, nextSize) = (nil, nil) }
                try skip(padded(size))
            }
        }
    }

    private func member(
        _ name: String, _ size: Int64, _ body: (String, ByteStream) throws -> Void
    ) throws {
        var left = size
        let content = ByteStream { [self] in
            let bytes = try take(Int(min(left, Int64(ByteStream.pieceSize))))
            left -= Int64(bytes.count)
            return bytes
        }
        try body(name, content)
        try skip(left + padded(size) - size)
    }

    // MARK: Headers

    /// The next header; `nil` at the end, which two empty blocks mark.
    private func nextHeader() throws -> Header? {
        let block = try whole(Self.blockSize)
        if block.allSatisfy({ $0 == 0 }) { return nil }
        guard Self.hasRightSum(block) else {
            throw StreamDamage("a header of the archive is damaged")
        }
        guard let size = Self.number(block[124..<136]), size >= 0 else {
            throw StreamDamage("a size in the archive that is no number")
        }
        var name = Self.text(block[0..<100])
        if block[257..<263].elementsEqual("ustar\0".utf8) {
            let prefix = Self.text(block[345..<500])
            if !prefix.isEmpty { name = "\(prefix)/\(name)" }
        }
        if name.hasPrefix("./") { name = String(name.dropFirst(2)) }
        return Header(name: name, size: size, type: block[156])
    }

    private static func hasRightSum(_ block: [UInt8]) -> Bool {
        let sum = block.enumerated().reduce(Int64(0)) { sum, item in
            sum + Int64((148..<156).contains(item.offset) ? 0x20 : item.element)
        }
        return number(block[148..<156]) == sum
    }

    /// Octal digits, or GNU's form for large numbers: the top bit set, then a binary number.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }), first == 0x80 else {
                return nil
            }
            let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(exactly: value)
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func extensionBytes(_ size: Int64) throws -> [UInt8] {
        guard size <= Self.longestExtension else {
            throw StreamDamage("a name of the archive's is longer than \(Self.longestExtension)")
        }
        let bytes = try whole(Int(size))
        try skip(padded(size) - size)
        return bytes
    }

    /// `length key=value`, one a line.
    private static func records(_ bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = bytes[...]
        while let blank = rest.firstIndex(of: 0x20),
            let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
            length > blank - rest.startIndex + 1, length <= rest.count
        {
            let record = rest[(blank + 1)..<(rest.startIndex + length - 1)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                let key = String(decoding: record[..<equals], as: UTF8.self)
                fields[key] = String(decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest.dropFirst(length)
        }
        return fields
    }

    // MARK: Bytes

    private func padded(_ size: Int64) -> Int64 {
        let block = Int64(Self.blockSize)
        let over = size % block
        return over == 0 ? size : size.addingReportingOverflow(block - over).partialValue
    }

    /// At most so many bytes; none only when none are wanted.
    private func take(_ count: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        if place == piece.count {
            piece = try stream.next()
            place = 0
            if piece.isEmpty { throw StreamDamage("the archive ends too early") }
        }
        let end = min(piece.count, place + count)
        defer { place = end }
        return Array(piece[place..<end])
    }

    private func whole(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try take(count - bytes.count) }
        return bytes
    }

    private func skip(_ count: Int64) throws {
        var left = count
        while left > 0 {
            left -= Int64(try take(Int(min(left, Int64(ByteStream.pieceSize)))).count)
        }
    }
}
