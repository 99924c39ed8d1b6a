import Fleet
import Policy
import Rollout
import ServerRecords
import Verdicts

/// What has been found of rings that policies ask for, so that each is looked at once.
struct TwinDesk {
    /// The members of a ring, by its name.
    fileprivate var members: [String: [Member]] = [:]
    fileprivate var found: [Key: TwinEvidence] = [:]
    fileprivate var packages: [String: Set<String>] = [:]

    fileprivate struct Member {
        let endpoint: EndpointRecord
        let facts: EndpointFacts
    }

    fileprivate struct Key: Hashable {
        let pass: RingPass
        let stack: EndpointStack
    }

    /// How many members of a ring are looked at: a ring that tries things for others is small.
    static let mostMembers = 500
}

extension EndpointDecisions {
    /// What the ring that an endpoint's policy asks for has shown on its stack; `nil` where the
    /// policy asks for none.
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
        let stack = try stack(of: endpoint, facts, pass)
        let key = TwinDesk.Key(pass: pass, stack: stack)
        if let found = twins.found[key] { return found }
        let members = try members(of: pass.ring)
        var evidence = TwinEvidence(pass, on: stack, members: members.count)
        var asked = 0
        for member in members
        where try self.stack(of: member.endpoint, member.facts, pass) == stack {
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
        twins.found[key] = evidence
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
    private mutating func members(of ring: String) throws -> [TwinDesk.Member] {
        if let known = twins.members[ring] { return known }
        let said = try allTraits()
        let needsFacts = book.asksForFacts || book.ringsAskForFacts
        var members: [TwinDesk.Member] = []
        var query = EndpointQuery(
            scope: .tenant(tenant), limit: EndpointQuery.maximumPage,
            freshSince: ComplianceRule.freshSince(at: now))
        pages: while true {
            let page = try records.endpoints(query)
            for endpoint in page {
                var posture =
                    needsFacts ? try records.posture(of: endpoint.id, tenant: tenant) : nil
                let subject = subject(
                    endpoint, facts: posture?.endpoint,
                    traits: said[endpoint.id] ?? EndpointTraits())
                guard
                    let effective = EffectivePolicy(of: book.placed, for: subject, at: now),
                    distances(of: subject, to: ring, under: effective).contains(0)
                else { continue }
                posture = try posture ?? records.posture(of: endpoint.id, tenant: tenant)
                guard let facts = posture?.endpoint else { continue }
                members.append(TwinDesk.Member(endpoint: endpoint, facts: facts))
                if members.count == TwinDesk.mostMembers { break pages }
            }
            guard page.count == query.limit, let last = page.last else { break }
            query.after = query.order.cursor(of: last)
        }
        twins.members[ring] = members
        return members
    }

    /// An endpoint's stack, as far as it is asked for.
    private mutating func stack(
        of endpoint: EndpointRecord, _ facts: EndpointFacts, _ pass: RingPass
    ) throws -> EndpointStack {
        var names: Set<String> = []
        if pass.stack != nil, let digest = endpoint.inventoryDigest {
            names =
                try twins.packages[digest]
                ?? Set((records.inventory(digest, of: tenant)?.packages ?? []).map(\.name))
            twins.packages[digest] = names
        }
        return EndpointStack(
            facts.os, architecture: facts.architecture, packages: names, of: pass)
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
