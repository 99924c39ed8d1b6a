public import Fleet
public import Policy

/// What a person has said about updates, as the store keeps it.
public struct ApprovalRecord: Hashable, Sendable, Codable {
    /// Its identifier.
    public let id: ApprovalID
    /// Where it holds.
    public let place: PolicyPlace
    /// The endpoints that were chosen; empty for all of the place.
    public var endpoints: [EndpointID]
    /// What was said, by whom and when.
    public var word: ApprovalByHand
    /// Why, in the person's words, where the verdict itself has no reason; may be empty.
    public var note: String
    /// When it was taken back.
    public var endedAt: Timestamp?
    /// Who took it back.
    public var endedBy: String?

    /// The most endpoints that one word names: more are a group.
    public static let maximumEndpoints = 1_000

    /// What a person has said.
    public init(
        id: ApprovalID, place: PolicyPlace, endpoints: [EndpointID] = [], word: ApprovalByHand,
        note: String = "", endedAt: Timestamp? = nil, endedBy: String? = nil
    ) {
        self.id = id
        self.place = place
        self.endpoints = endpoints
        self.word = word
        self.note = note
        self.endedAt = endedAt
        self.endedBy = endedBy
    }

    /// The word, for the endpoints of its place only.
    package func placed(_ names: DirectoryNames) -> ApprovalByHand {
        var word = word
        var conditions = [word.endpoints, place.condition(names)].compactMap(\.self)
        if !endpoints.isEmpty {
            conditions.append(.among(endpoints.map(\.text), of: .endpoint))
        }
        word.endpoints =
            conditions.isEmpty
            ? nil : conditions.reduce(.always) { $0.narrowed(to: $1) }
        return word
    }
}
