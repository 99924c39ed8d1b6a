import Administration
import ControlPlane
import Exclusions
import Fleet
import Intelligence
import Policy
import ServerRecords
import Testing

/// What people say is kept also when nothing in the fleet is meant by it, but it is told; and what
/// can be nobody's name is refused.
@Suite struct `What is said about nothing` {
    private func house() async throws -> House {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        let library = Package(
            manager: .apt, name: "libssl3", version: "1", architecture: "amd64",
            source: "openssl", sourceVersion: "1")
        try await endpoint.report(
            ["bash": "5", "nginx": "1"], others: [library],
            updates: [TestEndpoint.update("libssl3")])
        try await house.useCases.buildFindings()
        return house
    }

    private static let words: [(package: String, version: String?, warning: String?)] = [
        ("libssl3", nil, nil), ("lib*", nil, nil), ("libssl3", "2", nil), ("openssl", nil, nil),
        ("libssl3", ">= 2, < 3", nil),
        (
            "libssl3", "< 2",
            "No endpoint misses an update of libssl3 to < 2 now. It is kept for when one does."
        ),
        (
            "libssl3", "9",
            "No endpoint misses an update of libssl3 to 9 now. It is kept for when one does."
        ),
        (
            "nginx", nil,
            "No endpoint misses an update of nginx now. It is kept for when one does."
        ),
        (
            "ngnix", nil,
            "No endpoint has a package ngnix now, nor misses one. It is kept for when one does; check how the name is written."
        ),
    ]

    @Test(arguments: words.indices)
    func `a word about updates says when nobody misses them`(_ number: Int) async throws {
        let (package, version, warning) = Self.words[number]
        let house = try await house()
        let said = try await house.useCases.decide(
            ApprovalDraft(
                .hold, tenant: house.tenant.id, package: package, version: version,
                reason: "Tested first"), by: house.administrator)
        let item = await house.useCases.remarked(said, by: house.administrator)
        #expect(item.warning == warning)
        let stored = try await house.useCases.approvals(by: house.administrator)
        #expect(stored.map(\.record.id) == [item.record.id])
    }

    @Test func `a block says when nobody misses the version`() async throws {
        let house = try await house()
        for (version, isMissed) in [("2", true), ("3", false)] {
            let blocked = try await house.useCases.block(
                VersionToBlock(
                    tenant: house.tenant.id, manager: .apt, package: "libssl3", version: version,
                    reason: "Breaks"), by: house.administrator)
            let warning = try await house.useCases.warning(
                about: blocked, by: house.administrator)
            #expect((warning == nil) == isMissed)
        }
    }

    private func exception(
        in house: House, package: String? = nil, _ vulnerabilities: [String] = []
    ) async throws -> ExceptionRecord {
        try await house.useCases.requestException(
            ExceptionDraft(
                tenant: house.tenant.id, name: "Old", owner: "anna", reason: "Vendor",
                compensatingControl: "Alone", package: package, vulnerabilities: vulnerabilities,
                expiresAt: house.clock.now.adding(seconds: 86_400)), by: house.administrator)
    }

    @Test func `an exception says when no endpoint has what it is about`() async throws {
        let house = try await house()
        for (package, names, isMeant) in [
            ("libssl3", [String](), true), ("ngnix", [], false),
            (nil, ["CVE-2026-99999"], false),
        ] {
            let record = try await exception(in: house, package: package, names)
            let warning = try await house.useCases.warning(about: record, by: house.administrator)
            #expect((warning == nil) == isMeant, "\(warning ?? "")")
        }
    }

    @Test(arguments: [
        "foo", "CVE-26-1234", "CVE-2026-12", "CVE-2026", "CVE2026", "2026-1234", "-", "TEMP-",
    ])
    func `what is no vulnerability's name is refused`(name: String) async throws {
        let house = try await house()
        let asked = await #expect(throws: Refusal.self) {
            _ = try await exception(in: house, [name])
        }
        let said = await #expect(throws: Refusal.self) {
            _ = try await house.useCases.decide(
                ApprovalDraft(.approve, tenant: house.tenant.id, vulnerability: name),
                by: house.administrator)
        }
        #expect(asked?.code == "E_VULNERABILITY" && said?.code == "E_VULNERABILITY")
    }

    @Test(arguments: [
        "cve-2026-1234", "TEMP-0841856-B18BAF", "ADV990001", "ALSA-2024:2950",
        "GHSA-aaaa-bbbb-cccc", "openSUSE-SU-2021:1234-1",
    ])
    func `names of all feeds are taken, in capitals`(name: String) async throws {
        let house = try await house()
        #expect(try await exception(in: house, [name]).vulnerabilities == [name.uppercased()])
    }

    @Test func `a policy that is saved says what probably was not meant`() async throws {
        let house = try await house()
        for (name, confirm) in [("one", nil), ("two", true)] {
            let yaml = `Policies in the server`.yaml(
                name, applies: "role = kiosk", every: "saturday",
                more: "  unused: {every: day, from: \"01:00\", for: 1h}")
            let saved = try await house.useCases.savePolicy(
                PolicyDraft(
                    tenant: house.tenant.id, yaml: yaml, confirm: confirm, mayOverlap: true),
                by: house.administrator)
            let warnings = try #require(saved.warnings)
            #expect(warnings.contains { $0.message.contains("unused") })
            // The other one is that nobody in the fleet is a kiosk.
            #expect(warnings.count > 1)
            #expect(warnings.allSatisfy { !$0.isError })
        }
        let listed = try await house.useCases.policies(by: house.administrator)
        #expect(listed.allSatisfy { $0.warnings == nil })
    }

    @Test func `a deleted policy is listed when it is asked for, and has its history`() async throws
    {
        let house = try await house()
        let saved = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id, yaml: `Policies in the server`.yaml(every: "saturday"),
                confirm: true), by: house.administrator)
        _ = try await house.useCases.deletePolicy(
            saved.id, PolicyOrder(), by: house.administrator)
        #expect(try await house.useCases.policies(by: house.administrator).isEmpty)
        let all = try await house.useCases.policies(
            by: house.administrator, includingDeleted: true)
        #expect(all.map(\.change) == [.deleted])
        let history = try await house.useCases.policyHistory(
            saved.id, by: house.administrator)
        #expect(history.map(\.summary.version) == [2, 1])
    }
}
