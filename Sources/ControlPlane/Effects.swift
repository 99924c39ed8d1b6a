public import Fleet

/// What the use cases need of the world besides the store: the time and randomness. Tests hand in
/// their own.
public struct Effects: Sendable {
    /// The time now.
    public var now: @Sendable () -> Timestamp
    /// So many unpredictable bytes.
    public var randomBytes: @Sendable (Int) -> [UInt8]

    /// The effects.
    public init(
        now: @escaping @Sendable () -> Timestamp, randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.now = now
        self.randomBytes = randomBytes
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
