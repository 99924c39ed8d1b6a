import Administration
public import ControlPlane
import Fleet
import Policy
public import ServerRecords

/// How many endpoints fit the condition of a group now.
public struct GroupStanding: Hashable, Sendable, Codable {
    /// How many endpoints are in it; `nil` where the tenant has more than are looked at.
    public var endpoints: Int?
    /// The first of them, by name.
    public var first: [String]
    /// Of how many a fact is missing, so that nobody can say whether they are in it.
    public var unknown: Int
    /// That nobody is in it; `nil` when somebody is, or nobody has looked.
    public var warning: String?

    /// How many names are listed; the pages say how many more there are.
    public static let namesListed = 5
    /// The most endpoints that are looked at for it: some seconds' work where facts are asked for.
    public static let endpointsLookedAt = 20_000

    /// A standing.
    public init(
        endpoints: Int? = nil, first: [String] = [], unknown: Int = 0, warning: String? = nil
    ) {
        self.endpoints = endpoints
        self.first = first
        self.unknown = unknown
        self.warning = warning
    }

    /// How many there are, with the first names.
    public var sentence: String {
        guard let endpoints else { return "not counted" }
        let missing = unknown == 0 ? "" : ", \(unknown) not known"
        guard endpoints > 0 else { return "nobody\(missing)" }
        return "\(endpoints) (\(Self.listed(first, of: endpoints)))\(missing)"
    }

