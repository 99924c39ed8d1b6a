import TestSupport
import Testing

@testable import Trust

@Suite struct `Digests, hexadecimal and base 64` {
    @Test func `SHA-256 gives the digests of FIPS 180-4`() {
        #expect(
            Digest.sha256Hex("abc")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Digest.sha256Hex([])
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base 64 gives the vectors of RFC 4648`(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        let bare = text.filter { $0 != "=" }
        #expect(Base64.encode(Array(plain.utf8), .url) == bare)
        #expect(Base64.decode(bare, .url) == Array(plain.utf8))
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Z", "Zm9v\n", "Zm 9v", "Zg==Zg==", "====",
        "Zm-_", "Zmé=",
    ])
    func `a text that is not the one text of its bytes is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zh", "Z", "Zm+/", "Zm9v."])
    func `the same holds for base64url`(text: String) {
        #expect(Base64.decode(text, .url) == nil)
    }

    @Test(arguments: Seeds.all)
    func `what is encoded is decoded to the same`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0..<70, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes, "seed \(seed)")
            #expect(Base64.decode(Base64.encode(bytes, .url), .url) == bytes, "seed \(seed)")
            #expect(Hex.decode(Hex.encode(bytes)) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: ["0", "0g", "AB", "é0", " 0"]) func `what is not hexadecimal is refused`(
        text: String
    ) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func `equality of secrets is told for equal ones only`() {
        #expect(constantTimeEquals("", ""))
        #expect(constantTimeEquals("abc", "abc"))
        #expect(!constantTimeEquals("abc", "abd"))
        #expect(!constantTimeEquals("abc", "ab"))
        #expect(!constantTimeEquals([0, 1], [1, 0]))
    }
}

@Suite struct `Secrets` {
    @Test func `a secret is read back from its text`() {
        let secret = Sample.secret()
        #expect(Secret(text: secret.revealed) == secret)
        #expect(Secret(text: "pbt_" + secret.revealed, prefix: "pbt_") == secret)
        #expect(Secret(text: secret.revealed, prefix: "pbt_") == nil)
        #expect(Secret(text: secret.revealed + "A") == nil)
        #expect(Secret(text: "") == nil)
    }

    @Test func `descriptions and dumps show nothing of secrets and keys`() throws {
        let secret = Sample.secret()
        let key = try Sample.key()
        let keys = try Sample.serverKeys()
        let hash = try PasswordHash(
            of: "a good long password", salt: Sample.bytes(16), cost: #require(Sample.cheap))
        let token = try EnrolmentTokenText(
            serverURLs: ["https://patchbay.example.org"],
            identityCertificate: keys.identityCertificate,
            secret: secret)
        let things: [Any] = [secret, key, keys, hash, token]
        var shown = ""
        for thing in things {
            dump(thing, to: &shown)
            shown += "\(thing) \(String(reflecting: thing))"
        }
        var hidden = [
            secret.revealed, secret.hash, Hex.encode(key.revealedBytes), hash.text, token.revealed,
        ]
        hidden += try keys.files().filter { $0.key.hasSuffix(".key") }.map {
            String(decoding: $0.value.prefix(60).suffix(28), as: UTF8.self)
        }
        for text in hidden { #expect(!shown.contains(text)) }
        #expect(!shown.contains(secret.revealedBytes.map(String.init).joined(separator: ", ")))
        #expect(shown.contains(keys.fingerprint))
    }

    @Test func `a session's CSRF token serves that session only`() {
        let token = CSRFToken.make(for: Sample.secret())
        #expect(CSRFToken.isValid(token, for: Sample.secret()))
        #expect(!CSRFToken.isValid(token, for: Sample.secret(seed: 2)))
        for damaged in Sample.damaged(token) {
            #expect(!CSRFToken.isValid(damaged, for: Sample.secret()))
        }
        #expect(!CSRFToken.isValid("", for: Sample.secret()))
    }
}
