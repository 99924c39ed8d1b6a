import Foundation
import TestSupport
import Testing

/// `patchbay match` on real data, beside what the distributions' own tools say.
@Suite(.requires(.sharedData))
struct MatchScenarioTests {
    private struct Answer: Decodable {
        struct Finding: Decodable {
            var vulnerability: String
            var package: String
            var state: String
            var fixedIn: String?
        }
        var findings: [Finding]
        var covered: Bool
    }

    private struct Inventory: Encodable {
        struct Endpoint: Encodable { var os: [String: String] }
        var endpoint: Endpoint
        var packages: [[String: String]]
    }

    private func match(_ inventory: Inventory, feed: URL) async throws -> Answer {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "inventory.json")
            try JSONEncoder().encode(inventory).write(to: file)
            let result = try await CommandLine.patchbay(
                "match", "--inventory", file.path, "--feed", feed.path, "--format", "json")
            #expect(result.status == 0, "\(result.errorOutput)")
            return try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
        }
    }

    @Test(arguments: [
        "scenarios/almalinux9/updates/updateinfo.xml.gz",
        "advisories/almalinux/osv-almalinux9.tar.gz",
    ])
    func `AlmaLinux: the same vulnerabilities and packages as dnf's own list`(
        _ feed: String
    ) async throws {
        let scenario = Places.sharedData.appending(path: "scenarios/almalinux9")
        let installed = try String(
            contentsOf: scenario.appending(path: "installed.tsv"), encoding: .utf8)
        let packages = installed.split(separator: "\n").map { line -> [String: String] in
            let parts = line.split(separator: "\t").map(String.init)
            return [
                "manager": "dnf", "name": parts[0], "architecture": parts[4],
                "version": "\(parts[1]):\(parts[2])-\(parts[3])", "source": parts[5],
            ]
        }
        let os = ["id": "almalinux", "versionId": "9.8", "name": "AlmaLinux 9.8"]
        let answer = try await match(
            Inventory(endpoint: .init(os: os), packages: packages),
            feed: Places.sharedData.appending(path: feed))
        let found = Set(answer.findings.map { "\($0.vulnerability) \($0.package)" })
        #expect(answer.findings.allSatisfy { $0.state == "fixAvailable" })
        #expect(found == (try Self.expected(scenario)))
        #expect(found.count == answer.findings.count)
    }

    /// The lines of `dnf updateinfo list --with-cve` that name a CVE, as vulnerability and package.
    private static func expected(_ scenario: URL) throws -> Set<String> {
        let text = try String(
            contentsOf: scenario.appending(path: "expected-dnf-updateinfo-cve.txt"),
            encoding: .utf8)
        var pairs: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("CVE-") {
            let words = line.split(separator: " ").map(String.init)
            guard let nevra = words.last else { continue }
            let name = nevra.split(separator: "-").dropLast(2).joined(separator: "-")
            pairs.insert("\(words[0]) \(name)")
        }
        return pairs
    }

    @Test func `Debian 12 with every update but one misses that one`() async throws {
        let folder = Places.sharedData.appending(path: "repo-metadata/debian")
        let status = try await unpacked(
            folder.appending(path: "bookworm-dpkg-status-after-upgrade.gz"))
        let index = try await unpacked(
            folder.appending(path: "bookworm-security-main-amd64-Packages.gz"))
        // The security suite says in which version of each source the latest fixes are.
        var fixes: [String: String] = [:]
        for package in Self.paragraphs(index) {
            let (source, version) = Self.source(package)
            fixes[source] = version
        }
        let packages = Self.paragraphs(status).filter {
            $0["Status"]?.hasSuffix(" installed") == true
        }
        .map { package -> [String: String] in
            let (source, version) = Self.source(package)
            return [
                "manager": "apt", "name": package["Package"] ?? "",
                "version": package["Version"] ?? "", "source": source,
                "sourceVersion": version,
            ]
        }
        let known = Set(packages.compactMap { $0["source"] })
        #expect(fixes.keys.filter(known.contains).count > 10)
        let os = ["id": "debian", "versionId": "12", "name": "Debian GNU/Linux 12 (bookworm)"]
        let patched = Inventory(endpoint: .init(os: os), packages: packages)
        try await withTemporaryFolder { folder in
            let feed = folder.appending(path: "tracker.json")
            try Self.tracker(fixes).write(to: feed)
            let answer = try await match(patched, feed: feed)
            #expect(answer.covered)
            // One package was on hold when everything else was updated.
            #expect(answer.findings.map(\.package) == ["postgresql-15"])
            // The same packages, each older than any fix: all that have one are found.
            var old = patched
            for place in old.packages.indices { old.packages[place]["sourceVersion"] = "0~" }
            let found = try await match(old, feed: feed)
            // The older of the two kernels is neither running nor the newest.
            let expected = packages.count {
                fixes[$0["source"] ?? ""] != nil && $0["name"] != "linux-image-6.1.0-50-amd64"
            }
            #expect(found.findings.count == expected)
        }
    }

    /// The tracker's format, with one vulnerability for each source.
    private static func tracker(_ fixes: [String: String]) throws -> Data {
        var feed: [String: [String: [String: [String: [String: String]]]]] = [:]
        for (number, (source, version)) in fixes.sorted(by: { $0.key < $1.key }).enumerated() {
            let release = [
                "bookworm": [
                    "status": "resolved", "fixed_version": version, "urgency": "medium",
                ]
            ]
            feed[source] = ["CVE-2025-\(10_000 + number)": ["releases": release]]
        }
        return try JSONEncoder().encode(feed)
    }

    private func unpacked(_ file: URL) async throws -> String {
        try await run(["/usr/bin/gzip", "-dc", file.path]).output
    }

    /// The paragraphs of a control file, without continuation lines.
    private static func paragraphs(_ text: String) -> [[String: String]] {
        text.components(separatedBy: "\n\n").map { paragraph in
            var fields: [String: String] = [:]
            for line in paragraph.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":"), line.first != " " else { continue }
                fields[String(line[..<colon])] = line[line.index(after: colon)...]
                    .trimmingCharacters(in: .whitespaces)
            }
            return fields
        }.filter { $0["Package"] != nil }
    }

    /// The source package, and its version.
    private static func source(_ package: [String: String]) -> (String, String) {
        let version = package["Version"] ?? ""
        guard let source = package["Source"] else { return (package["Package"] ?? "", version) }
        let parts = source.split(separator: " ")
        guard parts.count == 2 else { return (source, version) }
        return (String(parts[0]), parts[1].trimmingCharacters(in: ["(", ")"]))
    }
}
