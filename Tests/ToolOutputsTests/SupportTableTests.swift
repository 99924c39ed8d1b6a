import Foundation
import TestSupport
import Testing

@testable import ToolOutputs

/// docs/package-tools.md says of each tool how far it is proved; this holds the table to the tests.
struct SupportTableTests {
    private func rows() throws -> [[String]] {
        let file = Places.packageRoot.appending(path: "docs/package-tools.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("| tool (") })
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private func quoted(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test func `each tool has one row, with what is proved of it`() throws {
        let rows = try rows()
        let named = rows.flatMap { quoted($0[0]) }
        #expect(named.sorted() == ToolOutput.allCases.map(\.rawValue).sorted())
        for row in rows {
            try #require(row.count == 5, "\(row)")
            #expect(["run for real", "recorded", "constructed"].contains { row[2].contains($0) })
            #expect(
                ["run for real", "by a shim", "not yet", "–"].contains {
                    row[3].hasPrefix($0)
                })
        }
    }

    @Test func `each test that a row names exists`() throws {
        let root = Places.packageRoot.appending(path: "Tests")
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        let sources = try (files?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
        for row in try rows() {
            let proofs = quoted(row[4])
            #expect(!proofs.isEmpty, "\(row[0])")
            for proof in proofs {
                let isSuite = sources.contains("struct \(proof) ")
                let folder = root.appending(path: proof).path
                #expect(
                    isSuite || FileManager.default.fileExists(atPath: folder),
                    "no suite is called \(proof)")
            }
        }
    }

    @Test func `what acts is run by the suite of real endpoints`() throws {
        for row in try rows() where row[3].hasPrefix("run for real") {
            #expect(quoted(row[4]).contains("ToolEndpointTests"), "\(row[0])")
        }
    }
}
