public import Calendar
public import Fleet

/// What the use cases need of the world besides the store: the time and randomness. Tests hand in
/// their own.
public struct Effects: Sendable {
    /// The time now.
    public var now: @Sendable () -> Timestamp
    /// So many unpredictable bytes.
    public var randomBytes: @Sendable (Int) -> [UInt8]
    /// The rules of a time zone by its IANA name; `nil` for one that is not known here.
    public var zoneRules: @Sendable (String) -> TimeZoneRules?

    /// The effects. Without `zoneRules` only universal time is known.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        randomBytes: @escaping @Sendable (Int) -> [UInt8],
        zoneRules: @escaping @Sendable (String) -> TimeZoneRules? = universalTimeOnly
    ) {
        self.now = now
        self.randomBytes = randomBytes
        self.zoneRules = zoneRules
    }

    /// Knows universal time, and no other zone.
    public static let universalTimeOnly: @Sendable (String) -> TimeZoneRules? = { name in
        ["UTC", "Etc/UTC"].contains(name) ? .utc : nil
    }

    /// A new identifier, made now.
    public func newIdentifier<Kind>(_: Kind.Type = Kind.self) -> Identifier<Kind> {
        var generator = ByteGenerator(source: randomBytes)
        return Identifier(at: now(), using: &generator)
    }
}

/// Numbers from a source of bytes.
private struct ByteGenerator: RandomNumberGenerator {
    let source: @Sendable (Int) -> [UInt8]

    mutating func next() -> UInt64 {
        source(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
