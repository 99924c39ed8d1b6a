import TestSupport
import Testing

@testable import Trust

@Suite struct `An enrolment token's text` {
    private static let urls = ["https://patchbay.example.org:8443", "https://192.0.2.1"]
    private let token: EnrolmentTokenText
    private let certificate: [UInt8]

    init() throws {
        let keys = try Sample.serverKeys()
        certificate = keys.identityCertificate
        token = try EnrolmentTokenText(
            serverURLs: Self.urls, identityCertificate: certificate, secret: Sample.secret())
    }

    @Test func `is one line that is read back as it was made`() throws {
        let text = token.revealed
        #expect(text.hasPrefix("pbe1.") && !text.contains("\n"))
        for line in [text, text + "\n", " \t" + text + "\r\n"] {
            #expect(try EnrolmentTokenText(parsing: line) == token)
        }
        #expect(token.fingerprint == ServerKeys.fingerprint(ofIdentity: certificate))
    }

    @Test func `carries the trust root's fingerprint, and no byte of it can be changed`() throws {
        let root = Array(Sample.bytes(32, seed: 77))
        let rooted = try EnrolmentTokenText(
            serverURLs: Self.urls, identityCertificate: certificate, secret: Sample.secret(),
            rootFingerprint: root)
        let read = try EnrolmentTokenText(parsing: rooted.revealed)
        #expect(read.rootFingerprint == root && read == rooted)
        #expect(try EnrolmentTokenText(parsing: token.revealed).rootFingerprint == nil)
        #expect(rooted.fingerprint == token.fingerprint)
        for damaged in Sample.damaged(rooted.revealed) {
            #expect(code { _ = try EnrolmentTokenText(parsing: damaged) } != nil, "\(damaged)")
        }
        for length in [0, 31, 33] {
            let made = code {
                _ = try EnrolmentTokenText(
                    serverURLs: Self.urls, identityCertificate: certificate,
                    secret: Sample.secret(), rootFingerprint: Array(repeating: 7, count: length))
            }
            #expect(made == "E_TOKEN_DAMAGED")
        }
    }

    @Test func `with one byte changed is refused`() {
        for damaged in Sample.damaged(token.revealed) {
            let found = code { _ = try EnrolmentTokenText(parsing: damaged) }
            #expect(found == "E_TOKEN_DAMAGED" || found == "E_TOKEN_FORMAT", "\(damaged)")
        }
    }

    @Test func `cut off anywhere is refused`() {
        let text = token.revealed
        for length in stride(from: 0, to: text.count, by: 7) {
            #expect(
                code { _ = try EnrolmentTokenText(parsing: String(text.prefix(length))) } != nil)
        }
    }

    @Test(arguments: [
        "", "hello", "pbe2.AAAA", "-----BEGIN CERTIFICATE-----",
        String(repeating: "pbe1.", count: 5_000),
    ])
    func `that is something else is refused with words that say so`(text: String) {
        #expect(code { _ = try EnrolmentTokenText(parsing: text) } == "E_TOKEN_FORMAT")
    }

    @Test(arguments: [
        [], ["http://patchbay.example.org"], ["https://"], ["https:///x"], ["https://:80"],
        ["https://user@patchbay.example.org"],
        ["https://patchbay.example.org/?a=b"], ["https://patchbay.example.org/#a"], ["https://a b"],
        ["https://a\nb"],
        ["https://" + String(repeating: "a", count: 250)], Array(repeating: "https://a", count: 9),
    ])
    func `with an address that is no server's is not made`(urls: [String]) {
        let made = code {
            _ = try EnrolmentTokenText(
                serverURLs: urls, identityCertificate: certificate, secret: Sample.secret())
        }
        #expect(made == "E_SERVER_URL")
    }

    @Test func `without a certificate in it is not made`() {
        for bytes in [[], [0x30, 0x00], Array(certificate.dropLast())] as [[UInt8]] {
            let made = code {
                _ = try EnrolmentTokenText(
                    serverURLs: Self.urls, identityCertificate: bytes, secret: Sample.secret())
            }
            #expect(made == "E_TOKEN_DAMAGED")
        }
    }

    @Test(arguments: Seeds.all)
    func `of arbitrary bytes under a right checksum is refused, not crashed on`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let body = (0..<Int.random(in: 0..<120, using: &generator)).map { _ in
                UInt8.random(in: 0...3, using: &generator)
            }
            let text = "pbe1." + Base64.encode(body + Digest.sha256(body).prefix(16), .url)
            #expect(code { _ = try EnrolmentTokenText(parsing: text) } != nil, "seed \(seed)")
        }
    }

    @Test func `shows everything but the secret where it may be logged`() {
        let shown = token.redactedDescription
        #expect(shown.contains(Self.urls[0]) && shown.contains(token.fingerprint))
        #expect(!shown.contains(token.secret.revealed) && "\(token)" == shown)
    }
}
