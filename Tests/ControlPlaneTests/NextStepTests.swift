import Intelligence
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Policy
import ServerRecords
import TestSupport
import Testing

/// What happens next about a vulnerability, and how people find it.
struct NextStepTests {
    /// Three endpoints with openssl's and bash's vulnerabilities; two of them are offered the
    /// mended openssl.
    private func house() async throws -> House {
        let house = try await House.tracking([
            .debian("CVE-2026-1", "openssl", fixed: "3.0.2"),
            .debian("CVE-2026-2", "bash", fixed: nil),
        ])
        for number in 0..<3 {
            let endpoint = try await house.enrol("web-\(number)")
            let mended = TestEndpoint.update("openssl", from: "3.0.1", to: "3.0.2")
            try await endpoint.report(
                ["openssl": "3.0.1", "bash": "5.2"], updates: number < 2 ? [mended] : [])
        }
        try await house.useCases.buildFindings()
        return house
    }

    private func steps(_ name: String, _ house: House) async throws -> [NextStep] {
        try await house.useCases.nextSteps(
            about: name, FindingFilter(), by: house.administrator
        ).items.sorted { $0.endpointName < $1.endpointName }
    }

    @Test func `each endpoint's next step is its decision on the update that mends it`()
        async throws
    {
        let house = try await house()
        let undecided = try await steps("CVE-2026-1", house)
        #expect(undecided.map(\.policy) == [nil, nil, nil])
        #expect(
            undecided.map { $0.decisions.map(\.reasonCode) }
                == [[.awaitingApproval], [.awaitingApproval], []])
        #expect(undecided[2].sentence.contains("no package source of the endpoint offers it"))
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                policy: nil, tenant: house.tenant.id,
                yaml: `Policies in the server`.yaml(from: "10:00", length: "1h"), note: "A test",
                confirm: true), by: house.administrator)
        let decided = try await steps("CVE-2026-1", house)
        #expect(decided.map(\.policy) == ["servers", "servers", "servers"])
        for step in decided.prefix(2) {
            let endpoint = try await house.useCases.endpoint(
                step.endpoint, by: house.administrator)
            #expect(step.decisions == endpoint.decisions)
            #expect(step.sentence == endpoint.decisions.first?.sentence)
            #expect(step.nextAt == endpoint.decisions.first?.nextAt)
            #expect(step.nextAt != nil)
        }
    }

    @Test func `where no update mends it, that is said`() async throws {
        let house = try await house()
        let steps = try await steps("CVE-2026-2", house)
        #expect(steps.count == 3)
        #expect(steps.allSatisfy { $0.decisions.isEmpty && $0.sentence.contains("No update") })
    }

    @Test func `nobody learns of another tenant's next steps`() async throws {
        let house = try await house()
        let other = try await house.useCases.createTenant(name: "Bolt", by: house.administrator)
        let stranger = Principal(
            name: "user:b", scope: .tenant(other.id), permissions: [.view])
        await #expect(throws: Refusal.self) {
            try await house.useCases.nextSteps(
                about: "CVE-2026-1", FindingFilter(), by: stranger)
        }
        let findings = try await house.useCases.findings(
            FindingFilter(vulnerability: "CVE-2026-1"), by: house.administrator)
        let asked = try await house.useCases.nextSteps(for: findings.items, by: stranger)
        #expect(asked.allSatisfy { $0.decisions.isEmpty && $0.policy == nil })
        let found = try await house.useCases.vulnerabilities(
            VulnerabilityFilter(search: "openssl"), by: stranger)
        #expect(found.items.isEmpty)
    }

    @Test(arguments: [
        ("cve-2026-1", ["CVE-2026-1"]), ("2026", ["CVE-2026-1", "CVE-2026-2"]),
        ("OpenSSL", ["CVE-2026-1"]), ("3.0.1", ["CVE-2026-1"]), ("openssl 3.0", ["CVE-2026-1"]),
        ("openssl=3.0.1", ["CVE-2026-1"]), ("bash@5.2", ["CVE-2026-2"]), ("openssl 5.2", []),
        ("openssl=9", []), ("@5.2", []), ("  ", ["CVE-2026-1", "CVE-2026-2"]),
        ("=", ["CVE-2026-1", "CVE-2026-2"]),
    ])
    func `vulnerabilities are found by name, package and version`(
        _ search: String, _ expected: [String]
    ) async throws {
        let house = try await house()
        let page = try await house.useCases.vulnerabilities(
            VulnerabilityFilter(search: search), by: house.administrator)
        #expect(page.items.map(\.vulnerability).sorted() == expected)
        #expect(page.total == expected.count)
    }
}
