import Fleet
import TestSupport
import Testing

@testable import AdvisoryFormats

private func read(
    _ text: String, as format: ScannerFormat
) throws -> (records: [ScannerRecord], summary: ScannerSummary) {
    try read(Array(text.utf8), as: format)
}

private func read(
    _ bytes: [UInt8], as format: ScannerFormat, pieces: Int = 7
) throws -> (records: [ScannerRecord], summary: ScannerSummary) {
    var place = 0
    let stream = ByteStream {
        defer { place = min(place + pieces, bytes.count) }
        return Array(bytes[place..<min(place + pieces, bytes.count)])
    }
    var records: [ScannerRecord] = []
    let summary = try ScannerReader.read(stream, as: format) { records.append($0) }
    return (records, summary)
}

/// Reports of this project's own making, in the shapes that scanners export.
private enum Report {
    static let nessus = #"""
        Plugin ID,CVE,CVSS v2.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,Description,Plugin Output
        101,CVE-2026-1111,7.5,High,web-1.acme.example,tcp,443,"OpenSSL < 3.0.9","Old, and known","Two
        lines with a ""quote""","Installed : 3.0.1"
        102,,,None,web-1.acme.example,tcp,0,Ping,It answers,,
        103,"CVE-2026-2222,CVE-2026-3333",5.0,Medium,192.0.2.7,tcp,22,OpenSSH,Old,,
        """#
    static let openVAS = """
        IP,Hostname,Port,CVSS,Severity,NVT Name,Summary,Specific Result,CVEs,Timestamp
        192.0.2.8,db-1,5432,9.8,High,PostgreSQL,It is old,"Installed version: 13",CVE-2026-4444,2026-11-20T10:00:00Z
        """
    static let qualys = """
        "Scan of the week"
        "Acme","11/20/2026"

        "IP";"DNS";"NetBIOS";"QID";"Title";"Severity";"CVE ID";"Results"
        "192.0.2.9";"app-1.acme.example";"APP-1";"38";"curl";"4";"CVE-2026-5555";"=cmd"
        """
    static let sarif = """
        {"version": "2.1.0", "runs": [
          {"tool": {"driver": {"name": "Trivy", "rules": [
             {"id": "CVE-2026-6666", "shortDescription": {"text": "curl: an overflow"},
              "properties": {"security-severity": "9.1"}}]}},
           "invocations": [{"machine": "web-2", "endTimeUtc": "2026-11-20T10:00:00Z",
             "executionSuccessful": true}],
           "results": [
             {"ruleId": "CVE-2026-6666", "ruleIndex": 0, "level": "error",
              "message": {"text": "Package: curl\\nInstalled Version: 7.88"}},
             {"ruleId": "lint-1", "message": {"text": "A style."}},
             {"ruleId": "CVE-2026-7777", "level": "warning", "properties": {"host": "db-2"},
              "message": {"text": "x"}},
             {"ruleId": "CVE-2026-8888", "baselineState": "absent", "message": {"text": "x"}}, 7]}]}
        """

    static let all: [(text: String, format: ScannerFormat)] = [
        (nessus, .csv), (openVAS, .csv), (qualys, .csv), (sarif, .sarif),
    ]
}

