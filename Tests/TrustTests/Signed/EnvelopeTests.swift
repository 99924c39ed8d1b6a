import TestSupport
import Testing

@testable import Trust

struct EnvelopeTests {
    /// The test vector of DSSE's protocol page, and the page's rule for empty and long texts.
    @Test(arguments: [
        (
            "http://example.com/HelloWorld", "hello world",
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        ),
        ("", "", "DSSEv1 0  0 "),
        ("é", "ü ", "DSSEv1 2 é 3 ü "),
    ])
    func `what is signed is DSSE's pre-authentication encoding`(
        type: String, payload: String, expected: String
    ) {
        let encoded = Envelope.preAuthenticationEncoding(type: type, payload: Array(payload.utf8))
        #expect(String(decoding: encoded, as: UTF8.self) == expected)
    }

    @Test func `the envelope of the protocol page is read`() throws {
        // Its signature is one of ECDSA in the page; here it is 64 bytes of another kind.
        let signature = Base64.encode([UInt8](repeating: 251, count: 64))
        let text = """
            {"payload": "aGVsbG8gd29ybGQ=", "payloadType": "http://example.com/HelloWorld",
             "added": [{}], "signatures": [{"keyid": "66301bbf", "sig": "\(signature)"}]}
            """
        let envelope = try Envelope(json: Array(text.utf8))
        #expect(envelope.payload == Array("hello world".utf8))
        #expect(envelope.payloadType == "http://example.com/HelloWorld")
        #expect(envelope.signatures.map(\.keyID) == ["66301bbf"])
        #expect(try Envelope(json: envelope.json) == envelope)
    }

    @Test(arguments: ["-_-_-w==", "-_-_-w", "+/+/+w=="])
    func `both alphabets of base64 are read`(payload: String) throws {
        let text = "{\"payload\":\"\(payload)\",\"payloadType\":\"t\",\"signatures\":[]}"
        #expect(try Envelope(json: Array(text.utf8)).payload == [251, 255, 191, 251])
    }

    @Test(arguments: [
        "", "{", "null", "[]", "{}", #"{"payload":"","signatures":[]}"#,
        #"{"payload":"!","payloadType":"t","signatures":[]}"#,
        #"{"payload":"-_+/","payloadType":"t","signatures":[]}"#,
        #"{"payload":"AA=","payloadType":"t","signatures":[]}"#,
        #"{"payload":"AB==","payloadType":"t","signatures":[]}"#,
        #"{"payload":"","payloadType":"t","signatures":[{"sig":"AAAA"}]}"#,
        #"{"payload":"","payloadType":"t","signatures":{}}"#,
        #"{"payload":"","payloadType":"t","signatures":[],"x":[[[[[]]]]]}"#,
    ])
    func `what is no envelope is malformed`(text: String) {
        let reason = refusal { _ = try Envelope(json: Array(text.utf8)) }
        guard case .malformed = reason else {
            Issue.record("\(String(describing: reason))")
            return
        }
    }

    @Test func `limits are looked at before anything is parsed`() throws {
        let nested = [UInt8](repeating: UInt8(ascii: "["), count: Envelope.maximumBytes)
        #expect(
            refusal { _ = try Envelope(json: nested) }
                == .malformed("it is not the JSON of a DSSE envelope"))
        #expect(refusal { _ = try Envelope(json: nested + [91]) } == .tooLarge)
        let signature = "{\"sig\":\"\(Base64.encode([UInt8](repeating: 0, count: 64)))\"}"
        for (count, reason) in [(16, nil), (17, VerificationRefusal.tooLarge)] {
            let list = Array(repeating: signature, count: count).joined(separator: ",")
            let text = "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[\(list)]}"
            #expect(refusal { _ = try Envelope(json: Array(text.utf8)) } == reason)
        }
    }

    @Test func `a key that signs again replaces its signature`() throws {
        let sample = try SignedSample()
        var envelope = try sample.signed(sample.policy(), by: sample.a, sample.b)
        try envelope.sign(with: sample.a)
        #expect(envelope.signatures.count == 2)
        let keys = [sample.a.publicKey, sample.b.publicKey, sample.x.publicKey]
        #expect(envelope.signers(among: keys) == [sample.a.id, sample.b.id])
    }

    @Test func `a key file reads back, and a damaged one does not`() throws {
        let key = try SignedSample().a
        #expect(try SigningKey(fileBytes: key.fileBytes).id == key.id)
        let text = String(decoding: key.fileBytes, as: UTF8.self)
        // A line end more or less changes nothing.
        for damaged in Sample.damaged(text).dropLast(4)
        where damaged != text && damaged.split(separator: "\n") != text.split(separator: "\n") {
            #expect(
                code { _ = try SigningKey(fileBytes: Array(damaged.utf8)) } == "E_SIGNING_KEY",
                "\(damaged)")
        }
        #expect(!"\(key)".contains(String(text.suffix(20).dropLast())))
        #expect(Mirror(reflecting: key).children.isEmpty)
    }
}
