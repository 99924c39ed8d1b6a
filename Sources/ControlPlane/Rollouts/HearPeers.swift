import Findings
import Fleet
import Rollout
import ServerRecords

extension UseCases {
    /// Passes on how the probes of rollouts stand on an endpoint that waits in them.
    func hear(_ health: [String: Bool], of endpoint: EndpointID, at now: Timestamp) async throws {
        let words = peerDesk.words(health, of: endpoint, at: now)
        guard !words.isEmpty else { return }
        try await writeWaking { records, wakes in
            for word in words {
                try records.post(
                    .healthReported(endpoint, isHealthy: word.isHealthy, observedAt: now),
                    to: word.key, at: now)
                wakes.insert(SignalSubject.rollout(word.key))
            }
        }
    }

    /// Sees to it that those who wait in a rollout are asked how its probes stand.
    func watchPeers(of record: RolloutRecord) {
        peerDesk.watch(
            RolloutKey(tenant: record.tenant, deployment: record.deployment),
            probes: record.isOpen ? record.aftercare?.probes ?? [] : [],
            peers: record.rollout.peers)
    }
}
