public import ControlPlane
public import Fleet
public import Policy
import PolicyDocument
public import ServerRecords

/// What somebody wants to say of an endpoint. What is left out stays as it is.
public struct TraitChange: Hashable, Sendable, Codable {
    /// All of its tags.
    public var tags: [String]?
    /// Tags to add.
    public var addTags: [String]?
    /// Tags to take away.
    public var removeTags: [String]?
    /// What it is for; empty for no role.
    public var role: String?
    /// How much depends on it.
    public var criticality: Criticality?
    /// Whether it can be reached from the internet.
    public var isExposed: Bool?
    /// Facts to forget, so that they are not known again: `criticality`, `isExposed`.
    public var forget: [String]?

    /// A change.
    public init(
        tags: [String]? = nil, addTags: [String]? = nil, removeTags: [String]? = nil,
        role: String? = nil, criticality: Criticality? = nil, isExposed: Bool? = nil,
        forget: [String]? = nil
    ) {
        self.tags = tags
        self.addTags = addTags
        self.removeTags = removeTags
        self.role = role
        self.criticality = criticality
        self.isExposed = isExposed
        self.forget = forget
    }

    /// The traits with the change.
    func applied(to traits: EndpointTraits) -> EndpointTraits {
        let tags = Set(self.tags ?? traits.tags).union(addTags ?? []).subtracting(removeTags ?? [])
        let forgotten = Set(forget ?? [])
        return EndpointTraits(
            role: role ?? traits.role, tags: Array(tags),
            criticality: forgotten.contains("criticality")
                ? nil : criticality ?? traits.criticality,
            isExposed: forgotten.contains("isExposed") ? nil : isExposed ?? traits.isExposed)
    }
}

/// A group as somebody wants to save it.
public struct GroupDraft: Hashable, Sendable, Codable {
    /// The tenant.
    public var tenant: TenantID?
    /// Its name.
    public var name: String
    /// Who is in it.
    public var members: String
    /// What it is for.
    public var note: String?

    /// A draft.
    public init(tenant: TenantID? = nil, name: String, members: String, note: String? = nil) {
        self.tenant = tenant
        self.name = name
        self.members = members
        self.note = note
    }
}

extension UseCases {
    /// Says something of an endpoint: tags, role, criticality, exposure.
    public func setTraits(
        _ change: TraitChange, of id: EndpointID, by principal: Principal
    ) async throws -> EndpointTraits {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard let endpoint = try records.endpoint(id, in: principal.scope) else {
                throw Refusal.notFound("endpoint")
            }
            let old =
                try records.traits(of: id, tenant: endpoint.tenant) ?? EndpointTraits()
            let new = change.applied(to: old)
            try Self.check(new)
            guard new != old else { return new }
            try records.store(
                new, of: id, tenant: endpoint.tenant, by: principal.name, at: now)
            try self.appendAudit(
                "endpoint.traitsSet", subject: id.text,
                sentence: "Said of \(endpoint.name): \(new.sentence).",
                actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            try self.placementsChanged(
                of: endpoint.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            wakes.insert(SignalSubject.decisions(of: endpoint.tenant))
            wakes.insert(SignalSubject.standings(of: endpoint.tenant))
            return new
        }
    }

    /// The groups that the asker may see.
    public func groups(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> [EndpointGroup] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { try $0.groups(in: scope) }
    }

    /// Adds or replaces a group of a tenant.
    public func saveGroup(
        _ draft: GroupDraft, by principal: Principal
    ) async throws -> EndpointGroup {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        let (tenant, members) = try Self.checked(draft, by: principal)
        guard let name = PolicyName(draft.name) else {
            throw Refusal(
                .malformed, "E_NAME",
                "A group's name has 1 to \(PolicyName.maximumLength) characters: a-z, 0-9 and -.",
                nextStep: "Choose another name.")
        }
        let group = EndpointGroup(
            tenant: tenant, name: name, members: members,
            note: try Self.checkedNote(draft.note), savedAt: now, savedBy: principal.name)
        try await writeWaking { records, wakes in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            try records.store(group)
            try self.groupChanged(
                "saved", group.name, of: tenant, by: principal, at: now, records, &wakes)
        }
        return group
    }

    /// Whose group a draft is for, and a condition that somebody can fit.
    package static func checked(
        _ draft: GroupDraft, by principal: Principal
    ) throws -> (TenantID, GroupExpression) {
        guard let tenant = try principal.tenant(for: draft.tenant) else {
            throw Refusal(
                .malformed, "E_TENANT", "A group belongs to a tenant.",
                nextStep: "Name the tenant.")
        }
        let members = try expression(draft.members)
        guard !members.fields.contains(.group) else {
            throw Refusal(
                .malformed, "E_GROUP_OF_GROUPS", "A group cannot be made of groups.",
                nextStep: "Write the conditions of the other groups into it.")
        }
        if let why = members.impossibility {
            throw Refusal(
                .malformed, "E_GROUP_IMPOSSIBLE", "No endpoint can fit the condition: \(why).",
                nextStep: "Correct it; nothing has been saved.")
        }
        return (tenant, members)
    }

    /// Removes a group of a tenant. Policies that ask for it no longer find anybody in it.
    public func deleteGroup(
        _ name: String, of tenant: TenantID?, by principal: Principal
    ) async throws {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        guard let tenant = try principal.tenant(for: tenant), let name = PolicyName(name) else {
            throw Refusal.notFound("group")
        }
        try await writeWaking { records, wakes in
            guard try records.deleteGroup(name, of: tenant) else {
                throw Refusal.notFound("group")
            }
            try self.groupChanged(
                "deleted", name, of: tenant, by: principal, at: now, records, &wakes)
        }
    }

    private func groupChanged(
        _ verb: String, _ name: PolicyName, of tenant: TenantID, by principal: Principal,
        at now: Timestamp, _ records: any Records, _ wakes: inout Set<String>
    ) throws {
        try appendAudit(
            "group.\(verb)", subject: tenant.text,
            sentence: "\(verb == "saved" ? "Saved" : "Deleted") the group “\(name)”.",
            actor: principal.name,
            tenant: tenant, in: records, at: now)
        try placementsChanged(
            of: tenant, by: principal.name, in: records, at: now, waking: &wakes)
        wakes.insert(SignalSubject.decisions(of: tenant))
        wakes.insert(SignalSubject.standings(of: tenant))
    }

    private static func check(_ traits: EndpointTraits) throws {
        guard traits.tags.count <= EndpointTraits.maximumTags,
            traits.tags.allSatisfy(EndpointTraits.isWord),
            traits.role.isEmpty || EndpointTraits.isWord(traits.role)
        else {
            throw Refusal(
                .malformed, "E_TRAITS",
                "An endpoint has at most \(EndpointTraits.maximumTags) tags; tags and the role "
                    + "have 1 to 63 letters, digits and signs of -_.:/.",
                nextStep: "Choose other words.")
        }
    }
}

extension EndpointTraits {
    /// What is said, as a clause.
    fileprivate var sentence: String {
        [
            role.isEmpty ? "no role" : "role \(role)",
            tags.isEmpty ? "no tags" : "tags \(tags.joined(separator: ", "))",
            criticality.map { "criticality \($0.rawValue)" } ?? "criticality not known",
            isExposed.map { $0 ? "exposed to the internet" : "not exposed" }
                ?? "exposure not known",
        ].joined(separator: "; ")
    }
}
