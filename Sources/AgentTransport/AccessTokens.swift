import AgentCore
import AgentProtocol
import Fleet
import Synchronization
import Trust

/// Gets access tokens with assertions of the device key, and keeps the current one.
final class AccessTokens: Sendable {
    /// A token is renewed when less than this part of its life is left.
    static let renewalShare: Int64 = 5
    /// The bounds of a token's life that are believed, in seconds.
    static let lifetimes: ClosedRange<Int64> = 10...86_400
    /// The longest token that is taken, in bytes: it goes into a header.
    static let longestToken = 4096
    /// How many random bytes make an assertion unlike every other.
    private static let nonceLength = 16

    private struct Held {
        var token: String
        var renewAt: Timestamp
    }

    private let identity: AgentIdentity
    private let key: DeviceKey
    private let client: AgentClient
    private let effects: AgentEffects
    private let randomBytes: @Sendable (Int) -> [UInt8]
    private let held = Mutex<Held?>(nil)

    init(
        identity: AgentIdentity, key: DeviceKey, client: AgentClient, effects: AgentEffects,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.identity = identity
        self.key = key
        self.client = client
        self.effects = effects
        self.randomBytes = randomBytes
    }

    /// A token that is good for some time yet.
    func current() async throws(LinkFailure) -> String {
        let now = effects.now()
        if let token = held.withLock({ held in held.flatMap { $0.renewAt > now ? $0.token : nil } })
        {
            return token
        }
        let assertion = DeviceAssertion(
            endpoint: identity.endpoint, audience: identity.fingerprint, at: now,
            nonce: randomBytes(Self.nonceLength))
        let text: String
        do {
            text = try assertion.signed(with: key)
        } catch {
            throw .malformed(error.description)
        }
        let answer = try await client.accessToken(AccessTokenRequest(assertion: text))
        guard answer.accessToken.utf8.count <= Self.longestToken,
            answer.accessToken.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .malformed("the access token is not one") }
        let lifetime = min(
            max(answer.expiresIn, Self.lifetimes.lowerBound), Self.lifetimes.upperBound)
        let renewAt = now.adding(seconds: lifetime - lifetime / Self.renewalShare)
        held.withLock { $0 = Held(token: answer.accessToken, renewAt: renewAt) }
        return answer.accessToken
    }

    /// Forgets a token that the server did not accept.
    func drop(_ token: String) {
        held.withLock { if $0?.token == token { $0 = nil } }
    }
}
