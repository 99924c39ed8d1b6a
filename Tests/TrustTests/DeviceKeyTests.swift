import Testing

@testable import Trust

@Suite struct `A device's key` {
    /// RFC 8032, section 7.1, test 2.
    @Test func `signs as RFC 8032 does`() throws {
        let bytes = try #require(
            Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
        let key = try DeviceKey(bytes: bytes)
        #expect(
            Hex.encode(key.publicKey)
                == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let expected = try #require(
            Hex.decode(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
        #expect(DeviceKey.isValid(signature: expected, of: [0x72], by: key.publicKey))
        #expect(DeviceKey.isValid(signature: try key.sign([0x72]), of: [0x72], by: key.publicKey))
        #expect(!DeviceKey.isValid(signature: expected, of: [0x73], by: key.publicKey))
    }

    @Test(arguments: [0, 31, 33, 64]) func `needs 32 bytes`(count: Int) {
        #expect(code { _ = try DeviceKey(bytes: Sample.bytes(count)) } == "E_DEVICE_KEY")
    }

    @Test func `is restored from its bytes`() throws {
        let key = try Sample.key()
        #expect(try DeviceKey(bytes: key.revealedBytes).publicKey == key.publicKey)
    }

    @Test func `a signature or public key of a wrong length is simply not right`() throws {
        let key = try Sample.key()
        let signature = try key.sign([1])
        #expect(
            !DeviceKey.isValid(signature: Array(signature.dropLast()), of: [1], by: key.publicKey))
        #expect(!DeviceKey.isValid(signature: signature + [0], of: [1], by: key.publicKey))
        #expect(!DeviceKey.isValid(signature: signature, of: [1], by: []))
    }
}

@Suite struct `The proof of an enrolment` {
    @Test func `holds for its key and its token only`() throws {
        let key = try Sample.key()
        let secret = Sample.secret()
        let proof = try EnrolmentProof.make(secret: secret, key: key)
        #expect(EnrolmentProof.isValid(proof, secret: secret, publicKey: key.publicKey))
        #expect(
            !EnrolmentProof.isValid(proof, secret: Sample.secret(seed: 2), publicKey: key.publicKey)
        )
        #expect(
            !EnrolmentProof.isValid(
                proof, secret: secret, publicKey: try Sample.key(seed: 2).publicKey))
        for damaged in Sample.damaged(proof) {
            #expect(!EnrolmentProof.isValid(damaged, secret: secret, publicKey: key.publicKey))
        }
        #expect(
            !EnrolmentProof.isValid(
                String(repeating: "A", count: 100_000), secret: secret, publicKey: key.publicKey))
    }

    @Test func `signs the context, the secret's digest and the public key`() throws {
        let key = try Sample.key()
        let message = EnrolmentProof.message(secret: Sample.secret(), publicKey: key.publicKey)
        #expect(message.count == 18 + 64 + 32)
        #expect(message.starts(with: "patchbay enrol v1\n".utf8))
        // The proof must not reveal the secret to who sees it.
        #expect(!Hex.encode(message).contains(Hex.encode(Sample.secret().revealedBytes)))
    }
}
