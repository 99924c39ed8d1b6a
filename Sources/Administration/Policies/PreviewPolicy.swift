import Calendar
public import ControlPlane
import Findings
package import Fleet
import Policy
import Rollout
public import ServerRecords

extension UseCases {
    /// The most endpoints that a preview looks at: a decision for each missing update of so many
    /// takes some seconds.
    static let previewedEndpoints = 20_000

    /// What saving a policy would do: what is to be said about its text, who joins and leaves, and
    /// what would happen at once. Nothing is changed.
    public func previewPolicy(
        _ draft: PolicyDraft, by principal: Principal
    ) async throws -> PolicyPreview {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            let (text, old, new) = try self.read(draft, by: principal, at: now, in: records)
            guard let new else { return PolicyPreview(remarks: text.remarks, name: nil) }
            return try self.preview(
                from: old, to: new, text, at: now, in: records)
        }
    }

    /// What a change of one policy would do; `nil` stands for “there is none”, as a policy that is
    /// switched off.
    func preview(
        from old: PolicyRecord?, to new: PolicyRecord?, _ text: PolicyText? = nil,
        at now: Timestamp, in records: any Records
    ) throws -> PolicyPreview {
        var preview = PolicyPreview(
            remarks: text?.remarks ?? [], name: (new ?? old)?.name.text)
        var fleet = new.map { FleetRemarks(on: $0.policy, text?.spots) }
        var kept = new.map { KeptOpen(by: $0) }
        guard let place = (new ?? old)?.place else { return preview }
        let tenants =
            try place.tenant.map { [$0] } ?? records.tenants(in: .provider).map(\.id)
        for tenant in tenants {
            let stored = try policyShelf.policies(of: tenant, in: records)
            let others = stored.filter { $0.id != (new ?? old)?.id }
            var comparison = try PolicyComparison(
                before: EndpointDecisions(
                    of: tenant, in: records, at: now, isForMany: true,
                    insteadOfStored: others + [old].compactMap(\.self), by: self),
                after: EndpointDecisions(
                    of: tenant, in: records, at: now, isForMany: true,
                    insteadOfStored: others + [new].compactMap(\.self), by: self))
            if let new { preview.remarks += try siteRemarks(on: new.policy, tenant, in: records) }
            try eachEndpoint(of: tenant, in: records) { endpoint in
                try Self.requireRoom(in: preview)
                let becomes = try comparison.add(
                    endpoint, old: old?.name, new: new?.name, to: &preview, in: records)
                fleet?.add(
                    becomes.subject, applies: becomes.membership(of: new?.name), of: tenant,
                    at: now)
                fleet?.add(becomes.policy?.effective.problems ?? [])
                kept?.add(becomes)
            }
            comparison.settleTurns(in: &preview)
        }
        preview.remarks += fleet?.remarks ?? []
        let state = findings.snapshot()
        preview.leavesOpen = state.isBuilt ? kept?.figures(in: state) : nil
        return preview
    }

    /// What would happen at once if a tenant's groups were others: policies act on who joins and
    /// who leaves one.
    package func preview(
        groups: [EndpointGroup], of tenant: TenantID, at now: Timestamp, in records: any Records
    ) throws -> PolicyPreview {
        var preview = PolicyPreview(remarks: [], name: nil)
        var comparison = try PolicyComparison(
            before: EndpointDecisions(
                of: tenant, in: records, at: now, isForMany: true, by: self),
            after: EndpointDecisions(
                of: tenant, in: records, at: now, isForMany: true, withGroups: groups, by: self))
        let changed = try Self.changed(from: records.groups(in: .tenant(tenant)), to: groups)
        // However many endpoints there are, nobody need be asked about then.
        guard comparison.before.asks(forAnyOf: changed) else { return preview }
        var watch = RingWatch()
        try eachEndpoint(of: tenant, in: records) { endpoint in
            try Self.requireRoom(in: preview)
            try comparison.note(endpoint, in: &watch, records)
            guard try comparison.isMoved(endpoint, in: records) else {
                preview.endpoints += 1
                return
            }
            _ = try comparison.add(endpoint, old: nil, new: nil, to: &preview, in: records)
        }
        comparison.settleTurns(in: &preview)
        preview.emptiedRings = watch.isOpen ? watch.sentences : nil
        return preview
    }

    /// The names of the groups that come, go, or have other members.
    private static func changed(
        from old: [EndpointGroup], to new: [EndpointGroup]
    ) -> Set<PolicyName> {
        func members(_ groups: [EndpointGroup]) -> [PolicyName: GroupExpression] {
            Dictionary(groups.map { ($0.name, $0.members) }) { first, _ in first }
        }
        let (before, after) = (members(old), members(new))
        return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    }

    /// What would happen at once to an endpoint if other things were said of it, or if it stood at
    /// another site, and to a ring in which it was the last.
    package func preview(
        traits: EndpointTraits, of endpoint: EndpointRecord, becoming moved: EndpointRecord,
        at now: Timestamp, in records: any Records
    ) throws -> PolicyPreview {
        var preview = PolicyPreview(remarks: [], name: nil)
        var comparison = try PolicyComparison(
            before: EndpointDecisions(of: endpoint.tenant, in: records, at: now, by: self),
            after: EndpointDecisions(
                of: endpoint.tenant, in: records, at: now, withTraits: [endpoint.id: traits],
                by: self))
        _ = try comparison.add(
            endpoint, becoming: moved, old: nil, new: nil, to: &preview, in: records)
        comparison.settleTurns(in: &preview)
        var watch = RingWatch()
        try comparison.note(endpoint, becoming: moved, in: &watch, records)
        guard watch.isOpen else { return preview }
        var looked = 0
        do {
            try eachEndpoint(of: endpoint.tenant, in: records) { other in
                guard other.id != endpoint.id else { return }
                looked += 1
                // Of a ring of which not everybody was looked at it is not known.
                guard looked <= Self.previewedEndpoints else { throw SeenEnough() }
                try comparison.note(other, in: &watch, records)
                // Most often the first ones show that somebody stays.
                if !watch.isOpen { throw SeenEnough() }
            }
            preview.emptiedRings = watch.sentences
        } catch is SeenEnough {}
        return preview
    }

    /// Ends a look at endpoints.
    private struct SeenEnough: Error {}

    private static func requireRoom(in preview: PolicyPreview) throws {
        guard preview.endpoints < previewedEndpoints else {
            throw Refusal(
                .tooLarge, "E_PREVIEW_TOO_LARGE",
                "A preview looks at \(previewedEndpoints) endpoints at most.",
                nextStep: "Change one tenant, site or group at a time, or confirm what is meant.")
        }
    }

    /// The sites that windows in the site's zone cannot go by, because nobody has said their zone.
    private func siteRemarks(
        on policy: PatchPolicy, _ tenant: TenantID, in records: any Records
    ) throws -> [PolicyRemark] {
        let zones = policy.windows.map(\.zone) + policy.freezes.compactMap(\.zone)
        guard zones.contains(.site) else { return [] }
        let without = try records.sites(in: .tenant(tenant)).filter { $0.timeZone == nil }
        guard !without.isEmpty else { return [] }
        let names = without.map { "“\($0.name)”" }.joined(separator: ", ")
        return [
            PolicyRemark(
                isError: false, line: 1, column: 1,
                message: "“zone: site” is each endpoint's own zone at \(names), where nobody has "
                    + "said the site's (patchbay site update SITE --zone Europe/Berlin)")
        ]
    }
}

