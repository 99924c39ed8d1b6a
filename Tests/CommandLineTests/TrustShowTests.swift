import Foundation
import TestSupport
import Testing

@testable import patchbay

/// What an operator reads before signing, and that nothing passes unread.
struct TrustShowTests {
    private static let tenant = "tnt_01jdb7k2m3n4p5q6r7s8t9v0wx"

    private func call(_ words: String..., status: Int32 = 0) async throws -> ProgramResult {
        let result = try await CommandLine.patchbay(words)
        #expect(result.status == status, "\(words.joined(separator: " ")): \(result.errorOutput)")
        return result
    }

    /// A folder with two operators' keys, of which each document needs both.
    private func withKeys(_ body: (URL) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            _ = try await call(
                "trust", "init", "--out", folder.appending(path: "trust").path, "--keys", "2",
                "--threshold", "2")
            try await body(folder)
        }
    }

    private func write(_ text: String, _ name: String, in folder: URL) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// A policy of a document, signed by one operator.
    private func signedPolicy(in folder: URL) async throws -> String {
        let file = try write(
            """
            patchbay: policy/v1
            name: small
            applies: tag = shop
            lanes: {routine: {windows: [nightly]}}
            default: {approve: by hand}
            windows:
              nightly: {every: day, from: "02:30", for: 2h}
            """, "small.yaml", in: folder)
        _ = try await call(
            "sign", "--key", folder.appending(path: "trust/operator-1.key").path, "--type",
            "policy", "--scope", Self.tenant, file)
        return folder.appending(path: "small.dsse.json").path
    }

    @Test func `a policy is shown as it was written, with what one signature reaches`() async throws
    {
        try await withKeys { folder in
            let envelope = try await signedPolicy(in: folder)
            let shown = try await call("trust", "show", envelope, "--format", "table").output
            for line in [
                "policy “policy”, version 1, scope \(Self.tenant)", "# of the level tenant",
                "applies: tag = shop", "One signature reaches at most 25% of the endpoints",
            ] {
                #expect(shown.contains(line), "\(line) is not in: \(shown)")
            }
            let json = try await call("trust", "show", envelope).output
            let answer = try #require(
                JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(answer["type"] as? String == "policy")
            #expect((answer["signedBy"] as? [String])?.count == 1)
        }
    }

    @Test func `nothing that a document says moves the cursor or is hidden`() async throws {
        try await withKeys { folder in
            let hold = try write(
                """
                {"type": "hold", "heading": {"name": "stop", "version": 1, "scope": "all",
                  "issuedAt": "2026-11-01T00:00:00Z", "expiresAt": "2027-11-01T00:00:00Z"},
                 "body": {"entries": [{"manager": "apt", "name": "nginx"}],
                  "reason": "Fine\\u001b[2K\\u202eaway\\u200b"}}
                """, "stop.json", in: folder)
            _ = try await call(
                "sign", "--key", folder.appending(path: "trust/operator-1.key").path, "--type",
                "hold", hold)
            let envelope = folder.appending(path: "stop.dsse.json").path
            let shown = try await call("trust", "show", envelope, "--format", "table").output
            #expect(shown.contains("apt nginx in every version"))
            #expect(shown.contains(#"Why: Fine\u{1B}[2K\u{202E}away\u{200B}"#), "\(shown)")
            #expect(!shown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        }
    }

    @Test func `a trust root is signed only by somebody who says that it is one`() async throws {
        try await withKeys { folder in
            let root = folder.appending(path: "trust/root.dsse.json").path
            let key = folder.appending(path: "trust/operator-1.key").path
            let refused = try await call("sign", "--key", key, root, status: 2)
            #expect(refused.errorOutput.contains("E_SIGNED_ROOT"), "\(refused.errorOutput)")
            let wrong = try await call("sign", "--key", key, "--type", "hold", root, status: 2)
            #expect(wrong.errorOutput.contains("E_SIGNED_WRONG_TYPE"), "\(wrong.errorOutput)")
            _ = try await call("sign", "--key", key, "--type", "root", root)
        }
    }

    @Test func `the next root is written from the present one, and both keys sign it`() async throws
    {
        try await withKeys { folder in
            let root = folder.appending(path: "trust/root.dsse.json").path
            let text = try await call("trust", "show", root, "--document").output
            let next = try write(
                text.replacing("\"version\" : 1", with: "\"version\" : 2"), "next.json", in: folder)
            let envelope = folder.appending(path: "next.dsse.json").path
            let keys = (1...2).map { folder.appending(path: "trust/operator-\($0).key").path }
            _ = try await call("sign", "--key", keys[0], "--type", "root", next)
            let check = ["sign", "--verify", "--root", root, envelope]
            let early = try await CommandLine.patchbay(check)
            #expect(early.status == 1, "\(early.output)")
            _ = try await call("sign", "--key", keys[1], "--type", "root", envelope)
            let late = try await CommandLine.patchbay(check)
            #expect(late.status == 0, "\(late.output)")
        }
    }

    @Test func `what waits keeps the signatures of its file, and is written nowhere else`()
        async throws
    {
        try await withKeys { folder in
            let envelope = try await signedPolicy(in: folder)
            let bare = try String(contentsOfFile: envelope, encoding: .utf8)
            let out = folder.appending(path: "to-sign")
            try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
            let name = "../policy-policy-1"
            try TrustCommand.Pending.write(bare, as: name, into: out)
            let file = out.appending(path: "___policy-policy-1.dsse.json").path
            _ = try await call(
                "sign", "--key", folder.appending(path: "trust/operator-2.key").path, file)
            try TrustCommand.Pending.write(bare, as: name, into: out)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: out.path) == [
                    "___policy-policy-1.dsse.json"
                ])
            _ = try await call(
                "sign", "--verify", "--root", folder.appending(path: "trust/root.dsse.json").path,
                "--tenant", Self.tenant, file)
        }
    }
}
