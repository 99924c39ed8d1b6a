public import AgentProtocol
import Fleet
import Policy
import Rollout
public import ServerRecords
import Trust

extension UseCases {
    /// What changes whenever there are other signed documents for a tenant's endpoints; `nil` when
    /// there are none. Nearly always it is known without the store.
    func trustTag(of tenant: TenantID, at now: Timestamp) async throws -> String? {
        if let known = trust.tag(of: tenant, signals: signals, at: now) { return known }
        let versions = TrustDesk.versions(of: tenant, signals)
        let tag = try await ledger.read { try self.trustTag(of: tenant, in: $0) }
        trust.remember(tag, of: tenant, versions: versions, at: now)
        return tag
    }

    private func trustTag(of tenant: TenantID, in records: any Records) throws -> String? {
        guard let root = try heldRoot(in: records) else { return nil }
        let policies = try believedPolicies(of: tenant, under: root, in: records)
        let holds = try newest(Hold.self, of: tenant, under: root, in: records).map(\.digest)
        let scripts = try newest(Script.self, of: tenant, under: root, in: records).map(\.digest)
        let recipes = try newest(SignedRecipe.self, of: tenant, under: root, in: records)
            .map(\.digest)
        let duties = try newest(Duty.self, of: tenant, under: root, in: records).map(\.digest)
        let placements = try records.setting(Self.placementSetting(tenant)) ?? ""
        let parts =
            [root.digest, policies?.digest ?? "", placements] + holds + scripts + recipes
            + duties
        return String(Digest.sha256Hex(parts.joined(separator: "\n")).prefix(32))
    }

    /// The tenant's policies, if enough keys of the root that holds have signed them: what only
    /// former keys have signed is refused by every endpoint, and need not be sent.
    private func believedPolicies(
        of tenant: TenantID, under root: HeldRoot, in records: any Records
    ) throws -> StoredDocument? {
        let newest = try records.newestDocument(
            PolicySet.type, named: Self.policySetName, of: .tenant(tenant))
        return try newest.flatMap { try isBelieved($0, under: root) ? $0 : nil }
    }

    /// The newest version of each document of a kind for a tenant, as far as it is believed.
    func newest<Body: RoleDocument>(
        _ type: Body.Type, of tenant: TenantID, under root: HeldRoot, in records: any Records,
        endingAfter end: Timestamp? = nil
    ) throws -> [StoredDocument] {
        let scopes: [DocumentScope] = [.allTenants, .tenant(tenant)]
        return try scopes.flatMap { scope -> [StoredDocument] in
            let all = try records.documents(Body.type, of: scope)
            // An older version says nothing any more, also where the newest has ended before it.
            return try Dictionary(all.map { ($0.name, $0) }) { _, newer in newer }.values
                .filter { stored in end.map { $0 < stored.expiresAt } ?? true }
                .filter { try isBelieved($0, under: root) }.sorted { $0.name < $1.name }
        }
    }

    /// An agent says which signed documents it holds, and is given what there is for it.
    public func exchangeTrust(
        _ request: TrustRequest, by agent: AgentPrincipal
    ) async throws -> TrustResponse {
        let now = effects.now()
        let report = TrustReport(
            tenant: agent.tenant, endpoint: agent.endpoint, reportedAt: now,
            rootVersion: request.rootVersion, policyVersion: request.policyVersion,
            policyDigest: request.policyDigest.map {
                PlainText.line($0, atMost: Self.longestLabel)
            },
            refusal: request.refusal.map { PlainText.line($0, atMost: Self.longestLabel) },
            sentence: request.sentence.map { PlainText.line($0, atMost: Self.longestSentence) })
        return try await writeWaking { records, wakes in
            guard let endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant)),
                endpoint.retiredAt == nil
            else { throw Self.endpointGone }
            try records.save(report)
            guard let root = try self.heldRoot(in: records) else {
                return TrustResponse(digest: nil)
            }
            let policies = try self.believedPolicies(
                of: agent.tenant, under: root, in: records)
            let roots = try records.documents(TrustRoot.type, of: .allTenants)
            let placement = try self.placement(of: endpoint, under: root, in: records, at: now)
            let grant = try request.job.flatMap { id -> String? in
                guard let job = try records.job(id, in: .tenant(agent.tenant)),
                    job.endpoint == agent.endpoint
                else { return nil }
                return try self.handOutGrant(for: job, in: records, at: now, waking: &wakes).text
            }
            let scripts = try self.newest(
                Script.self, of: agent.tenant, under: root, in: records
            ).map(\.text)
            // What has expired is believed by nobody, and would be reported as a refusal.
            let recipes = try self.newest(
                SignedRecipe.self, of: agent.tenant, under: root, in: records
            ).filter { stored in
                // One that cannot be read any more keeps no endpoint from the others.
                let read = try? stored.read(as: SignedRecipe.self)
                return read.map { now < $0.heading.expiresAt } ?? false
            }.map(\.text)
            let duties = try self.newest(
                Duty.self, of: agent.tenant, under: root, in: records, endingAfter: now
            ).map(\.text)
            return TrustResponse(
                digest: try self.trustTag(of: agent.tenant, in: records),
                roots: roots.filter { $0.version > request.rootVersion ?? 0 }.map(\.text),
                policies: policies?.text,
                holds: try self.newest(Hold.self, of: agent.tenant, under: root, in: records)
                    .map(\.text),
                placement: placement?.text, grant: grant,
                scripts: scripts.isEmpty ? nil : scripts,
                recipes: recipes.isEmpty ? nil : recipes,
                duties: duties.isEmpty ? nil : duties)
        }
    }
}

extension StoredDocument {
    /// The envelope as text.
    var text: String { String(decoding: envelope, as: UTF8.self) }
}