/// Compares what two sets of policies make of endpoints.
private struct PolicyComparison {
    var before: EndpointDecisions
    var after: EndpointDecisions
    private var turns: [Turn] = []

    /// What waits for what.
    private struct Way: Hashable {
        let policy: PolicyName
        let lane: Lane
        let package: String
    }

    /// The place in its list of the ring in which an endpoint would act.
    private struct Turn {
        let act: Int
        let ring: Int
        let ways: [Way]
    }

    init(before: EndpointDecisions, after: EndpointDecisions) {
        self.before = before
        self.after = after
    }

    /// Whether an endpoint is in other groups than before.
    func isMoved(_ endpoint: EndpointRecord, in records: any Records) throws -> Bool {
        let facts = try records.posture(of: endpoint.id, tenant: endpoint.tenant)?.endpoint
        return try before.subject(endpoint, facts: facts).groups
            != after.subject(endpoint, facts: facts).groups
    }

    /// Notes which rings an endpoint is in before and after.
    func note(
        _ endpoint: EndpointRecord, becoming moved: EndpointRecord? = nil,
        in watch: inout RingWatch, _ records: any Records
    ) throws {
        let facts = try records.posture(of: endpoint.id, tenant: endpoint.tenant)?.endpoint
        watch.note(
            before: try before.ringPlaces(of: endpoint, facts: facts),
            after: try after.ringPlaces(of: moved ?? endpoint, facts: facts))
    }

