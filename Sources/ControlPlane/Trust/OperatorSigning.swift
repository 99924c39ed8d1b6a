public import Fleet
import Policy
import Rollout
public import ServerRecords
import Trust

/// A document that waits for signatures, as people see it.
public struct WaitingDocument: Hashable, Sendable, Codable {
    /// The SHA-256 of its payload in hexadecimal, by which it is named.
    public var digest: String
    /// The kind of document.
    public var type: String
    /// Its name.
    public var name: String
    /// Its version.
    public var version: Int
    /// Whose endpoints it is for: `all` or a tenant.
    public var scope: String
    /// What it is for.
    public var reason: String
    /// Who asked for it.
    public var askedBy: String
    /// When.
    public var askedAt: Timestamp
    /// The deployment that a grant is for.
    public var deployment: DeploymentID?
    /// How many different keys must sign it.
    public var needed: Int
    /// How many have.
    public var signatures: Int
    /// The envelope's JSON: what an operator signs.
    public var envelope: String
}

/// What became of a signature.
public struct SigningOutcome: Hashable, Sendable, Codable {
    /// The document's digest.
    public var digest: String
    /// Whether endpoints believe it now.
    public var isComplete: Bool
    /// One sentence.
    public var sentence: String
}

extension UseCases {
    /// What waits for signatures, oldest first. In sealed mode what people say of endpoints is
    /// looked through first, so that new endpoints are in it.
    public func waitingDocuments(by principal: Principal) async throws -> [WaitingDocument] {
        try principal.require(.approve)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard let root = try self.heldRoot(in: records) else { return [] }
            if root.body.mode == .sealed {
                for tenant in try records.tenants(in: principal.scope) {
                    try self.publishPolicies(
                        of: tenant.id, by: "system", in: records, at: now, waking: &wakes)
                    try self.askForPlacements(
                        of: tenant.id, by: "system", under: root, in: records, at: now)
                }
            }
            return try records.unsignedDocuments(in: principal.scope).map {
                try self.shown($0, under: root)
            }
        }
    }

    private func shown(_ waiting: UnsignedDocument, under root: HeldRoot) throws
        -> WaitingDocument
    {
        let document = waiting.document
        let envelope = try Self.believing { try Envelope(json: document.envelope) }
        return WaitingDocument(
            digest: document.digest, type: document.type, name: document.name,
            version: document.version, scope: document.scope.description, reason: waiting.reason,
            askedBy: waiting.askedBy, askedAt: waiting.askedAt, deployment: document.deployment,
            needed: try signaturesNeeded(document, under: root),
            signatures: envelope.signatures.count, envelope: document.text)
    }

    /// How many different keys must sign a document: its role's threshold, and two where a grant
    /// goes beyond the brake of the policies that it was made under.
    private func signaturesNeeded(_ stored: StoredDocument, under root: HeldRoot) throws -> Int {
        guard let role = SignedKind(type: stored.type)?.role else { return 1 }
        return max(root.body.threshold(of: role), stored.needsTwo ? 2 : 1)
    }

    /// Takes an envelope that operators have signed: one that waits here, or a hold, duty, script or
    /// release of their own. Signatures of several people are put together.
    ///
    /// - Throws: `Refusal` with the reason that it is not believed for; then nothing is changed.
    public func submit(
        signed bytes: [UInt8], by principal: Principal
    ) async throws -> SigningOutcome {
        try principal.require(.approve)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard let root = try self.heldRoot(in: records) else { throw Self.noRoot }
            let envelope = try Self.believing { try Envelope(json: bytes) }
            let all = try records.unsignedDocuments(in: principal.scope)
            guard
                let waiting = all.first(where: {
                    $0.document.digest == envelope.payloadDigest
                        && SignedKind(type: $0.document.type)?.payloadType == envelope.payloadType
                })
            else {
                return try self.submitOwn(
                    envelope, under: root, by: principal, in: records, at: now, waking: &wakes)
            }
            return try self.add(
                envelope.signatures, to: waiting, under: root, by: principal, in: records, at: now,
                waking: &wakes)
        }
    }

    /// Gives the second signature of a managed server to a document that a person has looked at:
    /// another one than who asked for it.
    public func confirm(_ digest: String, by principal: Principal) async throws -> SigningOutcome {
        try principal.require(.approve)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard let root = try self.heldRoot(in: records),
                let waiting = try records.unsignedDocuments(in: principal.scope).first(where: {
                    $0.document.digest == digest
                })
            else { throw Self.notWaiting }
            guard root.body.mode == .managed else { throw Self.isSealed }
            guard try records.areTwoPeople(waiting.askedBy, principal.name) else {
                throw Self.samePerson
            }
            guard let role = SignedKind(type: waiting.document.type)?.role else {
                throw Self.notWaiting
            }
            var envelope = try Self.believing { try Envelope(json: waiting.document.envelope) }
            for key in try self.trust.keys(of: role, in: root) { try envelope.sign(with: key) }
            return try self.add(
                envelope.signatures, to: waiting, under: root, by: principal, in: records, at: now,
                waking: &wakes)
        }
    }

    package static let noRoot = Refusal(
        .conflict, "E_TRUST_NO_ROOT", "This installation has no trust root.",
        nextStep: "Take one with “patchbay trust adopt”.")
    private static let isSealed = Refusal(
        .conflict, "E_TRUST_SEALED", "Operators hold the keys; this server cannot sign.",
        nextStep: "Sign it with “patchbay sign” and hand it in with “patchbay trust submit”.")
    private static let samePerson = Refusal(
        .forbidden, "E_SECOND_PERSON", "Who asked for it cannot give the second signature.",
        nextStep: "Let another person confirm it.")

    /// Adds signatures to what waits; when they suffice, endpoints are told.
    private func add(
        _ signatures: [Envelope.Signature], to waiting: UnsignedDocument, under root: HeldRoot,
        by principal: Principal, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws -> SigningOutcome {
        var stored = waiting.document
        var envelope = try Self.believing { try Envelope(json: stored.envelope) }
        envelope.add(signatures)
        stored.envelope = envelope.json
        let needed = try signaturesNeeded(stored, under: root)
        let valid = try Self.validSigners(of: envelope, stored.type, under: root)
        guard !valid.isEmpty else {
            throw try Self.refusal(of: .unknownKey(SignedKind(type: stored.type)?.role ?? .root))
        }
        guard valid.count >= needed else {
            try records.setUnsigned(
                UnsignedDocument(
                    stored, askedAt: waiting.askedAt, askedBy: waiting.askedBy,
                    reason: waiting.reason),
                type: stored.type, name: stored.name, of: stored.scope)
            return SigningOutcome(
                digest: stored.digest, isComplete: false,
                sentence: "\(valid.count) of \(needed) signatures are there.")
        }
        try Self.verify(envelope, stored, under: root, at: now)
        try keep(stored, isReplacing: stored.type == Placement.type, in: records)
        try auditTrust(
            "trust.signed", stored, principal.name, waiting.reason, in: records, at: now)
        try followUp(stored, in: records, at: now, waking: &wakes)
        return SigningOutcome(
            digest: stored.digest, isComplete: true,
            sentence: "Signed by \(valid.count) keys; endpoints are told.")
    }

    /// A document of the operators' own: never a policy, placement or grant, which must be what
    /// this server shows.
    private func submitOwn(
        _ envelope: Envelope, under root: HeldRoot, by principal: Principal,
        in records: any Records, at now: Timestamp, waking wakes: inout Set<String>
    ) throws -> SigningOutcome {
        guard let kind = SignedKind(payloadType: envelope.payloadType),
            [.hold, .script, .release, .recipe, .duty].contains(kind)
        else { throw Self.notWaiting }
        let stored = try Self.believing { try kind.stored(envelope) }
        guard
            principal.scope == .provider
                || stored.scope.tenant.map(principal.scope.includes) == true
        else { throw Self.notWaiting }
        try Self.verify(envelope, stored, under: root, at: now)
        let newest = try records.newestDocument(stored.type, named: stored.name, of: stored.scope)
        if let newest, newest.version >= stored.version {
            throw try Self.refusal(
                of: .rolledBack(seen: newest.version, offered: stored.version))
        }
        if kind == .duty {
            let known = try knownDocuments(Duty.self, of: stored.scope, in: records)
            try checkRoom(forDuty: stored.name, beside: known, at: now)
        }
        try keep(stored, isReplacing: false, in: records)
        try auditTrust(
            "trust.signed", stored, principal.name, "Handed in.", in: records, at: now)
        try followUp(stored, in: records, at: now, waking: &wakes)
        return SigningOutcome(
            digest: stored.digest, isComplete: true, sentence: "Taken; endpoints are told.")
    }

    private static let notWaiting = Refusal(
        .conflict, "E_TRUST_NOT_WAITING", "No document with this content waits for a signature.",
        nextStep: "Fetch what waits with “patchbay trust pending”, and sign that.")

    /// What a new signed document leads to.
    private func followUp(
        _ stored: StoredDocument, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws {
        wakes.insert(SignalSubject.trust(stored.scope))
        guard let tenant = stored.scope.tenant else { return }
        switch SignedKind(type: stored.type) {
        case .placement: try noteNewPlacements(of: tenant, in: records, waking: &wakes)
        case .policy:
            try forgetFormerApprovals(of: tenant, besides: stored.digest, in: records)
            // Grants of what is under way were made under the former policies.
            for deployment in try records.deployments(
                in: .tenant(tenant), before: nil, limit: Self.deploymentsRenewed)
            where [.running, .halted].contains(deployment.state) {
                try requestGrants(
                    of: deployment.id, tenant: tenant, in: records, at: now, &wakes)
            }
        case .approval:
            let grant = try Self.believing { try stored.read(as: Grant.self) }.body
            for endpoint in grant.target.endpoints ?? [] {
                wakes.insert(SignalSubject.work(endpoint))
            }
        case .duty:
            decisionBoard.forget()
            wakes.insert(SignalSubject.decisions(of: tenant))
        default: break
        }
    }

    /// Approvals that wait and were made under former policies: nobody need sign them any more.
    private func forgetFormerApprovals(
        of tenant: TenantID, besides policies: String, in records: any Records
    ) throws {
        for waiting in try records.unsignedDocuments(in: .tenant(tenant)).map(\.document)
        where waiting.type == Grant.type {
            let grant = try Self.believing { try waiting.read(as: Grant.self) }.body
            guard grant.policyDigest != policies else { continue }
            try records.setUnsigned(
                nil, type: waiting.type, name: waiting.name, of: waiting.scope)
        }
    }

    /// How many of a tenant's newest deployments are looked at when its policies change: more are
    /// never under way at once.
    private static let deploymentsRenewed = 200

    private static func refusal(of refusal: VerificationRefusal) throws -> Refusal {
        Refusal(.conflict, refusal.code, refusal.message, nextStep: refusal.nextStep)
    }

    private static func validSigners(
        of envelope: Envelope, _ type: String, under root: HeldRoot
    ) throws -> Set<KeyID> {
        guard let role = SignedKind(type: type)?.role else { return [] }
        return envelope.signers(among: root.body.publicKeys(of: role))
    }

    /// Checks a document as an endpoint would.
    private static func verify(
        _ envelope: Envelope, _ stored: StoredDocument, under root: HeldRoot, at now: Timestamp
    ) throws {
        try believing {
            let state = try root.state(for: stored.scope.tenant ?? anyTenant, at: now)
            try SignedKind(type: stored.type)?.verify(envelope.json, in: state, at: now)
        }
    }
}
