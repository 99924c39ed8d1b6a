public import Fleet
public import Policy

/// One version of a policy, as the store keeps it.
public struct PolicyRecord: Hashable, Sendable, Codable {
    /// What made this version.
    public enum Change: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its text was written.
        case saved
        /// It was switched on.
        case enabled
        /// It was switched off.
        case disabled
        /// It was deleted; its history stays.
        case deleted
    }

    /// Its identifier.
    public let id: PolicyID
    /// Where it holds.
    public let place: PolicyPlace
    /// Counts every change, from 1.
    public var version: Int
    /// What made this version.
    public var change: Change
    /// Whether it decides anything.
    public var isEnabled: Bool
    /// The value of the text.
    public var policy: PatchPolicy
    /// The risks that the text accepts.
    public var exceptions: [RiskException]
    /// The text, as it was written.
    public var yaml: String
    /// When this version was made.
    public var savedAt: Timestamp
    /// Who made it, as the audit log names people.
    public var savedBy: String
    /// Why, in the maker's words; may be empty.
    public var note: String

    /// The first version of a policy.
    public init(
        id: PolicyID, place: PolicyPlace, version: Int = 1, change: Change = .saved,
        isEnabled: Bool = true, policy: PatchPolicy, exceptions: [RiskException] = [],
        yaml: String, savedAt: Timestamp, savedBy: String, note: String = ""
    ) {
        self.id = id
        self.place = place
        self.version = version
        self.change = change
        self.isEnabled = isEnabled
        self.policy = policy
        self.exceptions = exceptions
        self.yaml = yaml
        self.savedAt = savedAt
        self.savedBy = savedBy
        self.note = note
    }

    /// Its name.
    public var name: PolicyName { policy.name }
    /// Whether it was deleted.
    public var isDeleted: Bool { change == .deleted }

    /// The policy at its level, for the endpoints of its place only.
    package func placed(_ names: DirectoryNames) -> PlacedPolicy {
        var policy = policy
        if let condition = place.condition(names) {
            policy.applies = policy.applies.narrowed(to: condition)
        }
        return PlacedPolicy(policy, at: place.level)
    }
}
