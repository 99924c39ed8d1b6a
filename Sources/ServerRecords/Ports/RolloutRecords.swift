public import Fleet
public import Rollout

/// Deployments that move through rings, and what they have not been told yet.
///
/// What happens to a job is posted in the job's own transaction, as one row; the rollout takes it
/// in a transaction of its own. So endpoints that report at the same time do not wait for one
/// another, and a crash between the two loses nothing.
public protocol RolloutRecords {
    /// Adds a rollout; its deployment must be there.
    func insert(_ rollout: RolloutRecord) throws
    /// Stores a rollout's new state.
    func update(_ rollout: RolloutRecord) throws
    /// The rollout of a deployment; `nil` when it does not move through rings, or is not in scope.
    func rollout(of deployment: DeploymentID, in scope: Scope) throws -> RolloutRecord?
    /// The tenant's rollouts to which something can still happen, oldest first; those that name an
    /// endpoint only, where one is given.
    func openRollouts(of tenant: TenantID, naming endpoint: EndpointID?) throws -> [RolloutRecord]
    /// When the latest rollout of a policy and lane was opened by itself; `nil` when none was.
    func latestWave(policy: String, lane: String, of tenant: TenantID) throws -> Timestamp?
    /// Rollouts that have not been told everything, or that time changes by `now`; at most `limit`.
    func dueRollouts(at now: Timestamp, limit: Int) throws -> [RolloutKey]
    /// Notes what has happened to a rollout.
    func post(_ event: RolloutEvent, to rollout: RolloutKey, at now: Timestamp) throws
    /// Takes away what a rollout has not been told yet, oldest first, at most `limit`.
    func takeEvents(of rollout: RolloutKey, limit: Int) throws -> [PostedRolloutEvent]
}

extension RolloutRecords {
    /// All of the tenant's rollouts to which something can still happen, oldest first.
    public func openRollouts(of tenant: TenantID) throws -> [RolloutRecord] {
        try openRollouts(of: tenant, naming: nil)
    }
}

/// What is known of versions in a tenant, and when its endpoints were heard of.
public protocol VersionRecords {
    /// Notes every version that an endpoint of the tenant misses and that was never seen before.
    ///
    /// - Returns: how many were new.
    @discardableResult
    func noteFirstSeen(of tenant: TenantID, at now: Timestamp) throws -> Int
    /// When each version of these packages was first seen in the tenant, by package and version.
    func firstSeen(of tenant: TenantID, packages: Set<String>) throws -> [FirstSeenVersion]
    /// Blocks a version; one that is blocked already keeps its first reason.
    func block(_ version: BlockedVersion) throws
    /// Unblocks a version.
    ///
    /// - Returns: whether it was blocked.
    func unblock(
        _ manager: PackageManagerName, _ package: String, version: String, of tenant: TenantID
    ) throws -> Bool
    /// What is blocked, by package and version.
    func blockedVersions(in scope: Scope) throws -> [BlockedVersion]
    /// When each endpoint of the tenant that is not retired was last heard of.
    func presence(of tenant: TenantID) throws -> [EndpointID: Timestamp?]
}
