import Foundation
import Rollout
import TestSupport
import Testing

/// docs/failures.md says what goes wrong and which test shows it; this holds it true.
struct FailureCatalogueTests {
    private static let document = Places.packageRoot.appending(path: "docs/failures.md")

    /// What must be shown, whatever else is.
    private static let demanded = [
        "lock", "interrupted transaction", "failing maintainer script", "conffile",
        "debconf prompt", "needrestart prompt", "full disk", "full /boot", "expired key",
        "404 source", "bad signature", "hash mismatch", "half-downloaded file",
        "dependency conflict", "kept back", "versionlock",
        "a package that reinstalls itself for ever", "an installer that calls shutdown",
        "a tool that hangs", "a tool that lies", "wrong locale", "wrapper scripts on PATH",
        "agent, systemd or libc upgraded in the same run", "power cut in mid-unpack",
    ]

    private func text() throws -> String { try String(contentsOf: Self.document, encoding: .utf8) }

    /// The lines between a mark and its end.
    private func part(_ mark: String) throws -> [String] {
        let lines = try text().split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let start = try #require(lines.firstIndex(of: "<!-- \(mark) -->"))
        let end = try #require(lines[start...].firstIndex(of: "<!-- end -->"))
        return Array(lines[(start + 1)..<end])
    }

    private func cells(_ line: String) -> [String] {
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private func quoted(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test func `what a person does about each class is what the product says`() throws {
        let rows = FailureClass.allCases.map { failure in
            "| `\(failure.rawValue)` | \(failure.mayPassByItself ? "yes" : "no") | \(failure.nextStep) |"
        }
        let table = ["| class | again | next step |", "|---|---|---|"] + rows
        let found = try part("classes")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1", found != table {
            let old = "<!-- classes -->\n" + found.map { $0 + "\n" }.joined() + "<!-- end -->"
            let new = "<!-- classes -->\n" + table.map { $0 + "\n" }.joined() + "<!-- end -->"
            try Data(try text().replacing(old, with: new).utf8).write(to: Self.document)
            return
        }
        #expect(found == table)
    }

    @Test func `the first table has every class once, and says rightly whether it passes`() throws {
        let lines = try text().split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| class | when |") })
        let rows = lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map(cells)
        #expect(
            Set(rows.compactMap { quoted($0[0]).first })
                == Set(FailureClass.allCases.map(\.rawValue)))
        #expect(rows.count == FailureClass.allCases.count)
        for row in rows {
            let failure = try #require(quoted(row[0]).first.flatMap { FailureClass(rawValue: $0) })
            #expect(row[2] == (failure.mayPassByItself ? "yes" : "no"), "\(failure)")
        }
    }

    @Test func `each failure is shown by tests that exist, with its class`() throws {
        let tests = try Self.sources("Tests").joined(separator: "\n")
        let rows = try part("catalogue").dropFirst(2).map(cells)
        for demand in Self.demanded {
            #expect(rows.contains { $0[0].contains(demand) }, "nothing shows: \(demand)")
        }
        for row in rows {
            try #require(row.count == 4, "\(row)")
            if let name = quoted(row[1]).first {
                let failure = try #require(FailureClass(rawValue: name), "\(name) is no class")
                #expect(row[2] == (failure.mayPassByItself ? "yes" : "no"), "\(row[0])")
            } else {
                #expect(row[1].hasPrefix("no failure") && row[2] == "-", "\(row[0])")
            }
            let proofs = quoted(row[3])
            #expect(!proofs.isEmpty, "\(row[0])")
            for proof in proofs {
                #expect(tests.contains(proof), "no test is called: \(proof)")
            }
        }
    }

    @Test func `a trap that names its test names one that exists`() throws {
        let tests = try Self.sources("Tests").joined(separator: "\n")
        let lines = try text().split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "## Traps"))
        for line in lines[start...].prefix(while: { $0 != "## Not yet" }) {
            for name in quoted(line) where name.split(separator: " ").count >= 5 {
                #expect(tests.contains(name), "no test is called: \(name)")
            }
        }
    }

    @Test func `no program asks how long the machine has been up`() throws {
        for text in try [
            "AgentCore", "AgentSystem", "PackageManagers", "LinuxPackages",
            "patchbay-agent",
        ].flatMap({ try Self.sources("Sources/\($0)") }) {
            #expect(!text.contains("/proc/uptime") && !text.contains("systemUptime"))
        }
    }

    /// The Swift files below a folder.
    private static func sources(_ folder: String) throws -> [String] {
        let root = Places.packageRoot.appending(path: folder)
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        return try (files?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }
}
