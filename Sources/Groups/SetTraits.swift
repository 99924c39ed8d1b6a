import Administration
public import ControlPlane
public import Fleet
public import Policy
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
    /// Whether what follows may happen at once.
    public var confirm: Bool?

    /// A change.
    public init(
        tags: [String]? = nil, addTags: [String]? = nil, removeTags: [String]? = nil,
        role: String? = nil, criticality: Criticality? = nil, isExposed: Bool? = nil,
        forget: [String]? = nil, confirm: Bool? = nil
    ) {
        self.confirm = confirm
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

extension UseCases {
    /// Says something of an endpoint: tags, role, criticality, exposure.
    ///
    /// - Throws: `Refusal` `E_TRAITS` for words that are none; `E_TRAITS_ACTS_NOW` when policies would
    ///   act at once on the endpoint because of it and the change does not confirm it.
    public func setTraits(
        _ change: TraitChange, of id: EndpointID, by principal: Principal
    ) async throws -> EndpointTraits {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        try await requireConfirmation(of: change, on: id, by: principal, at: now)
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

    /// Refuses what would make policies act at once and was not confirmed (P49): what is said of an
    /// endpoint decides which policies are for it, as groups and the policies themselves do.
    private func requireConfirmation(
        of change: TraitChange, on id: EndpointID, by principal: Principal, at now: Timestamp
    ) async throws {
        guard change.confirm != true else { return }
        let preview = try await ledger.read { records -> PolicyPreview? in
            guard let endpoint = try records.endpoint(id, in: principal.scope) else { return nil }
            let old = try records.traits(of: id, tenant: endpoint.tenant) ?? EndpointTraits()
            let new = change.applied(to: old)
            try Self.check(new)
            guard new != old else { return nil }
            return try self.preview(traits: new, of: endpoint, at: now, in: records)
        }
        guard let preview, preview.installsNow > 0 else { return }
        throw Refusal(
            .conflict, "E_TRAITS_ACTS_NOW", preview.sentence,
            nextStep: "Look at what the policies would install, and confirm the change when that "
                + "is meant.")
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
