import Advisories
import Testing

@testable import AdvisoryFormats

/// What NVD and CVE records say of products that winget and Homebrew install.
struct ProductClaimTests {
    /// A record of NVD with these nodes; `operator` joins them.
    private func nvd(_ nodes: [[String]], joined: String = "OR", negate: Bool = false) -> String {
        let nodes = nodes.map {
            """
            {"operator": "OR", "negate": false, "cpeMatch": [\($0.joined(separator: ", "))]}
            """
        }
        return """
            {"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [{"cve": {
            "id": "CVE-2026-1111", "published": "2026-01-02T03:04:05.000", "vulnStatus": "Analyzed",
            "descriptions": [{"lang": "en", "value": "It falls."}], "metrics": {},
            "configurations": [{"operator": "\(joined)", "negate": \(negate),
            "nodes": [\(nodes.joined(separator: ", "))]}]}}]}
            """
    }

    private static func match(
        _ rest: String, _ ends: String = "", vulnerable: Bool = true
    ) -> String {
        let ends = ends.isEmpty ? "" : ", \(ends)"
        return """
            {"vulnerable": \(vulnerable), "criteria": "cpe:2.3:\(rest)"\(ends)}
            """
    }

    private static let end = "\"versionEndExcluding\": \"130.0\""
    private static let both = [
        "CVE-2026-1111 winget winget source mozilla:firefox ≥0,<130.0",
        "CVE-2026-1111 homebrew generic source mozilla:firefox ≥0,<130.0",
        "CVE-2026-1111 chocolatey nuget source mozilla:firefox ≥0,<130.0",
    ]

    @Test(arguments: [
        ("a:mozilla:firefox:*:*:*:*:*:*:*:*", end, both),
        ("a:mozilla:firefox:*:*:*:*:-:*:*:*", end, both),
        ("a:mozilla:firefox:*:*:*:*:*:windows:*:*", end, [both[0], both[2]]),
        ("a:mozilla:firefox:*:*:*:*:*:macos:*:*", end, [both[1]]),
        ("a:mozilla:firefox:*:*:*:*:*:android:*:*", end, []),
        (
            "a:mozilla:firefox:*:*:*:*:esr:*:*:*", end,
            both.map { $0.replacing("mozilla:firefox", with: "mozilla:firefox_esr") }
        ),
        ("a:mozilla:firefox:*:*:*:*:beta:*:*:*", end, []),
        ("a:mozilla:firefox_focus:*:*:*:*:*:*:*:*", end, []),
        ("o:mozilla:firefox:*:*:*:*:*:*:*:*", end, []),
        ("a:mozilla:firefox:*:*:*", end, []),
        ("a:mozilla:firefox:-:*:*:*:*:*:*:*", "", []),
        (
            "a:rarlab:winrar:6.22:-:*:*:*:*:*:*", "",
            [
                "CVE-2026-1111 winget winget source rarlab:winrar =6.22",
                "CVE-2026-1111 chocolatey nuget source rarlab:winrar =6.22",
            ]
        ),
        ("a:rarlab:winrar:6.22:beta1:*:*:*:*:*:*", "", []),
        (
            "a:notepad-plus-plus:notepad\\\\+\\\\+:*:*:*:*:*:*:*:*",
            "\"versionStartIncluding\": \"8.0\", \"versionEndIncluding\": \"8.5\"",
            [
                "CVE-2026-1111 winget winget source notepad-plus-plus:notepad++ ≥8.0,≤8.5",
                "CVE-2026-1111 chocolatey nuget source notepad-plus-plus:notepad++ ≥8.0,≤8.5",
            ]
        ),
        ("a:rarlab:winrar:*:*:*:*:*:*:*:*", "\"versionStartExcluding\": \"6.0\"", []),
    ])
    func `NVD's names of products become statements on packages`(
        _ name: String, _ ends: String, _ expected: [String]
    ) throws {
        let outcome = try read(nvd([[Self.match(name, ends)]]))
        #expect(outcome.lines == expected)
        #expect(outcome.summary.records == 1 && outcome.vulnerabilities.count == 1)
    }

    @Test(arguments: [
        ("o:microsoft:windows:-:*:*:*:*:*:*:*", [both[0], both[2]]),
        ("o:apple:macos:-:*:*:*:*:*:*:*", [both[1]]),
        ("o:linux:linux_kernel:-:*:*:*:*:*:*:*", []), ("a:other:thing:*:*:*:*:*:*:*:*", []),
    ])
    func `a product that is affected on one system only is so in its world only`(
        _ system: String, _ expected: [String]
    ) throws {
        let nodes = [
            [Self.match("a:mozilla:firefox:*:*:*:*:*:*:*:*", Self.end)],
            [Self.match(system, vulnerable: false)],
        ]
        #expect(try read(nvd(nodes, joined: "AND")).lines == expected)
        #expect(try read(nvd(nodes, joined: "AND", negate: true)).lines == [])
    }

