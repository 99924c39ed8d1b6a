public import Fleet
public import Policy

/// Policies and their versions. A tenant's scope reaches what the tenant itself has; the
/// provider's policies, which hold for it too, come with `policies(holdingFor:)`.
public protocol PolicyRecords {
    /// Adds a policy with its first version. Throws `NameTaken` when its tenant, or the provider,
    /// has one of that name that is not deleted.
    func insert(_ policy: PolicyRecord) throws
    /// Adds the next version of a policy, which becomes the one that holds.
    func update(_ policy: PolicyRecord) throws
    /// A policy as it is now, deleted or not; `nil` when there is none in scope.
    func policy(_ id: PolicyID, in scope: Scope) throws -> PolicyRecord?
    /// The policies in scope, the provider's first, then by tenant and name; those that were
    /// deleted too when they are asked for.
    func policies(in scope: Scope, includingDeleted: Bool) throws -> [PolicyRecord]
    /// The policies that are switched on and hold for a tenant: its own and the provider's.
    func policies(holdingFor tenant: TenantID) throws -> [PolicyRecord]
    /// Changes whenever the policies that hold for a tenant change: they need not be read again
    /// while it is the same.
    func policyStamp(of tenant: TenantID) throws -> String
    /// The policy of this name that held for a tenant last and does not any more: it was deleted or
    /// switched off; `nil` when there was none.
    func formerPolicy(_ name: PolicyName, of tenant: TenantID) throws -> PolicyRecord?
    /// Every version of a policy, newest first.
    func policyHistory(of id: PolicyID, in scope: Scope, limit: Int) throws -> [PolicyRecord]
}

/// What people have said of updates, and the risks that they accept.
public protocol ApprovalRecords {
    /// Adds what a person has said.
    func insert(_ approval: ApprovalRecord) throws
    /// Stores its new state.
    func update(_ approval: ApprovalRecord) throws
    /// One of them; `nil` when there is none in scope.
    func approval(_ id: ApprovalID, in scope: Scope) throws -> ApprovalRecord?
    /// What has been said, newest first, those before `before` only.
    func approvals(
        in scope: Scope, includingEnded: Bool, before: ApprovalID?, limit: Int
    ) throws -> [ApprovalRecord]
    /// What holds for a tenant: said of it or by the provider, and not taken back.
    func approvals(holdingFor tenant: TenantID) throws -> [ApprovalRecord]
}

/// Risks that people accept, or ask to accept.
public protocol ExceptionRecords {
    /// Adds a request.
    func insert(_ exception: ExceptionRecord) throws
    /// Stores its new state.
    func update(_ exception: ExceptionRecord) throws
    /// One of them; `nil` when there is none in scope.
    func exception(_ id: ExceptionID, in scope: Scope) throws -> ExceptionRecord?
    /// All of them, newest first, those before `before` only.
    func exceptions(in scope: Scope, before: ExceptionID?, limit: Int) throws -> [ExceptionRecord]
    /// Those approved that hold for a tenant: its own and the provider's, expired ones included.
    func exceptions(holdingFor tenant: TenantID) throws -> [ExceptionRecord]
    /// Those that held for a tenant and were ended before their time.
    func exceptions(endedFor tenant: TenantID) throws -> [ExceptionRecord]
}

/// What people say of endpoints, and the groups that they make of them.
public protocol TraitRecords {
    /// What people say of an endpoint; `nil` when nobody has said anything.
    func traits(of endpoint: EndpointID, tenant: TenantID) throws -> EndpointTraits?
    /// What people say of a tenant's endpoints.
    func traits(of tenant: TenantID) throws -> [EndpointID: EndpointTraits]
    /// Stores what people say of an endpoint.
    func store(
        _ traits: EndpointTraits, of endpoint: EndpointID, tenant: TenantID, by person: String,
        at now: Timestamp) throws
    /// The groups of the tenants in scope, by tenant and name.
    func groups(in scope: Scope) throws -> [EndpointGroup]
    /// Adds or replaces a group.
    func store(_ group: EndpointGroup) throws
    /// Removes a group; `false` when there was none.
    func deleteGroup(_ name: PolicyName, of tenant: TenantID) throws -> Bool
}

extension PolicyRecords {
    /// The policies in scope that are not deleted, the provider's first, then by tenant and name.
    public func policies(in scope: Scope) throws -> [PolicyRecord] {
        try policies(in: scope, includingDeleted: false)
    }

    /// What became of a policy that does not hold for a tenant any more, in one sentence.
    package func lostPolicy(_ name: PolicyName, of tenant: TenantID) throws -> String {
        guard let former = try formerPolicy(name, of: tenant) else {
            return "There is no policy \(name) any more."
        }
        let verb = former.isDeleted ? "deleted" : "switched off"
        let why = former.note.isEmpty ? "." : ": \(former.note.withStop)"
        return "The policy \(name) was \(verb) by \(former.savedBy)\(why)"
    }
}
