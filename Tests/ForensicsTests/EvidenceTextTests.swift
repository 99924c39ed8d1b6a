import Fleet
import Forensics
import Foundation
import Testing

/// The bounds of lines, sections and bundles.
@Suite struct EvidenceTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\u{1b}[31mb", "a\\u{1b}[31mb"), ("x\u{202e}y", "x\\u{202e}y"),
        ("tab\there", "tab\\u{9}here"), ("", ""),
    ])
    func `what misleads is written out`(text: String, line: String) {
        #expect(EvidenceText.line(text) == line)
    }

    @Test(arguments: ["x", "\"", "\\", "é", "\u{1}", "💥"])
    func `a line that is too long is cut, and stays within its bound as JSON`(piece: String) throws
    {
        let line = EvidenceText.line(String(repeating: piece, count: 5_000))
        #expect(line.hasSuffix("…"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let bytes = try encoder.encode([line]).count - 1
        #expect(bytes <= EvidenceLimits.lineBytes)
        #expect(bytes > EvidenceLimits.lineBytes - 20)
    }

    @Test func `a section takes lines until it is full, and says so`() {
        var lines = EvidenceLines(room: 100)
        let taken = (0..<20).filter { _ in lines.add("0123456") }.count
        #expect(taken == 10)
        #expect(lines.section(.processes).isTruncated)
        #expect(lines.section(.processes).lines.count == 10)
        let takesMore = lines.add("x")
        #expect(!takesMore)
    }

    @Test func `a bundle from outside is told what is wrong with it`() throws {
        let id = try #require(EvidenceID("evd_01k00000000000000000000000"))
        let endpoint = try #require(EndpointID("ept_01k00000000000000000000000"))
        var bundle = EvidenceBundle(
            id: id, endpoint: endpoint, takenAt: Timestamp(seconds: 0), reason: .ordered,
            vulnerabilities: ["CVE-2026-1000"], job: nil, agentVersion: "1", bootId: "b",
            sections: [EvidenceSection(.processes, lines: ["1 init"])])
        #expect(bundle.fault == nil)
        bundle.sections.append(EvidenceSection(.processes, lines: []))
        #expect(bundle.fault != nil)
        bundle.sections = [
            EvidenceSection(
                .journal,
                lines: Array(repeating: String(repeating: "x", count: 1000), count: 600))
        ]
        #expect(bundle.fault?.contains("journal") == true)
        bundle.sections = []
        bundle.vulnerabilities = ["CVE\" or"]
        #expect(bundle.fault?.contains("vulnerabilities") == true)
    }

    @Test func `names out of bounds are left out`() {
        #expect(EvidenceNames.bounded(["CVE-2026-1", "a b", ""]) == ["CVE-2026-1"])
        #expect(EvidenceNames.bounded((0..<80).map { "CVE-\($0)" }).count == 50)
    }
}
