import Foundation
import TestSupport
import Testing

/// The way from a feed to an alert, through the real server: simulated endpoints report their
/// software, and files are the feeds.
@Suite(.serialized)
struct FindingServerTests {
    private static let endpoints = 3

    @Test func `a new entry of the catalogue of exploited vulnerabilities is felt everywhere`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let server = try await RunningServer(home: folder.appending(path: "home"))
            do {
                try await play(Stage(server: server, folder: folder))
            } catch {
                _ = server.stop()
                throw error
            }
            #expect(server.stop() == 0, "\(server.said)")
        }
    }

    private func play(_ stage: Stage) async throws {
        try await stage.enrol(Self.endpoints)
        try stage.write("tracker.json", Self.tracker)
        try stage.write("kev.json", Self.catalogue(["CVE-1999-0001"]))
        try await stage.run("feeds", "add", "tracker", stage.path("tracker.json"))
        try await stage.run("feeds", "refresh", "tracker")
        try await stage.run("feeds", "add", "kev-file", stage.path("kev.json"))
        try await stage.run("feeds", "refresh", "kev-file")
        let before = try await stage.affected(by: "CVE-2026-4242", count: Self.endpoints)
        #expect(before.total == Self.endpoints)
        let old = try #require(before.items.first)
        #expect(!old.kev && old.dueAt == nil && old.state == "fixAvailable")
        for (word, count) in [("unrated", 1), ("critical", 0), ("high", 0)] {
            let found: Stage.Items<Stage.Vulnerability> = try await stage.json(
                "finding", "vulnerabilities", "--severity", word)
            #expect(found.items.count == count, "\(word)")
        }
        let wrong = try await CommandLine.patchbay(
            "finding", "vulnerabilities", "--severity", "awful", "--home", stage.home)
        #expect(wrong.status == 2)
        #expect(wrong.errorOutput.contains("critical"), "\(wrong.errorOutput)")
        try stage.write("empty.csv", "")
        let empty = try await CommandLine.patchbay(
            "finding", "import", stage.path("empty.csv"), "--home", stage.home)
        #expect(empty.status == 2)
        #expect(empty.errorOutput.contains("is empty"), "\(empty.errorOutput)")
        let quiet: Stage.Items<Stage.Alert> = try await stage.json("alert", "list")
        #expect(quiet.items.isEmpty)

        try stage.write("kev.json", Self.catalogue(["CVE-1999-0001", "CVE-2026-4242"]))
        try await stage.run("feeds", "refresh", "kev-file")
        let after = try await stage.affected(by: "CVE-2026-4242", count: Self.endpoints)
        let new = try #require(after.items.first { $0.endpoint == old.endpoint })
        #expect(new.kev)
        #expect(new.risk > old.risk, "it is re-scored")
        #expect(new.dueAt != nil, "it has a due date")
        #expect(new.firstSeenAt == old.firstSeenAt)
        let alerts: Stage.Items<Stage.Alert> = try await stage.json("alert", "list", "--open")
        #expect(alerts.items.map(\.subject) == ["CVE-2026-4242"])
        #expect(alerts.items.first?.endpoints == Self.endpoints)
        try await stage.run("alert", "ack", alerts.items.first?.id ?? "")
        let open: Stage.Items<Stage.Alert> = try await stage.json("alert", "list", "--open")
        #expect(open.items.isEmpty)

        // An emptied catalogue is how a broken mirror looks: it waits.
        try stage.write("kev.json", Self.catalogue([]))
        let refresh = ["feeds", "refresh", "kev-file", "--home", stage.home]
        #expect(try await CommandLine.patchbay(refresh).status == 1)
        let feeds: Stage.Items<Stage.Feed> = try await stage.json("feeds", "list")
        #expect(feeds.items.first { $0.name == "kev-file" }?.freshness == "waiting")
        #expect(feeds.items.first { $0.name == "kev" }?.freshness == "off")
        #expect(try await stage.affected(by: "CVE-2026-4242", count: 3).items.first?.kev == true)
        try await stage.run("feeds", "confirm", "kev-file")
        let low: Stage.Findings = try await stage.json("finding", "list", "--cve", "cve-2026-4242")
        #expect(low.total == Self.endpoints, "a CVE id in small letters is one")
        try FileManager.default.removeItem(atPath: stage.path("kev.json"))
        #expect(try await CommandLine.patchbay(refresh).status == 3)
        #expect(try await stage.affected(by: "CVE-2026-4242", count: 3).items.first?.kev == false)
        let audit = try await CommandLine.patchbay("audit", "verify", "--home", stage.home)
        #expect(audit.status == 0)
    }

    @Test func `feeds cross an air gap in one signed file`() async throws {
        try await withTemporaryFolder { folder in
            let from = try await RunningServer(home: folder.appending(path: "one"))
            let to = try await RunningServer(home: folder.appending(path: "two"))
            defer { for server in [from, to] { _ = server.stop() } }
            let (here, there) = (
                Stage(server: from, folder: folder), Stage(server: to, folder: folder)
            )
            try here.write("kev.json", Self.catalogue(["CVE-2026-4242"]))
            try await here.run("feeds", "add", "kev-file", here.path("kev.json"))
            try await here.run("feeds", "refresh", "kev-file")
            let keys = try await here.signingKey()
            let bundle = here.path("feeds.bundle")
            try await here.run("feeds", "export", bundle, "--key", keys.file)
            let wrong = String(repeating: "0", count: 64)
            let refused = try await CommandLine.patchbay(
                "feeds", "import", bundle, "--trusted-key", wrong, "--home", there.home)
            #expect(refused.status == 2)
            #expect(refused.errorOutput.contains("E_BUNDLE"))
            try await there.run("feeds", "import", bundle, "--trusted-key", keys.id)
            let feeds: Stage.Items<Stage.Feed> = try await there.json("feeds", "list")
            #expect(feeds.items.first { $0.name == "kev-file" }?.records == 1)
            var bytes = try Data(contentsOf: URL(filePath: bundle))
            bytes[bytes.count - 3] ^= 1
            try bytes.write(to: URL(filePath: bundle))
            let changed = try await CommandLine.patchbay(
                "feeds", "import", bundle, "--trusted-key", keys.id, "--home", there.home)
            #expect(changed.status == 2)
            #expect(changed.errorOutput.contains("was changed"), "\(changed.errorOutput)")
        }
    }

    /// The Debian tracker's form (`/tracker/data/json`), about a source that every simulated
    /// endpoint has.
    private static let tracker = """
        {"libbababa0-src": {"CVE-2026-4242": {"description": "Made up.", "scope": "remote",
        "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "1"},
        "fixed_version": "999-1", "urgency": "not yet assigned"}}}}}
        """

    private static func catalogue(_ names: [String]) -> String {
        let entries = names.map { name in
            """
            {"cveID": "\(name)", "vendorProject": "Made", "product": "Up",
            "vulnerabilityName": "Made up", "dateAdded": "2026-01-02",
            "shortDescription": "Made up.", "requiredAction": "Mend it.",
            "dueDate": "2026-01-23", "knownRansomwareCampaignUse": "Unknown", "notes": ""}
            """
        }
        return """
            {"title": "CISA Catalog of Known Exploited Vulnerabilities",
            "catalogVersion": "2026.01.02", "dateReleased": "2026-01-02T00:00:00.0000Z",
            "count": \(names.count), "vulnerabilities": [\(entries.joined(separator: ","))]}
            """
    }
}

