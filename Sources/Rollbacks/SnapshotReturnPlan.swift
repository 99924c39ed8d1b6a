import ControlPlane
import Fleet
import Rollout
import ServerRecords

/// What it means for one endpoint to return to the snapshot that was taken before what is to be
/// undone.
struct SnapshotReturnPlan {
    /// Whether it can.
    enum Answer {
        /// It cannot, for this reason.
        case isNot(String)
        /// It can: the versions that go back, and what else does.
        case ready([LockedUpdate], SnapshotLoss)
    }

    /// The newest job of those that are undone, and the oldest: its snapshot is from before all.
    let newest: Job
    private(set) var oldest: Job
    /// The updates that are meant, each with the deployment that brought it.
    private(set) var chosen: [(update: LockedUpdate, deployment: DeploymentID)] = []

    /// The package of the agent itself, with every package manager.
    private static let agentPackage = "patchbay-agent"
    /// The most jobs since the snapshot that are looked through.
    private static let mostJobs = 200
    /// The package managers whose packages lie on the root file system as the agent looks at them,
    /// and go back one by one too.
    private static let managers: Set<PackageManagerName> = [.apt, .dnf, .zypper, .pacman]

    /// A return before a job; others that are older follow.
    init(_ job: Job) {
        newest = job
        oldest = job
    }

    /// Takes what is undone of a job, after those that are newer.
    mutating func take(_ outcomes: [UpdateOutcome], of job: Job) {
        oldest = job
        chosen += outcomes.map { ($0.update, job.deployment) }
    }

    /// Whether the endpoint can return, by what it has reported.
    func answer(in records: any Records) throws -> Answer {
        guard let snapshot = oldest.result?.snapshot else {
            return .isNot("No snapshot was taken before it was installed.")
        }
        guard SnapshotReturn.canBeOrdered(snapshot),
            let takenAt = SnapshotReturn.takenAt(snapshot)
        else {
            return .isNot(
                "Its snapshot (\(snapshot)) is of a kind that only somebody on the endpoint itself "
                    + "returns to.")
        }
        let scope = Scope.tenant(oldest.tenant)
        guard let record = try records.endpoint(oldest.endpoint, in: scope),
            let digest = record.inventoryDigest,
            let now = try records.inventory(digest, of: oldest.tenant)
        else { return .isNot("What is installed on the endpoint is not known.") }
        let since = try records.jobs(
            JobQuery(scope: scope, endpoint: oldest.endpoint, limit: Self.mostJobs))
        guard since.contains(where: { $0.id == oldest.id }) else {
            return .isNot("More than \(Self.mostJobs) jobs came after its snapshot.")
        }
        // Clocks differ: what was there before the job began is not of after it.
        let before = [takenAt, oldest.startedAt].compactMap { $0 }.min() ?? takenAt
        let then = try records.inventory(
            of: oldest.endpoint, tenant: oldest.tenant, at: before)?.inventory
        let lines = lines(from: now, since.filter { $0.id >= oldest.id }, to: snapshot, digest)
        guard !lines.isEmpty else { return .isNot("The versions of then are installed already.") }
        guard !lines.contains(where: { $0.name == Self.agentPackage }) else {
            return .isNot(
                "The agent itself was replaced since its snapshot, and does not return before that."
            )
        }
        return .ready(lines, loss(of: snapshot, takenAt, lines, from: then, to: now))
    }

    /// A line for each package that jobs have changed since and that goes back: from the version
    /// that is there now to the one before the first of them.
    private func lines(
        from now: Inventory, _ since: [Job], to snapshot: String, _ digest: String
    ) -> [LockedUpdate] {
        var installed: [PackageKey: String] = [:]
        for package in now.packages { installed[package.key] = package.version }
        var first: [PackageKey: LockedUpdate] = [:]
        // The newest come first, so that the oldest of each package stays.
        for outcome in since.flatMap({ $0.result?.outcomes ?? [] })
        where outcome.isInstalled && Self.managers.contains(outcome.update.manager) {
            // What went back meanwhile, and what a way back would install, tells nothing of then.
            guard !outcome.update.isRollback else { continue }
            first[outcome.update.key] = outcome.update
        }
        let back = SnapshotReturn(snapshot: snapshot, inventory: digest)
        return first.values.compactMap { update -> LockedUpdate? in
            guard let present = installed[update.key], present != update.from else { return nil }
            var line = update.undone
            line.from = present
            line.returnsTo = back
            return line
        }.sorted { $0.key < $1.key }
    }

    private func loss(
        of snapshot: String, _ takenAt: Timestamp, _ lines: [LockedUpdate], from then: Inventory?,
        to now: Inventory
    ) -> SnapshotLoss {
        let meant = Set(chosen.map(\.update.key))
        var changed = Set(lines.map(\.key))
        if let then {
            let delta = now.delta(from: then)
            changed.formUnion(delta.changed.map(\.key))
            changed.formUnion(delta.removed)
        }
        let others = Set(changed.subtracting(meant).map(\.name)).sorted()
        return SnapshotLoss(
            snapshot: snapshot, takenAt: takenAt, packages: changed.count,
            others: Array(others.prefix(SnapshotLoss.mostOthers)))
    }
}
