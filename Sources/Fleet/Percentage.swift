/// A share of a whole, from 0 to 100 %, in steps of a hundredth of a percent: whole numbers, so
/// that a policy reads back as it was written and every endpoint computes the same ring.
public struct Percentage: Hashable, Comparable, Sendable, Codable {
    /// Hundredths of a percent, from 0 to 10,000.
    public let basisPoints: Int

    /// All of it: 100 %.
    public static let whole = 10_000

    /// A share; `nil` outside 0 to 10,000.
    public init?(basisPoints: Int) {
        guard (0...Self.whole).contains(basisPoints) else { return nil }
        self.basisPoints = basisPoints
    }

    /// Whether one share is smaller.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.basisPoints < rhs.basisPoints }

    /// Whether `part` of `total` reaches this share. Of nothing, only 0 % is reached.
    public func isReached(by part: Int, of total: Int) -> Bool {
        guard total > 0 else { return basisPoints == 0 }
        return Int128(part) * Int128(Self.whole) >= Int128(total) * Int128(basisPoints)
    }

    /// How many of `total` this share is, rounded down.
    public func rounded(of total: Int) -> Int {
        let whole = total / Self.whole
        return whole * basisPoints + (total % Self.whole) * basisPoints / Self.whole
    }
}

extension Percentage: LosslessStringConvertible {
    /// Reads `95%`, `99.5 %` or `0.25%`: at most two digits after the point, and always the sign.
    public init?(_ text: String) {
        guard text.utf8.last == UInt8(ascii: "%") else { return nil }
        let digits = text.utf8.dropLast().reversed().drop { $0 == UInt8(ascii: " ") }.reversed()
        var value = 0
        var decimals: Int?
        guard let first = digits.first, first != UInt8(ascii: "."), digits.count <= 6,
            digits.last != UInt8(ascii: ".")
        else { return nil }
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                decimals = decimals.map { $0 + 1 }
            case UInt8(ascii: ".") where decimals == nil: decimals = 0
            default: return nil
            }
        }
        switch decimals ?? 0 {
        case 0: self.init(basisPoints: value * 100)
        case 1: self.init(basisPoints: value * 10)
        case 2: self.init(basisPoints: value)
        default: return nil
        }
    }

    /// As a policy says it: `95%`, `99.5%`.
    public var description: String {
        let whole = basisPoints / 100
        let rest = basisPoints % 100
        if rest == 0 { return "\(whole)%" }
        if rest % 10 == 0 { return "\(whole).\(rest / 10)%" }
        return "\(whole).\(rest < 10 ? "0" : "")\(rest)%"
    }
}
