import Fleet
import Policy
import Testing

@testable import Trust

/// Agents and servers of different releases: what was signed is never read as something else.
@Suite struct `Approvals between releases` {
    /// A grant as an agent reads it that knows nothing of tries.
    private struct FormerGrant: RoleDocument {
        static let type = Grant.type
        static let role = Grant.role
        static let isForOneTenant = Grant.isForOneTenant

        var target: Grant.Target
        var lane: Lane
        var ring: PolicyName?
        var updates: [Grant.Update]
        var notBefore: Timestamp
        var notAfter: Timestamp
        var nonce: String
        var policyDigest: String
        var reach: Grant.Reach

        var fault: String? { nil }
    }

    private let sample: SignedSample

    init() throws { sample = try SignedSample() }

    private func signed(tries: Int?) throws -> [UInt8] {
        var body = sample.grantBody()
        body.policyDigest = String(repeating: "ab", count: 32)
        body.tries = tries
        var envelope = try sample.grant(1, body).envelope()
        try envelope.sign(with: sample.a)
        return envelope.json
    }

    @Test func `an approval without tries is read alike by former agents and by new ones`() throws {
        let bytes = try signed(tries: nil)
        let former = try sample.state().verify(bytes, as: FormerGrant.self, at: SignedSample.noon)
        let new = try sample.state().verify(bytes, as: Grant.self, at: SignedSample.noon)
        #expect(former.accepted.document.body.nonce == new.accepted.document.body.nonce)
        #expect(new.accepted.document.body.tries == nil)
    }

    @Test func `what a former agent does not know of, it refuses rather than overlooks`() throws {
        let bytes = try signed(tries: 3)
        let state = try sample.state()
        let refusal = #expect(throws: VerificationRefusal.self) {
            try state.verify(bytes, as: FormerGrant.self, at: SignedSample.noon)
        }
        #expect(refusal?.code.hasPrefix("E_") == true)
        let new = try state.verify(bytes, as: Grant.self, at: SignedSample.noon)
        #expect(new.accepted.document.body.tries == 3)
    }

    @Test func `what a former server signed about an endpoint is read, without a site's zone`()
        throws
    {
        var subject = EndpointSubject(key: sample.endpoint.text, site: "Office")
        let former = try #require(
            StrictJSON.encode(Placement([Placement.Entry(sample.endpoint, of: subject)])))
        #expect(!String(decoding: former, as: UTF8.self).contains("siteZone"))
        let read = try #require(StrictJSON.decode(Placement.self, from: former))
        #expect(read.entry(of: sample.endpoint)?.siteZone == nil)
        subject.siteZone = "Asia/Tokyo"
        let new = try #require(
            StrictJSON.encode(Placement([Placement.Entry(sample.endpoint, of: subject)])))
        #expect(
            StrictJSON.decode(Placement.self, from: new)?.entry(of: sample.endpoint)?.siteZone
                == "Asia/Tokyo")
    }
}
