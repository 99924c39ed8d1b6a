import Foundation
import Policy
import PolicyDocument
import TestSupport
import Testing

/// docs/policy-document.md: its examples are read, and its tables hold every key that is known.
struct ReferencePageTests {
    /// The page, cut at its headings.
    private static let sections: [(title: String, lines: [String])] = {
        let file = Places.packageRoot.appending(path: "docs/policy-document.md")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var sections: [(title: String, lines: [String])] = []
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("## ") {
                sections.append((String(line.dropFirst(3)), []))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(line)
            }
        }
        return sections
    }()

    /// The yaml of a section.
    private func example(_ title: String) -> String {
        guard let section = Self.sections.first(where: { $0.title == title }) else { return "" }
        let body = section.lines.drop { $0 != "```yaml" }.dropFirst().prefix { $0 != "```" }
        return body.joined(separator: "\n")
    }

    /// The keys that a section's tables name, table by table.
    private func tables(_ title: String) -> [[String]] {
        guard let section = Self.sections.first(where: { $0.title == title }) else { return [] }
        var tables: [[String]] = []
        for line in section.lines {
            if line.hasPrefix("| key ") { tables.append([]) }
            guard line.hasPrefix("| `"), !tables.isEmpty,
                let key = line.split(separator: "`").dropFirst().first
            else { continue }
            tables[tables.count - 1].append(String(key))
        }
        return tables
    }

    /// Lines of a policy in the place of those that the smallest policy has.
    private func policy(with lines: String) -> String {
        if lines.hasPrefix("patchbay:") { return lines }
        let keys = lines.split(separator: "\n").filter { !$0.hasPrefix(" ") }
            .map { $0.prefix { $0 != ":" } + ":" }
        let rest = smallest().split(separator: "\n").filter { line in
            !keys.contains { line.hasPrefix($0) }
        }
        return rest.joined(separator: "\n") + "\n" + lines + "\n"
    }

    @Test(arguments: sections.map(\.title))
    func `an example of the page is read without a word, and has every key`(_ title: String) {
        let example = example(title)
        guard !example.isEmpty else { return }
        let file = read(policy(with: example))
        #expect(file.diagnostics == [], "\(policy(with: example))")
        #expect(file.policies.count == 1)
        for key in tables(title).joined() {
            #expect(example.contains("\(key):"), "the example of “\(title)” lacks \(key)")
        }
    }

    @Test(arguments: [
        ("The policy", 0, "QQQQ: 1"),
        ("Lanes", 0, "lanes: {routine: {windows: [w]}, QQQQ: 1}"),
        ("Lanes", 1, "lanes: {routine: {windows: [w], QQQQ: 1}}"),
        ("Rules", 0, "rules: [{when: all, approve: at once, QQQQ: 1}]"),
        ("Windows", 0, "windows: {w: {every: day, from: \"22:00\", for: 4h, QQQQ: 1}}"),
        ("Freezes", 0, "freezes: [{from: 2026-12-20, to: 2026-12-20, reason: x, QQQQ: 1}]"),
        ("Rings", 0, "rings: {r: [{name: a, members: rest, QQQQ: 1}]}"),
        ("Rings", 1, "rings: {r: [{name: a, members: rest, gate: {verified: 1%, QQQQ: 1}}]}"),
        ("Reboot", 0, "reboot: {mode: prompt, QQQQ: 1}"),
        ("Before", 0, "before: {QQQQ: 1}"),
        ("After", 0, "after: {probes: [], QQQQ: 1}"),
        ("After", 1, "after: {probes: [{tcp: 1, QQQQ: 1}]}"),
        ("After", 2, "after: {probes: [{crashes: {QQQQ: 1}}]}"),
        ("After", 3, "after: {probes: [{journal: {QQQQ: 1}}]}"),
        ("After", 4, "after: {probes: [{bootTime: {QQQQ: 1}}]}"),
        ("Services", 0, "services: {restart: needed, QQQQ: 1}"),
        (
            "Exceptions", 0,
            "exceptions: [{name: a, package: b, owner: c, reason: d, control: e, approver: f, "
                + "from: 2026-12-20, until: 2026-12-20, QQQQ: 1}]"
        ),
    ])
    func `a table of the page names the keys that are known, and no others`(
        _ title: String, _ table: Int, _ yaml: String
    ) throws {
        let messages = read(policy(with: yaml)).diagnostics.map(\.message)
        let message = try #require(messages.first { $0.contains("no key “QQQQ”") }, "\(messages)")
        let known = try #require(message.firstRange(of: "; known are "))
        let keys = message[known.upperBound...].split(separator: ", ").map(String.init)
        let tables = tables(title)
        try #require(tables.indices.contains(table))
        #expect(Set(keys) == Set(tables[table]))
    }

    @Test func `the page names every field of conditions`() {
        let page =
            Self.sections.first { $0.title == "Conditions" }?.lines
            .filter { $0.hasPrefix("| `") } ?? []
        let cells = page.compactMap { $0.split(separator: "|").first }
        let named = Set(cells.flatMap { $0.split(separator: "`").map(String.init) })
        for field in EndpointField.allCases.map(\.rawValue) + UpdateField.allCases.map(\.rawValue) {
            #expect(named.contains(field), "\(field)")
        }
    }
}
