import Fleet
import Foundation
import TestSupport
import Testing

@testable import Trust

@Suite struct `A server's keys` {
    @Test func `are restored from their files as they were`() throws {
        let keys = try Sample.serverKeys()
        let files = try keys.files()
        #expect(Set(files.keys) == Set(ServerKeys.File.allCases.map(\.rawValue)))
        let again = try ServerKeys(files: files)
        #expect(again.fingerprint == keys.fingerprint)
        #expect(again.auditPublicKey == keys.auditPublicKey)
        #expect(try again.files() == files)
        let token = keys.localAdministratorToken(at: Sample.now)
        #expect(code { _ = try again.accessTokens.token(from: token, at: Sample.now) } == nil)
    }

    @Test func `differ from one installation to the next`() throws {
        let (one, two) = (try Sample.serverKeys(), try Sample.serverKeys(seed: 2))
        #expect(one.fingerprint != two.fingerprint)
        #expect(one.auditFingerprint != two.auditFingerprint)
    }

    @Test(arguments: ServerKeys.File.allCases)
    func `without one of the files are refused, and the file is named`(file: ServerKeys.File) throws
    {
        var files = try Sample.serverKeys().files()
        files[file.rawValue] = nil
        let error = #expect(throws: TrustError.self) { try ServerKeys(files: files) }
        #expect(error?.code == "E_KEY_FILE_MISSING")
        #expect(error?.message.contains(file.rawValue) == true)
    }

