import Foundation
import TestSupport
import Testing

/// `patchbay policy`, as a person calls it.
struct PolicyCommandTests {
    private static let examples = Places.packageRoot.appending(path: "Examples/policies")
    private static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: examples.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    private func example(_ name: String) -> String {
        Self.examples.appending(path: name).path
    }

    private func write(_ text: String, _ name: String, in folder: URL) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private static let policy = """
        patchbay: policy/v1
        name: small
        applies: role = server
        lanes: {routine: {windows: [nightly, berlin]}}
        rules:
          - {when: kev = true or epss >= 0.5, approve: at once}
          - {when: package ~ "postgresql-*", hold: "The database team patches these by hand"}
          - {when: class = security, approve: after 2 days}
        default: {approve: by hand}
        windows:
          nightly: {every: day, from: "02:30", for: 2h}
          berlin: {every: sunday, from: "02:30", for: 1h, zone: Europe/Berlin}
        """

    private static let inventory = """
        {"scannedAt": "2026-11-21T10:00:00Z",
         "endpoint": {"hostname": "web-1", "os": {"id": "debian", "versionId": "12"}, "timeZone": "UTC"},
         "packages": [],
         "updates": [
          {"manager": "apt", "name": "openssl", "architecture": "amd64", "installed": "3.0.11-1",
           "candidate": "3.0.14-1", "classes": ["security"], "origin": "Debian-Security:12",
           "installability": "installable", "bytes": 1000000},
          {"manager": "apt", "name": "postgresql-15", "architecture": "amd64", "installed": "15.1-1",
           "candidate": "15.9-0", "classes": ["bugfix"], "installability": "installable"},
          {"name": "vim", "installed": "1", "candidate": "2", "installability": "held"}]}
        """

    private struct Decisions: Decodable {
        struct One: Decodable {
            var endpoint: String
            var update: String
            var action: String
            var reasonCode: String
            var sentence: String
            var rule: String
            var nextAt: String?
            var dueAt: String?
        }
        var decisions: [One]
    }

    private struct Windows: Decodable {
        struct One: Decodable, Equatable {
            var opens: String
            var closes: String
            var policy: String
            var rule: String
        }
        var windows: [One]
    }

    private func decoded<Value: Decodable>(
        _ type: Value.Type, _ result: ProgramResult
    ) throws -> Value {
        #expect(result.status == 0, "\(result.errorOutput)")
        return try JSONDecoder().decode(type, from: Data(result.output.utf8))
    }

    @Test(arguments: names)
    func `an example is checked, listed, explained, planned and written`(_ name: String)
        async throws
    {
        let file = example(name)
        let check = try await CommandLine.patchbay(
            "policy", "check", file, "--at", "2026-11-21T12:00:00Z")
        // Which window the zone of a site opens, no file knows.
        let faults = check.errorOutput.split(separator: "\n").filter {
            !$0.contains("cannot be told without the site")
        }
        #expect(check.status == 0 && check.output.isEmpty && faults.isEmpty)
        let calendar = try decoded(
            Windows.self,
            try await CommandLine.patchbay(
                "policy", "calendar", file, "--from", "2026-11-21T12:00:00Z", "--zone",
                "Europe/Berlin", "--count", "5", "--format", "json"))
        #expect(calendar.windows.count == 5)
        let render = try await CommandLine.patchbay("policy", "render", file, "--format", "html")
        #expect(render.status == 0 && render.output.contains("</html>"))
        try await withTemporaryFolder { folder in
            let inventory = try write(Self.inventory, "web-1.json", in: folder)
            let options = ["--inventory", inventory, "--role", "server", "--format", "json"]
            let explain = try decoded(
                Decisions.self,
                try await CommandLine.patchbay(
                    ["policy", "explain", file, "--at", "2026-11-21T12:00:00Z"] + options))
            #expect(explain.decisions.map(\.update) == ["openssl", "postgresql-15", "vim"])
            let plan = try await CommandLine.patchbay(
                ["policy", "plan", file, "--from", "2026-11-21T12:00:00Z"] + options)
            #expect(plan.status == 0 && plan.output.contains("\"installs\""))
        }
    }