    /// The feeds 1.1 put what is joined into `children`.
    @Test(arguments: [
        (#"{"operator": "OR", "cpe_match": [MATCH]}"#, both),
        (
            #"{"operator": "AND", "children": [{"operator": "OR", "cpe_match": [MATCH]}, "#
                + #"{"operator": "OR", "cpe_match": [{"vulnerable": false, "#
                + #""cpe23Uri": "cpe:2.3:o:apple:macos:-:*:*:*:*:*:*:*"}]}]}"#, [both[1]]
        ),
        (#"{"operator": "OR", "negate": true, "cpe_match": [MATCH]}"#, []),
    ])
    func `the older form of NVD's configurations is read too`(
        node: String, expected: [String]
    ) throws {
        let match =
            #"{"vulnerable": true, "cpe23Uri": "cpe:2.3:a:mozilla:firefox:*:*:*:*:*:*:*:*", "#
            + Self.end + "}"
        let text = """
            {"CVE_data_type": "CVE", "CVE_data_timestamp": "2020-03-02T08:00Z", "CVE_Items": [
            {"cve": {"CVE_data_meta": {"ID": "CVE-2026-1111"}, "description": {"description_data":
            [{"lang": "en", "value": "It falls."}]}}, "impact": {}, "configurations":
            {"CVE_data_version": "4.0", "nodes": [\(node.replacing("MATCH", with: match))]},
            "publishedDate": "2020-01-01T10:15Z", "lastModifiedDate": "2020-01-02T10:15Z"}]}
            """
        #expect(try read(text).lines == expected)
    }

    private func record(_ affected: String) -> String {
        """
        {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata":
        {"cveId": "CVE-2026-1111", "state": "PUBLISHED"}, "containers": {"cna":
        {"affected": [\(affected)], "descriptions": [{"lang": "en", "value": "It falls."}]}}}
        """
    }

    @Test(
        arguments: [
            (
                #""versions": [{"status": "affected", "version": "unspecified", "lessThan": "130"}]"#,
                ["≥0,<130"]
            ),
            // As Chrome's records have it.
            (
                #""versions": [{"status": "affected", "version": "130.1", "lessThan": "130.1"}]"#,
                ["≥0,<130.1"]
            ),
            (
                #""versions": [{"status": "affected", "version": "1", "lessThanOrEqual": "2"}]"#,
                ["≥1,≤2"]
            ),
            (#""versions": [{"status": "affected", "version": "1", "lessThan": "*"}]"#, ["≥1"]),
            (
                #""versions": [{"status": "affected", "version": "1", "lessThan": "*", "changes": "#
                    + #"[{"at": "1.5", "status": "unaffected"}]}]"#, ["≥1,<1.5"]
            ),
            (#""versions": [{"status": "affected", "version": "1.5"}]"#, ["=1.5"]),
            (#""versions": [{"status": "affected", "version": "n/a"}]"#, []),
            (#""versions": [{"status": "affected", "version": "prior to 5"}]"#, []),
            (#""versions": [{"status": "unaffected", "version": "0", "lessThan": "5"}]"#, []),
            (
                #""versions": [{"status": "affected", "version": "ab", "lessThan": "cd", "#
                    + #""versionType": "git"}]"#, []
            ),
            (#""defaultStatus": "affected""#, []),
            (
                #""platforms": ["Windows", "x86"], "#
                    + #""versions": [{"status": "affected", "version": "0", "lessThan": "5"}]"#,
                ["w ≥0,<5"]
            ),
            (
                #""platforms": ["iOS"], "#
                    + #""versions": [{"status": "affected", "version": "0", "lessThan": "5"}]"#, []
            ),
        ] as [(String, [String])])
    func `a CVE record's versions become ranges, and words in their place nothing`(
        _ versions: String, _ expected: [String]
    ) throws {
        let text = record(#"{"vendor": "Google", "product": "Chrome", \#(versions)}"#)
        let outcome = try read(text)
        let whole = expected.flatMap { line in
            let isWindows = line.hasPrefix("w ")
            let range = isWindows ? String(line.dropFirst(2)) : line
            return [
                "CVE-2026-1111 winget winget source google:chrome \(range)",
                "CVE-2026-1111 homebrew generic source google:chrome \(range)",
                "CVE-2026-1111 chocolatey nuget source google:chrome \(range)",
            ].filter { !isWindows || !$0.contains("homebrew") }
        }
        #expect(outcome.lines == whole)
        #expect(outcome.summary.records == 1)
    }
}
