import Foundation
import TestSupport
import Testing

/// `patchbay match`, on small feeds of our own making.
struct MatchTests {
    private static let inventory = """
        {"endpoint": {"os": {"id": "debian", "versionId": "12", "name": "Debian GNU/Linux 12"}},
         "packages": [
          {"manager": "apt", "name": "libssl3", "version": "3.0.15-1~deb12u1",
           "architecture": "amd64", "source": "openssl", "sourceVersion": "3.0.15-1~deb12u1"},
          {"name": "bash", "version": "5.2.15-2+b8"}]}
        """
    private static let tracker = """
        {"openssl": {
          "CVE-2025-0001": {"description": "One", "releases": {
            "bookworm": {"status": "resolved", "fixed_version": "3.0.17-1~deb12u1",
              "urgency": "high", "repositories": {}},
            "trixie": {"status": "resolved", "fixed_version": "3.5.1-1", "urgency": "high",
              "repositories": {}}}},
          "CVE-2025-0002": {"description": "Two", "releases": {
            "bookworm": {"status": "resolved", "fixed_version": "0", "urgency": "low",
              "repositories": {}}}}},
         "bash": {"CVE-2025-0003": {"description": "Three", "releases": {
            "bookworm": {"status": "open", "urgency": "low", "repositories": {}}}}}}
        """
    private static let kev = """
        {"title": "Catalogue", "catalogVersion": "2025.01.01", "dateReleased": "2025-01-01T00:00:00Z",
         "count": 1, "vulnerabilities": [
          {"cveID": "CVE-2025-0001", "vendorProject": "V", "product": "P", "vulnerabilityName": "N",
           "dateAdded": "2025-01-01", "shortDescription": "S", "requiredAction": "A",
           "dueDate": "2025-01-22", "knownRansomwareCampaignUse": "Unknown", "notes": ""}]}
        """
    private static let epss = """
        #model_version:v2025.03.14,score_date:2025-01-01T00:00:00+0000
        cve,epss,percentile
        CVE-2025-0001,0.25,0.96
        """

    private struct Answer: Decodable {
        struct Finding: Decodable, Equatable {
            var vulnerability: String
            var advisory: String
            var package: String
            var installed: String
            var fixedIn: String?
            var state: String
            var severity: String
            var cvss: Double?
            var epss: Double?
            var kev: Bool
            var risk: Double
        }
        var findings: [Finding]
        var covered: Bool
    }

