public import Fleet
import Policy
public import ServerRecords
import Trust

extension UseCases {
    static func placementSetting(_ tenant: TenantID) -> String { "trust.placements.\(tenant)" }

    /// Tells endpoints to look for what people say of them: to be called in the transaction that
    /// changes traits, sites or groups. In managed mode each endpoint's own document is signed when
    /// it asks; in sealed mode batches wait for operators.
    public func placementsChanged(
        of tenant: TenantID, by actor: String, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws {
        guard let root = try heldRoot(in: records) else { return }
        if root.body.mode == .sealed {
            try askForPlacements(of: tenant, by: actor, under: root, in: records, at: now)
        }
        try noteNewPlacements(of: tenant, in: records, waking: &wakes)
    }

    /// Changes what check-ins carry, so that endpoints fetch their placements.
    func noteNewPlacements(
        of tenant: TenantID, in records: any Records, waking wakes: inout Set<String>
    ) throws {
        let name = Self.placementSetting(tenant)
        let count = try records.setting(name).flatMap { Int($0) } ?? 0
        try records.setSetting(name, to: String(count + 1))
        wakes.insert(SignalSubject.trust(.tenant(tenant)))
    }

    /// The signed document that says of an endpoint what people say of it; `nil` when there is
    /// none yet, because operators have not signed it.
    func placement(
        of endpoint: EndpointRecord, under root: HeldRoot, in records: any Records,
        at now: Timestamp
    ) throws -> StoredDocument? {
        let scope = DocumentScope.tenant(endpoint.tenant)
        if root.body.mode == .sealed {
            // An endpoint moves from batch to batch as others come and go: what was said last counts.
            let newest = try records.documents(Placement.type, of: scope).sorted {
                ($0.issuedAt, $0.version) > ($1.issuedAt, $1.version)
            }
            return try newest.first { stored in
                try isBelieved(stored, under: root)
                    && Self.believing { try stored.read(as: Placement.self) }.body
                        .entry(of: endpoint.id) != nil
            }
        }
        let held = try records.newestDocument(Placement.type, named: endpoint.id.text, of: scope)
        let entry = try placementEntry(of: endpoint, in: records, at: now)
        if let held, try isBelieved(held, under: root),
            now.adding(seconds: Self.policyRenewalSeconds) < held.expiresAt,
            try Self.believing({ try held.read(as: Placement.self) }).body.entries == [entry]
        {
            return held
        }
        let issued = now.wholeSeconds
        let document = SignedDocument(
            DocumentHeading(
                name: endpoint.id.text, version: (held?.version ?? 0) + 1, scope: scope,
                issuedAt: issued, expiresAt: issued.adding(seconds: Self.policyLifeSeconds)),
            Placement([entry]))
        var envelope = try Self.believing { try document.envelope() }
        for key in try trust.keys(of: .policy, in: root).prefix(root.body.threshold(of: .policy)) {
            try envelope.sign(with: key)
        }
        let stored = StoredDocument(document, envelope)
        try records.save(stored, replacing: true)
        return stored
    }

    private func placementEntry(
        of endpoint: EndpointRecord, in records: any Records, at now: Timestamp
    ) throws -> Placement.Entry {
        let decisions = try EndpointDecisions(of: endpoint.tenant, in: records, at: now, by: self)
        return try placementEntry(of: endpoint, decisions, in: records)
    }

    private func placementEntry(
        of endpoint: EndpointRecord, _ decisions: EndpointDecisions, in records: any Records
    ) throws -> Placement.Entry {
        let facts = try records.posture(of: endpoint.id, tenant: endpoint.tenant)?.endpoint
        return Placement.Entry(endpoint.id, of: try decisions.subject(endpoint, facts: facts))
    }

    /// Sealed mode: what people say of a tenant's endpoints waits for operators.
    func askForPlacements(
        of tenant: TenantID, by actor: String, under root: HeldRoot, in records: any Records,
        at now: Timestamp
    ) throws {
        for document in try unaskedPlacements(of: tenant, under: root, in: records, at: now) {
            let wish = SigningWish(
                document, actor: actor,
                reason:
                    "Role, tags, site and groups of \(document.body.entries.count) endpoints.")
            var wakes: Set<String> = []
            _ = try sign(wish, under: root, in: records, at: now, waking: &wakes)
        }
    }

    /// Sealed mode: what people say of a tenant's endpoints and neither stands signed nor waits, in
    /// batches whose endpoints do not change, so that a new endpoint makes one of them new.
    func unaskedPlacements(
        of tenant: TenantID, under root: HeldRoot, in records: any Records, at now: Timestamp
    ) throws -> [SignedDocument<Placement>] {
        let decisions = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: true, by: self)
        let endpoints = try Self.everyEndpoint(of: tenant, in: records, at: now)
            .sorted { $0.id < $1.id }
        let size = Placement.maximumEntries
        return try stride(from: 0, to: endpoints.count, by: size).enumerated().compactMap {
            number, start -> SignedDocument<Placement>? in
            let batch = endpoints[start..<min(start + size, endpoints.count)]
            let entries = try batch.map { try placementEntry(of: $0, decisions, in: records) }
            return try unasked(
                Placement(entries), named: "placement-\(number + 1)", of: tenant, under: root,
                in: records, at: now)
        }
    }

    private static func everyEndpoint(
        of tenant: TenantID, in records: any Records, at now: Timestamp
    ) throws -> [EndpointRecord] {
        var query = EndpointQuery(
            scope: .tenant(tenant), limit: EndpointQuery.maximumPage, freshSince: now)
        var all: [EndpointRecord] = []
        while true {
            let page = try records.endpoints(query)
            all += page
            guard page.count == query.limit, let last = page.last else { return all }
            query.after = query.order.cursor(of: last)
        }
    }

    private func unasked(
        _ body: Placement, named name: String, of tenant: TenantID, under root: HeldRoot,
        in records: any Records, at now: Timestamp
    ) throws -> SignedDocument<Placement>? {
        let scope = DocumentScope.tenant(tenant)
        let signed = try records.newestDocument(Placement.type, named: name, of: scope)
        let waiting = try unsigned(Placement.type, name, of: tenant, in: records)?.document
        let known = try signed.flatMap { try isBelieved($0, under: root) ? $0 : nil }
        if let newest = waiting ?? known,
            now.adding(seconds: Self.policyRenewalSeconds) < newest.expiresAt,
            try Self.believing({ try newest.read(as: Placement.self) }).body == body
        {
            return nil
        }
        let issued = now.wholeSeconds
        return SignedDocument(
            DocumentHeading(
                name: name, version: max(signed?.version ?? 0, waiting?.version ?? 0) + 1,
                scope: scope, issuedAt: issued,
                expiresAt: issued.adding(seconds: Self.policyLifeSeconds)), body)
    }
}
