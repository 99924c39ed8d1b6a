/// When work may happen: on which local dates, from which local time, for how long, in which zone.
///
/// It opens at the local time `from` on each matching local date and stays open for the *elapsed*
/// length, whatever the clocks do meanwhile.
public struct MaintenanceWindow: Hashable, Sendable, Codable {
    /// Its name in the policy.
    public var name: String
    /// On which local dates it opens.
    public var recurrence: Recurrence
    /// At which local time it opens.
    public var from: LocalTime
    /// How long it stays open, in seconds that really pass.
    public var lengthSeconds: Int64
    /// Whose local dates and times.
    public var zone: WindowZone
    /// What may happen in it. Written sorted, so that equal windows have equal texts.
    public var kinds: Set<WindowKind>
    /// Whether it needs a named person on duty before anything starts in it (F31).
    public var staffing: WindowStaffing

    /// The shortest window, in seconds: in less than a minute nothing can be done.
    public static let minimumLengthSeconds: Int64 = 60
    /// The longest window, in seconds: 31 days, so that a monthly one can fill its month.
    public static let maximumLengthSeconds: Int64 = 31 * 86_400

    /// A window; `nil` when the length is outside the limits.
    public init?(
        name: String, recurrence: Recurrence, from: LocalTime, lengthSeconds: Int64,
        zone: WindowZone = .endpoint, kinds: Set<WindowKind> = WindowKind.all,
        staffing: WindowStaffing = .unstaffed
    ) {
        guard
            (Self.minimumLengthSeconds...Self.maximumLengthSeconds).contains(lengthSeconds)
        else { return nil }
        self.name = name
        self.recurrence = recurrence
        self.from = from
        self.lengthSeconds = lengthSeconds
        self.zone = zone
        self.kinds = kinds
        self.staffing = staffing
    }

    /// Whether it opens once for each update, counted from the update's release.
    public var countsFromRelease: Bool {
        if case .afterRelease = recurrence { true } else { false }
    }

    /// Whether installing and rebooting in it need a person on duty.
    public var isStaffed: Bool { staffing != .unstaffed }

    // Agents of former releases take `isStaffed` alone; some of them would install in such a window.
    // They do not know `staffing`, and so refuse policies that have it.
    private enum CodingKeys: String, CodingKey {
        case name, recurrence, from, lengthSeconds, zone, kinds, isStaffed, staffing
    }

    /// Reads a window; throws when a part cannot be read or the length is outside the limits.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let window = Self(
            name: try values.decode(String.self, forKey: .name),
            recurrence: try values.decode(Recurrence.self, forKey: .recurrence),
            from: try values.decode(LocalTime.self, forKey: .from),
            lengthSeconds: try values.decode(Int64.self, forKey: .lengthSeconds),
            zone: try values.decode(WindowZone.self, forKey: .zone),
            kinds: Set(try values.decode([WindowKind].self, forKey: .kinds)),
            staffing: try Self.staffing(values))
        guard let window else {
            throw DecodingError.dataCorruptedError(
                forKey: .lengthSeconds, in: values,
                debugDescription: "a window lasts from a minute to 31 days")
        }
        self = window
    }

    /// Writes the window, its kinds sorted.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(recurrence, forKey: .recurrence)
        try values.encode(from, forKey: .from)
        try values.encode(lengthSeconds, forKey: .lengthSeconds)
        try values.encode(zone, forKey: .zone)
        try values.encode(WindowKind.allCases.filter(kinds.contains), forKey: .kinds)
        try values.encode(isStaffed, forKey: .isStaffed)
        if staffing == .onDuty { try values.encode(staffing, forKey: .staffing) }
    }

    private static func staffing(
        _ values: KeyedDecodingContainer<CodingKeys>
    ) throws -> WindowStaffing {
        let stated = try values.decodeIfPresent(WindowStaffing.self, forKey: .staffing)
        guard try values.decode(Bool.self, forKey: .isStaffed) else {
            guard stated == nil else {
                throw DecodingError.dataCorruptedError(
                    forKey: .staffing, in: values,
                    debugDescription: "a window that needs nobody names no staffing")
            }
            return .unstaffed
        }
        return stated == .onDuty ? .onDuty : .shut
    }
}

/// What may happen in a window.
public enum WindowKind: String, Codable, Sendable, CaseIterable {
    /// Looking for missing updates.
    case detection
    /// Downloading ahead.
    case prefetch
    /// Installing.
    case install
    /// Rebooting.
    case reboot

    /// Everything: what a window is for when it does not say.
    public static let all = Set(allCases)
}

/// Whose clock a window follows.
public enum WindowZone: Hashable, Sendable {
    /// Each endpoint's own.
    case endpoint
    /// That of the site that the endpoint stands at.
    case site
    /// One of the IANA time zone database, such as `Europe/Berlin`.
    case named(ZoneName)
}

extension WindowZone: LosslessStringConvertible {
    /// `endpoint`, `site` or the zone's name.
    public var description: String {
        switch self {
        case .endpoint: "endpoint"
        case .site: "site"
        case .named(let name): name.text
        }
    }

    /// Reads `endpoint`, `site` or a well-formed zone name; whether the zone exists is known only
    /// where zones are.
    public init?(_ text: String) {
        switch text {
        case "endpoint": self = .endpoint
        case "site": self = .site
        default:
            guard let name = ZoneName(text) else { return nil }
            self = .named(name)
        }
    }
}

extension WindowZone: Codable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readText("endpoint, site or a zone's name", WindowZone.init)
    }

    /// Writes the value as its text.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeText(description)
    }
}
