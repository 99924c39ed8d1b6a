import Fleet
import Testing

@testable import Trust

@Suite struct `A compact JWS` {
    static let vector =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    @Test func `is the one of RFC 8037, appendix A.4`() throws {
        let bytes = try #require(Base64.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", .url))
        let key = try DeviceKey(bytes: bytes)
        #expect(Base64.encode(key.publicKey, .url) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        let parts = try #require(CompactJWS.Parts(Self.vector))
        #expect(parts.isSigned(by: key.publicKey))
        #expect(parts.unverifiedPayload == Array("Example of Ed25519 signing".utf8))
        let own = try CompactJWS.sign(parts.unverifiedPayload, with: key)
        #expect(own.split(separator: ".").prefix(2) == Self.vector.split(separator: ".").prefix(2))
        #expect(CompactJWS.Parts(own)?.isSigned(by: key.publicKey) == true)
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"HS256"}"#, #"{"alg":"eddsa"}"#,
        #"{"alg":"EdDSA","crit":["b64"],"b64":false}"#,
        #"{}"#, #"[]"#, "", #"{"alg":"EdDSA""#, #"{"alg":["EdDSA"]}"#,
    ])
    func `with another header is refused, however well it is signed`(header: String) throws {
        let key = try Sample.key()
        let input = Base64.encode(Array(header.utf8), .url) + "." + Base64.encode([1], .url)
        let text = input + "." + Base64.encode(try key.sign(Array(input.utf8)), .url)
        #expect(CompactJWS.Parts(text)?.isSigned(by: key.publicKey) != true)
        #expect(CompactJWS.Parts(text) == nil)
    }

    @Test func `with one byte changed is refused`() throws {
        let key = try #require(Base64.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", .url))
        for damaged in Sample.damaged(Self.vector) {
            #expect(CompactJWS.Parts(damaged)?.isSigned(by: key) != true, "\(damaged)")
        }
    }

    @Test(arguments: [
        "", ".", "..", "...", "a.b.c.d", "eyJhbGciOiJFZERTQSJ9..", "eyJhbGciOiJFZERTQSJ9.AA",
    ])
    func `in fewer or more than three parts verifies nowhere`(text: String) {
        #expect(CompactJWS.Parts(text)?.isSigned(by: Sample.bytes(32)) != true)
    }

    @Test func `that is too large is not looked at`() throws {
        let key = try Sample.key()
        let fits = try CompactJWS.sign([UInt8](repeating: 65, count: 1_400), with: key)
        let large = try CompactJWS.sign([UInt8](repeating: 65, count: 1_600), with: key)
        #expect(fits.utf8.count <= CompactJWS.textLimit && CompactJWS.Parts(fits) != nil)
        #expect(large.utf8.count > CompactJWS.textLimit && CompactJWS.Parts(large) == nil)
    }
}

@Suite struct `A device's assertion` {
    private let audience = "sha256:abc"
    private let endpoint: EndpointID
    private let key: DeviceKey

    init() throws {
        endpoint = try #require(EndpointID(Sample.endpoint))
        key = try Sample.key()
    }

    private func text(at time: Timestamp = Sample.now) throws -> String {
        try DeviceAssertion(
            endpoint: endpoint, audience: audience, at: time, nonce: Sample.bytes(16)
        )
        .signed(with: key)
    }

    private func verify(
        _ text: String, audience: String? = nil, key: DeviceKey? = nil,
        at now: Timestamp = Sample.now
    )
        throws -> DeviceAssertion
    {
        try DeviceAssertion.Unverified(text).verified(
            by: (key ?? self.key).publicKey, audience: audience ?? self.audience, at: now)
    }

    private func signedClaims(_ json: String) throws -> String {
        try CompactJWS.sign(Array(json.utf8), with: key)
    }

