public import Fleet
public import ServerRecords
public import Trust

extension UseCases {
    /// The name of the one trust root.
    static let rootName = "root"

    /// Whether there is a trust root already.
    public func hasTrustRoot() async throws -> Bool {
        try await ledger.read { try self.heldRoot(in: $0) != nil }
    }

    /// Makes the trust root of an installation that has none, from the signing keys of its home
    /// folder: managed mode, with nothing to set up. Signs anew what ends soon.
    ///
    /// - Parameter keys: the keys; none when operators hold them.
    /// - Throws: `Refusal` `E_TRUST_KEYS` when there is a managed root and its keys are not here.
    public func establishTrust(with keys: [ManagedKeys.File: SigningKey]) async throws {
        let now = effects.now()
        let ids = Set(keys.values.map(\.id))
        try await writeWaking { records, wakes in
            if let root = try self.heldRoot(in: records) {
                let online = root.body.keys.filter(\.isOnline).map(\.publicKey.id)
                guard root.body.mode == .sealed || ids.isSuperset(of: online) else {
                    throw Self.signingKeysMissing
                }
            } else {
                guard !keys.isEmpty else { return }
                let envelope = try ManagedKeys.root(of: keys, at: now)
                try self.store(root: envelope, by: "system", in: records, at: now)
                wakes.insert(SignalSubject.trust(.allTenants))
            }
            try self.publishAll(by: "system", in: records, at: now, waking: &wakes)
        }
    }

    /// Signs anew what ends soon: to be called each hour.
    public func renewSignatures() async throws {
        let now = effects.now()
        try await writeWaking { records, wakes in
            try self.publishAll(by: "system", in: records, at: now, waking: &wakes)
        }
    }

    /// Signs the policies of every tenant, or has them wait, where they are not believed as they
    /// stand or end soon.
    public func publishAll(
        by actor: String, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws {
        for tenant in try records.tenants(in: .provider) {
            try publishPolicies(of: tenant.id, by: actor, in: records, at: now, waking: &wakes)
        }
    }

    private static let signingKeysMissing = Refusal(
        .unavailable, "E_TRUST_KEYS",
        "The signing keys of this installation are not in its home folder.",
        nextStep: "Bring the folder “trust” back from a backup, or from another server of the "
            + "same database.")

    /// Takes a trust root that operators have made: the first one, or the next version of the one
    /// that holds. The keys that this server holds add their signatures where the old root asks for
    /// them, so that a managed installation can be sealed.
    ///
    /// - Throws: `Refusal` `E_TRUST_ROOT` with the reason; nothing is changed then.
    public func adopt(root bytes: [UInt8], by actor: String) async throws -> TrustStatus {
        let now = effects.now()
        return try await writeWaking { records, wakes in
            var envelope = try Self.believing { try Envelope(json: bytes) }
            if let held = try self.heldRoot(in: records) {
                if envelope.payloadDigest == held.digest {
                    return try self.trustStatus(in: .provider, records: records, at: now)
                }
                let next = try Self.believing {
                    try SignedDocument<TrustRoot>(unverified: envelope)
                }
                for key in try self.trust.keys(of: .root, in: held)
                where next.heading.version == held.document.heading.version + 1 {
                    try envelope.sign(with: key)
                }
                let signed = envelope.json
                _ = try Self.believing {
                    try held.state(for: Self.anyTenant, at: now).rotatingRoot(signed, at: now)
                }
            } else {
                let digest = envelope.payloadDigest
                _ = try Self.believing {
                    try TrustState(
                        root: bytes, fingerprint: digest, tenant: Self.anyTenant, at: now)
                }
            }
            try self.store(root: envelope, by: actor, in: records, at: now)
            wakes.insert(SignalSubject.trust(.allTenants))
            // What the former keys have signed is believed by nobody any more.
            try self.publishAll(by: actor, in: records, at: now, waking: &wakes)
            return try self.trustStatus(in: .provider, records: records, at: now)
        }
    }

    /// Stands for a tenant where a document for all is checked.
    static var anyTenant: TenantID {
        get throws {
            guard let tenant = TenantID("tnt_00000000000000000000000000") else {
                throw Refusal.notFound("tenant")
            }
            return tenant
        }
    }

    /// Runs a check of a signed document; its refusal becomes one of the use case.
    static func believing<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let refusal as VerificationRefusal {
            throw Refusal(
                .conflict, refusal.code, refusal.message, nextStep: refusal.nextStep)
        }
    }

    func store(
        root envelope: Envelope, by actor: String, in records: any Records, at now: Timestamp
    ) throws {
        let document = try Self.believing { try SignedDocument<TrustRoot>(unverified: envelope) }
        try records.save(StoredDocument(document, envelope), replacing: false)
        let mode = document.body.mode.rawValue
        try appendAudit(
            "trust.root", subject: envelope.payloadDigest,
            sentence: "Took version \(document.heading.version) of the trust root, \(mode), with "
                + "the fingerprint \(envelope.payloadDigest).",
            actor: actor, tenant: nil, in: records, at: now)
    }

    /// The trust root that holds; `nil` when there is none yet.
    package func heldRoot(in records: any Records) throws -> HeldRoot? {
        guard
            let stored = try records.newestDocument(
                TrustRoot.type, named: Self.rootName, of: .allTenants)
        else { return nil }
        return HeldRoot(
            document: try Self.believing { try stored.read(as: TrustRoot.self) },
            digest: stored.digest, envelope: stored.envelope)
    }
}

extension UseCases {
    /// How the signed documents stand.
    public func trustStatus(by principal: Principal) async throws -> TrustStatus {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            try self.trustStatus(in: principal.scope, records: records, at: now)
        }
    }

    func trustStatus(
        in scope: Scope, records: any Records, at now: Timestamp
    ) throws -> TrustStatus {
        let root = try heldRoot(in: records)
        let asked = try records.unsignedDocuments(in: scope).map(\.document)
        var waiting = Set(asked.map { ["\($0.scope)", $0.type, $0.name] })
        if let root, root.isSealed {
            // What is said of a new endpoint is asked for when operators fetch what waits.
            for tenant in try records.tenants(in: scope) {
                let more = try unaskedPlacements(of: tenant.id, under: root, in: records, at: now)
                waiting.formUnion(
                    more.map { ["\($0.heading.scope)", Placement.type, $0.heading.name] })
            }
        }
        let reports = try records.trustReports(in: scope, endpoint: nil)
        let refusals = reports.compactMap { report in
            report.refusal.map {
                TrustStatus.EndpointRefusal(
                    endpoint: report.endpoint, code: $0, sentence: report.sentence ?? "",
                    at: report.reportedAt)
            }
        }
        return TrustStatus(
            mode: root?.body.mode, rootVersion: root?.document.heading.version,
            rootFingerprint: root?.digest, rootExpiresAt: root?.document.heading.expiresAt,
            waiting: waiting.count,
            endpointsReporting: reports.count,
            refusals: Array(refusals.prefix(TrustStatus.mostRefusals)))
    }
}
