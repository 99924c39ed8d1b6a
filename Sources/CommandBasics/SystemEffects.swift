package import Fleet
import Foundation
package import ServerRecords

/// The time and randomness of this machine.
package enum SystemEffects {
    /// The time now.
    package static func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// So many unpredictable bytes, from the kernel.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Both, for the use cases.
    package static let effects = Effects(now: now, randomBytes: randomBytes)
}