    private func match(
        inventory: String = Self.inventory, feeds: [(name: String, text: String)],
        _ more: String...
    ) async throws -> ProgramResult {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "inventory.json")
            try Data(inventory.utf8).write(to: file)
            var arguments = ["match", "--inventory", file.path, "--format", "json"]
            for feed in feeds {
                let file = folder.appending(path: feed.name)
                try Data(feed.text.utf8).write(to: file)
                arguments += ["--feed", file.path]
            }
            return try await CommandLine.patchbay(arguments + more)
        }
    }

    private func answer(_ result: ProgramResult) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
    }

    @Test func `packages of whose world no feed speaks are counted, and a strange name is said`()
        async throws
    {
        let inventory = """
            {"endpoint": {"os": {"id": "debian", "versionId": "12"}}, "packages": [
              {"manager": "apt", "name": "bash", "version": "5.2.15-2+b8"},
              {"manager": "pip", "name": "jinja2", "version": "3.1.2"},
              {"manager": "pip", "name": "flask", "version": "3.0.0"},
              {"manager": "snop", "name": "tool", "version": "1"}]}
            """
        let result = try await match(inventory: inventory, feeds: [("tracker.json", Self.tracker)])
        #expect(result.status == 0)
        #expect(result.errorOutput.contains("3 packages are unknown to the feeds"))
        #expect(result.errorOutput.contains("PyPI (2)"))
        #expect(result.errorOutput.contains("snop (1, which no feed can speak of"))
        struct Uncovered: Decodable, Equatable {
            var manager: String
            var packages: Int
        }
        struct Part: Decodable { var uncovered: [Uncovered] }
        let part = try JSONDecoder().decode(Part.self, from: Data(result.output.utf8))
        #expect(
            part.uncovered == [
                Uncovered(manager: "PyPI", packages: 2), Uncovered(manager: "snop", packages: 1),
            ])
    }

    @Test func `an inventory without packages is told, not answered with nothing`() async throws {
        let inventory = """
            {"endpoint": {"os": {"id": "debian", "versionId": "12"}}, "packages": []}
            """
        let result = try await match(inventory: inventory, feeds: [("tracker.json", Self.tracker)])
        #expect(result.status == 0)
        #expect(try answer(result).findings.isEmpty)
        #expect(result.errorOutput.contains("lists no packages"))
    }

    @Test func `packages of other builders are counted apart from the distribution's`()
        async throws
    {
        let inventory = """
            {"endpoint": {"os": {"id": "debian", "versionId": "12", "name": "Debian GNU/Linux 12"}},
             "packages": [
              {"manager": "apt", "name": "bash", "version": "5.2.15-2+b8",
               "origin": "Debian:12.15/oldstable"},
              {"manager": "apt", "name": "docker-ce", "version": "5:28-1", "origin": "Docker CE:x"},
              {"manager": "apt", "name": "tool", "version": "1"}]}
            """
        let result = try await match(inventory: inventory, feeds: [("tracker.json", Self.tracker)])
        #expect(result.status == 0)
        #expect(result.errorOutput.contains("1 package is not the distribution's"))
        #expect(result.errorOutput.contains("Docker CE (1)"))
        #expect(result.output.contains(#""foreign":[{"source":"Docker CE","packages":1}]"#))
        // Where nothing of the release is known, that is said, and no more.
        let nothing = try await match(inventory: inventory, feeds: [("kev.json", Self.kev)])
        #expect(!nothing.errorOutput.contains("not the distribution's"))
    }

    @Test func `findings come riskiest first, with what feeds know of them`() async throws {
        let result = try await match(
            feeds: [
                ("tracker.json", Self.tracker), ("kev.json", Self.kev), ("epss.csv", Self.epss),
            ])
        #expect(result.status == 0)
        #expect(result.errorOutput.isEmpty)
        let findings = try answer(result).findings
        #expect(
            findings == [
                .init(
                    vulnerability: "CVE-2025-0001", advisory: "CVE-2025-0001", package: "libssl3",
                    installed: "3.0.15-1~deb12u1", fixedIn: "3.0.17-1~deb12u1",
                    state: "fixAvailable", severity: "important", cvss: nil, epss: 0.25, kev: true,
                    risk: 57.6),
                .init(
                    vulnerability: "CVE-2025-0003", advisory: "CVE-2025-0003", package: "bash",
                    installed: "5.2.15-2+b8", fixedIn: nil, state: "noFix", severity: "low",
                    cvss: nil, epss: nil, kev: false, risk: 5.9),
            ])
    }

    @Test func `every key of the contract is there, and null where nothing is known`() async throws
    {
        let result = try await match(feeds: [("tracker.json", Self.tracker)])
        let whole = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let findings = (whole as? [String: Any])?["findings"] as? [[String: Any]] ?? []
        #expect(findings.count == 2)
        for finding in findings {
            for key in [
                "vulnerability", "advisory", "package", "installed", "fixedIn", "state", "severity",
                "cvss", "epss", "kev", "risk",
            ] { #expect(finding[key] != nil, "\(key)") }
        }
    }

    @Test func `a feed of another release says that nothing is known`() async throws {
        let inventory = Self.inventory.replacingOccurrences(of: "\"12\"", with: "\"99\"")
            .replacingOccurrences(of: "debian", with: "raspbian")
        let result = try await match(inventory: inventory, feeds: [("t.json", Self.tracker)])
        #expect(result.status == 0)
        #expect(try answer(result).covered == false)
        #expect(result.errorOutput.contains("No feed speaks of raspbian 99"))
    }

    @Test(arguments: [
        ("any", 1), ("fixAvailable", 1), ("important", 1), ("critical", 0), ("knownExploited", 0),
    ])
    func `--fail-on ends with status 1 where it is met`(_ word: String, _ status: Int32)
        async throws
    {
        let result = try await match(feeds: [("t.json", Self.tracker)], "--fail-on", word)
        #expect(result.status == status)
        #expect(try answer(result).findings.count == 2)
    }

    @Test(arguments: [
        ("{", "is no JSON"), ("[]", "is no inventory"), ("{\"packages\": []}", "endpoint.os"),
        ("{\"endpoint\": {\"os\": {\"id\": \"debian\"}}}", "packages is missing"),
        (
            "{\"endpoint\": {\"os\": {\"id\": \"debian\"}}, \"packages\": [{\"name\": \"a\"}]}",
            "packages[0].version"
        ),
    ])
    func `what is no inventory ends with status 2 and names the field`(
        _ text: String, _ words: String
    ) async throws {
        let result = try await match(inventory: text, feeds: [("t.json", Self.tracker)])
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errorOutput.contains(words), "\(result.errorOutput)")
    }

    @Test func `what is no feed ends with status 2`() async throws {
        let result = try await match(feeds: [("t.json", "hello")])
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
    }

    @Test func `the end of the operating system's support stands beside the findings`() async throws
    {
        let calendar = """
            version,codename,series,created,release,eol,eol-lts,eol-elts
            12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30,2033-06-30
            """
        let result = try await match(
            feeds: [("debian.csv", calendar), ("t.json", Self.tracker)], "--at",
            "2028-05-01T00:00:00Z")
        #expect(result.output.contains("\"state\":\"within90Days\""), "\(result.output)")
    }
}
