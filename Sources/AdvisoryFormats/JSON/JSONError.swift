/// Why bytes are not one JSON text, or not one that is taken (RFC 8259).
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as a clause.
    public var cause: String
    /// How many bytes stand before the place.
    public var offset: Int

    init(_ cause: String, _ offset: Int) {
        self.cause = cause
        self.offset = offset
    }

    /// The clause and the place.
    public var description: String { "\(cause) at byte \(offset)" }
}

/// What a JSON text may be at most.
public struct JSONLimits: Hashable, Sendable {
    /// How deep arrays and objects may lie in one another. CSAF's product tree is the deepest
    /// known: 30 branches, each an array and an object (CSAF 2.0, section 3.1.2).
    public var depth = 128
    /// Bytes of one string. Descriptions seen in feeds end at some hundred kilobytes.
    public var stringBytes = 4 << 20
    /// Bytes of one text: what is held in memory at once. The largest document that is one record
    /// (a vulnerability of the kernel in all products of a vendor) is about 20 MB.
    public var textBytes = 32 << 20

    /// The limits that feeds are read with.
    public static let standard = JSONLimits()

    /// Limits as they stand.
    public init() {}
}
