import Calendar
package import Fleet
import Policy
package import ServerRecords
import Synchronization

/// The policies that hold for a tenant, ready for use, with what people have said.
struct PolicyBook: Sendable {
    /// The policies at their levels, each for the endpoints of its place only.
    let placed: [PlacedPolicy]
    /// The exceptions that stand in the policies' own texts: each holds where its policy applies.
    let written: [WrittenException]
    /// The rules of the zones that windows and freezes name, as far as they are known.
    let namedZones: [String: TimeZoneRules]
    /// The tenant's groups.
    let groups: [(name: String, members: CompiledExpression<EndpointField>)]
    /// The names of the tenant and its sites.
    let names: DirectoryNames

    /// Whether any policy names deadlines.
    let namesDeadlines: Bool
    /// Whether it takes a scan's facts to tell which policies apply to an endpoint.
    let asksForFacts: Bool
    /// Whether any policy has windows that count from releases.
    let countsFromReleases: Bool
    /// Whether any policy has windows that need somebody on duty.
    let needsDuty: Bool

    /// Whether any policy asks for verdicts.
    let asksForVerdicts: Bool

    /// What can be asked of an endpoint that has never been scanned.
    private static let saidByPeople: Set<EndpointField> = [
        .endpoint, .role, .tag, .tenant, .site, .group, .criticality, .exposed,
    ]

    /// Whether it takes a scan's facts to evaluate a condition.
    static func asksForFacts(_ condition: GroupExpression?) -> Bool {
        condition.map { !$0.fields.isSubset(of: saidByPeople) } ?? false
    }

    /// An exception of a policy's text.
    struct WrittenException: Sendable {
        let exception: RiskException
        let applies: GroupExpression
    }

    init(
        _ policies: [PolicyRecord], groups: [EndpointGroup], names: DirectoryNames,
        zoneRules: (String) -> TimeZoneRules?
    ) {
        placed = policies.map { $0.placed(names) }
        written = zip(policies, placed).flatMap { record, placed in
            record.exceptions.map {
                WrittenException(exception: $0, applies: placed.policy.applies)
            }
        }
        countsFromReleases = placed.contains {
            $0.policy.windows.contains(where: \.countsFromRelease)
        }
        asksForVerdicts = placed.contains { $0.policy.asksForVerdicts }
        needsDuty = placed.contains { $0.policy.windows.contains(where: \.isStaffed) }
        namesDeadlines = placed.contains { !$0.policy.sla.isEmpty }
        asksForFacts = (placed.map(\.policy.applies) + groups.map(\.members)).contains {
            Self.asksForFacts($0)
        }
        let zones = placed.flatMap {
            $0.policy.windows.map(\.zone) + $0.policy.freezes.compactMap(\.zone)
        }
        var named: [String: TimeZoneRules] = [:]
        for case .named(let zone) in Set(zones) {
            if let rules = zoneRules(zone.text) { named[zone.text] = rules }
        }
        namedZones = named
        self.groups = groups.map { ($0.name.text, CompiledExpression($0.members)) }
        self.names = names
    }
}

/// Keeps the policies of tenants ready between calls: they are read and put together again only
/// when they have changed.
public final class PolicyShelf: Sendable {
    /// The most tenants whose policies are kept ready; when there are more, all are read again.
    private static let maximumTenants = 1_000

    private struct Entry {
        let stamp: String
        let policies: [PolicyRecord]
    }

    private let entries = Mutex<[TenantID: Entry]>([:])

    /// An empty shelf.
    public init() {}

    /// The policies that hold for a tenant.
    package func policies(of tenant: TenantID, in records: any Records) throws -> [PolicyRecord] {
        let stamp = try records.policyStamp(of: tenant)
        if let entry = entries.withLock({ $0[tenant] }), entry.stamp == stamp {
            return entry.policies
        }
        let policies = try records.policies(holdingFor: tenant)
        entries.withLock { entries in
            if entries.count >= Self.maximumTenants { entries.removeAll() }
            entries[tenant] = Entry(stamp: stamp, policies: policies)
        }
        return policies
    }
}