/// A server, and files beside it.
private struct Stage {
    let server: RunningServer
    let folder: URL

    struct Items<Item: Decodable>: Decodable { var items: [Item] }
    struct Vulnerability: Decodable { var vulnerability: String }
    struct Alert: Decodable {
        var id: String
        var subject: String
        var endpoints: Int
    }
    struct Feed: Decodable {
        var name: String
        var freshness: String
        var records: Int?
    }
    struct Findings: Decodable {
        var items: [Finding]
        var total: Int?
    }
    struct Finding: Decodable {
        var endpoint: String
        var state: String
        var kev: Bool
        var risk: Double
        var firstSeenAt: String
        var dueAt: String?
    }
    struct Tenant: Decodable { var id: String }

    var home: String { server.home.path }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        let answer = try await CommandLine.patchbay(arguments + ["--home", home])
        #expect(answer.status == 0, "\(arguments): \(answer.errorOutput)")
        return answer.output
    }

    func json<Value: Decodable>(_ arguments: String...) async throws -> Value {
        let answer = try await CommandLine.patchbay(
            arguments + ["--home", home, "--format", "json"])
        #expect(answer.status == 0, "\(arguments): \(answer.errorOutput)")
        return try JSONDecoder().decode(Value.self, from: Data(answer.output.utf8))
    }

    /// Enrols simulated endpoints, which report what is installed on them.
    func enrol(_ count: Int) async throws {
        let tenant: Tenant = try await json("tenant", "create", "Acme")
        let token = path("enrol.token")
        try await run(
            "token", "create", "--enrolment", "--tenant", tenant.id, "--uses", "\(count)", "--out",
            token)
        let answer = try await CommandLine.patchbay(
            "fleet-sim", "--server", "https://127.0.0.1:\(server.port)", "--token-file", token,
            "--endpoints", "\(count)", "--packages", "50", "--images", "1", "--duration", "1")
        #expect(answer.status == 0, "\(answer.errorOutput)")
    }

    /// The findings of a vulnerability, once the server has taken what was reported.
    func affected(by name: String, count: Int) async throws -> Findings {
        for _ in 0..<600 {
            let page: Findings = try await json("finding", "list", "--cve", name)
            if page.total == count { return page }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try await json("finding", "list", "--cve", name)
    }

    /// An operator's key, made with a trust root of its own.
    func signingKey() async throws -> (file: String, id: String) {
        let target = path("trust")
        let answer = try await CommandLine.patchbay("trust", "init", "--out", target)
        #expect(answer.status == 0, "\(answer.errorOutput)")
        let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
        let file = try #require(names.first { $0.hasSuffix(".key") })
        let place = target + "/" + file
        let text = try String(contentsOf: URL(filePath: place), encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("key id: ") })
        return (place, String(line.dropFirst("key id: ".count)))
    }
}
