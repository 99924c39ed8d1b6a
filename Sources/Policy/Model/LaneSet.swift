/// Some of the lanes.
public struct LaneSet: OptionSet, Hashable, Sendable {
    /// A bit for each lane, in their order.
    public let rawValue: UInt8

    /// Lanes by their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One lane.
    public init(_ lane: Lane) {
        switch lane {
        case .routine: self.init(rawValue: 1)
        case .priority: self.init(rawValue: 2)
        case .emergency: self.init(rawValue: 4)
        }
    }

    /// Every lane.
    public static let all = LaneSet(Lane.allCases.map { LaneSet($0) })
}
