import AgentSystem
import Calendar
import CommandBasics
import Foundation
import PackageManagers
import Policy

/// The time zones that policies are read in, out of the system's files.
enum PolicyZones {
    /// Whether the system has zones.
    static var arePresent: Bool { has("Europe/London") }

    /// Whether there is a zone.
    static func has(_ name: String) -> Bool { (try? rules(named: name)) != nil }

    /// A zone's rules.
    static func rules(named name: String) throws -> TimeZoneRules {
        if ["UTC", "Etc/UTC"].contains(name) { return .utc }
        guard let zone = ZoneName(name) else {
            throw Failure(
                .wrongUse, "There is no time zone \(Table.printable(name)).",
                nextStep: "Use a name of the IANA database, such as Europe/Berlin.",
                code: "E_ZONE_UNKNOWN")
        }
        return try ZoneFolder.system.rules(zone)
    }

    /// This machine's own zone; universal time where it has none that is known.
    static var local: TimeZoneRules {
        (try? rules(named: TimeZoneFact(root: "").name)) ?? .utc
    }

    /// The zones of an endpoint under some policies. The zone names `endpoint` and `site` both
    /// stand for the rules of `endpoint`.
    static func zones(for policies: [PatchPolicy], endpoint: TimeZoneRules) throws -> Zones {
        var zones = Zones(endpoint: endpoint)
        let used = policies.flatMap { $0.windows.map(\.zone) + $0.freezes.compactMap(\.zone) }
        for case .named(let name) in Set(used) {
            zones.named[name.text] = try rules(named: name.text)
        }
        return zones
    }
}
