import ControlPlane
import Fleet
import Foundation

/// The time and randomness of this machine.
enum SystemEffects {
    /// The time now.
    static func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// So many unpredictable bytes, from the kernel.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Both, for the use cases.
    static let effects = Effects(now: now, randomBytes: randomBytes)
}
