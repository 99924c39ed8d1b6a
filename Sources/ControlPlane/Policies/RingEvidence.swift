import Fleet
import Policy
import Rollout
import ServerRecords
import Verdicts

extension EndpointDecisions {
    /// What the ring that an endpoint's policy asks for has shown on its stack; `nil` where the
    /// policy asks for none. Where nobody has looked yet and the fleet must not be gone through, it
    /// is not known.
    mutating func evidence(
        for endpoint: EndpointRecord, _ subject: EndpointSubject, under policy: CompiledPolicy?
    ) throws -> TwinEvidence? {
        guard let effective = policy?.effective, let pass = effective.before?.value.passed
        else { return nil }
        // Who comes before the ring, or is in it, tries it for the others.
        if distances(of: subject, to: pass.ring, under: effective).contains(where: { $0 <= 0 }) {
            return TwinEvidence(pass, on: nil)
        }
        guard let facts = subject.facts else { return nil }
        let stack = try stack(of: endpoint, facts.os, facts.architecture, pass)
        let key = TwinDesk.Key(pass, stack)
        var desk =
            twins
            ?? twinShelf?.desk(
                of: tenant, version: ringsVersion, at: now, canFindAnew: walksFleet)
            ?? TwinDesk(at: now, version: ringsVersion)
        if desk.found[key] == nil, walksFleet {
            desk.found[key] = try evidence(pass, stack, in: &desk)
            if said.isEmpty { twinShelf?.keep(desk, of: tenant) }
        }
        twins = desk
        return desk.found[key] ?? TwinEvidence(unknown: pass, on: stack)
    }

    private mutating func evidence(
        _ pass: RingPass, _ stack: EndpointStack, in desk: inout TwinDesk
    ) throws -> TwinEvidence {
        let ring = try desk.rings[pass.ring] ?? self.ring(pass.ring)
        desk.rings[pass.ring] = ring
        var evidence = TwinEvidence(
            pass, on: stack, members: ring.members.count, isWhole: ring.isWhole)
        var asked = 0
        for member in ring.members
        where try self.stack(of: member.endpoint, member.os, member.architecture, pass) == stack {
            guard asked < TwinEvidence.mostAsked else {
                evidence.takeUnasked()
                continue
            }
            asked += 1
            let jobs = try records.jobs(
                JobQuery(
                    scope: .tenant(tenant), endpoint: member.endpoint.id,
                    limit: TwinEvidence.mostOrders))
            evidence.take(jobs, of: member.endpoint.name)
        }
        return evidence
    }

    /// How many rings lie between a ring, by its name, and the endpoint's own, for each lane of its
    /// policy that has the ring: none in the ring itself, less than none before it.
    private func distances(
        of subject: EndpointSubject, to ring: String, under effective: EffectivePolicy
    ) -> [Int] {
        guard let policy = effective.nearest?.name else { return [] }
        return Lane.allCases.compactMap { lane in
            let rings = effective.rings(of: lane)
            guard let place = rings.firstIndex(where: { $0.name.text == ring }),
                let own = RingAssignment(rings, of: policy).place(of: subject, at: now).ring
            else { return nil }
            return own - place
        }
    }

    /// The endpoints that are in a ring of this name by their own policies, by name.
    private func ring(_ name: String) throws -> TwinDesk.Ring {
        let said = try allTraits()
        let needsFacts = book.asksForFacts || book.ringsAskForFacts
        var ring = TwinDesk.Ring()
        var query = EndpointQuery(
            scope: .tenant(tenant), limit: EndpointQuery.maximumPage,
            freshSince: ComplianceRule.freshSince(at: now))
        while true {
            let page = try records.endpoints(query)
            for endpoint in page {
                var posture =
                    needsFacts ? try records.posture(of: endpoint.id, tenant: tenant) : nil
                let subject = subject(
                    endpoint, facts: posture?.endpoint,
                    traits: said[endpoint.id] ?? EndpointTraits())
                guard
                    let effective = EffectivePolicy(of: book.placed, for: subject, at: now),
                    distances(of: subject, to: name, under: effective).contains(0)
                else { continue }
                posture = try posture ?? records.posture(of: endpoint.id, tenant: tenant)
                guard let facts = posture?.endpoint else { continue }
                guard ring.members.count < TwinDesk.mostMembers else {
                    ring.isWhole = false
                    return ring
                }
                ring.members.append(TwinDesk.Member(endpoint, facts))
            }
            guard page.count == query.limit, let last = page.last else { return ring }
            query.after = query.order.cursor(of: last)
        }
    }

    /// An endpoint's stack, as far as it is asked for.
    private mutating func stack(
        of endpoint: EndpointRecord, _ os: OperatingSystem, _ architecture: String,
        _ pass: RingPass
    ) throws -> EndpointStack {
        var names: Set<String> = []
        if pass.stack != nil, let digest = endpoint.inventoryDigest {
            names =
                try packages[digest]
                ?? Set((records.inventory(digest, of: tenant)?.packages ?? []).map(\.name))
            packages[digest] = names
        }
        return EndpointStack(os, architecture: architecture, packages: names, of: pass)
    }
}

extension PolicyBook {
    /// Whether it takes a scan's facts to tell who is in which ring.
    fileprivate var ringsAskForFacts: Bool {
        placed.contains { placed in
            placed.policy.rings.values.joined().contains { ring in
                if case .matching(let group) = ring.members {
                    Self.asksForFacts(group)
                } else {
                    false
                }
            }
        }
    }
}
