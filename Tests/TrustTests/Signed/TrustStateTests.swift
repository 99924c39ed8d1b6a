import Fleet
import Testing

@testable import Trust

struct TrustStateTests {
    private let sample: SignedSample
    private let state: TrustState
    private let noon = SignedSample.noon

    init() throws {
        sample = try SignedSample()
        state = try sample.state()
    }

    @Test func `a policy that enough keys signed is accepted and remembered`() throws {
        let envelope = try sample.signed(sample.policy(3), by: sample.a, sample.b)
        let later = noon.adding(seconds: 60)
        let (accepted, next) = try state.verify(envelope.json, as: PolicySet.self, at: later)
        #expect(accepted.document == (try sample.policy(3)))
        #expect(accepted.digest == envelope.payloadDigest)
        #expect(accepted.signers == [sample.a.id, sample.b.id])
        #expect(next.lastVerifiedAt == later)
        // The same document again is no step back.
        #expect(try next.verify(envelope.json, as: PolicySet.self, at: later).state == next)
        #expect(
            refusal {
                let old = try sample.signed(sample.policy(2), by: sample.a, sample.b)
                _ = try next.verify(old.json, as: PolicySet.self, at: later)
            } == .rolledBack(seen: 3, offered: 2))
        #expect(
            refusal {
                let other = try sample.policy(
                    3,
                    sample.policyBody(
                        .init(
                            shareBasisPoints: 10_000, tenantsPerHour: 9)))
                let forked = try sample.signed(other, by: sample.a, sample.b)
                _ = try next.verify(forked.json, as: PolicySet.self, at: later)
            } == .rolledBack(seen: 3, offered: 3))
    }

    @Test func `the state survives being written down`() throws {
        let envelope = try sample.signed(sample.policy(3), by: sample.a, sample.b)
        let (_, next) = try state.verify(envelope.json, as: PolicySet.self, at: noon)
        let bytes = try #require(StrictJSON.encode(next))
        #expect(StrictJSON.decode(TrustState.self, from: bytes) == next)
    }

    @Test func `signatures without a key id count, and one key counts once`() throws {
        let text = String(
            decoding: try sample.signed(sample.policy(), by: sample.a, sample.b).json,
            as: UTF8.self)
        var nameless = text
        for key in [sample.a, sample.b] {
            nameless = nameless.replacing("\"keyid\":\"\(key.id)\",", with: "")
        }
        #expect(nameless.utf8.count < text.utf8.count - 128)
        let accepted = try state.verify(Array(nameless.utf8), as: PolicySet.self, at: noon)
        #expect(accepted.accepted.signers.count == 2)
    }

    @Test func `a document holds from its issue, to the clock's tolerance, until it expires`()
        throws
    {
        var document = try sample.policy()
        document.heading.issuedAt = noon
        document.heading.expiresAt = noon.adding(seconds: 3600)
        let bytes = try sample.signed(document, by: sample.a, sample.b).json
        func verdict(_ milliseconds: Int64) -> VerificationRefusal? {
            let now = Timestamp(milliseconds: noon.milliseconds + milliseconds)
            return refusal { _ = try state.verify(bytes, as: PolicySet.self, at: now) }
        }
        #expect(verdict(-300_000) == nil)
        #expect(verdict(-300_001) == .clockSetBack(last: noon))
        #expect(verdict(3_599_999) == nil)
        #expect(verdict(3_600_000) == .expired(at: document.heading.expiresAt))

        document.heading.issuedAt = noon.adding(seconds: 301)
        let ahead = try sample.signed(document, by: sample.a, sample.b).json
        #expect(
            refusal { _ = try state.verify(ahead, as: PolicySet.self, at: noon) }
                == .notYetValid(from: document.heading.issuedAt))
    }

    @Test func `under an expired root nothing is believed but the next root`() throws {
        let end = noon.adding(seconds: 60)
        let short = try sample.state(rootUntil: end)
        let bytes = try sample.signed(sample.policy(), by: sample.a, sample.b).json
        #expect(
            refusal { _ = try short.verify(bytes, as: PolicySet.self, at: end) }
                == .rootExpired(end))
        let next = try short.rotatingRoot(
            try sample.signed(sample.root(2), by: sample.a, sample.b).json, at: end)
        #expect(next.root.heading.version == 2)
        #expect(refusal { _ = try next.verify(bytes, as: PolicySet.self, at: end) } == nil)
    }

    @Test func `a root is replaced by enough keys of the old and of the new one`() throws {
        let next = sample.root(2, sample.rootBody(replacingA: sample.x))
        func verdict(_ keys: [SigningKey]) throws -> VerificationRefusal? {
            var envelope = try next.envelope()
            for key in keys { try envelope.sign(with: key) }
            return refusal { _ = try state.rotatingRoot(envelope.json, at: noon) }
        }
        let (a, b, x) = (sample.a, sample.b, sample.x)
        #expect(try verdict([a, b, x]) == nil)
        #expect(try verdict([a, b]) == .thresholdNotMet(.root, valid: 1, needed: 2))
        #expect(try verdict([b, x]) == .thresholdNotMet(.root, valid: 1, needed: 2))
        #expect(try verdict([x]) == .unknownKey(.root))
        #expect(try verdict([]) == .unknownKey(.root))
    }

    @Test func `each version of the root is seen, and none twice with another content`() throws {
        func rotate(_ version: Int, from state: TrustState, until: Timestamp = SignedSample.expiry)
            throws -> TrustState
        {
            let root = sample.root(version, until: until)
            return try state.rotatingRoot(
                sample.signed(root, by: sample.a, sample.b).json, at: noon)
        }
        #expect(refusal { _ = try rotate(3, from: state) } == .rootSkipped(expected: 2, offered: 3))
        let second = try rotate(2, from: state)
        #expect(try rotate(2, from: second) == second)
        let earlier = SignedSample.expiry.adding(seconds: -1)
        #expect(
            refusal { _ = try rotate(2, from: second, until: earlier) }
                == .rolledBack(seen: 2, offered: 2))
        #expect(refusal { _ = try rotate(1, from: second) } == .rolledBack(seen: 2, offered: 1))
    }

    @Test func `versions are counted anew when no key of the role is left, and only then`() throws {
        let high = DocumentHeading.maximumVersion
        let bytes = try sample.signed(sample.policy(high), by: sample.a, sample.b).json
        let used = try state.verify(bytes, as: PolicySet.self, at: noon).state
        let c = try SigningKey(bytes: Sample.bytes(32, seed: 15))
        for (keys, isAccepted) in [([sample.x, c], true), ([sample.x, sample.b], false)] {
            var body = sample.rootBody()
            var roles = body.roles
            roles[.policy] = .init(keys.map(\.id), threshold: 2)
            let all = [sample.a, sample.b, sample.s, sample.x, c].filter { key in
                roles.values.contains { $0.keyIDs.contains(key.id) }
            }
            body = TrustRoot(
                keys: all.map { TrustRoot.Key($0.publicKey) }, mode: .sealed, roles: roles)
            let next = try used.rotatingRoot(
                sample.signed(sample.root(2, body), by: sample.a, sample.b).json, at: noon)
            let policy = try sample.signed(sample.policy(1), by: keys[0], keys[1]).json
            #expect(
                refusal { _ = try next.verify(policy, as: PolicySet.self, at: noon) }
                    == (isAccepted ? nil : .rolledBack(seen: high, offered: 1)))
        }
    }

    @Test func `the first root is the one whose fingerprint is known`() throws {
        let envelope = try sample.signed(sample.root(), by: sample.a, sample.b)
        #expect(
            refusal {
                _ = try TrustState(
                    root: envelope.json, fingerprint: Digest.sha256Hex("another"),
                    tenant: sample.tenant, at: noon)
            } == .wrongRoot)
        let half = try sample.signed(sample.root(), by: sample.a)
        #expect(
            refusal {
                _ = try TrustState(
                    root: half.json, fingerprint: half.payloadDigest, tenant: sample.tenant,
                    at: noon)
            } == .thresholdNotMet(.root, valid: 1, needed: 2))
    }

    @Test func `a root that makes no sense is not written`() throws {
        let body = sample.rootBody()
        let key = TrustRoot.Key(sample.a.publicKey)
        let wrong: [TrustRoot] = [
            TrustRoot(keys: [], mode: .sealed, roles: body.roles),
            TrustRoot(keys: body.keys + [key], mode: .sealed, roles: body.roles),
            TrustRoot(
                keys: body.keys + [.init(sample.x.publicKey)], mode: .sealed, roles: body.roles),
            TrustRoot(
                keys: body.keys, mode: .sealed, roles: body.roles.filter { $0.key != .script }),
            sample.rootBody(rootThreshold: 3), sample.rootBody(rootThreshold: 0),
            TrustRoot(
                keys: body.keys.map { .init($0.publicKey, isOnline: true) }, mode: .sealed,
                roles: body.roles),
        ]
        for root in wrong {
            #expect(root.fault != nil)
            #expect(refusal { _ = try sample.root(1, root).envelope() } != nil)
        }
        #expect(body.fault == nil)
    }
}
