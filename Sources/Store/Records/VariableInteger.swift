/// Numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set on
/// all but the last byte.
enum VariableInteger {
    /// The most bytes of one number of 64 bits.
    private static let longest = 10

    /// The bytes of rising numbers, as the differences between them.
    static func encode(rising numbers: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * 2)
        var previous: Int64 = 0
        for number in numbers {
            append(UInt64(bitPattern: number &- previous), to: &bytes)
            previous = number
        }
        return bytes
    }

    /// The rising numbers of such bytes; `nil` when they end in the middle of one.
    ///
    /// A server that starts reads a hundred million of them: one pass, into room made before.
    static func decode(rising bytes: [UInt8]) -> [Int64]? {
        bytes.withUnsafeBufferPointer { bytes in
            var isWhole = true
            let numbers = [Int64](unsafeUninitializedCapacity: bytes.count) { room, count in
                var (previous, number): (Int64, UInt64) = (0, 0)
                var shift: UInt64 = 0
                for byte in bytes {
                    guard shift < UInt64(7 * longest) else { break }
                    number |= UInt64(byte & 0x7F) << shift
                    shift += 7
                    if byte & 0x80 != 0 { continue }
                    previous &+= Int64(bitPattern: number)
                    room[count] = previous
                    count += 1
                    (number, shift) = (0, 0)
                }
                isWhole = shift == 0
            }
            return isWhole ? numbers : nil
        }
    }

    /// The bytes of numbers in any order.
    static func encode(_ numbers: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in numbers { append(UInt64(bitPattern: number), to: &bytes) }
        return bytes
    }

    /// The numbers of such bytes; `nil` when they end in the middle of one.
    static func decode(_ bytes: [UInt8]) -> [UInt64]? {
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        var length = 0
        for byte in bytes {
            guard length < longest else { return nil }
            number |= UInt64(byte & 0x7F) << UInt64(7 * length)
            length += 1
            if byte & 0x80 == 0 {
                numbers.append(number)
                (number, length) = (0, 0)
            }
        }
        return length == 0 ? numbers : nil
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
