import ControlPlane
import Fleet
import Rollout
import ServerRecords

/// An open order of a deployment that holds what another one is to install now.
struct OrderInTheWay: Sendable {
    /// The name of its deployment.
    let title: String
    /// What else it holds; it goes with it where the order's deployment has no rings, which would
    /// give it anew.
    let others: [String]
    /// Whether it can be taken back: its endpoint is not at work on it, and nothing else is lost.
    let canBeTakenBack: Bool
    fileprivate let job: Job

    /// The order's name.
    var id: JobID { job.id }

    /// Whether it holds a package.
    func holds(_ key: PackageKey) -> Bool { job.updates.contains { $0.key == key } }
}

extension UseCases {
    /// The open orders of an endpoint that hold one of these packages.
    func ordersInTheWay(
        of keys: Set<PackageKey>, on endpoint: EndpointID, tenant: TenantID,
        in records: any Records
    ) throws -> [OrderInTheWay] {
        let open = try records.jobs(
            JobQuery(
                scope: .tenant(tenant), endpoint: endpoint, openOnly: true,
                states: [.queued, .leased, .running, .interrupted], limit: Self.largestPosture))
        return try open.filter { $0.updates.contains { keys.contains($0.key) } }.map { job in
            let others = job.updates.filter { !keys.contains($0.key) }.map(\.name)
            return OrderInTheWay(
                title: try records.deployment(job.deployment, in: .tenant(tenant))?.title ?? "",
                others: others,
                canBeTakenBack: job.canBeRecalled && (job.rolloutOrder != nil || others.isEmpty),
                job: job)
        }
    }

    /// Takes an order back, with the reason; a rollout gives it anew when it is still needed.
    ///
    /// - Returns: the subjects to wake once it has been committed.
    func takeBack(
        _ order: OrderInTheWay, because reason: String, by actor: String, at now: Timestamp,
        in records: any Records
    ) throws -> Set<String> {
        var job = order.job
        guard order.canBeTakenBack, !job.cancelRequested else { return [] }
        let actions = try job.handle(.withdrawn(because: reason), at: now)
        return try carryOut(actions, of: job, actor: actor, at: now, in: records)
    }
}
