/// By endpoint, the marks of its drift, in as few bytes as they need: a fleet keeps one of these
/// lists for each endpoint, and a list in memory of its own would take three times its numbers.
///
/// A mark is a row that the endpoint has beside its base, or the complement of one that it lacks.
/// They stand in the order of their rows, as the differences between them: seven bits a byte, the
/// lowest first, the top bit set on all but the last byte of a number. Their count stands before.
struct DriftTable: Sendable {
    private var bytes: [UInt8] = []
    /// By endpoint, where its marks begin; -1 for none.
    private var places: [Int] = []
    /// Bytes of marks that are not an endpoint's any more.
    private var wasted = 0

    /// Below this many bytes, what is not used any more is left where it is.
    private static let leastWaste = 1 << 16

    /// The memory that it takes, in bytes.
    var byteCount: Int { bytes.count + places.count * MemoryLayout<Int>.stride }

    /// Makes room for endpoints of these numbers.
    mutating func makeRoom(for count: Int) {
        while places.count < count { places.append(-1) }
    }

    /// The marks of an endpoint.
    subscript(endpoint: UInt32) -> [Int32] {
        let place = places[Int(endpoint)]
        return place < 0 ? [] : marks(from: place).marks
    }

    /// Takes the marks of an endpoint, in place of those that it had.
    mutating func set(_ marks: [Int32], of endpoint: UInt32) {
        let before = places[Int(endpoint)]
        if before >= 0 { wasted += self.marks(from: before).end - before }
        places[Int(endpoint)] = marks.isEmpty ? -1 : bytes.count
        if !marks.isEmpty {
            append(UInt32(truncatingIfNeeded: marks.count))
            var previous: Int32 = 0
            for mark in marks {
                let row = mark < 0 ? ~mark : mark
                append(UInt32(truncatingIfNeeded: row - previous) << 1 | (mark < 0 ? 1 : 0))
                previous = row
            }
        }
        if wasted > Self.leastWaste, wasted > bytes.count / 2 { tidy() }
    }

    private mutating func append(_ number: UInt32) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private func marks(from place: Int) -> (marks: [Int32], end: Int) {
        bytes.withUnsafeBufferPointer { bytes in
            var next = place
            func number() -> UInt32 {
                var (number, shift): (UInt32, UInt32) = (0, 0)
                while true {
                    let byte = bytes[next]
                    next += 1
                    number |= UInt32(byte & 0x7F) << shift
                    if byte & 0x80 == 0 { return number }
                    shift += 7
                }
            }
            let count = Int(number())
            var row: Int32 = 0
            let marks = [Int32](unsafeUninitializedCapacity: count) { room, filled in
                for place in 0..<count {
                    let step = number()
                    row += Int32(truncatingIfNeeded: step >> 1)
                    room[place] = step & 1 == 1 ? ~row : row
                }
                filled = count
            }
            return (marks, next)
        }
    }

    /// Gives back the bytes that are not used any more.
    private mutating func tidy() {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count - wasted)
        for endpoint in places.indices where places[endpoint] >= 0 {
            let place = places[endpoint]
            places[endpoint] = kept.count
            kept += bytes[place..<marks(from: place).end]
        }
        bytes = kept
        wasted = 0
    }
}
