import AdvisoryFormats
import CZlib

/// Zip archives (PKWARE's APPNOTE 6.3.10): stored and deflated members, with the 64-bit fields.
/// The central directory counts, as for every unpacker; members are read in its order.
struct ZipArchive {
    private struct Entry {
        var name: String
        var method: UInt16
        var isEncrypted: Bool
        var checksum: UInt32
        var packedSize: UInt64
        var size: UInt64
        var offset: UInt64
    }

    private let file: FeedFile
    private let limits: FeedLimits
    private let budget: UnpackingBudget

    init(_ file: FeedFile, _ limits: FeedLimits, _ budget: UnpackingBudget) {
        self.file = file
        self.limits = limits
        self.budget = budget
    }

    /// Whether a file begins with a member, or with the end of an empty archive.
    static func isArchive(_ prefix: [UInt8]) -> Bool {
        prefix == [0x50, 0x4B, 0x03, 0x04] || prefix == [0x50, 0x4B, 0x05, 0x06]
    }

    /// Hands on each file with its bytes.
    func members(_ body: (String, ByteStream) throws -> Void) throws {
        var directory = try directory()
        guard directory.count <= UInt64(limits.members) else {
            throw StreamDamage("more than \(limits.members) members")
        }
        for _ in 0..<directory.count {
            let entry = try nextEntry(&directory.offset)
            if entry.name.hasSuffix("/") { continue }
            try body(entry.name, stream(entry))
        }
    }

    // MARK: The directory

    private func directory() throws -> (offset: UInt64, count: UInt64) {
        // The end record has a comment of at most 65,535 bytes behind it.
        let size = file.size()
        let tailSize = min(size, 22 + 65_535)
        let tail = LittleEndian(try file.read(at: size - tailSize, count: Int(tailSize)))
        guard let place = tail.lastPlace(of: [0x50, 0x4B, 0x05, 0x06]),
            let count = tail.number16(place + 10), let offset = tail.number32(place + 16)
        else { throw StreamDamage("the archive's directory is missing; it may be cut off") }
        guard count == 0xFFFF || offset == 0xFFFF_FFFF else {
            return (UInt64(offset), UInt64(count))
        }
        guard place >= 20, tail.number32(place - 20) == 0x0706_4B50,
            let end = tail.number64(place - 12)
        else { return (UInt64(offset), UInt64(count)) }
        let record = LittleEndian(try file.read(at: end, count: 56))
        guard record.number32(0) == 0x0606_4B50, let wideCount = record.number64(32),
            let wideOffset = record.number64(48)
        else { throw StreamDamage("the archive's directory is damaged") }
        return (wideOffset, wideCount)
    }

    private func nextEntry(_ offset: inout UInt64) throws -> Entry {
        let damage = StreamDamage("the archive's directory is damaged")
        let head = LittleEndian(try file.read(at: offset, count: 46))
        guard head.number32(0) == 0x0201_4B50, let flags = head.number16(8),
            let method = head.number16(10), let checksum = head.number32(16),
            let packedSize = head.number32(20), let size = head.number32(24),
            let nameLength = head.number16(28), let extraLength = head.number16(30),
            let commentLength = head.number16(32), let place = head.number32(42)
        else { throw damage }
        let length = Int(nameLength) + Int(extraLength)
        let rest = try file.read(at: offset + 46, count: length)
        guard rest.count == length else { throw damage }
        var entry = Entry(
            name: String(decoding: rest[..<Int(nameLength)], as: UTF8.self), method: method,
            isEncrypted: flags & 1 != 0, checksum: checksum, packedSize: UInt64(packedSize),
            size: UInt64(size), offset: UInt64(place))
        widen(&entry, LittleEndian(Array(rest[Int(nameLength)...])))
        offset += UInt64(46 + length + Int(commentLength))
        return entry
    }

