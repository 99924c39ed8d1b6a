import Advisories
import ControlPlane
import Findings
import Fleet
import Intelligence
import Policy
import ServerRecords
import Versions

extension UseCases {
    /// The most endpoints that are looked at to tell which a condition means; of more it is not
    /// told what stays open.
    static let askedForMembers = 20_000
    /// The most steps between versions that are read of a scope: each distinct one once, however
    /// many endpoints miss it. A fleet of a dozen releases has some thousands.
    private static let stepsRead = 100_000

    /// What stays open by each of some exclusions, as far as somebody sees; `nil` where that is not
    /// known: while the fleet is being read, and of conditions over very many endpoints.
    func leftOpen(
        by exclusions: [Exclusion?], seenBy principal: Principal
    ) async throws -> [OpenRisks?] {
        let wanted = exclusions.compactMap(\.self)
        guard !wanted.isEmpty else { return exclusions.map { _ in nil } }
        let state = try await currentFindings(in: principal.scope)
        guard state.isBuilt else { return exclusions.map { _ in nil } }
        let software = state.vulnerableSoftware
        let members = try await self.members(of: wanted, in: state, seenBy: principal)
        var figures: [OpenRisks?] = []
        var number = 0
        var steps: [Scope: [MissingStep]] = [:]
        for exclusion in exclusions {
            guard let exclusion else {
                figures.append(nil)
                continue
            }
            if case .known(let endpoints) = members[number] {
                let scope = principal.scope.narrowed(to: exclusion.tenant) ?? principal.scope
                if exclusion.updates.versionWords != nil, steps[scope] == nil {
                    steps[scope] = try await ledger.read {
                        try $0.missingSteps(in: scope, limit: Self.stepsRead)
                    }
                }
                figures.append(
                    state.leftOpen(
                        by: FindingExclusion(
                            exclusion.updates, vulnerabilities: exclusion.vulnerabilities,
                            coversUnfixed: exclusion.acceptsRisk, endpoints: endpoints,
                            keepsBack: Self.keepsBack(exclusion.updates, steps[scope] ?? [])),
                        among: software))
            } else {
                figures.append(nil)
            }
            number += 1
        }
        return figures
    }

    // MARK: For whom

    /// For whom an exclusion holds.
    private enum Members {
        /// These endpoints; `nil` for all.
        case known(EndpointSet?)
        /// Too many would have to be looked at.
        case tooMany
    }

    /// For whom each holds: those of a tenant without a condition are known; for the others each
    /// endpoint is looked at once, whatever their number.
    private func members(
        of exclusions: [Exclusion], in state: FindingState, seenBy principal: Principal
    ) async throws -> [Members] {
        var sets = exclusions.map { exclusion -> EndpointSet? in
            state.endpoints(
                in: principal.scope.narrowed(to: exclusion.tenant) ?? principal.scope)
        }
        let choosy = exclusions.indices.filter { exclusions[$0].endpoints != nil }
        if choosy.isEmpty { return sets.map(Members.known) }
        let scopes = choosy.map {
            principal.scope.narrowed(to: exclusions[$0].tenant) ?? principal.scope
        }
        let tenants = Set(scopes.flatMap { state.tenants(in: $0) }).sorted()
        let count = tenants.reduce(0) { $0 + (state.tenants[$1]?.count ?? 0) }
        guard count <= Self.askedForMembers else {
            return exclusions.indices.map {
                exclusions[$0].endpoints == nil ? .known(sets[$0]) : .tooMany
            }
        }
        let now = effects.now()
        let concerned = try await ledger.read { records in
            var concerned: [Int: [UInt32]] = [:]
            for tenant in tenants {
                let asked = choosy.filter { (exclusions[$0].tenant ?? tenant) == tenant }
                let desk = try EndpointDecisions(
                    of: tenant, in: records, at: now, isForMany: true, by: self)
                let needsFacts = asked.contains {
                    exclusions[$0].endpoints.map(UseCases.asksForFacts) ?? false
                }
                try self.eachEndpoint(of: tenant, in: records) { endpoint in
                    guard let number = state.numbers[endpoint.id] else { return }
                    let facts =
                        needsFacts
                        ? try records.posture(of: endpoint.id, tenant: tenant)?.endpoint : nil
                    let subject = try desk.subject(endpoint, facts: facts)
                    for place in asked where exclusions[place].concerns(subject, at: now) {
                        concerned[place, default: []].append(number)
                    }
                }
            }
            return concerned
        }
        for place in choosy { sets[place] = EndpointSet((concerned[place] ?? []).sorted()) }
        return sets.map(Members.known)
    }

    // MARK: Which versions

    /// Whether a version that is kept back would mend what is found; `nil` where any is kept back.
    private static func keepsBack(
        _ updates: UpdateSelector, _ steps: [MissingStep]
    ) -> (@Sendable (Finding) -> Bool)? {
        guard updates.versionWords != nil else { return nil }
        var kept: [Installed: [MissingStep]] = [:]
        for step in steps where updates.takes(step.candidate, of: step.manager) {
            kept[Installed(name: step.name, version: step.installed), default: []].append(step)
        }
        return { [kept] finding in
            let installed = Installed(name: finding.package, version: finding.installed)
            return (kept[installed] ?? []).contains { step in
                guard let fixedIn = finding.fixedIn, let order = Ecosystem(step.manager) else {
                    return true
                }
                return (try? order.compare(fixedIn, step.candidate)) != .greater
            }
        }
    }

    /// A version of a package that is installed somewhere.
    private struct Installed: Hashable {
        let name: String
        let version: String
    }
}
