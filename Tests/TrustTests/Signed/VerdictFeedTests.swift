import Fleet
import Testing
import Verdicts

@testable import Trust

/// Verdict feeds as a subscriber checks them: whatever does not hold is refused with its own code.
@Suite struct `A signed verdict feed` {
    private static let noon = SignedSample.noon
    private let key: SigningKey

    init() throws { key = try SigningKey(bytes: [UInt8](repeating: 7, count: 32)) }

    private func feed(
        sequence: Int = 1, issued: Int64 = 0, expires: Int64 = 86_400,
        verdicts: [UpdateVerdict]? = nil
    ) -> VerdictFeedDocument {
        VerdictFeedDocument(
            feed: "noc", sequence: sequence, issuedAt: Self.noon.adding(seconds: issued),
            expiresAt: Self.noon.adding(seconds: expires),
            verdicts: verdicts ?? [
                UpdateVerdict(
                    .ok, package: "openssl", version: "3.0.2", evidence: "Ran on 40 machines",
                    link: "https://noc.example.org/1", at: Self.noon)
            ])
    }

    private func code(
        _ bytes: [UInt8], feed: String? = "noc", seen: (sequence: Int, digest: String)? = nil,
        by pinned: PublicKey? = nil
    ) -> String? {
        do throws(VerdictFeedRefusal) {
            _ = try VerdictFeedDocument(
                envelope: bytes, feed: feed, signedBy: pinned ?? key.publicKey, after: seen,
                at: Self.noon)
            return nil
        } catch {
            return error.code
        }
    }

    /// A signed envelope around any payload.
    private func signed(_ payload: String, type: String = VerdictFeedDocument.payloadType) throws
        -> [UInt8]
    {
        var envelope = Envelope(payloadType: type, payload: Array(payload.utf8))
        try envelope.sign(with: key)
        return envelope.json
    }

    @Test func `comes back as it was signed`() throws {
        let bytes = try feed().envelope(signedBy: key).json
        let read = try VerdictFeedDocument(
            envelope: bytes, feed: "noc", signedBy: key.publicKey, at: Self.noon)
        #expect(read == feed())
        #expect(code(bytes, seen: (1, read.digest)) == nil, "the same again is nothing new")
    }

    @Test func `is refused when another key signed it, or it is another feed's`() throws {
        let other = try SigningKey(bytes: [UInt8](repeating: 8, count: 32))
        let bytes = try feed().envelope(signedBy: key).json
        #expect(code(bytes, by: other.publicKey) == "E_VERDICTS_SIGNATURE")
        #expect(code(bytes, feed: "other") == "E_VERDICTS_OTHER_FEED")
    }

    @Test func `never goes back`() throws {
        let old = try feed(sequence: 4).envelope(signedBy: key).json
        let forked = try feed(sequence: 5).envelope(signedBy: key).json
        let digest = String(repeating: "a", count: 64)
        #expect(code(old, seen: (5, digest)) == "E_VERDICTS_ROLLED_BACK")
        #expect(code(forked, seen: (5, digest)) == "E_VERDICTS_ROLLED_BACK")
        #expect(code(forked, seen: (4, digest)) == nil)
    }

    @Test func `holds within its time only`() throws {
        let early = try feed(issued: 301).envelope(signedBy: key).json
        let late = try feed(issued: -10, expires: 0).envelope(signedBy: key).json
        #expect(code(early) == "E_VERDICTS_NOT_YET_VALID")
        #expect(code(late) == "E_VERDICTS_EXPIRED")
    }

    @Test func `has a size, a form and no field that is not known`() throws {
        #expect(
            code([UInt8](repeating: 0x20, count: VerdictFeedDocument.maximumBytes + 1))
                == "E_VERDICTS_TOO_LARGE")
        #expect(code(Array("{}".utf8)) == "E_VERDICTS_MALFORMED")
        #expect(try code(signed("{}", type: "text/plain")) == "E_VERDICTS_TYPE")
        #expect(try code(signed("{}")) == "E_VERDICTS_MALFORMED")
        let text = String(
            decoding: try feed().envelope(signedBy: key).payload, as: UTF8.self)
        #expect(try code(signed(text)) == nil)
        let stranger = text.replacing(#""feed":"noc""#, with: #""extra":1,"feed":"noc""#)
        #expect(stranger != text)
        #expect(try code(signed(stranger)) == "E_VERDICTS_FIELD")
        let within = text.replacing(#""evidence":"#, with: #""arch":"amd64","evidence":"#)
        #expect(try code(signed(within)) == "E_VERDICTS_FIELD")
        let vague = text.replacing(#","version":"3.0.2""#, with: "")
        #expect(vague != text)
        #expect(try code(signed(vague)) == "E_VERDICTS_ENTRY")
    }

    @Test func `a draft in any layout is taken, and a misspelt key in it is not`() throws {
        let draft = """
            { "sequence": 2, "feed": "noc",
              "issuedAt": "2026-11-21T12:00:00Z", "expiresAt": "2026-12-21T12:00:00Z",
              "verdicts": [ { "verdict": "block", "package": "cups", "evidence": "No paper",
                              "at": "2026-11-21T12:00:00Z" } ] }
            """
        let read = try VerdictFeedDocument(draft: Array(draft.utf8))
        #expect(read.sequence == 2 && read.verdicts.first?.verdict == .block)
        let misspelt = draft.replacing(
            #""package": "cups""#, with: #""package": "cups", "orign": "x""#)
        #expect(throws: VerdictFeedRefusal.unknownField) {
            _ = try VerdictFeedDocument(draft: Array(misspelt.utf8))
        }
    }

    @Test func `a publisher cannot sign what nobody would take`() throws {
        for wrong in [
            feed(sequence: 0), feed(expires: 0), feed(expires: 400 * 86_400),
            feed(verdicts: [UpdateVerdict(.ok, package: "a", evidence: "x", at: Self.noon)]),
        ] {
            #expect(throws: VerdictFeedRefusal.self) { _ = try wrong.envelope(signedBy: key) }
        }
    }
}
