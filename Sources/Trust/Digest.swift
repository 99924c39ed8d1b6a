import Crypto

/// SHA-256 (FIPS 180-4), which every digest of Patchbay is.
public enum Digest {
    /// The 32 bytes of the digest.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: bytes))
    }

    /// The digest in 64 lower-case hexadecimal digits.
    public static func sha256Hex(_ bytes: [UInt8]) -> String {
        Hex.encode(sha256(bytes))
    }

    /// The digest of a text's UTF-8 bytes, in hexadecimal.
    public static func sha256Hex(_ text: String) -> String {
        sha256Hex(Array(text.utf8))
    }
}

extension Digest {
    /// A digest of bytes that come piece by piece, for what is too large to hold.
    public struct Running: Sendable {
        private var state = SHA256()

        /// No bytes yet.
        public init() {}

        /// Adds bytes.
        public mutating func add(_ bytes: some Sequence<UInt8>) {
            if bytes.withContiguousStorageIfAvailable({
                state.update(bufferPointer: UnsafeRawBufferPointer($0))
            })
                == nil
            {
                state.update(data: Array(bytes))
            }
        }

        /// The digest of all bytes so far, in hexadecimal.
        public var hex: String { Hex.encode(Array(state.finalize())) }
    }
}

/// Whether two byte strings are equal, found out in a time that depends on their lengths only: a
/// comparison of secrets that stops at the first difference tells an attacker how far a guess was
/// right.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}

/// The same for texts, by their UTF-8 bytes.
public func constantTimeEquals(_ left: String, _ right: String) -> Bool {
    constantTimeEquals(Array(left.utf8), Array(right.utf8))
}

/// Hexadecimal, lower case.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits a byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            guard let text = buffer.baseAddress else { return 0 }
            var place = 0
            while place < bytes.count {
                text[place * 2] = digits[Int(bytes[place] >> 4)]
                text[place * 2 + 1] = digits[Int(bytes[place] & 15)]
                place += 1
            }
            return bytes.count * 2
        }
    }

    /// The bytes; `nil` unless the text is an even number of lower-case hexadecimal digits.
    public static func decode(_ text: String) -> [UInt8]? {
        let nibbles = text.utf8.compactMap(value)
        guard nibbles.count == text.utf8.count, nibbles.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
