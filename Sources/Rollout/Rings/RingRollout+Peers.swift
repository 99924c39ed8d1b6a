public import Fleet

extension RingRollout {
    /// The most endpoints that are asked how their probes stand while they wait: enough to tell an
    /// outage from an update, and few enough that it costs a large fleet nothing.
    static let mostPeers = 24

    /// Endpoints that have not got the update, with whose health that of patched ones is compared:
    /// those of the rings that come first. None while it does not go, or where nothing is probed; and
    /// no members of clusters, since two of them that are unhealthy would keep each other waiting.
    public var peers: [EndpointID] {
        guard state == .running, plan.hasProbes else { return [] }
        var found: [EndpointID] = []
        for place in roster.places.joined() where found.count < Self.mostPeers {
            let entry = roster.entries[place]
            if entry.counts, entry.phase == .waiting, !entry.isOffline,
                roster.clustersOf[entry.member.endpoint] == nil
            {
                found.append(entry.member.endpoint)
            }
        }
        return found
    }
}
