import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// An emergency run that has been planned, with all that it takes to start it: what is planned is
/// what is opened.
struct PreparedEmergency: Sendable {
    /// What people are shown.
    let plan: EmergencyPlan
    /// The rollouts, one for each policy.
    let openings: [RolloutOpening]
    /// The orders that make way.
    let orders: [OrderInTheWay]
    /// For what orders each endpoint was looked at that may get something.
    let looked: [EndpointID: Set<PackageKey>]
}

/// What a run was planned on: policies, groups, approvals, accepted risks, blocked versions, what is
/// said of endpoints, and the orders that stand in the way on them. While this is as it was, so is
/// what the run may install and by whose rings.
///
/// Not in it is what changes by itself or is heard later all the same: a scan that has come since
/// (each endpoint looks itself whether it still misses what is ordered), who is on duty (endpoints
/// judge that), verdicts and other rollouts (what they deny is taken back when orders are judged).
struct EmergencyFooting: Hashable, Sendable {
    /// One endpoint's part.
    struct Part: Hashable, Sendable {
        /// The site, by which policies are chosen; `nil` for none.
        let site: SiteID?
        /// The open orders that hold what is wanted, and whether each can be taken back.
        let orders: [JobID: Bool]
    }

    private let policies: [PolicyRecord]
    private let groups: [EndpointGroup]
    private let approvals: [ApprovalRecord]
    private let exceptions: [ExceptionRecord]
    private let blocked: [BlockedVersion]
    private let traits: [EndpointID: EndpointTraits]
    /// The endpoints that are still there.
    private let endpoints: [EndpointID: Part]

    /// Reads it anew.
    init(
        of looked: [EndpointID: Set<PackageKey>], tenant: TenantID, in records: any Records,
        by useCases: UseCases
    ) throws {
        policies = try useCases.policyShelf.policies(of: tenant, in: records)
        groups = try records.groups(in: .tenant(tenant))
        approvals = try records.approvals(holdingFor: tenant)
        exceptions = try records.exceptions(holdingFor: tenant)
        blocked = try records.blockedVersions(in: .tenant(tenant))
        traits = try records.traits(of: tenant)
        var parts: [EndpointID: Part] = [:]
        for (id, keys) in looked {
            guard let endpoint = try records.endpoint(id, in: .tenant(tenant)),
                endpoint.retiredAt == nil
            else { continue }
            let orders = try useCases.ordersInTheWay(of: keys, on: id, tenant: tenant, in: records)
            parts[id] = Part(
                site: endpoint.site,
                orders: Dictionary(orders.map { ($0.id, $0.canBeTakenBack) }) { first, _ in first })
        }
        endpoints = parts
    }
}
