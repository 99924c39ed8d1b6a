public import Fleet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a device says of itself to get an access token: a JWT (RFC 7519) in the way of RFC 7523,
/// section 3, signed with its key.
public struct DeviceAssertion: Hashable, Sendable {
    /// How long an assertion is good, in seconds: long enough for one request, too short to be
    /// worth stealing.
    public static let lifetimeSeconds: Int64 = 60
    /// How far the two clocks may be apart, in seconds. Beyond it the device is told, since its
    /// windows would be wrong too.
    public static let clockToleranceSeconds: Int64 = 300
    /// The longest `jti`, in bytes.
    static let identifierLimit = 64

    /// Who says it, and of whom (`iss` and `sub`).
    public let endpoint: EndpointID
    /// To which server, by the fingerprint of its identity (`aud`).
    public let audience: String
    /// When it was made, in whole seconds, by the device's clock (`iat`).
    public let issuedAt: Timestamp
    /// When it stops being good, by the device's clock (`exp`).
    public let expiresAt: Timestamp
    /// What makes it unlike every other (`jti`).
    public let identifier: String

    /// An assertion made at `now` by the device's clock. `nonce` holds at least 16 unpredictable
    /// bytes.
    public init(endpoint: EndpointID, audience: String, at now: Timestamp, nonce: [UInt8]) {
        self.endpoint = endpoint
        self.audience = audience
        issuedAt = Timestamp(seconds: now.milliseconds / 1000)
        expiresAt = issuedAt.adding(seconds: Self.lifetimeSeconds)
        identifier = Base64.encode(nonce, .url)
    }

    private init?(_ claims: Claims) {
        let bounds = -(1 << 40)...(1 << 40)
        guard let endpoint = EndpointID(claims.iss), claims.sub == claims.iss,
            (1...Self.identifierLimit).contains(claims.jti.utf8.count),
            bounds.contains(Int(claims.iat)), bounds.contains(Int(claims.exp))
        else { return nil }
        self.endpoint = endpoint
        audience = claims.aud
        issuedAt = Timestamp(seconds: claims.iat)
        expiresAt = Timestamp(seconds: claims.exp)
        identifier = claims.jti
    }

    /// The signed text.
    ///
    /// - Throws: `TrustError` `E_SIGNING`.
    public func signed(with key: DeviceKey) throws(TrustError) -> String {
        let claims = Claims(
            iss: endpoint.text, sub: endpoint.text, aud: audience,
            iat: issuedAt.milliseconds / 1000, exp: expiresAt.milliseconds / 1000, jti: identifier)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let payload = try? encoder.encode(claims) else {
            throw TrustError(
                "E_SIGNING", "The assertion could not be written as JSON.",
                nextStep: "Check the machine's free memory, then try again.")
        }
        return try CompactJWS.sign(Array(payload), with: key)
    }

    /// When the server may forget that the assertion was used: it is refused for its age from then
    /// on.
    public var replayableUntil: Timestamp {
        expiresAt.adding(seconds: Self.clockToleranceSeconds)
    }

    private struct Claims: Codable {
        var iss: String
        var sub: String
        var aud: String
        var iat: Int64
        var exp: Int64
        var jti: String
    }
}

extension DeviceAssertion {
    /// An assertion as it came, before it is known whether it is genuine.
    public struct Unverified: Sendable {
        private let parts: CompactJWS.Parts
        private let claimed: DeviceAssertion

        /// Reads an assertion's text.
        ///
        /// - Throws: `TrustError` `E_ASSERTION` when it is not one, is too large, or names another
        ///   algorithm.
        public init(_ text: String) throws(TrustError) {
            guard let parts = CompactJWS.Parts(text),
                let claims = try? JSONDecoder().decode(
                    Claims.self, from: Data(parts.unverifiedPayload)),
                let claimed = DeviceAssertion(claims)
            else { throw .badAssertion }
            self.parts = parts
            self.claimed = claimed
        }

        /// Who it claims to come from: good for finding the public key, and for nothing else.
        public var claimedEndpoint: EndpointID { claimed.endpoint }

        /// The assertion, once its signature, its audience and its times have been found right.
        ///
        /// - Throws: `TrustError` `E_ASSERTION`, `E_ASSERTION_AUDIENCE`, `E_ASSERTION_LIFETIME`, or
        ///   `E_CLOCK` which tells by how much the endpoint's clock differs from the server's.
        public func verified(
            by publicKey: [UInt8], audience: String, at now: Timestamp
        ) throws(TrustError) -> DeviceAssertion {
            guard parts.isSigned(by: publicKey) else { throw .badAssertion }
            guard constantTimeEquals(claimed.audience, audience) else { throw .wrongAudience }
            let lifetime = claimed.expiresAt.seconds(since: claimed.issuedAt)
            guard (1...DeviceAssertion.lifetimeSeconds).contains(lifetime) else {
                throw .wrongLifetime
            }
            let ahead = claimed.issuedAt.seconds(since: now)
            guard abs(ahead) <= DeviceAssertion.clockToleranceSeconds else {
                throw .clocksDiffer(ahead: ahead, endpoint: claimed.issuedAt, server: now)
            }
            return claimed
        }
    }
}

extension TrustError {
    fileprivate static let badAssertion = TrustError(
        "E_ASSERTION", "The assertion is not a valid one of this endpoint.",
        nextStep: "Run patchbay-agent doctor on the endpoint; enrol it again if its key was lost.")
    fileprivate static let wrongAudience = TrustError(
        "E_ASSERTION_AUDIENCE", "The assertion was made for another server.",
        nextStep: "Enrol the endpoint with this server.")
    fileprivate static let wrongLifetime = TrustError(
        "E_ASSERTION_LIFETIME",
        """
        The assertion is good for longer than \(DeviceAssertion.lifetimeSeconds) seconds, or ends \
        before it begins.
        """,
        nextStep: "Update the agent.")

    fileprivate static func clocksDiffer(
        ahead: Int64, endpoint: Timestamp, server: Timestamp
    ) -> TrustError {
        let distance = abs(ahead)
        let amount = distance < 7200 ? "\(distance / 60) min" : "\(distance / 3600) h"
        return TrustError(
            "E_CLOCK",
            """
            The endpoint's clock is \(amount) \(ahead > 0 ? "ahead" : "behind"): it says \
            \(endpoint), the server's says \(server.wholeSeconds).
            """,
            nextStep: "Set the wrong one of the two clocks, by NTP if possible.")
    }
}
