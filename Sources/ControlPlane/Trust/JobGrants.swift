package import Fleet
package import Rollout
package import ServerRecords
import Trust

/// How the signed approval of a job stands that has not begun.
public struct JobGrant: Hashable, Sendable, Codable {
    /// The ways in which it can stand.
    public enum Standing: String, Hashable, Sendable, Codable, CaseIterable {
        /// It, or what it is made under, waits for people's signatures.
        case needsSignature
        /// It is signed, or is signed by the server when the endpoint collects its order.
        case signed
        /// It is signed, and its time is over.
        case expired
        /// The endpoint has refused what it was offered last.
        case refused
    }

    /// How it stands.
    public var standing: Standing
    /// One sentence.
    public var sentence: String

    /// A standing.
    public init(_ standing: Standing, _ sentence: String) {
        self.standing = standing
        self.sentence = sentence
    }
}

extension UseCases {
    /// How the approvals stand of a deployment's jobs that have not begun; nothing of others, nor
    /// where endpoints ask for none.
    ///
    /// - Parameters:
    ///   - jobs: all jobs of the deployment: those that have ended have used up tries.
    ///   - records: the transaction.
    ///   - now: the time.
    /// - Returns: the standings by job.
    /// - Throws: what the store throws.
    package func jobGrants(
        of jobs: [Job], in records: any Records, at now: Timestamp
    ) throws -> [JobID: JobGrant] {
        let waiting = jobs.filter {
            $0.state == .queued || $0.state == .leased || $0.waitsForWindow
        }
        guard let first = waiting.first else { return [:] }
        let terms = try grantTerms(of: first.tenant, in: records)
        let reports = try records.trustReports(in: .tenant(first.tenant), endpoint: nil)
        let refusals = Dictionary(
            reports.filter { $0.refusal != nil }.map { ($0.endpoint, $0) }
        ) { _, newer in newer }
        var standings: [JobID: JobGrant] = [:]
        switch terms {
        case .notNeeded: return [:]
        case .unsigned:
            guard case .waiting(let sentence) = terms.standing else { return [:] }
            for job in waiting { standings[job.id] = JobGrant(.needsSignature, sentence) }
        case .ground(let ground):
            let known = try grants(of: first.deployment, tenant: first.tenant, in: records)
            var named: [EndpointID: [KnownGrant]] = [:]
            for grant in known {
                for endpoint in grant.grant.target.endpoints ?? [] {
                    named[endpoint, default: []].append(grant)
                }
            }
            let earlier = Dictionary(
                grouping: jobs.filter { $0.state.isTerminal }, by: \.endpoint)
            for job in waiting {
                let own = named[job.endpoint] ?? []
                standings[job.id] =
                    ground.root.body.mode == .sealed
                    ? Self.sealed(own, after: earlier[job.endpoint] ?? [], ground, at: now)
                    : Self.managed(own)
            }
        }
        for job in waiting {
            guard let refusal = refusals[job.endpoint] else { continue }
            standings[job.id] = JobGrant(
                .refused, "The endpoint refused what it was offered: \(refusal.sentence ?? "")")
        }
        return standings
    }

    private static func sealed(
        _ own: [KnownGrant], after jobs: [Job], _ ground: GrantGround, at now: Timestamp
    ) -> JobGrant {
        let valid = own.filter { $0.grant.policyDigest == ground.policies.digest }
        guard let current = grant(among: valid, after: jobs) else {
            return JobGrant(
                .needsSignature,
                valid.isEmpty
                    ? "No approval has been made for it under the policies that hold."
                    : "Every try of its approval has been made; it needs another.")
        }
        guard current.isSigned else { return JobGrant(.needsSignature, waitingSentence) }
        let end = min(current.grant.notAfter, current.stored.expiresAt)
        guard now < end else {
            return JobGrant(.expired, "The approval held until \(end.wholeSeconds).")
        }
        return JobGrant(.signed, "Its approval is signed, and holds until \(end.wholeSeconds).")
    }

    private static func managed(_ own: [KnownGrant]) -> JobGrant {
        own.isEmpty || own.contains(where: \.isSigned)
            ? JobGrant(.signed, "The server signs its approval when the endpoint collects it.")
            : JobGrant(
                .needsSignature,
                "It goes beyond the brake: a second person confirms it (patchbay trust confirm).")
    }
}