    mutating func add(
        _ endpoint: EndpointRecord, becoming moved: EndpointRecord? = nil, old: PolicyName?,
        new: PolicyName?, to preview: inout PolicyPreview, in records: any Records
    ) throws -> DecidedEndpoint {
        preview.endpoints += 1
        let posture = try records.posture(of: endpoint.id, tenant: endpoint.tenant)
        let jobs = try records.jobs(
            JobQuery(
                scope: .tenant(endpoint.tenant), endpoint: endpoint.id,
                limit: DecidedEndpoint.jobsShown))
        let was = try before.decide(endpoint, posture: posture, jobs: jobs)
        let becomes = try after.decide(moved ?? endpoint, posture: posture, jobs: jobs)
        let member = PolicyPreview.Member(endpoint: endpoint.id, name: endpoint.name)
        preview.clashes.note(
            becomes.policy?.effective.problems ?? [],
            besides: was.policy?.effective.problems ?? [], on: endpoint.name)
        switch (was.membership(of: old), becomes.membership(of: new)) {
        case (_, .unknown): preview.unknown.append(member)
        case (.yes, .yes): preview.stays += 1
        case (.yes, .no): preview.leaves.append(member)
        case (_, .yes): preview.joins.append(member)
        case (_, .no): break
        }
        preview.changedDecisions += zip(was.decisions, becomes.decisions)
            .count { $0.action != $1.action || $0.reasonCode != $1.reasonCode }
        let could = Set(was.decisions.filter(\.actsNow).map(\.update.key))
        let can = becomes.decisions.filter { $0.actsNow && !could.contains($0.update.key) }
        if !can.isEmpty { preview.acts.append(act(becomes, can, place: preview.acts.count)) }
        return becomes
    }

    /// Says who waits for an earlier ring: one in which somebody gets the same. A ring in which
    /// nobody does is passed at once, and holds nobody back.
    func settleTurns(in preview: inout PolicyPreview) {
        var first: [Way: Int] = [:]
        for turn in turns {
            for way in turn.ways { first[way] = min(first[way] ?? turn.ring, turn.ring) }
        }
        for turn in turns {
            preview.acts[turn.act].waitsForRing = turn.ways.allSatisfy {
                first[$0] ?? turn.ring < turn.ring
            }
        }
    }

    private mutating func act(
        _ decided: DecidedEndpoint, _ can: [Decision], place number: Int
    ) -> PolicyPreview.Act {
        let effective = decided.policy?.effective
        let reboots = (effective?.reboot?.value ?? .none).mode != .never
        var act = PolicyPreview.Act(
            endpoint: decided.endpoint.id, name: decided.endpoint.name,
            packages: Set(can.map(\.update.name)).sorted(),
            mayReboot: reboots && can.contains { RebootProne.contains($0.update.name) },
            ring: nil, waitsForRing: false)
        guard let lane = can.first?.lane, let name = decided.policyName,
            let rings = effective?.rings(of: lane), !rings.isEmpty
        else { return act }
        let place = RingAssignment(rings, of: name).place(of: decided.subject, at: after.now).ring
        act.ring = place.map { rings[$0].name.text }
        act.waitsForRing = place != 0
        // An earlier ring with a gate holds it back even when nobody there gets the same.
        if let place, !rings[..<place].contains(where: { ($0.gate?.minimum ?? 0) > 0 }) {
            let ways = act.packages.map { Way(policy: name, lane: lane, package: $0) }
            turns.append(Turn(act: number, ring: place, ways: ways))
        }
        return act
    }
}

extension Decision {
    /// Whether it may be installed now.
    var actsNow: Bool { reasonCode == .windowOpen || reasonCode == .catchingUp }
}

extension DecidedEndpoint {
    /// Whether a policy applies to the endpoint, by itself or because another inherits it.
    func membership(of name: PolicyName?) -> Ternary {
        guard let name,
            let layer = policy?.effective.layers.first(where: { $0.policy.name == name })
        else { return .no }
        return layer.isCertain ? .yes : .unknown
    }
}
