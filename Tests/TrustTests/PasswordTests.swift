import TestSupport
import Testing

@testable import Trust

@Suite struct `Passwords` {
    private let cheap: PasswordCost

    init() throws { cheap = try #require(Sample.cheap) }

    @Test(arguments: [
        (
            "", "", 16, 1, 1,
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        (
            "password", "NaCl", 1024, 8, 16,
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
        (
            "pleaseletmein", "SodiumChloride", 16384, 8, 1,
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
    ])
    func `scrypt gives the vectors of RFC 7914, section 12`(
        password: String, salt: String, rounds: Int, blockSize: Int, parallelism: Int,
        expected: String
    ) throws {
        let cost = try #require(
            PasswordCost(checkedRounds: rounds, blockSize: blockSize, parallelism: parallelism))
        let key = try PasswordHash.derive(
            Array(password.utf8), salt: Array(salt.utf8), count: 64, cost: cost)
        #expect(Hex.encode(key) == expected)
    }

    @Test func `a hash knows its password and no other`() throws {
        let hash = try PasswordHash(of: "correct horse", salt: Sample.bytes(16), cost: cheap)
        let stored = try PasswordHash(text: hash.text)
        #expect(stored == hash)
        #expect(hash.text.hasPrefix("scrypt$16$1$1$"))
        #expect(try stored.matches("correct horse"))
        for wrong in ["", "correct hors", "Correct horse", "correct horse "] {
            #expect(try !stored.matches(wrong))
        }
    }

    @Test func `the same password has another hash under another salt`() throws {
        let one = try PasswordHash(of: "correct horse", salt: Sample.bytes(16), cost: cheap)
        let two = try PasswordHash(
            of: "correct horse", salt: Sample.bytes(16, seed: 2), cost: cheap)
        #expect(one != two)
    }

    @Test(arguments: [
        "", "scrypt", "scrypt$16$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        "bcrypt$16$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$17$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$1$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$32768$32$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$32768$8$16$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$16$0$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$16$1$-1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$16$1$1$AA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt$16$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$x",
    ])
    func `a stored hash that is none, or asks for too much work, is refused`(text: String) {
        #expect(code { _ = try PasswordHash(text: text) } == "E_PASSWORD_HASH")
    }

    @Test func `the standard cost may be stored`() {
        let standard = PasswordCost.standard
        #expect(
            PasswordCost(
                checkedRounds: standard.rounds, blockSize: standard.blockSize,
                parallelism: standard.parallelism) == standard)
    }

    @Test(arguments: [
        ("short", "anna", false), ("elevenchars", "anna", false), ("twelve chars", "anna", true),
        ("aaaaaaaaaaaaaaaa", "anna", false), ("abababababababab", "anna", false),
        ("Password1234", "anna", false),
        ("correcthorsebatterystaple", "anna", false), ("my name is Anna!", "anna", false),
        ("vier zufällige wörter hier", "anna", true),
        (String(repeating: "abcdefgh", count: 33), "anna", false),
        ("abcdefghijklmnop", "abc", true),
    ])
    func `a password that is easy to guess is refused`(password: String, user: String, isGood: Bool)
    {
        let found = code { try PasswordPolicy.check(password, userName: user) }
        #expect(found == (isGood ? nil : "E_PASSWORD_WEAK"))
    }

    @Test func `a refusal holds nothing of the password`() {
        let error = #expect(throws: TrustError.self) {
            try PasswordPolicy.check("zqx", userName: "anna")
        }
        #expect(error?.description.contains("zqx") == false)
    }

    @Test(arguments: Seeds.all) func `a one-time password is readable and passes the policy`(
        seed: UInt64
    ) {
        let text = OneTimePassword.make(from: Sample.bytes(OneTimePassword.byteCount, seed: seed))
        #expect(text.split(separator: "-").map(\.count) == [4, 4, 4, 4, 4], "seed \(seed)")
        #expect(
            text.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ-".contains($0) }, "seed \(seed)")
        #expect(code { try PasswordPolicy.check(text, userName: "admin") } == nil, "seed \(seed)")
    }

    @Test func `a one-time password uses all of its bits`() {
        var one = [UInt8](repeating: 0, count: 13)
        #expect(OneTimePassword.make(from: one) == "0000-0000-0000-0000-0000")
        one[0] = 0b0000_1000
        #expect(OneTimePassword.make(from: one) == "1000-0000-0000-0000-0000")
        one[0] = 0
        one[12] = 0b0001_0000
        #expect(OneTimePassword.make(from: one) == "0000-0000-0000-0000-0001")
        #expect(
            OneTimePassword.make(from: [UInt8](repeating: 255, count: 13))
                == "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ")
    }
}
