package import Fleet
import Rollout
package import ServerRecords

extension UseCases {
    /// Tells open rollouts that what held them up is over: another deployment of the same packages
    /// has ended, or a version is not blocked any more.
    ///
    /// - Returns: the subjects to wake once it has been committed.
    package func clearWay(
        for packages: Set<PackageKey>, of tenant: TenantID, besides ended: DeploymentID? = nil,
        in records: any Records, at now: Timestamp
    ) throws -> Set<String> {
        try clearWay(of: tenant, besides: ended, in: records, at: now) { packages.contains($0.key) }
    }

    /// The same for one package, whatever its architecture.
    package func clearWay(
        forPackage name: String, of tenant: TenantID, in records: any Records, at now: Timestamp
    ) throws -> Set<String> {
        try clearWay(of: tenant, besides: nil, in: records, at: now) { $0.key.name == name }
    }

    private func clearWay(
        of tenant: TenantID, besides ended: DeploymentID?, in records: any Records,
        at now: Timestamp, where concerns: (WaveLine) -> Bool
    ) throws -> Set<String> {
        var wakes: Set<String> = []
        for record in try records.openRollouts(of: tenant) where record.deployment != ended {
            guard record.lines.contains(where: concerns),
                record.rollout.endpoints.contains(where: \.restsUntried)
            else { continue }
            let key = RolloutKey(tenant: tenant, deployment: record.deployment)
            try records.post(.wayCleared, to: key, at: now)
            wakes.insert(SignalSubject.rollout(key))
        }
        return wakes
    }
}

extension RolloutRecord {
    /// Whether a block by another deployment keeps something of the list from everybody, until a
    /// person lifts it.
    package func isBarred(by version: BlockedVersion) -> Bool {
        guard let other = version.deployment, other != deployment else { return false }
        return lines.contains { BlockedLine($0.key, $0.version) == BlockedLine(version) }
    }
}
