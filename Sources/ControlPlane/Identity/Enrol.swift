public import AgentProtocol
import Fleet
import ServerRecords
import Trust

extension UseCases {
    /// The longest hostname that is taken, in bytes (RFC 1035, section 2.3.4).
    static let hostnameLimit = 253
    /// The longest machine fingerprint, in bytes: a SHA-256 in hexadecimal has 64.
    static let machineFingerprintLimit = 128

    /// Makes a device an endpoint of the token's tenant.
    ///
    /// Counting the use and adding the endpoint are one transaction. A device that asks again with
    /// the same key and token, because the answer was lost, is told the same endpoint and costs no
    /// further use. A machine that is known under another key (a clone, or a machine set up anew on
    /// the old disk) becomes a new endpoint, and the audit log says so.
    ///
    /// - Throws: `Refusal` `E_TOKEN_UNKNOWN`, `E_TOKEN_EXPIRED`, `E_TOKEN_REVOKED`,
    ///   `E_TOKEN_USED_UP`, `E_ENROL_PROOF`, `E_FACTS`, `E_KEY_IN_USE`, `E_ENDPOINT_RETIRED`.
    public func enrol(_ request: EnrolRequest) async throws -> EnrolResponse {
        let applicant = try Applicant(request)
        let now = effects.now()
        let id: EndpointID = effects.newIdentifier()
        return try await ledger.write { records in
            if let known = try records.endpoint(withPublicKey: applicant.publicKey) {
                return try self.enrolAgain(known, applicant, in: records, at: now)
            }
            let use = try records.redeem(secretHash: applicant.secret.hash, at: now)
            return try self.enrolNew(id, applicant, with: Self.redeemed(use), in: records, at: now)
        }
    }

    private func enrolNew(
        _ id: EndpointID, _ applicant: Applicant, with token: EnrolmentToken,
        in records: any Records,
        at now: Timestamp
    ) throws -> EnrolResponse {
        let twins = try applicant.machineFingerprint.map {
            try records.endpoints(withMachineFingerprint: $0, of: token.tenant)
        }
        let endpoint = EndpointRecord(
            id: id, tenant: token.tenant, site: token.site, name: applicant.hostname,
            publicKey: applicant.publicKey, machineFingerprint: applicant.machineFingerprint,
            enrolledAt: now)
        try records.insert(endpoint)
        try appendAudit(
            "endpoint.enrolled", subject: id.text,
            sentence: "Enrolled \(endpoint.name) with the token \(token.id).",
            actor: id.actorName,
            tenant: token.tenant, in: records, at: now)
        if let twin = twins?.first {
            try appendAudit(
                "endpoint.possibleClone", subject: id.text,
                sentence:
                    """
                    \(endpoint.name) has the machine identifier of \(twin.name) (\(twin.id)): a clone, \
                    or the same machine set up anew.
                    """,
                actor: "system", tenant: token.tenant, in: records, at: now)
        }
        return EnrolResponse(endpoint: id, tenant: token.tenant)
    }

    /// The key has an endpoint already. The token must still be a valid one of the same tenant, but
    /// may be used up: perhaps by the very request whose answer was lost.
    private func enrolAgain(
        _ known: EndpointRecord, _ applicant: Applicant, in records: any Records, at now: Timestamp
    ) throws -> EnrolResponse {
        let own = try records.enrolmentTokens(in: .tenant(known.tenant))
            .first { $0.secretHash == applicant.secret.hash }
        guard let own else {
            // Another tenant's token, or none at all. That the key is in use is told only to who
            // has a good token.
            _ = try Self.redeemed(records.redeem(secretHash: applicant.secret.hash, at: now))
            throw Refusal(
                .conflict, "E_KEY_IN_USE", "This device key belongs to another endpoint.",
                nextStep: "Remove the agent's state folder and enrol again, with a new key.")
        }
        if own.revokedAt != nil { throw Self.refusal(of: .revoked(own)) }
        if own.expiresAt <= now { throw Self.refusal(of: .expired(own)) }
        guard known.retiredAt == nil else {
            throw Refusal(
                .gone, "E_ENDPOINT_RETIRED", "The endpoint of this device key has been retired.",
                nextStep: "Remove the agent's state folder and enrol again, with a new key.")
        }
        try appendAudit(
            "endpoint.enrolledAgain", subject: known.id.text,
            sentence:
                """
                \(known.name) enrolled again with the same key: its answer was lost, or the key was \
                copied to a clone.
                """,
            actor: known.id.actorName, tenant: known.tenant, in: records, at: now)
        return EnrolResponse(endpoint: known.id, tenant: known.tenant)
    }

    private static func redeemed(_ use: EnrolmentTokenUse) throws -> EnrolmentToken {
        guard case .redeemed(let token) = use else { throw refusal(of: use) }
        return token
    }

    private static func refusal(of use: EnrolmentTokenUse) -> Refusal {
        let next = "Make a new enrolment token and use its file."
        return switch use {
        case .expired(let token):
            Refusal(
                .gone, "E_TOKEN_EXPIRED",
                "The enrolment token expired at \(token.expiresAt.wholeSeconds).",
                nextStep: next)
        case .revoked:
            Refusal(.gone, "E_TOKEN_REVOKED", "The enrolment token was revoked.", nextStep: next)
        case .usedUp(let token):
            Refusal(
                .gone, "E_TOKEN_USED_UP",
                "The enrolment token has been used \(token.maximumUses) times, as often as it may be.",
                nextStep: next)
        case .unknown, .redeemed:
            Refusal(
                .unauthenticated, "E_TOKEN_UNKNOWN",
                "The enrolment token is not one of this server.",
                nextStep: next)
        }
    }
}

/// A request to enrol that has been read and whose proof holds.
private struct Applicant: Sendable {
    let secret: Secret
    let publicKey: [UInt8]
    let hostname: String
    let machineFingerprint: String?

    init(_ request: EnrolRequest) throws(Refusal) {
        guard let secret = Secret(text: request.token) else {
            throw Refusal(
                .unauthenticated, "E_TOKEN_UNKNOWN",
                "The enrolment token is not one of this server.",
                nextStep: "Make a new enrolment token and use its file.")
        }
        guard request.publicKey.utf8.count <= 64, let publicKey = Base64.decode(request.publicKey),
            publicKey.count == DeviceKey.byteCount,
            EnrolmentProof.isValid(request.proof, secret: secret, publicKey: publicKey)
        else {
            throw Refusal(
                .malformed, "E_ENROL_PROOF",
                "The device did not prove that it holds its private key.",
                nextStep: "Update the agent, remove its state folder and enrol again.")
        }
        self.secret = secret
        self.publicKey = publicKey
        hostname = try Self.hostname(request.facts.hostname)
        let fingerprint = request.facts.machineFingerprint
        guard (fingerprint ?? "").utf8.count <= UseCases.machineFingerprintLimit else {
            throw Self.badFacts("machine fingerprint")
        }
        machineFingerprint = fingerprint == "" ? nil : fingerprint
    }

    private static func hostname(_ text: String) throws(Refusal) -> String {
        let isClean = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
        guard (1...UseCases.hostnameLimit).contains(text.utf8.count), isClean else {
            throw badFacts("hostname")
        }
        return text
    }

    private static func badFacts(_ what: String) -> Refusal {
        Refusal(
            .malformed, "E_FACTS",
            "The device's \(what) is empty, too long, or has characters that it cannot have.",
            nextStep: "Set the machine's name with hostnamectl, then enrol again.")
    }
}
