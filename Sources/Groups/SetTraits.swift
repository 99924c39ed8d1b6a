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
    /// The site that it is moved to, by its identifier or its name; empty for no site.
    public var site: String?
    /// Whether what follows may happen at once.
    public var confirm: Bool?

    /// A change.
    public init(
        tags: [String]? = nil, addTags: [String]? = nil, removeTags: [String]? = nil,
        role: String? = nil, criticality: Criticality? = nil, isExposed: Bool? = nil,
        forget: [String]? = nil, site: String? = nil, confirm: Bool? = nil
    ) {
        self.site = site
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

/// What is said of an endpoint, and where it stands.
public struct SaidOfEndpoint: Hashable, Sendable, Codable {
    /// What people say of it.
    public var traits: EndpointTraits
    /// Its site; `nil` where it belongs to none, and from servers of former releases.
    public var site: SiteID?
    /// The site's name.
    public var siteName: String?

    private enum Key: String, CodingKey { case site, siteName }

    /// What is said of an endpoint.
    public init(_ traits: EndpointTraits, at site: Site? = nil) {
        self.traits = traits
        self.site = site?.id
        siteName = site?.name
    }

    /// Reads both from one object.
    public init(from decoder: any Decoder) throws {
        traits = try EndpointTraits(from: decoder)
        let place = try decoder.container(keyedBy: Key.self)
        site = try place.decodeIfPresent(SiteID.self, forKey: .site)
        siteName = try place.decodeIfPresent(String.self, forKey: .siteName)
    }

    /// Writes both into one object.
    public func encode(to encoder: any Encoder) throws {
        try traits.encode(to: encoder)
        var place = encoder.container(keyedBy: Key.self)
        try place.encodeIfPresent(site, forKey: .site)
        try place.encodeIfPresent(siteName, forKey: .siteName)
    }
}

/// An endpoint before and after a change of what is said of it.
private struct SaidChange {
    let endpoint: EndpointRecord
    let old: EndpointTraits
    let new: EndpointTraits
    let former: Site?
    let site: Site?

    /// Whose endpoint it is, and which site is meant, in the asker's scope: a site of another tenant
    /// is as unknown as one that nobody has.
    init(
        _ change: TraitChange, of id: EndpointID, by principal: Principal, in records: any Records
    ) throws {
        guard let endpoint = try records.endpoint(id, in: principal.scope) else {
            throw Refusal.notFound("endpoint")
        }
        self.endpoint = endpoint
        old = try records.traits(of: id, tenant: endpoint.tenant) ?? EndpointTraits()
        new = change.applied(to: old)
        let sites = try records.sites(in: .tenant(endpoint.tenant))
        former = sites.first { $0.id == endpoint.site }
        guard let asked = change.site else {
            site = former
            return
        }
        site = sites.first { $0.id == SiteID(asked) } ?? sites.first { $0.name == asked }
        guard site != nil || asked.isEmpty else { throw Refusal.notFound("site") }
    }

    /// The endpoint where it is to stand.
    var moved: EndpointRecord {
        var moved = endpoint
        moved.site = site?.id
        return moved
    }

    var changesNothing: Bool { new == old && site?.id == former?.id }

    /// The move, as a sentence.
    var moveSentence: String {
        switch (former?.name, site?.name) {
        case (let from?, let to?): "Moved \(endpoint.name) from the site “\(from)” to “\(to)”."
        case (nil, let to?): "Moved \(endpoint.name) to the site “\(to)”; it belonged to none."
        case (let from?, nil):
            "Took \(endpoint.name) out of the site “\(from)”; it belongs to none."
        case (nil, nil): "Left \(endpoint.name) without a site."
        }
    }
}

extension UseCases {
    /// Says something of an endpoint: tags, role, criticality, exposure, and the site where it
    /// stands.
    ///
    /// - Throws: `Refusal` `E_TRAITS` for words that are none; `E_NOT_FOUND` for a site that the
    ///   endpoint's tenant does not have; `E_TRAITS_ACTS_NOW` when policies would act at once on the
    ///   endpoint because of it, or a ring would be left empty, and the change does not confirm it.
    public func setTraits(
        _ change: TraitChange, of id: EndpointID, by principal: Principal
    ) async throws -> SaidOfEndpoint {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        try await requireConfirmation(of: change, on: id, by: principal, at: now)
        return try await writeWaking { records, wakes in
            let said = try SaidChange(change, of: id, by: principal, in: records)
            try Self.check(said.new)
            let result = SaidOfEndpoint(said.new, at: said.site)
            guard !said.changesNothing else { return result }
            let endpoint = said.endpoint
            if said.new != said.old {
                try records.store(
                    said.new, of: id, tenant: endpoint.tenant, by: principal.name, at: now)
                try self.appendAudit(
                    "endpoint.traitsSet", subject: id.text,
                    sentence: "Said of \(endpoint.name): \(said.new.sentence).",
                    actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            }
            if said.site?.id != said.former?.id {
                try records.update(said.moved)
                try self.appendAudit(
                    "endpoint.moved", subject: id.text, sentence: said.moveSentence,
                    actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            }
            try self.placementsChanged(
                of: endpoint.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            wakes.insert(SignalSubject.decisions(of: endpoint.tenant))
            wakes.insert(SignalSubject.rings(of: endpoint.tenant))
            wakes.insert(SignalSubject.standings(of: endpoint.tenant))
            return result
        }
    }

    /// Refuses what would make policies act at once and was not confirmed (P49): what is said of an
    /// endpoint, and where it stands, decides which policies are for it, as groups and the policies
    /// themselves do.
    private func requireConfirmation(
        of change: TraitChange, on id: EndpointID, by principal: Principal, at now: Timestamp
    ) async throws {
        guard change.confirm != true else { return }
        let preview = try await ledger.read { records -> PolicyPreview? in
            let said = try SaidChange(change, of: id, by: principal, in: records)
            try Self.check(said.new)
            guard !said.changesNothing else { return nil }
            return try self.preview(
                traits: said.new, of: said.endpoint, becoming: said.moved, at: now, in: records)
        }
        guard let preview, preview.wantsConfirmation else { return }
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
