package import ControlPlane
package import Fleet
package import Policy
package import ServerRecords

/// How long a policy lets a risk be accepted for one of the endpoints that it would be for.
private struct ExceptionBound {
    let longest: TimeSpan
    let policy: PolicyName
    /// `nil` where no endpoint is concerned now.
    let endpoint: String?
}

extension UseCases {
    /// Refuses a risk that would be accepted for longer than the policies of its endpoints let it:
    /// for each endpoint the most specific policy that says so counts, and the shortest of them for
    /// all; of a risk that is for no endpoint yet the shortest of all policies counts. Where none
    /// says so, only the longest that there is holds (`RiskException.maximumDays`).
    ///
    /// - Parameters:
    ///   - risks: what is to be accepted, for the endpoints of its place only.
    ///   - tenant: whose endpoints; `nil` for those of all tenants.
    ///   - candidate: a policy that is to hold in place of the stored one of its identifier.
    ///   - now: the time from which it would be accepted.
    ///   - records: what is stored.
    /// - Throws: `Refusal` `E_EXCEPTION_TOO_LONG`.
    package func checkLength(
        of risks: [RiskException], tenant: TenantID?, with candidate: PolicyRecord? = nil,
        at now: Timestamp, in records: any Records
    ) throws {
        guard !risks.isEmpty else { return }
        let tenants = try tenant.map { [$0] } ?? records.tenants(in: .provider).map(\.id)
        for tenant in tenants {
            var policies = try policyShelf.policies(of: tenant, in: records)
            if let candidate {
                policies.removeAll { $0.id == candidate.id }
                if candidate.isEnabled { policies.append(candidate) }
            }
            // Most often no policy says anything, and nobody is looked at.
            guard policies.contains(where: { $0.policy.longestException != nil }) else { continue }
            let desk = try EndpointDecisions(
                of: tenant, in: records, at: now, isForMany: true, insteadOfStored: policies,
                by: self)
            for risk in risks {
                let seconds = risk.expiresAt.seconds(since: risk.startsAt)
                guard
                    let bound = try bound(
                        of: risk, in: candidate?.name, desk, at: now, in: records),
                    seconds > bound.longest.seconds
                else { continue }
                throw Self.tooLong(risk, seconds, bound)
            }
        }
    }

    /// The shortest of what the policies of a risk's endpoints say; `nil` when none says anything.
    private func bound(
        of risk: RiskException, in text: PolicyName?, _ desk: EndpointDecisions,
        at now: Timestamp, in records: any Records
    ) throws -> ExceptionBound? {
        var shortest: ExceptionBound?
        var isForSomebody = false
        try eachEndpoint(of: desk.tenant, in: records) { endpoint in
            let facts = try records.posture(of: endpoint.id, tenant: desk.tenant)?.endpoint
            let subject = try desk.subject(endpoint, facts: facts)
            // Where it is not known whether it is for the endpoint, it is bound as if it were.
            guard risk.endpoints.map({ $0.evaluate(subject, at: now) != .no }) ?? true else {
                return
            }
            isForSomebody = true
            guard let policy = EffectivePolicy(of: desk.placedPolicies, for: subject, at: now),
                // What a policy's text accepts holds where that policy does.
                text == nil || policy.layers.contains(where: { $0.policy.name == text }),
                let nearest = policy.layers.first(where: {
                    $0.isCertain && $0.policy.longestException != nil
                })?.policy, let longest = nearest.longestException,
                longest < shortest?.longest ?? .days(Int(RiskException.maximumDays))
            else { return }
            shortest = ExceptionBound(
                longest: longest, policy: nearest.name, endpoint: endpoint.name)
        }
        // Of what is for nobody yet nothing is known of whom it will be for.
        guard !isForSomebody else { return shortest }
        return desk.placedPolicies.compactMap { placed in
            placed.policy.longestException.map {
                ExceptionBound(longest: $0, policy: placed.policy.name, endpoint: nil)
            }
        }.min { $0.longest < $1.longest }
    }

    private static func tooLong(
        _ risk: RiskException, _ seconds: Int64, _ bound: ExceptionBound
    ) -> Refusal {
        let end = risk.startsAt.adding(seconds: bound.longest.seconds).wholeSeconds
        return Refusal(
            .malformed, "E_EXCEPTION_TOO_LONG",
            "The exception “\(risk.name)” would hold for \(TimeSpan.measured(seconds)), and the "
                + "policy “\(bound.policy)” allows \(bound.longest.inWords) at most"
                + (bound.endpoint.map { " (on \($0))." } ?? "."),
            nextStep: "End it by \(end), and renew it when somebody has looked again; or have "
                + "longestException of that policy raised.")
    }
}