    @Test func `the way back of an inventory is asked by rules, and told by plans`() async throws {
        try await withTemporaryFolder { folder in
            let inventory = try write(
                Self.inventory.replacing("\"bytes\": 1000000", with: "\"wayBack\": \"none\""),
                "web-1.json", in: folder)
            let text = Self.policy.replacing(
                "{when: class = security, approve: after 2 days}",
                with: "{when: wayback = none, approve: at once}")
            let file = try write(text, "p.yaml", in: folder)
            let options = ["--inventory", inventory, "--role", "server", "--format", "json"]
            let plan = try await CommandLine.patchbay(
                ["policy", "plan", file, "--from", "2026-11-21T12:00:00Z"] + options)
            #expect(plan.status == 0, "\(plan.errorOutput)")
            #expect(plan.output.contains("openssl 3.0.14-1 on 1 endpoint"), "\(plan.output)")
            let bad = try write(
                Self.inventory.replacing("\"bytes\": 1000000", with: "\"wayBack\": \"perhaps\""),
                "bad.json", in: folder)
            let refused = try await CommandLine.patchbay(
                "policy", "plan", file, "--inventory", bad, "--role", "server")
            #expect(refused.status == 2)
            #expect(refused.errorOutput.contains("wayBack is “perhaps”"), "\(refused.errorOutput)")
        }
    }

