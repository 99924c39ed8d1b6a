public import Fleet
import Policy
public import ServerRecords
import Trust

/// What became of policies that were to be signed.
public enum Publication: Hashable, Sendable {
    /// The installation signs nothing, or there is nothing to sign: endpoints work without
    /// policies.
    case off
    /// They stand signed, or wait, already.
    case unchanged(version: Int)
    /// They are signed.
    case signed(version: Int)
    /// They wait for operators.
    case waiting(version: Int)
}

extension UseCases {
    /// The name of a tenant's policies among the signed documents.
    static let policySetName = "policy"
    /// How long signed policies hold, in seconds: a quarter, so that an endpoint that is kept from
    /// newer ones does not act by old ones for ever.
    static let policyLifeSeconds: Int64 = 90 * 86_400
    /// How long before their end they are signed anew, in seconds: an endpoint may be away for a
    /// month.
    static let policyRenewalSeconds: Int64 = 30 * 86_400
    /// The setting that holds the brake, as JSON.
    package static let brakeSetting = "trust.brake"

    /// Signs a tenant's policies, or has them wait for operators: to be called in the transaction
    /// that changes one of them.
    ///
    /// All that are in force for the tenant are signed as one document, the provider's among them.
    /// When there are none any more, it says that everything is by hand.
    ///
    /// - Parameters:
    ///   - tenant: the tenant.
    ///   - actor: who changed them, such as `user:anna`.
    ///   - records: the transaction.
    ///   - now: the time.
    ///   - wakes: takes the subject that tells endpoints, once the transaction is committed.
    /// - Returns: what became of them.
    /// - Throws: `Refusal` `E_SIGNED_MALFORMED` when they cannot be a signed document (too many);
    ///   what the store throws.
    @discardableResult
    public func publishPolicies(
        of tenant: TenantID, by actor: String, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws -> Publication {
        guard let root = try heldRoot(in: records) else { return .off }
        let policies = try EndpointDecisions(of: tenant, in: records, at: now, by: self)
            .placedPolicies
        let scope = DocumentScope.tenant(tenant)
        let signed = try records.newestDocument(
            PolicySet.type, named: Self.policySetName, of: scope)
        let waiting = try unsigned(PolicySet.type, Self.policySetName, of: tenant, in: records)
        if policies.isEmpty, signed == nil, waiting == nil, root.body.mode == .managed {
            return .off
        }
        let body = PolicySet(
            policies + (Self.everythingByHand(besides: policies).map { [$0] } ?? []),
            brake: try brake(in: records, root))
        let known = try signed.flatMap { try isBelieved($0, under: root) ? $0 : nil }
        if let newest = waiting?.document ?? known, try Self.says(newest, body, at: now) {
            return .unchanged(version: newest.version)
        }
        let version = max(signed?.version ?? 0, waiting?.document.version ?? 0) + 1
        let issued = now.wholeSeconds
        let document = SignedDocument(
            DocumentHeading(
                name: Self.policySetName, version: version, scope: scope, issuedAt: issued,
                expiresAt: issued.adding(seconds: Self.policyLifeSeconds)), body)
        let wish = SigningWish(
            document, actor: actor,
            reason: "The policies that are in force for the tenant, \(policies.count) of them.")
        let isSigned = try sign(wish, under: root, in: records, at: now, waking: &wakes)
        return isSigned ? .signed(version: version) : .waiting(version: version)
    }

    /// Whether a document says the same and holds for long enough yet.
    private static func says(_ stored: StoredDocument, _ body: PolicySet, at now: Timestamp) throws
        -> Bool
    {
        guard now.adding(seconds: policyRenewalSeconds) < stored.expiresAt else { return false }
        return try believing { try stored.read(as: PolicySet.self).body == body }
    }

    /// The brake of this installation. In managed mode it is off unless somebody has set it: the
    /// server gives its own signature without anybody looking, and rings with their gates hold
    /// instead.
    func brake(in records: any Records, _ root: HeldRoot) throws -> BlastRadiusBrake {
        if let text = try records.setting(Self.brakeSetting),
            let brake = TrustJSON.decode(BlastRadiusBrake.self, text)
        {
            return brake
        }
        return root.body.mode == .sealed ? .usual : .off
    }
}
