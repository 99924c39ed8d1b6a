public import AgentProtocol
public import ServerRecords
import Trust

extension UseCases {
    /// Turns a device's signed assertion into a short-lived access token.
    ///
    /// An assertion serves once. What is wrong with one is told only after its signature has proved
    /// good; before that every fault has the same answer, so that nobody learns which endpoints
    /// exist.
    ///
    /// - Throws: `Refusal` `E_ASSERTION`, `E_ASSERTION_AUDIENCE`, `E_ASSERTION_LIFETIME`,
    ///   `E_ASSERTION_REPLAYED`, `E_CLOCK`, `E_ENDPOINT_RETIRED`.
    public func issueAccessToken(_ request: AccessTokenRequest) async throws -> AccessTokenResponse
    {
        let now = effects.now()
        let assertion = try Self.trusting { () throws(TrustError) in
            try DeviceAssertion.Unverified(request.assertion)
        }
        let id = assertion.claimedEndpoint
        let endpoint = try await ledger.read { try $0.endpoint(id, in: .provider) }
        // A key that nobody has: an unknown endpoint costs the same work and gets the same answer.
        let publicKey = endpoint?.publicKey ?? keys.auditPublicKey
        let verified = try Self.trusting { () throws(TrustError) in
            try assertion.verified(by: publicKey, audience: keys.fingerprint, at: now)
        }
        guard let endpoint else {
            throw Refusal(
                .unauthenticated, "E_ASSERTION",
                "The assertion is not a valid one of this endpoint.",
                nextStep: "Enrol this endpoint again.")
        }
        try await ledger.write { records in
            guard let current = try records.endpoint(id, in: .tenant(endpoint.tenant)),
                current.retiredAt == nil
            else {
                throw Refusal(
                    .gone, "E_ENDPOINT_RETIRED", "This endpoint has been retired.",
                    nextStep: "Remove the agent, or enrol it again with a new key.")
            }
            let isFirst = try records.useAssertion(
                verified.identifier, by: id, until: verified.replayableUntil, at: now)
            guard isFirst else {
                throw Refusal(
                    .unauthenticated, "E_ASSERTION_REPLAYED", "The assertion has been used before.",
                    nextStep: "Make a new assertion for each request.")
            }
        }
        return AccessTokenResponse(
            accessToken: keys.accessToken(endpoint: id, tenant: endpoint.tenant, at: now),
            expiresIn: AccessToken.agentLifetimeSeconds)
    }

    /// The endpoint that an access token stands for. No store is asked.
    ///
    /// - Throws: `Refusal` `E_ACCESS_TOKEN`, `E_ACCESS_TOKEN_EXPIRED`.
    public func authenticateAgent(bearer: some StringProtocol) throws(Refusal) -> AgentPrincipal {
        let token: AccessToken
        do throws(TrustError) {
            token = try keys.accessTokens.token(from: bearer, at: effects.now())
        } catch {
            throw Refusal(.unauthenticated, error)
        }
        guard case .agent(let endpoint, let tenant, _) = token else {
            throw Refusal(
                .unauthenticated, "E_ACCESS_TOKEN", "The access token is not an agent's.",
                nextStep: "Use the token that the server gave to this agent.")
        }
        return AgentPrincipal(endpoint: endpoint, tenant: tenant)
    }

    /// Runs a check of something shown by who is not known yet.
    static func trusting<Answer>(
        _ check: () throws(TrustError) -> Answer
    ) throws(Refusal) -> Answer {
        do throws(TrustError) {
            return try check()
        } catch {
            throw Refusal(.unauthenticated, error)
        }
    }
}
