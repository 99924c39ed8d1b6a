import Foundation
import TestSupport
import Testing

/// `patchbay trust` and `patchbay sign`, as an operator calls them.
struct SignTests {
    private static let tenant = "tnt_01jdb7k2m3n4p5q6r7s8t9v0wx"
    private static let policy = """
        patchbay: policy/v1
        name: small
        applies: all
        lanes: {routine: {windows: [nightly]}}
        default: {approve: at once}
        windows:
          nightly: {every: day, from: "02:30", for: 2h}
        """

    private struct Verdict: Decodable {
        var valid: Bool
        var signers: [String]
        var code: String?
    }

    private func sign(_ words: [String]) async throws -> ProgramResult {
        try await CommandLine.patchbay(["sign"] + words)
    }

    @Test func `two of three operators sign a policy, and one is not enough`() async throws {
        try await withTemporaryFolder { folder in
            let trust = folder.appending(path: "trust").path
            let root = "\(trust)/root.dsse.json"
            let made = try await CommandLine.patchbay(
                "trust", "init", "--out", trust, "--keys", "3", "--threshold", "2")
            #expect(made.status == 0, "\(made.errorOutput)")
            let shown = try await CommandLine.patchbay("trust", "show", root)
            #expect(shown.output == made.output)
            let key = try String(contentsOfFile: "\(trust)/operator-1.key", encoding: .utf8)
            let mode = try FileManager.default.attributesOfItem(
                atPath: "\(trust)/operator-1.key")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            #expect(!made.output.contains(key.suffix(40)))
            // Keys that are there are never written over.
            #expect(try await CommandLine.patchbay("trust", "init", "--out", trust).status == 2)

            let file = folder.appending(path: "small.yaml").path
            let envelope = folder.appending(path: "small.dsse.json").path
            try Data(Self.policy.utf8).write(to: URL(filePath: file))
            func check(_ status: Int32) async throws -> Verdict {
                let answer = try await sign([
                    "--verify", "--root", root, "--tenant", Self.tenant, envelope,
                ])
                #expect(answer.status == status, "\(answer.errorOutput)")
                return try JSONDecoder().decode(Verdict.self, from: Data(answer.output.utf8))
            }
            let first = try await sign([
                "--key", "\(trust)/operator-1.key", "--type", "policy", "--scope", Self.tenant,
                file,
            ])
            #expect(first.status == 0, "\(first.errorOutput)")
            #expect(try await check(1).code == "E_SIGNED_THRESHOLD")
            let second = try await sign(["--key", "\(trust)/operator-3.key", envelope])
            #expect(second.status == 0, "\(second.errorOutput)")
            let verdict = try await check(0)
            #expect(verdict.valid && verdict.signers.count == 2)
        }
    }

    @Test func `a key that others can read, and a document that makes no sense, are refused`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let trust = folder.appending(path: "trust").path
            let key = "\(trust)/operator-1.key"
            _ = try await CommandLine.patchbay("trust", "init", "--out", trust)
            let file = folder.appending(path: "hold.json").path
            try Data(#"{"type": "hold"}"#.utf8).write(to: URL(filePath: file))
            let senseless = try await sign(["--key", key, "--type", "hold", file])
            #expect(senseless.status == 2)
            #expect(senseless.errorOutput.contains("E_SIGNED_MALFORMED"))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            let open = try await sign(["--key", key, "--type", "hold", file])
            #expect(open.status == 3)
            #expect(open.errorOutput.contains("E_KEY_FILE_OPEN"))
            #expect(try await sign([file]).status == 2)
        }
    }
}
