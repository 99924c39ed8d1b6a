public import ServerRecords

/// What has just been stored: its own fields, and beside them what there is to say about it.
public struct Warned<Record: Codable & Sendable>: Sendable, Codable {
    /// What is stored.
    public var record: Record
    /// What probably was not meant; `nil` when there is nothing to say.
    public var warning: String?
    /// What stays open because of it; `nil` where that is not asked, or not known.
    public var leavesOpen: OpenRisks?

    private enum CodingKeys: String, CodingKey { case warning, leavesOpen }

    /// A record, and what there is to say about it.
    public init(record: Record, warning: String? = nil, leavesOpen: OpenRisks? = nil) {
        self.record = record
        self.warning = warning
        self.leavesOpen = leavesOpen
    }

    /// Reads the record's fields, and the warning beside them.
    public init(from decoder: any Decoder) throws {
        record = try Record(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        warning = try container.decodeIfPresent(String.self, forKey: .warning)
        leavesOpen = try container.decodeIfPresent(OpenRisks.self, forKey: .leavesOpen)
    }

    /// Writes the record's fields, and the warning beside them.
    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(warning, forKey: .warning)
        try container.encodeIfPresent(leavesOpen, forKey: .leavesOpen)
    }
}
