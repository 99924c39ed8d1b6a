import ControlPlane
import Fleet
import Policy
import PolicyDocument
import ServerRecords

/// What people of a tenant see of the provider's policies that hold for them: that they are there,
/// what they say, and whom of their own they apply to. They cannot change them, and nothing that
/// the provider has written of other tenants is shown.
extension UseCases {
    /// The provider's policies that hold for a tenant's people; none for the provider itself, who
    /// sees them as its own.
    static func inherited(
        by principal: Principal, in records: any Records
    ) throws -> [PolicyRecord] {
        guard case .tenant(let tenant) = principal.scope,
            let name = try records.tenants(in: principal.scope).first?.name
        else { return [] }
        // Of its endpoints nothing but the tenant is said: what cannot apply to any is left out.
        let anyone = EndpointSubject(key: "", tenant: name)
        return try records.policies(holdingFor: tenant).filter {
            $0.place.tenant == nil && $0.isEnabled
                && CompiledExpression($0.policy.applies).evaluate(anyone, at: $0.savedAt) != .no
        }
    }

    static func inheritedSummary(
        _ record: PolicyRecord, _ names: DirectoryNames
    ) -> PolicySummary {
        var summary = PolicySummary(record, names)
        summary.isInherited = true
        // Who of the provider's people wrote it, and why, is the provider's own.
        summary.savedBy = "provider"
        summary.note = ""
        return summary
    }

    func inheritedDetail(
        of record: PolicyRecord, for principal: Principal, at now: Timestamp,
        in records: any Records
    ) throws -> PolicyDetail {
        let names = try DirectoryNames(scope: principal.scope, records: records)
        var detail = PolicyDetail(
            summary: Self.inheritedSummary(record, names), yaml: "",
            written: try inheritedWords(of: record, in: records), remarks: [], endpoints: [],
            endpointCount: 0, unknown: [])
        guard case .tenant(let tenant) = principal.scope else { return detail }
        try addMembers(of: record, of: tenant, to: &detail, at: now, in: records)
        return detail
    }

    private func inheritedWords(
        of record: PolicyRecord, in records: any Records
    ) throws -> [WrittenSection] {
        guard !record.mayNameOthers else {
            return [
                WrittenSection(
                    heading: "Your provider's policy",
                    paragraphs: [
                        "It holds for you too. Its text names single tenants, sites or endpoints, "
                            + "so it is shown to your provider only."
                    ])
            ]
        }
        return try written(record, in: records)
    }
}

extension PolicyRecord {
    /// Whether a condition in it asks for names that may be another tenant's.
    fileprivate var mayNameOthers: Bool {
        let rings = policy.rings.values.flatMap(\.self).compactMap { ring -> GroupExpression? in
            guard case .matching(let condition) = ring.members else { return nil }
            return condition
        }
        let conditions = [policy.applies] + rings + exceptions.compactMap(\.endpoints)
        let naming: Set<EndpointField> = [.tenant, .site, .hostname, .endpoint]
        // An exception tells of people and of what protects whom.
        return !exceptions.isEmpty || conditions.contains { !$0.fields.isDisjoint(with: naming) }
    }
}
