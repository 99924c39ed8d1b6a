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

    @Test
    func `what a check refuses is not signed, and a root that is none is said to be at fault`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let trust = folder.appending(path: "trust").path
            _ = try await CommandLine.patchbay("trust", "init", "--out", trust)
            let file = folder.appending(path: "small.yaml").path
            let never = Self.policy.replacing("every: day", with: "every: 2020-02-29")
            try Data(never.utf8).write(to: URL(filePath: file))
            let arguments = ["--key", "\(trust)/operator-1.key", "--type", "policy", file]
            let refused = try await sign(arguments)
            #expect(refused.status == 2)
            #expect(refused.output.isEmpty)
            #expect(refused.errorOutput.contains("small.yaml:4:"), "\(refused.errorOutput)")
            let envelope = folder.appending(path: "small.dsse.json").path
            #expect(!FileManager.default.fileExists(atPath: envelope))

            // A warning is told and does not hinder.
            let warned = Self.policy + "\n  idle: {every: day, from: \"12:00\", for: 2h}"
            try Data(warned.utf8).write(to: URL(filePath: file))
            let signed = try await sign(arguments)
            #expect(signed.status == 0)
            #expect(signed.errorOutput.contains("no lane uses the window “idle”"))

            let root = folder.appending(path: "no-root.json").path
            try Data("garbage".utf8).write(to: URL(filePath: root))
            let verdict = try await sign(["--verify", "--root", root, envelope])
            #expect(verdict.status == 2)
            #expect(verdict.output.isEmpty)
            #expect(verdict.errorOutput.contains("The trust root \(root) cannot be used"))
        }
    }
}
