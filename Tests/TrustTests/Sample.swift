import Fleet
import TestSupport

@testable import Trust

/// What the tests of this bundle share.
enum Sample {
    static let now = Timestamp(seconds: 1_795_284_000)
    static let endpoint = "ept_01jdb7k2m3n4p5q6r7s8t9v0wx"
    static let tenant = "tnt_01jdb7k2m3n4p5q6r7s8t9v0wx"
    /// A cost that takes no time.
    static let cheap = PasswordCost(checkedRounds: 16, blockSize: 1, parallelism: 1)

    /// Bytes that a seed decides.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    static func key(seed: UInt64 = 1) throws -> DeviceKey {
        try DeviceKey(bytes: bytes(32, seed: seed))
    }

    static func secret(seed: UInt64 = 1) -> Secret { Secret(bytes: bytes(32, seed: seed)) }

    /// A source that never gives the same bytes twice.
    static func entropy(seed: UInt64 = 1) -> (Int) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return { count in
            (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        }
    }

    static func serverKeys(names: [String] = ["patchbay.example.org"], seed: UInt64 = 1) throws
        -> ServerKeys
    {
        try ServerKeys.make(at: now, names: names, entropy: entropy(seed: seed))
    }

    /// Every text that differs from `text` in one byte: each byte once with its lowest bit turned,
    /// once with another character of base 64, and the text with a byte more and a byte less.
    static func damaged(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var all = bytes.indices.flatMap { index in
            [bytes[index] ^ 1, bytes[index] == 65 ? 66 : 65].map { byte in
                var copy = bytes
                copy[index] = byte
                return copy
            }
        }
        all += [bytes + [65], Array(bytes.dropLast()), [65] + bytes, Array(bytes.dropFirst())]
        return all.map { String(decoding: $0, as: UTF8.self) }.filter { $0 != text }
    }
}

/// The code of the error that `body` throws; `nil` when it throws none.
func code(of body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as TrustError {
        return error.code
    } catch {
        return "\(error)"
    }
}
