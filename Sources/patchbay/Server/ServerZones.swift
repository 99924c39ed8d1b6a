import Administration
import AgentSystem
import Calendar
import CommandBasics
import ControlPlane
import ServerRecords
import Synchronization

/// The time zones of the server's machine, each read once.
final class ServerZones: Sendable {
    private let known = Mutex<[String: TimeZoneRules?]>([:])

    /// The most names that are remembered: the IANA database has some 600, and names come from
    /// policies and endpoints.
    private static let maximumNames = 2_000

    /// The time, randomness and time zones of this machine.
    static var effects: Effects {
        let zones = ServerZones()
        var effects = SystemEffects.effects
        effects.zoneRules = { zones.rules(named: $0) }
        return effects
    }

    /// A zone's rules; `nil` for one that is not known here.
    func rules(named name: String) -> TimeZoneRules? {
        if let rules = known.withLock({ $0[name] }) { return rules }
        let rules =
            Effects.universalTimeOnly(name)
            ?? ZoneName(name).flatMap { try? ZoneFolder.system.rules($0) }
        known.withLock { known in
            if known.count >= Self.maximumNames { known.removeAll() }
            known[name] = .some(rules)
        }
        return rules
    }
}
