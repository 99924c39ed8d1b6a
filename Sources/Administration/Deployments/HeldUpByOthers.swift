import ControlPlane
import Fleet
import Rollout
import ServerRecords

extension UseCases {
    /// The most resting endpoints of a rollout whose orders are looked at: who holds up one most
    /// often holds up the others.
    private static let restingLookedAt = 50

    /// Which other deployments hold up a rollout, a sentence each: they install the same where it
    /// rests, or what went wrong in them is blocked.
    func others(holdingUp record: RolloutRecord, in records: any Records) throws -> [String] {
        let scope = Scope.tenant(record.tenant)
        let resting = record.rollout.endpoints.lazy.filter(\.restsUntried)
            .prefix(Self.restingLookedAt).map(\.member.endpoint)
        guard !resting.isEmpty else { return [] }
        let keys = Set(record.lines.map(\.key))
        var busy: [DeploymentID: Int] = [:]
        for endpoint in resting {
            let open = try records.jobs(
                JobQuery(
                    scope: scope, endpoint: endpoint, openOnly: true,
                    states: [.queued, .leased, .running, .interrupted],
                    limit: DecidedEndpoint.jobsShown))
            let others = open.filter { job in
                job.deployment != record.deployment
                    && job.updates.contains { keys.contains($0.key) }
            }
            for id in Set(others.map(\.deployment)) { busy[id, default: 0] += 1 }
        }
        let installing = try busy.sorted { $0.key < $1.key }.map { id, count in
            "\(try name(of: id, scope, records)) installs the same on "
                + "\(RolloutSentences.endpoints(count)) first; this goes on there when that has ended."
        }
        return installing + (try blockers(of: record, scope, records))
    }

    /// The rollouts whose blocks keep what is left of a list from everybody.
    private func blockers(
        of record: RolloutRecord, _ scope: Scope, _ records: any Records
    ) throws -> [String] {
        let blocked = try records.blockedVersions(in: scope).filter { version in
            record.isBarred(by: version)
        }
        return try Dictionary(grouping: blocked, by: \.deployment).sorted {
            ($0.key?.text ?? "") < ($1.key?.text ?? "")
        }.compactMap { id, versions in
            guard let id else { return nil }
            let names = Set(versions.map { "\($0.package) \($0.version)" }).sorted()
            return "\(Self.listed(names)) went wrong in \(try name(of: id, scope, records)) and "
                + "\(names.count == 1 ? "is" : "are") blocked; this goes on when a person unblocks "
                + "\(names.count == 1 ? "it" : "them")."
        }
    }

    private func name(
        of id: DeploymentID, _ scope: Scope, _ records: any Records
    ) throws -> String {
        try records.deployment(id, in: scope).map { "“\($0.title)” (\(id))" } ?? id.text
    }
}
