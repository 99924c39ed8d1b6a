public import ControlPlane
public import Fleet
import Policy
import PolicyDocument
public import ServerRecords

extension UseCases {
    /// The policies that the asker may see: the provider's first, then by tenant and name. Those
    /// that were deleted have a history still, and are told by their last change.
    public func policies(
        by principal: Principal, tenant: TenantID? = nil, includingDeleted: Bool = false
    ) async throws -> [PolicySummary] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { records in
            let names = try DirectoryNames(scope: scope, records: records)
            var policies = try records.policies(in: scope, includingDeleted: includingDeleted)
            if principal.scope == .provider, tenant != nil {
                policies =
                    try records.policies(in: .provider, includingDeleted: includingDeleted)
                    .filter { $0.place.tenant == nil }
                    + policies
            }
            return try Self.inherited(by: principal, in: records).map {
                Self.inheritedSummary($0, names)
            } + policies.map { try Self.summary($0, names, records) }
        }
    }

    /// One policy, with its written form and whom it applies to.
    public func policy(_ id: PolicyID, by principal: Principal) async throws -> PolicyDetail {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            if let record = try Self.inherited(by: principal, in: records).first(where: {
                $0.id == id
            }) {
                return try self.inheritedDetail(of: record, for: principal, at: now, in: records)
            }
            let record = try Self.policy(id, in: principal.scope, records)
            let draft = PolicyDraft(policy: id, yaml: record.yaml)
            let text = try self.read(draft, by: principal, at: now, in: records).text
            let names = try DirectoryNames(scope: principal.scope, records: records)
            var detail = PolicyDetail(
                summary: try Self.summary(record, names, records), yaml: record.yaml,
                written: try self.written(record, in: records), remarks: text.remarks,
                endpoints: [],
                endpointCount: 0, unknown: [])
            var fleet = FleetRemarks(on: record.policy, text.spots)
            try self.addMembers(of: record, of: nil, to: &detail, at: now, in: records) {
                fleet.add($0, applies: $1, of: $2, at: now)
            }
            detail.remarks += fleet.remarks
            return detail
        }
    }

    /// A policy's versions, newest first.
    public func policyHistory(
        _ id: PolicyID, by principal: Principal
    ) async throws -> [PolicyVersion] {
        try principal.require(.view)
        return try await ledger.read { records in
            let names = try DirectoryNames(scope: principal.scope, records: records)
            let history = try records.policyHistory(
                of: id, in: principal.scope, limit: Self.historyShown)
            guard !history.isEmpty else { throw Refusal.notFound("policy") }
            return try history.map {
                PolicyVersion(summary: try Self.summary($0, names, records), yaml: $0.yaml)
            }
        }
    }

    private static func summary(
        _ record: PolicyRecord, _ names: DirectoryNames, _ records: any Records
    ) throws -> PolicySummary {
        var name: String?
        if record.place.level == .endpoint, let tenant = record.place.tenant,
            let id = EndpointID(record.place.part)
        {
            name = try records.endpoint(id, in: .tenant(tenant))?.name
        }
        return PolicySummary(record, names, endpointName: name)
    }

    /// The written policy: what the same document says in plain language (F20).
    func written(
        _ record: PolicyRecord, in records: any Records
    ) throws -> [WrittenSection] {
        let others =
            try record.place.tenant.map { try records.policies(holdingFor: $0) }
            ?? records.policies(in: .provider).filter { $0.place.tenant == nil }
        return WrittenPolicy(
            record.policy, accepting: record.exceptions,
            among: others.filter { $0.id != record.id }.map(\.policy)
        ).sections.map {
            WrittenSection(
                heading: $0.heading, paragraphs: $0.paragraphs, items: $0.items,
                isOrdered: $0.isOrdered)
        }
    }

    func addMembers(
        of record: PolicyRecord, of tenant: TenantID?, to detail: inout PolicyDetail,
        at now: Timestamp, in records: any Records,
        noting note: (EndpointSubject, Ternary, TenantID) -> Void = { _, _, _ in }
    ) throws {
        let tenants =
            try (tenant ?? record.place.tenant).map { [$0] }
            ?? records.tenants(in: .provider).map(\.id)
        for tenant in tenants {
            let decisions = try EndpointDecisions(
                of: tenant, in: records, at: now, isForMany: true,
                insteadOfStored: [record], by: self)
            guard let placed = decisions.placedPolicies.first else { continue }
            let applies = CompiledExpression(placed.policy.applies)
            try eachEndpoint(of: tenant, in: records) { endpoint in
                let posture = try records.posture(of: endpoint.id, tenant: tenant)
                let subject = try decisions.subject(endpoint, facts: posture?.endpoint)
                let member = PolicyPreview.Member(endpoint: endpoint.id, name: endpoint.name)
                let answer = applies.evaluate(subject, at: now)
                note(subject, answer, tenant)
                switch answer {
                case .yes:
                    detail.endpointCount += 1
                    if detail.endpoints.count < PolicyDetail.endpointsShown {
                        detail.endpoints.append(member)
                    }
                case .unknown: detail.unknown.append(member)
                case .no: break
                }
            }
        }
    }
}
