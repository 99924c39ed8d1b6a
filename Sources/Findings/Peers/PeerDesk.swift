package import Fleet
package import ServerRecords
import Synchronization

/// Which endpoints that wait in rollouts are asked how their probes stand, and what they said last:
/// the control group, beside which it shows whether patched endpoints fell ill of the update.
///
/// It is in memory: what is lost with a process is asked again.
package final class PeerDesk: Sendable {
    /// For how many rollouts one endpoint answers, and the most bytes of the probes of one: both
    /// together stay within what a check-in may hold.
    static let mostRollouts = 2
    static let mostBytes = 4096
    /// After how many seconds a word that has not changed is passed on again: a quarter of the time
    /// for which it counts.
    static let repeatSeconds: Int64 = 900

    private struct Watch {
        var probes: [String]
        var peers: [EndpointID]
        var words: [EndpointID: (isHealthy: Bool, at: Timestamp)] = [:]
    }

    private struct Content {
        var watches: [RolloutKey: Watch] = [:]
        var asked: [EndpointID: [RolloutKey]] = [:]
    }

    private let content = Mutex(Content())

    /// A desk that asks nobody yet.
    package init() {}

    /// Takes over who is asked about a rollout; without anybody or any probe it is forgotten.
    package func watch(_ key: RolloutKey, probes: [String], peers: [EndpointID]) {
        let size = probes.reduce(0) { $0 + $1.utf8.count }
        content.withLock { content in
            let former = content.watches.removeValue(forKey: key)
            for peer in former?.peers ?? [] {
                content.asked[peer]?.removeAll { $0 == key }
                if content.asked[peer]?.isEmpty == true { content.asked[peer] = nil }
            }
            guard !probes.isEmpty, size <= Self.mostBytes else { return }
            let chosen = peers.filter { content.asked[$0, default: []].count < Self.mostRollouts }
            guard !chosen.isEmpty else { return }
            for peer in chosen { content.asked[peer, default: []].append(key) }
            var watch = Watch(probes: probes, peers: chosen)
            for peer in chosen { watch.words[peer] = former?.words[peer] }
            content.watches[key] = watch
        }
    }

    /// Forgets rollouts of a tenant that are not open any more.
    package func keep(_ open: Set<RolloutKey>, of tenant: TenantID) {
        let gone = content.withLock { content in
            content.watches.keys.filter { $0.tenant == tenant && !open.contains($0) }
        }
        for key in gone { watch(key, probes: [], peers: []) }
    }

    /// The probes that an endpoint is asked; `nil` for none.
    package func probes(of endpoint: EndpointID) -> [String]? {
        content.withLock { content in
            guard let keys = content.asked[endpoint] else { return nil }
            var probes: [String] = []
            for probe in keys.flatMap({ content.watches[$0]?.probes ?? [] })
            where !probes.contains(probe) {
                probes.append(probe)
            }
            return probes
        }
    }

    /// What an endpoint's answers say to the rollouts that asked, where that is news. It says
    /// nothing to one of whose probes it does not speak.
    package func words(
        _ health: [String: Bool], of endpoint: EndpointID, at now: Timestamp
    ) -> [(key: RolloutKey, isHealthy: Bool)] {
        content.withLock { content in
            (content.asked[endpoint] ?? []).compactMap {
                key -> (key: RolloutKey, isHealthy: Bool)? in
                guard let watch = content.watches[key] else { return nil }
                let answers = watch.probes.compactMap { health[$0] }
                guard answers.count == watch.probes.count else { return nil }
                let isHealthy = !answers.contains(false)
                if let last = watch.words[endpoint], last.isHealthy == isHealthy,
                    now.seconds(since: last.at) < Self.repeatSeconds
                {
                    return nil
                }
                content.watches[key]?.words[endpoint] = (isHealthy, now)
                return (key, isHealthy)
            }
        }
    }
}
