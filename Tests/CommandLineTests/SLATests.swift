import Foundation
import TestSupport
import Testing

struct SLATests {
    private struct Answer: Decodable {
        var preset: String
        var dueAt: String?
        var outcome: String
        var forensics: Bool
        var planDueAt: String?
        var proposed: Bool
    }

    private func ask(_ preset: String, _ options: String) async throws -> Answer {
        let words = options.split(separator: " ").map(String.init)
        let answer = try await CommandLine.patchbay(["sla", "due", "--preset", preset] + words)
        #expect(answer.status == 0, "\(answer.errorOutput)")
        let text = answer.output
        // Keys without a value are there all the same.
        #expect(text.contains("\"dueAt\" : ") && text.contains("\"planDueAt\" : "))
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    @Test(
        arguments: [
            (
                "bod-26-04", "--start 2026-07-01T10:00:00+02:00 --kev --exposed --impact total",
                "2026-07-04T10:00:00+02:00", "remediateBy", true
            ),
            ("bod-26-04", "--start 2026-07-01T10:00:00Z", nil, "onNextUpgrade", false),
            (
                "bod-26-04",
                "--detected 2026-07-09T10:00:00Z --listed 2026-07-01T10:00:00Z --exposed --automatable --impact partial",
                "2026-07-04T10:00:00Z", "remediateBy", false
            ),
            (
                "kev-legacy", "--start 2022-01-10T00:00:00Z --kev --cve CVE-2019-1234",
                "2022-07-10T00:00:00Z", "remediateBy", false
            ),
            (
                "kev-legacy", "--start 2022-01-10T00:00:00Z --kev-due 2022-02-01T00:00:00Z",
                "2022-02-01T00:00:00Z", "remediateBy", false
            ),
            // A due date without a time of day is due at the day's end, and says that it is listed.
            (
                "kev-legacy", "--start 2022-01-10T00:00:00Z --kev-due 2022-02-01",
                "2022-02-01T23:59:59Z", "remediateBy", false
            ),
            ("kev-legacy", "--start 2022-01-10T00:00:00Z", nil, "outOfScope", false),
            (
                "kev-legacy", "--listed 2022-01-10T00:00:00Z", "2022-01-24T00:00:00Z",
                "remediateBy", false
            ),
            // A score of 0 says that nothing is lost: the least that there is.
            (
                "fedramp-30-90-180", "--start 2026-07-01T10:00:00Z --cvss 0",
                "2026-12-28T10:00:00Z", "remediateBy", false
            ),
            (
                "hipaa-nprm", "--released 2026-07-01T10:00:00Z --severity critical", nil,
                "notStarted", false
            ),
            (
                "hipaa-nprm",
                "--released 2026-07-01T10:00:00Z --detected 2026-06-01T10:00:00Z --severity critical",
                "2026-07-16T10:00:00Z", "remediateBy", false
            ),
            (
                "cisa-19-02", "--start 2026-07-01T10:00:00-05:00 --severity high --internet-facing",
                "2026-07-31T10:00:00-05:00", "remediateBy", false
            ),
            ("pci-401", "--start 2026-07-01T10:00:00Z --severity high", nil, "byOwnRanking", false),
            (
                "pci-40", "--start 2026-07-01T10:00:00Z --severity high", "2026-07-31T10:00:00Z",
                "remediateBy", false
            ),
            (
                "e8-ml1", "--start 2026-07-01T10:00:00Z --internet-facing --exploited",
                "2026-07-03T10:00:00Z", "remediateBy", false
            ),
            (
                "e8-ml1", "--start 2026-07-01T10:00:00Z --severity critical",
                "2026-08-01T10:00:00Z",
                "remediateBy", false
            ),
            (
                "e8-ml2", "--start 2026-07-01T10:00:00Z --asset-class firmware", nil, "outOfScope",
                false
            ),
            (
                "e8-ml3", "--start 2026-07-01T10:00:00Z --asset-class firmware --severity critical",
                "2026-07-03T10:00:00Z", "remediateBy", false
            ),
            (
                "ce-14", "--start 2026-07-01T10:00:00Z --severity medium --cvss 7.0",
                "2026-07-15T10:00:00Z", "remediateBy", false
            ),
            (
                "ce-14", "--start 2026-07-01T10:00:00Z --severity medium --cvss 6.9", nil,
                "outOfScope",
                false
            ),
            ("cis-7", "--start 2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z", "remediateBy", false),
            (
                "fedramp-30-90-180", "--start 2026-07-01T10:00:00Z --severity low",
                "2026-12-28T10:00:00Z", "remediateBy", false
            ),
            (
                "nerc-35-35", "--start 2026-07-01T10:00:00Z", "2026-08-05T10:00:00Z",
                "remediateOrPlanBy", false
            ),
            (
                "nerc-35-35", "--released 2026-07-01T10:00:00Z", "2026-08-05T10:00:00Z",
                "evaluateBy",
                false
            ),
            (
                "hipaa-nprm", "--start 2026-07-01T10:00:00Z --severity critical",
                "2026-07-16T10:00:00Z",
                "remediateBy", false
            ),
            ("nist-40r4", "--start 2026-07-01T10:00:00Z", nil, "noDeadline", false),
            ("ce-14", "--detected 2026-07-01T10:00:00Z", nil, "notStarted", false),
        ] as [(String, String, String?, String, Bool)])
    func `a due date has its preset, its outcome and the offset of the start`(
        _ preset: String, _ options: String, _ due: String?, _ outcome: String, _ forensics: Bool
    ) async throws {
        let answer = try await ask(preset, options)
        #expect(answer.preset == preset)
        #expect(answer.dueAt == due)
        #expect(answer.outcome == outcome)
        #expect(answer.forensics == forensics)
        #expect(answer.proposed == (preset == "hipaa-nprm"))
        #expect((answer.planDueAt != nil) == (preset == "cisa-19-02"))
    }

    @Test(arguments: [
        ("--preset pci-4001 --start 2026-07-01T10:00:00Z", "pci-401"),
        ("--preset ce-14", "--start"), ("--preset ce-14 --start tomorrow", "RFC 3339"),
        ("--preset ce-14 --start 2026-02-30T00:00:00Z", "RFC 3339"),
        ("--preset pci-401 --start 9999-12-30T00:00:00Z", "before the year 9990"),
        ("--preset ce-14 --start 2026-07-01T10:00:00Z --severity hihg", "high"),
        ("--preset ce-14 --start 2026-07-01T10:00:00Z --cvss 10.1", "0 to 10"),
        ("--preset ce-14 --start 2026-07-01T10:00:00Z --cvss nan", "0 to 10"),
        ("--preset kev-legacy --start 2026-07-01T10:00:00Z --cve 2019-1", "CVE-2026-1234"),
        ("--preset bod-26-04 --start 2026-07-01T10:00:00Z --impact some", "partial"),
        ("--start 2026-07-01T10:00:00Z", "--preset"),
    ])
    func `wrong use is told with the way out`(_ options: String, _ hint: String) async throws {
        let words = options.split(separator: " ").map(String.init)
        let answer = try await CommandLine.patchbay(["sla", "due"] + words)
        #expect(answer.status == 2)
        #expect(answer.output.isEmpty)
        #expect(answer.errorOutput.contains(hint), "\(answer.errorOutput)")
    }

    private struct List: Decodable {
        struct Preset: Decodable {
            var preset: String
            var title: String
            var start: String
            var source: String
            var figures: [Figure]
        }
        struct Figure: Decodable {
            var scope: String
            var outcome: String
            var within: String?
            var forensics: Bool
        }
        var presets: [Preset]
    }

    @Test func `every preset is listed with its figures, and docs/sla.md has the same ones`()
        async throws
    {
        let answer = try await CommandLine.patchbay("sla", "presets", "--format", "json")
        #expect(answer.status == 0)
        let list = try JSONDecoder().decode(List.self, from: Data(answer.output.utf8))
        #expect(list.presets.count == 14)
        #expect(list.presets.first { $0.preset == "bod-26-04" }?.figures.count == 16)
        let file = Places.packageRoot.appending(path: "docs/sla.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        for preset in list.presets {
            let heading = "### \(preset.preset): \(preset.title)\n"
            let rest = page.components(separatedBy: heading).dropFirst().first
            let section = try #require(rest, "no \(heading)").components(separatedBy: "\n### ")[0]
            #expect(
                section.hasPrefix("\nClock: `\(preset.start)`. Source: \(preset.source)."),
                "\(heading)")
            let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
            let expected = preset.figures.map {
                let forensics = $0.forensics ? " and forensics" : ""
                return "| \($0.scope) | `\($0.outcome)` | \($0.within ?? "-")\(forensics) |"
            }
            #expect(rows.map(String.init) == expected, "\(heading)")
        }
    }

    @Test func `the table of presets shows figures and sources`() async throws {
        let table = try await CommandLine.patchbay("sla", "presets", "--format", "table")
        #expect(table.output.contains("3 days, forensics"))
        #expect(table.output.contains("NERC CIP-007-6, requirement R2"))
    }
}