    @Test(arguments: ServerKeys.File.allCases)
    func `with a damaged file are refused, and nothing of it is shown`(file: ServerKeys.File) throws
    {
        let good = try Sample.serverKeys().files()
        let other = try Sample.serverKeys(seed: 2).files()
        let content = try #require(good[file.rawValue])
        let damages: [[UInt8]] = [
            [], Array("hello".utf8), Array(content.prefix(content.count / 2)),
            content + content + [0xFF],
            [UInt8](repeating: 65, count: 100_000),
        ]
        // Another installation's file is well-formed; where it must fit another file, that is
        // noticed.
        let mustFit = file != .accessTokenKey && file != .auditKey
        for damage in damages + (mustFit ? [try #require(other[file.rawValue])] : []) {
            var files = good
            files[file.rawValue] = damage
            let error = #expect(throws: TrustError.self) { try ServerKeys(files: files) }
            #expect(error?.code == "E_KEY_FILE_DAMAGED")
            #expect(error?.description.contains("hello") == false)
            #expect((error?.description.utf8.count ?? 1_000) < 300)
        }
    }

    @Test func `are renewed when the certificate is about to end, and keep their identity`() throws
    {
        let keys = try Sample.serverKeys()
        let names = ["patchbay.example.org"]
        let end = keys.tlsValidUntil
        #expect(end.seconds(since: Sample.now) == (398 - 1) * 86_400)
        let early = end.adding(seconds: -30 * 86_400 - 1)
        #expect(try keys.renewed(at: early, names: names, entropy: Sample.entropy(seed: 3)) == nil)
        let late = try keys.renewed(
            at: end.adding(seconds: -30 * 86_400), names: names, entropy: Sample.entropy(seed: 3))
        let renewed = try #require(late)
        #expect(renewed.fingerprint == keys.fingerprint)
        #expect(renewed.identityCertificate == keys.identityCertificate)
        #expect(renewed.tlsPrivateKeyPEM != keys.tlsPrivateKeyPEM)
        #expect(renewed.tlsValidUntil > end)
        #expect(try ServerKeys(files: renewed.files()).tlsValidUntil == renewed.tlsValidUntil)
    }

    @Test func `are renewed when the names change, not when their order does`() throws {
        let keys = try Sample.serverKeys(names: ["b.example.org", "a.example.org", "192.0.2.7"])
        let entropy = Sample.entropy(seed: 3)
        let same = ["192.0.2.7", "A.example.org", "b.example.org", "a.example.org", "localhost"]
        #expect(try keys.renewed(at: Sample.now, names: same, entropy: entropy) == nil)
        let more = try keys.renewed(at: Sample.now, names: same + ["2001:db8::1"], entropy: entropy)
        #expect(more?.tlsNames.contains("2001:db8:0:0:0:0:0:1") == true)
        let fewer = try keys.renewed(at: Sample.now, names: ["a.example.org"], entropy: entropy)
        #expect(fewer?.tlsNames == ["a.example.org", "localhost", "0:0:0:0:0:0:0:1", "127.0.0.1"])
    }

    @Test(arguments: [
        "", "a b", "https://a", "-a", "a-", "a..b", "a/b", "ä.example.org",
        String(repeating: "a", count: 64), "1.2.3.4.5:80",
        "::1::", ":::",
    ])
    func `are not made for a name that is none`(name: String) {
        #expect(code { _ = try Sample.serverKeys(names: [name]) } == "E_TLS_NAME")
    }

    @Test func `cannot be made without real randomness`() {
        let made = code {
            _ = try ServerKeys.make(
                at: Sample.now, names: [], entropy: { [UInt8](repeating: 0, count: $0) })
        }
        #expect(made == "E_CERTIFICATE")
    }

    @Test(.requires(.tool("/usr/bin/openssl", package: "openssl")))
    func `are certificates that another program verifies`() async throws {
        let keys = try Sample.serverKeys(names: ["patchbay.example.org", "192.0.2.7"])
        let files = try keys.files()
        let now = String(Sample.now.milliseconds / 1000)
        try await withTemporaryFolder { folder in
            for (name, content) in files {
                try Data(content).write(to: folder.appending(path: name))
            }
            let authority = folder.appending(path: "identity.crt").path
            let leaf = folder.appending(path: "tls.crt").path
            for check in [
                ["-verify_hostname", "patchbay.example.org"], ["-verify_ip", "192.0.2.7"],
                ["-verify_ip", "::1"],
                ["-verify_hostname", "localhost"],
            ] {
                let result = try await run(
                    [
                        "/usr/bin/openssl", "verify", "-x509_strict", "-purpose", "sslserver",
                        "-attime", now,
                    ] + check
                        + ["-CAfile", authority, leaf])
                #expect(result.status == 0, "\(result.output)\(result.errorOutput)")
            }
            let wrong = try await run(
                [
                    "/usr/bin/openssl", "verify", "-attime", now, "-verify_hostname",
                    "other.example.org",
                ]
                    + ["-CAfile", authority, leaf])
            #expect(wrong.status != 0)
            let shown = try await run(
                ["/usr/bin/openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", authority])
            let digits = shown.output.lowercased().filter { $0.isHexDigit }
            #expect(digits.hasSuffix(keys.fingerprint.dropFirst("sha256:".count)))
        }
    }
}

@Suite struct `IP addresses` {
    @Test(arguments: [
        ("127.0.0.1", "7f000001"), ("255.255.255.255", "ffffffff"),
        ("::", "00000000000000000000000000000000"),
        ("::1", "00000000000000000000000000000001"), ("[::1]", "00000000000000000000000000000001"),
        ("2001:db8::8:800:200C:417A", "20010db80000000000080800200c417a"),
        ("ff01:0:0:0:0:0:0:101", "ff010000000000000000000000000101"),
        ("::ffff:192.0.2.1", "00000000000000000000ffffc0000201"),
        ("fe80::", "fe800000000000000000000000000000"),
    ])
    func `are read`(text: String, bytes: String) {
        #expect(IPAddress(text).map { Hex.encode($0.bytes) } == bytes)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", "1.2.3.+4", ":", ":::",
        "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "::+1", "::1.2.3", "1.2.3.4::",
        "localhost", "[::1",
    ])
    func `that are none are not`(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
