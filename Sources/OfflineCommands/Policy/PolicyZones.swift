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

    /// The names of the system's zones, for suggestions: regions with their places, without the
    /// copies that count leap seconds (“right”) or do not (“posix”).
    static var names: [String] {
        let found = FileManager.default.enumerator(atPath: ZoneFolder.system.path)
        var names: [String] = []
        var looked = 0
        while looked < mostFiles, let path = found?.nextObject() as? String {
            looked += 1
            let isCopy = path.hasPrefix("right/") || path.hasPrefix("posix/")
            if path.contains("/"), !isCopy, ZoneName(path) != nil { names.append(path) }
        }
        return names
    }

    /// The most files of the database that are looked at for names: it has about 1,800.
    private static let mostFiles = 10_000

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