    @Test func `faults go to standard error, one a line, and the status is 2`() async throws {
        try await withTemporaryFolder { folder in
            let text = Self.policy.replacing("approve: by hand", with: "approve: byhand")
                .replacing("every: sunday", with: "every: sundy")
            let file = try write(text, "p.yaml", in: folder)
            let check = try await CommandLine.patchbay("policy", "check", file)
            #expect(check.status == 2)
            #expect(check.output.isEmpty)
            #expect(
                check.errorOutput == """
                    \(file):9:20: “approve” cannot be “byhand”; did you mean “by hand”?
                    \(file):12:19: “sundy” is not known here; did you mean “sunday”?

                    """)
            let json = try await CommandLine.patchbay("policy", "check", file, "--format", "json")
            #expect(json.status == 2)
            #expect(json.output.contains("\"line\" : 9"))
            for command in ["calendar", "render"] {
                let result = try await CommandLine.patchbay("policy", command, file)
                #expect(result.status == 2 && result.output.isEmpty)
            }
        }
    }

    @Test func `warnings alone leave the status at 0`() async throws {
        try await withTemporaryFolder { folder in
            let file = try write(
                Self.policy + "\n  unused: {every: day, from: \"01:00\", for: 1h}\n", "p.yaml",
                in: folder)
            let check = try await CommandLine.patchbay("policy", "check", file)
            #expect(check.status == 0)
            #expect(
                check.errorOutput
                    == "\(file):13:3: warning: no lane uses the window “unused”\n")
        }
    }

    @Test func `a window in the zone of a site is named, which no file knows`() async throws {
        try await withTemporaryFolder { folder in
            let text = Self.policy.replacing("zone: Europe/Berlin", with: "zone: site")
                .replacing("zone: endpoint", with: "zone: site")
                .replacing("zone: UTC", with: "zone: site")
            let file = try write(text, "p.yaml", in: folder)
            let check = try await CommandLine.patchbay("policy", "check", file)
            #expect(check.status == 0)
            #expect(check.errorOutput.contains("cannot be told without the site"))
        }
    }

    @Test func `openings stand in order, with the offset of their own zone`() async throws {
        try await withTemporaryFolder { folder in
            let file = try write(Self.policy, "p.yaml", in: folder)
            // The clocks of Berlin skip 02:30 on 28 March 2027; those of New York did on the 14th.
            let answer = try decoded(
                Windows.self,
                try await CommandLine.patchbay(
                    "policy", "calendar", file, "--zone", "America/New_York", "--from",
                    "2027-03-27T12:00:00Z", "--count", "3", "--format", "json"))
            #expect(
                answer.windows == [
                    .init(
                        opens: "2027-03-28T03:00:00+02:00", closes: "2027-03-28T04:00:00+02:00",
                        policy: "small", rule: "berlin"),
                    .init(
                        opens: "2027-03-28T02:30:00-04:00", closes: "2027-03-28T04:30:00-04:00",
                        policy: "small", rule: "nightly"),
                    .init(
                        opens: "2027-03-29T02:30:00-04:00", closes: "2027-03-29T04:30:00-04:00",
                        policy: "small", rule: "nightly"),
                ])
            let feed = try await CommandLine.patchbay("policy", "calendar", file, "--ical")
            #expect(feed.status == 0 && feed.output.hasPrefix("BEGIN:VCALENDAR\r\n"))
            let wrong = try await CommandLine.patchbay(
                "policy", "calendar", file, "--zone", "Europe/Berln")
            #expect(wrong.status == 2 && wrong.output.isEmpty)
        }
    }

    @Test func `each missing update has one decision, one reason and one sentence`() async throws {
        try await withTemporaryFolder { folder in
            let file = try write(Self.policy, "p.yaml", in: folder)
            let inventory = try write(Self.inventory, "i.json", in: folder)
            let answer = try decoded(
                Decisions.self,
                try await CommandLine.patchbay(
                    "policy", "explain", file, "--inventory", inventory, "--role", "server", "--at",
                    "2026-11-21T12:00:00Z", "--first-seen", "2026-11-20T12:00:00Z", "--format",
                    "json"))
            #expect(
                answer.decisions.map(\.reasonCode) == ["ageing", "onHold", "held"])
            #expect(answer.decisions[0].nextAt == "2026-11-22T12:00:00Z")
            #expect(answer.decisions[1].sentence.contains("The database team"))
            #expect(answer.decisions[1].rule == "rule 2 of small")
            #expect(answer.decisions.allSatisfy { $0.endpoint == "web-1" && !$0.sentence.isEmpty })
            let other = try decoded(
                Decisions.self,
                try await CommandLine.patchbay(
                    "policy", "explain", file, "--inventory", inventory, "--role", "kiosk",
                    "--format", "json"))
            #expect(other.decisions[0].rule == "no policy")
            #expect(other.decisions[0].sentence.hasPrefix("No policy applies."))
        }
    }

    @Test(arguments: [
        ("{when: age > 5 days, approve: at once}", "rule 1 of small", "2026-11-25T12:00:01Z"),
        ("{when: age >= 5 days, approve: at once}", "rule 1 of small", "2026-11-25T12:00:00Z"),
        // The rule ends before the window opens, or after it.
        ("{when: age < 36 hours, approve: at once}", "default of small", "2026-11-22T00:00:00Z"),
        ("{when: age < 60 hours, approve: at once}", nil, "2026-11-22T02:30:00Z"),
        ("{when: age < 36 hours, hold: It is young}", "default of small", "2026-11-22T00:00:00Z"),
        ("{when: age > 5 days and package = bash, approve: at once}", nil, nil),
    ])
    func `a rule that asks for the age is foreseen with its time`(
        rule: String, turn: String?, nextAt: String?
    ) async throws {
        try await withTemporaryFolder { folder in
            let text = """
                patchbay: policy/v1
                name: small
                applies: all
                lanes: {routine: {windows: [nightly]}}
                rules: [\(rule)]
                default: {approve: by hand}
                windows: {nightly: {every: day, from: "02:30", for: 2h}}
                """
            let answer = try decoded(
                Decisions.self,
                try await CommandLine.patchbay(
                    "policy", "explain", try write(text, "p.yaml", in: folder), "--inventory",
                    try write(Self.inventory, "i.json", in: folder), "--at",
                    "2026-11-21T12:00:00Z", "--first-seen", "2026-11-20T12:00:00Z", "--format",
                    "json"))
            let first = try #require(answer.decisions.first)
            if let turn {
                #expect(first.sentence.contains("it comes under \(turn) "), "\(first.sentence)")
            } else {
                #expect(!first.sentence.contains("comes under"), "\(first.sentence)")
            }
            #expect(first.nextAt == nextAt)
        }
    }

    @Test func `where only a missing fact is in the way, the one policy is taken to apply`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let file = try write(Self.policy, "p.yaml", in: folder)
            let inventory = try write(Self.inventory, "web-1.json", in: folder)
            let result = try await CommandLine.patchbay(
                "policy", "explain", file, "--inventory", inventory, "--at",
                "2026-11-23T12:00:00Z", "--format", "json")
            let answer = try decoded(Decisions.self, result)
            #expect(answer.decisions.first?.rule == "rule 3 of small")
            #expect(result.errorOutput.contains("not known whether small applies to it"))
        }
    }

    @Test func `a window whose only date has passed is listed before it and not after it`()
        async throws
    {
        let text = Self.policy.replacing("every: sunday", with: "every: 2020-02-02")
            .replacing("every: day", with: "every: 2020-02-01")
        try await withTemporaryFolder { folder in
            let file = try write(text, "p.yaml", in: folder)
            for (from, rules) in [
                ("2020-01-01T00:00:00Z", ["nightly", "berlin"]), ("2020-03-01T00:00:00Z", []),
            ] {
                let answer = try decoded(
                    Windows.self,
                    try await CommandLine.patchbay(
                        "policy", "calendar", file, "--zone", "UTC", "--from", from, "--format",
                        "json"))
                #expect(answer.windows.map(\.rule) == rules)
            }
        }
    }

    @Test func `a feed turns an update into an emergency`() async throws {
        try await withTemporaryFolder { folder in
            let inventory = Self.inventory.replacing(
                "\"packages\": []",
                with: """
                    "packages": [{"manager": "apt", "name": "openssl", "version": "3.0.11-1",
                      "architecture": "amd64", "source": "openssl", "sourceVersion": "3.0.11-1"}]
                    """)
            let tracker = """
                {"openssl": {"CVE-2026-12345": {"scope": "remote", "releases": {"bookworm": {
                  "status": "resolved", "repositories": {"bookworm": "3.0.11-1"},
                  "fixed_version": "3.0.14-1", "urgency": "high"}}}}}
                """
            let kev = """
                {"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.20",
                 "dateReleased": "2026-11-20T12:00:00.0000Z", "count": 1, "vulnerabilities": [
                  {"cveID": "CVE-2026-12345", "vendorProject": "OpenSSL", "product": "OpenSSL",
                   "vulnerabilityName": "An example", "dateAdded": "2026-11-20", "shortDescription": "-",
                   "requiredAction": "-", "dueDate": "2026-12-11", "knownRansomwareCampaignUse": "Unknown",
                   "notes": "", "cwes": []}]}
                """
            let answer = try decoded(
                Decisions.self,
                try await CommandLine.patchbay(
                    "policy", "explain", try write(Self.policy, "p.yaml", in: folder),
                    "--inventory", try write(inventory, "i.json", in: folder), "--role", "server",
                    "--feed", try write(tracker, "tracker.json", in: folder), "--feed",
                    try write(kev, "kev.json", in: folder), "--at", "2026-11-21T12:00:00Z",
                    "--format", "json"))
            #expect(answer.decisions[0].rule == "rule 1 of small")
            #expect(answer.decisions[0].action == "wait" || answer.decisions[0].action == "install")
            #expect(answer.decisions[0].nextAt == "2026-11-22T01:30:00Z")
            // The policy names no deadlines, and those count that count on a server then: BOD 26-04
            // gives what is listed and not exposed 14 days.
            #expect(answer.decisions[0].dueAt == "2026-12-04T00:00:00Z")
        }
    }

    @Test(arguments: [
        ("2026-11-22T12:00:00Z", "riskAccepted", "--role=server"),
        ("2026-11-22T12:00:00Z", "riskAccepted", nil),
        ("2026-11-25T12:00:00Z", "windowOpen", "--role=server"),
    ])
    func `an accepted risk of a policy stops its clocks, also where the policy is taken to apply`(
        _ instant: String, _ reason: String, _ role: String?
    ) async throws {
        let text =
            Self.policy.replacing("[nightly, berlin]", with: "[always]")
            .replacing(
                "windows:\n", with: "windows:\n  always: {every: day, from: \"00:00\", for: 24h}\n"
            )
            .replacing("after 2 days", with: "at once") + """

                sla: [cis-7]
                exceptions:
                  - {name: old, package: openssl, owner: maria, approver: security, reason: R,
                     control: C, from: 2026-11-21, until: 2026-11-23}
                """
        try await withTemporaryFolder { folder in
            let answer = try decoded(
                Decisions.self,
                try await CommandLine.patchbay(
                    [
                        "policy", "explain", try write(text, "p.yaml", in: folder), "--inventory",
                        try write(Self.inventory, "i.json", in: folder), "--first-seen",
                        "2026-11-20T12:00:00Z", "--at", instant, "--format", "json",
                    ] + (role.map { [$0] } ?? [])))
            #expect(answer.decisions[0].reasonCode == reason)
            // A month, and the three days of the exception.
            #expect(answer.decisions[0].dueAt == "2026-12-23T12:00:00Z")
        }
    }

    @Test(arguments: [
        ("{}", "updates is missing"), ("[]", "no object"), ("{", "no JSON"),
        ("{\"updates\": [{}]}", "updates[0].name is missing"),
        ("{\"scannedAt\": \"today\", \"updates\": []}", "scannedAt is “today”"),
        (
            "{\"updates\": [{\"name\": \"a\", \"candidate\": \"1\", \"classes\": [\"secuirty\"]}]}",
            "updates[0].classes has “secuirty”"
        ),
        (
            "{\"updates\": [{\"name\": \"a\", \"candidate\": \"1\", \"manager\": \"x\"}]}",
            "updates[0].manager"
        ),
    ])
    func `an inventory that cannot be read is told with its field`(
        _ text: String, _ message: String
    ) async throws {
        try await withTemporaryFolder { folder in
            let result = try await CommandLine.patchbay(
                "policy", "explain", try write(Self.policy, "p.yaml", in: folder), "--inventory",
                try write(text, "i.json", in: folder))
            #expect(result.status == 2)
            #expect(result.errorOutput.contains(message), "\(result.errorOutput)")
        }
    }
}