    /// Names, and how many more there are.
    public static func listed(_ names: [String], of count: Int) -> String {
        let more = count - names.count
        return names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

/// A group with who is in it now.
public struct ShownGroup: Hashable, Sendable, Codable {
    /// The group.
    public var group: EndpointGroup
    /// Who is in it.
    public var standing: GroupStanding

    /// A group that is shown.
    public init(_ group: EndpointGroup, _ standing: GroupStanding) {
        self.group = group
        self.standing = standing
    }

    /// Reads both from one object.
    public init(from decoder: any Decoder) throws {
        group = try EndpointGroup(from: decoder)
        standing = try GroupStanding(from: decoder)
    }

    /// Writes both into one object.
    public func encode(to encoder: any Encoder) throws {
        try group.encode(to: encoder)
        try standing.encode(to: encoder)
    }
}

/// What saving a group would do: who would be in it, who joins and who leaves.
public struct GroupPreview: Hashable, Sendable, Codable {
    /// Who would be in it.
    public var standing: GroupStanding
    /// How many join.
    public var joins = 0
    /// The first of them, by name.
    public var joining: [String] = []
    /// How many leave.
    public var leaves = 0
    /// The first of them, by name.
    public var leaving: [String] = []
    /// On how many endpoints policies would install at once because of it; `nil` from servers of
    /// former releases, as the next two.
    public var installsNow: Int?
    /// How many of them may reboot.
    public var rebootsNow: Int?
    /// The same as a sentence, with what becomes of rings that are left empty.
    public var acts: String?
    /// Whether saving it must be confirmed.
    public var wantsConfirmation: Bool?

    /// A preview with nobody joining or leaving.
    public init(standing: GroupStanding) { self.standing = standing }
}

extension UseCases {
    /// Groups of endpoints with who is in them now.
    public func shown(_ groups: [EndpointGroup]) async throws -> [ShownGroup] {
        let now = effects.now()
        return try await ledger.read { records in
            var standings: [TenantID: [GroupStanding]] = [:]
            let byTenant = Dictionary(grouping: groups, by: \.tenant)
            for (tenant, own) in byTenant {
                standings[tenant] = try self.standings(
                    of: own.map(\.members), tenant, in: records, at: now)
            }
            var places: [TenantID: Int] = [:]
            return groups.map { group in
                let place = places[group.tenant, default: 0]
                places[group.tenant] = place + 1
                return ShownGroup(group, standings[group.tenant]?[place] ?? GroupStanding())
            }
        }
    }

    /// What saving a group would do: who would be in it, who joins and leaves. Without a name, or with
    /// one that no group has, everybody joins. Nothing is changed.
    public func previewGroup(
        _ draft: GroupDraft, by principal: Principal
    ) async throws -> GroupPreview {
        try principal.require(.view)
        let (tenant, members) = try Self.checked(draft, by: principal)
        let name = PolicyName(draft.name)
        let now = effects.now()
        return try await ledger.read { records in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            let old = try records.groups(in: .tenant(tenant)).first { $0.name == name }?.members
            let was = old.map { CompiledExpression($0) }
            let becomes = CompiledExpression(members)
            var preview = GroupPreview(standing: GroupStanding())
            let isWhole = try self.eachSubject(
                of: tenant, asking: [members, old].compactMap(\.self), in: records, at: now
            ) { subject, name in
                let (before, after) = (
                    was?.evaluate(subject, at: now) ?? .no, becomes.evaluate(subject, at: now)
                )
                preview.standing.add(after, name)
                if after == .yes, before != .yes {
                    preview.joins += 1
                    GroupStanding.add(name, to: &preview.joining)
                } else if before == .yes, after != .yes {
                    preview.leaves += 1
                    GroupStanding.add(name, to: &preview.leaving)
                }
            }
            guard isWhole else {
                throw Refusal(
                    .tooLarge, "E_PREVIEW_TOO_LARGE",
                    "A preview looks at \(GroupStanding.endpointsLookedAt) endpoints at most.",
                    nextStep: "Save the group without a preview.")
            }
            preview.standing.conclude()
            let others = try records.groups(in: .tenant(tenant)).filter { $0.name != name }
            let groups = name.map {
                EndpointGroup(
                    tenant: tenant, name: $0, members: members, note: "", savedAt: now,
                    savedBy: principal.name)
            }
            let acts = try self.preview(
                groups: others + [groups].compactMap(\.self), of: tenant, at: now, in: records)
            preview.installsNow = acts.installsNow
            preview.rebootsNow = acts.rebootsNow
            preview.acts = acts.sentence
            preview.wantsConfirmation = acts.wantsConfirmation
            return preview
        }
    }

    private func standings(
        of conditions: [GroupExpression], _ tenant: TenantID, in records: any Records,
        at now: Timestamp
    ) throws -> [GroupStanding] {
        let compiled = conditions.map { CompiledExpression($0) }
        var standings = conditions.map { _ in GroupStanding() }
        let isWhole = try eachSubject(of: tenant, asking: conditions, in: records, at: now) {
            subject, name in
            for (place, condition) in compiled.enumerated() {
                standings[place].add(condition.evaluate(subject, at: now), name)
            }
        }
        guard isWhole else { return conditions.map { _ in GroupStanding() } }
        for place in standings.indices { standings[place].conclude() }
        return standings
    }

    /// Goes through a tenant's endpoints as conditions look at them.
    ///
    /// - Returns: whether they were all looked at; otherwise there are more than the limit.
    private func eachSubject(
        of tenant: TenantID, asking conditions: [GroupExpression], in records: any Records,
        at now: Timestamp, _ body: (EndpointSubject, String) -> Void
    ) throws -> Bool {
        let decisions = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: true, by: self)
        let asksForFacts = conditions.contains { Self.asksForFacts($0) }
        var count = 0
        do {
            try eachEndpoint(of: tenant, in: records) { endpoint in
                guard count < GroupStanding.endpointsLookedAt else { throw TooMany() }
                count += 1
                let facts =
                    asksForFacts
                    ? try records.posture(of: endpoint.id, tenant: tenant)?.endpoint : nil
                body(try decisions.subject(endpoint, facts: facts), endpoint.name)
            }
        } catch is TooMany {
            return false
        }
        return true
    }
}

/// More endpoints than are looked at.
private struct TooMany: Error {}

extension GroupStanding {
    fileprivate static func add(_ name: String, to names: inout [String]) {
        if names.count < namesListed { names.append(name) }
    }

    fileprivate mutating func add(_ fits: Ternary, _ name: String) {
        switch fits {
        case .yes:
            endpoints = (endpoints ?? 0) + 1
            Self.add(name, to: &first)
        case .unknown: unknown += 1
        case .no: break
        }
    }

    /// Everybody has been looked at.
    fileprivate mutating func conclude() {
        let count = endpoints ?? 0
        endpoints = count
        guard count == 0 else { return }
        warning =
            unknown == 0
            ? "Nobody is in it now; check how the values are written."
            : "Nobody is known to be in it now; of \(unknown) endpoints a fact is missing."
    }
}
