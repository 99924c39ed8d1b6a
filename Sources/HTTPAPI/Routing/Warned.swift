/// What has just been stored: its own fields, and beside them what there is to say about it.
public struct Warned<Record: Codable & Sendable>: Sendable, Codable {
    /// What is stored.
    public var record: Record
    /// What probably was not meant; `nil` when there is nothing to say.
    public var warning: String?

    private enum CodingKeys: String, CodingKey { case warning }

    /// A record, and what there is to say about it.
    public init(record: Record, warning: String?) {
        self.record = record
        self.warning = warning
    }

    /// Reads the record's fields, and the warning beside them.
    public init(from decoder: any Decoder) throws {
        record = try Record(from: decoder)
        warning = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(String.self, forKey: .warning)
    }

    /// Writes the record's fields, and the warning beside them.
    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(warning, forKey: .warning)
    }
}
