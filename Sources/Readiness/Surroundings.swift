public import Fleet

/// What an endpoint has found of itself right before an installation, as far as it was asked.
public struct Surroundings: Hashable, Sendable {
    /// Somebody with a session open.
    public struct Person: Hashable, Sendable {
        /// The user's name.
        public var name: String
        /// Whether the session is locked, or its system calls it idle.
        public var isAway: Bool

        /// Somebody.
        public init(_ name: String, isAway: Bool) {
            self.name = name
            self.isAway = isAway
        }
    }

    /// Mains or battery.
    public var power: Power
    /// Who has a session open.
    public var people: [Person]
    /// Whether the connection is one that is paid for by what it carries; `false` where nothing says
    /// so, as on servers.
    public var isMetered: Bool
    /// The load of the last five minutes, in hundredths of a percent of what the processors can do;
    /// `nil` where nothing tells.
    public var load: Int?
    /// What is free where packages are unpacked and kept; empty where nothing tells.
    public var disks: [Disk]

    /// An endpoint of which nothing stands in the way.
    public init(
        power: Power = Power(), people: [Person] = [], isMetered: Bool = false, load: Int? = nil,
        disks: [Disk] = []
    ) {
        self.power = power
        self.people = people
        self.isMetered = isMetered
        self.load = load
        self.disks = disks
    }
}