@Suite struct `Scanners' reports` {
    @Test func `a table with quoted lines, several CVEs, and rows without any`() throws {
        let (records, summary) = try read(Report.nessus, as: .csv)
        #expect(
            records.map(\.vulnerabilities) == [
                ["CVE-2026-1111"], ["CVE-2026-2222", "CVE-2026-3333"],
            ])
        #expect(records.map(\.hosts) == [["web-1.acme.example"], []])
        #expect(records[1].address == "192.0.2.7")
        #expect(records.map(\.severity) == [.important, .moderate])
        #expect(records[0].title == "OpenSSL < 3.0.9")
        #expect(records[0].detail == "Installed : 3.0.1")
        #expect(summary.rejected.map(\.record) == ["line 4"])
        #expect(summary.rejected.map(\.reason) == ["it names no CVE"])
    }

    @Test func `columns are told by their names, behind a preamble and other separators`() throws {
        let openVAS = try read(Report.openVAS, as: .csv).records
        #expect(openVAS.map(\.hosts) == [["db-1"]])
        #expect(openVAS.map(\.seenAt) == [Timestamp("2026-11-20T10:00:00Z")])
        let qualys = try read(Report.qualys, as: .csv).records
        #expect(qualys.map(\.hosts) == [["app-1.acme.example", "APP-1"]])
        #expect(qualys.map(\.severity) == [.important])
        #expect(qualys.map(\.detail) == ["=cmd"])
    }

    @Test func `SARIF names the machine in the run or in the result`() throws {
        let (records, summary) = try read(Report.sarif, as: .sarif)
        #expect(records.map(\.vulnerabilities) == [["CVE-2026-6666"], ["CVE-2026-7777"]])
        #expect(records.map(\.hosts) == [["web-2"], ["db-2", "web-2"]])
        #expect(records.map(\.severity) == [.critical, .moderate])
        #expect(records[0].package == "curl")
        #expect(summary.tool == "Trivy")
        #expect(
            summary.rejected.map(\.record) == [
                "run 1, result 2", "run 1, result 4", "run 1, result 5",
            ])
    }

    @Test(arguments: [
        ("CVE-2026-6666-curl", ["CVE-2026-6666"]), ("CVE-2026-6666-lib-curl4", ["CVE-2026-6666"]),
        ("CVE-2026-6666-7zip", ["CVE-2026-7777"]), ("grype-1", ["CVE-2026-7777"]),
    ])
    func `SARIF's rules may carry the package behind the name, and the name in the title`(
        _ rule: String, _ names: [String]
    ) throws {
        let text = """
            {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Grype", "rules": [
              {"id": "\(rule)", "shortDescription": {"text": "CVE-2026-7777 high for curl"}}]}},
              "results": [{"ruleId": "\(rule)", "message": {"text": "curl in deb"}}]}]}
            """
        #expect(try read(text, as: .sarif).records.map(\.vulnerabilities) == [names])
    }

    @Test(arguments: ["", "Name,Age\nAnna,7\n", "{}", "[]", "\u{0}\u{1}", "{\"runs\": 7}"])
    func `what is no report is refused`(_ text: String) {
        for format in ScannerFormat.allCases {
            #expect(throws: UnreadableReport.self) { try read(text, as: format) }
        }
    }

    @Test(arguments: ["", " \r\n\n", "\u{FEFF}", "\u{FEFF}\n"], [ScannerFormat.csv, .sarif])
    func `an empty report is called one`(_ text: String, _ format: ScannerFormat) {
        #expect(throws: UnreadableReport(message: "The report is empty.")) {
            try read(text, as: format)
        }
    }

    @Test func `a quote that is not closed is told, with where it begins`() throws {
        let text = "Host,CVE\nweb-1,CVE-2026-1111\n\"web-2,CVE-2026-2222\nweb-3,CVE-2026-3333\n"
        let (records, summary) = try read(text, as: .csv)
        #expect(records.map(\.hosts) == [["web-1"]])
        #expect(!summary.isComplete)
        #expect(summary.rejected.map(\.reason) == ["line 3: a quote that is not closed"])
    }

    @Test func `a table in UTF-16 is refused with what to do`() {
        var bytes: [UInt8] = [0xFF, 0xFE]
        for unit in "Host,CVE\nweb-1,CVE-2026-1111\n".utf16 {
            bytes += [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
        }
        #expect { try read(bytes, as: .csv) } throws: { error in
            (error as? UnreadableReport)?.message.contains("UTF-8") == true
        }
    }

    @Test func `SARIF that is cut off in its first run says so`() {
        let text = String(Report.sarif.prefix(300))
        #expect { try read(text, as: .sarif) } throws: { error in
            (error as? UnreadableReport)?.message.contains("the beginning") == true
        }
    }

    @Test func `a row that never ends costs itself, and no more than its limit`() throws {
        var text = "Host,CVE,Output\nweb-1,CVE-2026-1111,\""
        text += String(repeating: "x", count: TableRows.rowLimit + 10) + "\n"
        text += "web-2,CVE-2026-2222,y\n"
        let (records, summary) = try read(Array(text.utf8), as: .csv, pieces: 65_536)
        #expect(records.map(\.hosts) == [["web-2"]])
        #expect(summary.rejectedCount == 1)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `a damaged report is read, refused or counted, and nothing crashes`(
        _ seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        for report in Report.all {
            for round in 0..<300 {
                var bytes = Array(report.text.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0: bytes.removeSubrange(place...)
                    case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                    case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                    case 3: bytes.insert(contentsOf: bytes[place...].prefix(60), at: place)
                    default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
                    }
                }
                guard let (records, summary) = try? read(bytes, as: report.format, pieces: 512)
                else { continue }
                #expect(records.count == summary.records, "seed \(seed), round \(round)")
                #expect(records.allSatisfy { !$0.vulnerabilities.isEmpty })
                #expect(summary.rejected.count <= summary.rejectedCount)
                if !summary.isComplete { #expect(summary.rejectedCount > 0) }
            }
        }
    }
}
