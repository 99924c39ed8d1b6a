package import ControlPlane
import Findings
import Fleet
import Policy
import ServerRecords

/// What one look at a tenant shows.
struct Foreseen: Sendable {
    /// What becomes of updates whose due date comes soon, by today's plan.
    var misses: [PlannedMiss] = []
    /// The endpoints that a policy answers for and that a program updates by itself, by the program.
    var updaters: [String: [String]] = [:]
    /// The endpoints' names, by their keys.
    var names: [String: String] = [:]
}

extension UseCases {
    /// How far ahead due dates are looked at, in seconds: a week, in which a window can still be
    /// opened and an approval be given; what comes later would be told long before it matters.
    static let foreseenSeconds: Int64 = 7 * 86_400
    /// The most endpoints of a tenant that are looked at, as in a plan that people ask for: about
    /// five seconds' work in an hour. Of a larger tenant nothing is foreseen.
    static let foreseenEndpoints = 20_000
    /// The most programs that a tenant's alerts name: those that scans know are fewer.
    static let foreseenUpdaters = 20

    /// Looks at each tenant, and raises alerts about due dates that endpoints will miss by today's
    /// plan and about endpoints that update themselves; ends those that are over. Does nothing while
    /// the fleet is still being read.
    package func foresee() async throws {
        guard findings.snapshot().isBuilt else { return }
        let now = effects.now()
        for tenant in try await ledger.read({ try $0.tenants(in: .provider).map(\.id) }) {
            try Task.checkCancellation()
            guard let foreseen = try await foresee(tenant, at: now) else { continue }
            let ahead = alerts(ofDatesAhead: foreseen, in: tenant, at: now)
            let updating = alerts(ofUpdaters: foreseen, in: tenant, at: now)
            try await ledger.write { records in
                try self.settle(.dueDateAhead, ahead, of: tenant, at: now, in: records)
                try self.settle(.selfUpdating, updating, of: tenant, at: now, in: records)
            }
        }
    }

    /// One look at a tenant; `nil` where it has too many endpoints.
    private func foresee(_ tenant: TenantID, at now: Timestamp) async throws -> Foreseen? {
        let end = now.adding(seconds: Self.foreseenSeconds)
        var foreseen: Foreseen?
        let members: [PlanEndpoint]
        (foreseen, members) = try await ledger.read { records -> (Foreseen?, [PlanEndpoint]) in
            var decisions = try EndpointDecisions(
                of: tenant, in: records, at: now, isForMany: true, showsRings: true, until: end,
                by: self)
            var (seen, members) = (Foreseen(), [PlanEndpoint]())
            do {
                try self.eachEndpoint(of: tenant, in: records) { endpoint in
                    guard members.count < Self.foreseenEndpoints else { throw SeenTooMany() }
                    let decided = try decisions.decide(endpoint)
                    seen.names[endpoint.id.text] = endpoint.name
                    if decided.policy != nil {
                        for updater in decided.subject.facts?.ownUpdaters ?? [] {
                            seen.updaters[updater.name, default: []].append(endpoint.name)
                        }
                    }
                    // All are members of their rings; what is not due soon need not be planned.
                    members.append(
                        PlanEndpoint(
                            subject: decided.subject, policy: decided.policy,
                            outlook: decided.outlook,
                            updates: decided.updates.filter { update in
                                update.context.dueAt.map { now < $0 && $0 <= end } ?? false
                            }))
                }
            } catch is SeenTooMany {
                return (nil, [])
            }
            return (seen, members)
        }
        guard members.contains(where: { !$0.updates.isEmpty }) else { return foreseen }
        foreseen?.misses = PolicyPlan(of: members, from: now, until: end).misses
        return foreseen
    }

    private struct SeenTooMany: Error {}
}
