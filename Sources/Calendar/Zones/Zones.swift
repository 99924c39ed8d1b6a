/// What windows are read by: the rules of the zones (the endpoint's, its site's, and those that are
/// named), and who is on duty.
public struct Zones: Hashable, Sendable, Codable {
    /// Whose rules `endpoint` stands for.
    public var endpoint: TimeZoneRules
    /// Whose rules `site` stands for; `nil` for a site without a zone of its own, which then
    /// follows the endpoint.
    public var site: TimeZoneRules?
    /// The name of the site's zone where it has one whose rules are not known here: then `site`
    /// stands for nothing, rather than for another zone.
    public var unknownSite: String?
    /// The rules of named zones, by name.
    public var named: [String: TimeZoneRules]
    /// Who is on duty, for windows that need somebody; nobody unless it is said.
    public var onDuty: [OnDuty] = []

    /// The zones of one endpoint.
    public init(
        endpoint: TimeZoneRules, site: TimeZoneRules? = nil, named: [String: TimeZoneRules] = [:],
        unknownSite: String? = nil
    ) {
        self.unknownSite = unknownSite
        self.endpoint = endpoint
        self.site = site
        self.named = named
    }

    /// The rules of a window's zone; throws `E_ZONE_UNKNOWN` for a name that is not among them.
    public func rules(for zone: WindowZone) throws(ZoneError) -> TimeZoneRules {
        switch zone {
        case .endpoint: return endpoint
        case .site:
            if site == nil, let unknownSite { throw Self.unknown(unknownSite) }
            return site ?? endpoint
        case .named(let name):
            guard let rules = named[name.text] else { throw Self.unknown(name.text) }
            return rules
        }
    }

    private static func unknown(_ name: String) -> ZoneError {
        ZoneError(
            .unknown, "The time zone \(name) is not known here.",
            nextStep: "Use a name of the IANA database, such as Europe/Berlin.")
    }

    /// Takes the zone of the endpoint's site by its name, out of the rules that are known; `nil` for
    /// a site without one.
    public mutating func setSite(_ name: String?, from rules: (String) -> TimeZoneRules?) {
        site = name.flatMap(rules)
        unknownSite = site == nil ? name : nil
    }
}
