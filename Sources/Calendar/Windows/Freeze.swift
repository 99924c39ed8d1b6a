/// Days on which no window opens. A window that is open when a freeze begins stays open.
public struct Freeze: Hashable, Sendable, Codable {
    /// The first frozen day.
    public var from: LocalDate
    /// The last frozen day, itself frozen.
    public var to: LocalDate
    /// Why, for people.
    public var reason: String
    /// Whose days; `nil` for those of each window's own zone.
    public var zone: WindowZone?

    /// A freeze; `nil` when it ends before it begins.
    public init?(from: LocalDate, to: LocalDate, reason: String, zone: WindowZone? = nil) {
        guard from <= to else { return nil }
        self.from = from
        self.to = to
        self.reason = reason
        self.zone = zone
    }

    /// Whether a date is frozen.
    public func contains(_ date: LocalDate) -> Bool { from <= date && date <= to }
}