    @Test func `is taken as it was made`() throws {
        let made = DeviceAssertion(
            endpoint: endpoint, audience: audience, at: Sample.now, nonce: Sample.bytes(16))
        let text = try made.signed(with: key)
        #expect(try DeviceAssertion.Unverified(text).claimedEndpoint == endpoint)
        #expect(try verify(text) == made)
        #expect(made.expiresAt == Sample.now.adding(seconds: 60))
        #expect(made.replayableUntil >= made.issuedAt.adding(seconds: 300))
    }

    @Test func `for another server is refused`() throws {
        let text = try text()
        #expect(code { _ = try verify(text, audience: "sha256:abd") } == "E_ASSERTION_AUDIENCE")
    }

    @Test func `by another key is refused`() throws {
        let (text, other) = (try text(), try Sample.key(seed: 2))
        #expect(code { _ = try verify(text, key: other) } == "E_ASSERTION")
    }

    @Test func `with one byte changed is refused`() throws {
        for damaged in Sample.damaged(try text()) {
            #expect(code { _ = try verify(damaged) } == "E_ASSERTION", "\(damaged)")
        }
    }

    @Test(arguments: [-300, -299, 0, 299, 300]) func `from a clock up to five minutes off is taken`(
        off: Int64
    ) throws {
        let text = try text(at: Sample.now.adding(seconds: off))
        #expect(throws: Never.self) { try verify(text) }
    }

    @Test(arguments: [
        (-301, "5 min behind"), (301, "5 min ahead"), (420, "7 min ahead"),
        (-86_400, "24 h behind"),
    ])
    func `from a clock further off is refused, and both clocks are told`(off: Int64, words: String)
        throws
    {
        let text = try text(at: Sample.now.adding(seconds: off))
        let error = #expect(throws: TrustError.self) { try verify(text) }
        #expect(error?.code == "E_CLOCK")
        #expect(error?.message.contains("The endpoint's clock is \(words)") == true)
        #expect(error?.message.contains(Sample.now.description) == true)
        #expect(error?.message.contains(Sample.now.adding(seconds: off).description) == true)
    }

    @Test(arguments: [(0, 61), (0, 0), (0, -1), (0, 3600)])
    func `that is good for too long, or never, is refused`(iat: Int64, exp: Int64) throws {
        let start = Sample.now.milliseconds / 1000
        let text = try signedClaims(
            #"{"iss":"\#(endpoint)","sub":"\#(endpoint)","aud":"\#(audience)","#
                + #""iat":\#(start + iat),"exp":\#(start + exp),"jti":"a"}"#
        )
        #expect(code { _ = try verify(text) } == "E_ASSERTION_LIFETIME")
    }

    @Test(arguments: [
        #"{"iss":"E","sub":"ept_01jdb7k2m3n4p5q6r7s8t9v0wy","aud":"sha256:abc","iat":1,"exp":2,"jti":"a"}"#,
        #"{"iss":"tnt_1","sub":"tnt_1","aud":"a","iat":1,"exp":2,"jti":"a"}"#,
        #"{"iss":"E","sub":"E","aud":"sha256:abc","iat":1,"exp":2,"jti":""}"#,
        #"{"iss":"E","sub":"E","aud":"sha256:abc","iat":9223372036854775807,"exp":1,"jti":"a"}"#,
        #"{"iss":"E","sub":"E","aud":"sha256:abc","iat":-9223372036854775808,"exp":1,"jti":"a"}"#,
        #"{"iss":"E","sub":"E","aud":["sha256:abc"],"iat":1,"exp":2,"jti":"a"}"#,
        #"{"iss":"E","sub":"E","aud":"sha256:abc","iat":1.5,"exp":2,"jti":"a"}"#,
        #"{"sub":"E","aud":"sha256:abc","iat":1,"exp":2,"jti":"a"}"#, "null", "", "{",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ])
    func `with claims that make no sense is refused, however well it is signed`(json: String) throws
    {
        let text = try signedClaims(
            json.split(separator: "\"E\"", omittingEmptySubsequences: false).joined(
                separator: "\"\(endpoint)\""))
        #expect(code { _ = try verify(text) } == "E_ASSERTION")
    }
}
