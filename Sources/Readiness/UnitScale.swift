/// Units that are whole multiples of one another, and the texts of amounts in them, such as
/// `500 MB` or `2 MB/s`.
public struct UnitScale: Sendable {
    private let units: [(name: String, size: Int64)]
    private let smallest: String

    /// A scale.
    ///
    /// - Parameters:
    ///   - units: the units that may be written, the largest first; none ends with the name of one
    ///     before it.
    ///   - smallest: what a single one is called.
    public init(_ units: [(name: String, size: Int64)], smallest: String) {
        self.units = units
        self.smallest = smallest
    }

    /// Reads a whole number and a unit, with one space between them or none.
    ///
    /// - Returns: how many of the smallest unit it is; `nil` for anything else, and for what is
    ///   too much to count.
    public func amount(_ text: String) -> Int64? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        var digits = text.dropLast(unit.name.count)
        if digits.last == " " { digits = digits.dropLast() }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(digits)
        else { return nil }
        let (amount, isTooMuch) = number.multipliedReportingOverflow(by: unit.size)
        return isTooMuch ? nil : amount
    }

    /// An amount in the largest unit in which it is a whole number, as it is read back.
    public func text(_ amount: Int64) -> String {
        let unit = units.first { amount % $0.size == 0 } ?? (name: smallest, size: 1)
        return "\(amount / unit.size) \(unit.name)"
    }
}
