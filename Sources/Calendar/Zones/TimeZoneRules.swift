/// How far a zone's clocks are from UTC, at every instant: plain values, so that they can travel in
/// a signed policy, and an endpoint without a zone database decides like every other.
///
/// They are read from a TZif file (`TimeZoneRules.init(name:tzif:)`, RFC 8536). Abbreviations and
/// the mark for daylight saving are left out: nothing here depends on them.
public struct TimeZoneRules: Hashable, Sendable {
    /// From an instant on, clocks are this far ahead of UTC.
    public struct Change: Hashable, Sendable, Codable {
        /// The instant, in seconds since the epoch.
        public var at: Int64
        /// How far ahead of UTC from then on, in seconds; negative in the west.
        public var offset: Int

        /// A change.
        public init(at: Int64, offset: Int) {
            self.at = at
            self.offset = offset
        }
    }

    /// The zone's name.
    public let name: String
    /// How far ahead of UTC before the first change, in seconds.
    public let firstOffset: Int
    /// The recorded changes, by time.
    public let changes: [Change]
    /// The rule for the time after the last recorded change; `nil` when the last offset stays.
    public let rule: PosixZoneRule?

    /// The most recorded changes. The database's longest zone has about 250; the rest is reserve.
    public static let maximumChanges = 4_000
    /// The furthest that clocks may be from UTC, in seconds: RFC 8536 section 3.2 has -25:59:59 to
    /// +25:59:59.
    public static let maximumOffset = 93_599

    /// Rules from their parts; `nil` when the changes are out of order or too many, or an offset
    /// is out of range.
    public init?(name: String, firstOffset: Int, changes: [Change] = [], rule: PosixZoneRule? = nil)
    {
        let offsets = [firstOffset] + changes.map(\.offset)
        guard changes.count <= Self.maximumChanges,
            offsets.allSatisfy({ (-Self.maximumOffset...Self.maximumOffset).contains($0) }),
            zip(changes, changes.dropFirst()).allSatisfy({ $0.at < $1.at })
        else { return nil }
        self.init(unchecked: name, firstOffset, changes, rule)
    }

    private init(
        unchecked name: String, _ firstOffset: Int, _ changes: [Change], _ rule: PosixZoneRule?
    ) {
        self.name = name
        self.firstOffset = firstOffset
        self.changes = changes
        self.rule = rule
    }

    /// Coordinated universal time.
    public static let utc = TimeZoneRules(unchecked: "UTC", 0, [], nil)
}

extension TimeZoneRules: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, firstOffset, changes, rule
    }

    /// Reads rules; throws when they break the limits of `init(name:firstOffset:changes:rule:)`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let rules = Self(
            name: try values.decode(String.self, forKey: .name),
            firstOffset: try values.decode(Int.self, forKey: .firstOffset),
            changes: try values.decode([Change].self, forKey: .changes),
            rule: try values.decodeIfPresent(PosixZoneRule.self, forKey: .rule))
        guard let rules else {
            throw DecodingError.dataCorruptedError(
                forKey: .changes, in: values,
                debugDescription: "changes out of order or too many, or an offset out of range")
        }
        self = rules
    }

    /// Writes the rules.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(firstOffset, forKey: .firstOffset)
        try values.encode(changes, forKey: .changes)
        try values.encodeIfPresent(rule, forKey: .rule)
    }
}