    /// The 64-bit extra field holds, in this order, those figures that do not fit (section 4.5.3).
    private func widen(_ entry: inout Entry, _ extra: LittleEndian) {
        var place = 0
        while let id = extra.number16(place), let length = extra.number16(place + 2) {
            if id == 1 {
                var field = place + 4
                func next() -> UInt64? {
                    defer { field += 8 }
                    return extra.number64(field)
                }
                if entry.size == 0xFFFF_FFFF { entry.size = next() ?? entry.size }
                if entry.packedSize == 0xFFFF_FFFF { entry.packedSize = next() ?? entry.packedSize }
                if entry.offset == 0xFFFF_FFFF { entry.offset = next() ?? entry.offset }
                return
            }
            place += 4 + Int(length)
        }
    }

    // MARK: Members

    private func stream(_ entry: Entry) throws -> ByteStream {
        guard !entry.isEncrypted else { return failing("it is encrypted") }
        guard entry.method == 0 || entry.method == 8 else {
            return failing("it is packed by method \(entry.method); 0 and 8 are read")
        }
        let head = LittleEndian(try file.read(at: entry.offset, count: 30))
        guard head.number32(0) == 0x0403_4B50, let nameLength = head.number16(26),
            let extraLength = head.number16(28)
        else { return failing("its header in the archive is damaged") }
        var offset = entry.offset &+ 30 &+ UInt64(nameLength) &+ UInt64(extraLength)
        var left = entry.packedSize
        let packed = ByteStream { [file] in
            guard left > 0 else { return [] }
            let piece = try file.read(
                at: offset, count: Int(min(left, UInt64(ByteStream.pieceSize))))
            if piece.isEmpty { throw StreamDamage("the archive ends too early") }
            offset += UInt64(piece.count)
            left -= UInt64(piece.count)
            return piece
        }
        return checked(entry.method == 0 ? packed : try inflated(packed), entry)
    }

    private func failing(_ reason: String) -> ByteStream {
        ByteStream { throw StreamDamage(reason) }
    }

    private func inflated(_ packed: ByteStream) throws -> ByteStream {
        let inflater = try Inflater(.none)
        var isEnded = false
        var taken: Int64 = 0
        var given: Int64 = 0
        return ByteStream { [budget] in
            while !isEnded {
                let bytes: [UInt8]
                switch try inflater.step() {
                case .needsInput:
                    let piece = try packed.next()
                    if piece.isEmpty { throw StreamDamage("the packed data end too early") }
                    given += Int64(piece.count)
                    inflater.give(piece)
                    continue
                case .output(let output): bytes = output
                case .end(let output):
                    bytes = output
                    isEnded = true
                }
                taken += Int64(bytes.count)
                try budget.take(bytes.count, total: taken, packed: given)
                if !bytes.isEmpty { return bytes }
            }
            return []
        }
    }

    /// Compares the sum and size at the end with what the directory says.
    private func checked(_ stream: ByteStream, _ entry: Entry) -> ByteStream {
        var sum: UInt = 0
        var size: UInt64 = 0
        return ByteStream {
            let piece = try stream.next()
            if !piece.isEmpty {
                sum = piece.withUnsafeBufferPointer {
                    crc32(sum, $0.baseAddress, UInt32($0.count))
                }
                size += UInt64(piece.count)
            } else if sum != UInt(entry.checksum) || size != entry.size {
                throw StreamDamage("its bytes are not those that the archive was made of")
            }
            return piece
        }
    }
}

/// Numbers with their lowest byte first.
private struct LittleEndian {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func number16(_ place: Int) -> UInt16? { number(place, 2).map { UInt16($0) } }
    func number32(_ place: Int) -> UInt32? { number(place, 4).map { UInt32($0) } }
    func number64(_ place: Int) -> UInt64? { number(place, 8) }

    private func number(_ place: Int, _ width: Int) -> UInt64? {
        guard place >= 0, place + width <= bytes.count else { return nil }
        return bytes[place..<(place + width)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func lastPlace(of pattern: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        return (0...(bytes.count - pattern.count)).last {
            bytes[$0..<($0 + pattern.count)].elementsEqual(pattern)
        }
    }
}
