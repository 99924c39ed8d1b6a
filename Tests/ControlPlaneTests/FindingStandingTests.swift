import Intelligence
@testable import Findings
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Groups
import Policy
import ServerRecords
import TestSupport
import Testing

/// How bad a finding is, and by when it must be gone, depend on the endpoint: on what people say of
/// it, and on the policies that hold for it.
struct FindingStandingTests {
    private static let day: Int64 = 86_400

    private func house() async throws -> House {
        let shelf = TestShelf()
        shelf.publish(
            "kev",
            .init(format: .kev, records: [.exploited("CVE-2026-1", added: House.start)]))
        return try await House.tracking(
            [
                .debian("CVE-2026-1", "openssl", fixed: "3.0.2"),
                .debian("CVE-2026-2", "bash", fixed: nil),
                .debian("CVE-2026-3", "curl", fixed: "8.1"),
            ], shelf: shelf, hasCatalogue: true)
    }

    /// The house with one endpoint that misses the mended openssl.
    private func houseWithEndpoint() async throws -> (House, TestEndpoint) {
        let house = try await house()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(
            ["openssl": "3.0.1"],
            updates: [TestEndpoint.update("openssl", from: "3.0.1", to: "3.0.2")])
        try await house.useCases.buildFindings()
        return (house, endpoint)
    }

    /// Every place that shows by when a vulnerability must be gone from an endpoint.
    private func dates(
        _ house: House, _ endpoint: TestEndpoint, _ vulnerability: String
    ) async throws -> [Timestamp?] {
        let admin = house.administrator
        let id = endpoint.principal.endpoint
        let list = try await house.useCases.findings(
            FindingFilter(vulnerability: vulnerability, endpoint: id), by: admin)
        let own = try await house.useCases.findings(of: id, by: admin)
        let page = try await house.useCases.vulnerability(vulnerability, by: admin)
        let all = try await house.useCases.vulnerabilities(VulnerabilityFilter(), by: admin)
        let detail = try await house.useCases.endpoint(id, by: admin)
        return [
            list.items.first?.dueAt,
            own.items.first { $0.vulnerability == vulnerability }?.dueAt, page.item.dueAt,
            all.items.first { $0.vulnerability == vulnerability }?.dueAt,
            detail.decisions.first { $0.update.name == "openssl" }?.dueAt,
        ]
    }

    @Test func `a policy's deadlines count at once, and are the same wherever they are shown`()
        async throws
    {
        let (house, endpoint) = try await houseWithEndpoint()
        let since = try await house.useCases.findings(
            of: endpoint.principal.endpoint, by: house.administrator
        ).items.first?.firstSeenAt
        let began = try #require(since)
        // BOD 26-04: listed and not exposed: 14 days, before PCI's month.
        for date in try await dates(house, endpoint, "CVE-2026-1") {
            #expect(date == began.adding(seconds: 14 * Self.day))
        }
        let yaml = PolicyTestText.yaml(more: "sla: [e8-ml3]")
        let saved = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id, yaml: yaml, note: "A test", confirm: true),
            by: house.administrator)
        // Essential Eight, level three: what is exploited in 48 hours.
        for date in try await dates(house, endpoint, "CVE-2026-1") {
            #expect(date == began.adding(seconds: 2 * Self.day))
        }
        _ = try await house.useCases.setPolicy(
            saved.id, enabled: false, PolicyOrder(), by: house.administrator)
        for date in try await dates(house, endpoint, "CVE-2026-1") {
            #expect(date == began.adding(seconds: 14 * Self.day))
        }
    }

    /// BOD 26-04 gives what is listed 14 days, and three where the internet reaches it.
    @Test
    func `what is exploited counts for compliance from its deadline on, which exposure moves`()
        async throws
    {
        let house = try await house()
        let endpoint = try await house.enrol("web-1")
        func verdict(_ packages: [String: String]) async throws -> ComplianceVerdict {
            try await endpoint.report(packages)
            try await house.settle()
            let id = endpoint.principal.endpoint
            return try await house.useCases.endpoint(id, by: house.administrator).item.verdict
        }
        let old = ["openssl": "3.0.1"]
        #expect(try await verdict(old).compliance == .compliant)
        house.clock.advance(seconds: 4 * Self.day)
        #expect(try await verdict(old).compliance == .compliant)
        _ = try await house.useCases.setTraits(
            TraitChange(isExposed: true), of: endpoint.principal.endpoint,
            by: house.administrator)
        let exposed = try await verdict(old)
        #expect(exposed.compliance == .nonCompliant)
        #expect(exposed.sentence.contains("CVE-2026-1, due "), "\(exposed.sentence)")
        let counts = try await house.useCases.overview(by: house.administrator).counts
        #expect(counts.nonCompliant == 1 && counts.compliant == 0)
        _ = try await house.useCases.setTraits(
            TraitChange(isExposed: false), of: endpoint.principal.endpoint,
            by: house.administrator)
        #expect(try await verdict(old).compliance == .compliant)
        house.clock.advance(seconds: 11 * Self.day)
        #expect(try await verdict(old).compliance == .nonCompliant)
        #expect(try await verdict(["openssl": "3.0.2"]).compliance == .compliant)
    }

    @Test func `a missing update tells what it closes there, and its score follows the endpoint`()
        async throws
    {
        let (house, endpoint) = try await houseWithEndpoint()
        let id = endpoint.principal.endpoint
        func risk() async throws -> UpdateRisk {
            let risks = try await house.useCases.endpoint(id, by: house.administrator).risks
            #expect(risks?.count == 1)
            return try #require(risks?.first)
        }
        let before = try await risk()
        #expect(before.name == "openssl" && before.candidate == "3.0.2")
        #expect(before.vulnerabilities == ["CVE-2026-1"] && before.kev)
        let listed = try await house.useCases.findings(of: id, by: house.administrator).items
            .first { $0.vulnerability == "CVE-2026-1" }
        #expect(listed?.risk == before.risk && listed?.sentence == before.sentence)
        _ = try await house.useCases.setTraits(
            TraitChange(isExposed: true), of: id, by: house.administrator)
        let after = try await risk()
        #expect(after.risk > before.risk && after.exposure == .internetFacing)
        #expect(after.sentence.contains("faces the internet"), "\(after.sentence)")
    }

    @Test func `exposure that nobody has said is counted, and its clock says so`() async throws {
        let house = try await house()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "3.0.1"])
        try await house.settle()
        let id = endpoint.principal.endpoint
        func unknown() async throws -> Int? {
            try await house.useCases.coverage(by: house.administrator).exposureUnknown
        }
        func figures() async throws -> [String] {
            let found = try await house.useCases.findings(
                of: id, by: house.administrator)
            return found.items.flatMap(\.clocks).filter { $0.preset == .bod2604 }.map(\.figure)
        }
        let words = "exposure not known, taken as not exposed"
        #expect(try await unknown() == 1)
        #expect(try await figures().contains { $0.contains(words) })
        _ = try await house.useCases.setTraits(
            TraitChange(isExposed: false), of: id, by: house.administrator)
        try await endpoint.report(["openssl": "3.0.1"])
        try await house.settle()
        #expect(try await unknown() == 0)
        #expect(try await figures().allSatisfy { !$0.contains(words) })
    }

    @Test func `the clocks stand still while an accepted risk holds, and only so long`()
        async throws
    {
        let (house, endpoint) = try await houseWithEndpoint()
        let began = house.clock.now
        func expectDue(afterDays days: Int64, _ line: Int = #line) async throws {
            for date in try await dates(house, endpoint, "CVE-2026-1") {
                #expect(date == began.adding(seconds: days * Self.day), "line \(line)")
            }
        }
        func finding() async throws -> FindingItem {
            try #require(
                try await house.useCases.findings(
                    FindingFilter(vulnerability: "CVE-2026-1"), by: house.administrator
                ).items.first)
        }
        try await expectDue(afterDays: 14)
        let asked = try await house.useCases.requestException(
            ExceptionDraft(
                tenant: house.tenant.id, name: "Old OpenSSL", owner: "olga", reason: "Vendor",
                compensatingControl: "No network", package: "openssl",
                expiresAt: began.adding(seconds: 30 * Self.day)), by: house.administrator)
        try await expectDue(afterDays: 14)
        // What has passed before somebody agreed counts.
        house.clock.advance(seconds: 4 * Self.day)
        let approver = Principal(
            name: "user:cleo", scope: .tenant(house.tenant.id),
            permissions: Set(Permission.allCases))
        _ = try await house.useCases.approveException(asked.id, by: approver)
        try await expectDue(afterDays: 14 + 26)
        #expect(try await finding().pausedBy == "Old OpenSSL")
        #expect(try await finding().clocks.map(\.preset) == [.bod2604, .pci401])
        let step = try await house.useCases.nextSteps(
            about: "CVE-2026-1", FindingFilter(), by: house.administrator
        ).items.first
        #expect(step?.sentence.contains(" Its clocks are paused until ") == true)
        #expect(step?.sentence.hasSuffix(": Old OpenSSL.") == true)
        house.clock.advance(seconds: 6 * Self.day)
        _ = try await house.useCases.endException(asked.id, by: approver)
        try await expectDue(afterDays: 14 + 6)
        #expect(try await finding().pausedUntil == nil)
    }

    @Test
    func `an accepted risk that names a source package stops the clocks of what is built of it`()
        async throws
    {
        let house = try await house()
        let endpoint = try await house.enrol("web-1")
        let library = Package(
            manager: .apt, name: "libssl3", version: "3.0.1", architecture: "amd64",
            source: "openssl", sourceVersion: "3.0.1")
        try await endpoint.report(
            [:], others: [library],
            updates: [TestEndpoint.update("libssl3", from: "3.0.1", to: "3.0.2")])
        try await house.useCases.buildFindings()
        let began = house.clock.now
        let asked = try await house.useCases.requestException(
            ExceptionDraft(
                tenant: house.tenant.id, name: "Old OpenSSL", owner: "olga", reason: "Vendor",
                compensatingControl: "No network", package: "openssl",
                expiresAt: began.adding(seconds: 30 * Self.day)), by: house.administrator)
        let approver = Principal(
            name: "user:cleo", scope: .tenant(house.tenant.id),
            permissions: Set(Permission.allCases))
        _ = try await house.useCases.approveException(asked.id, by: approver)
        let finding = try #require(
            try await house.useCases.findings(
                FindingFilter(vulnerability: "CVE-2026-1"), by: house.administrator
            ).items.first)
        #expect(finding.pausedBy == "Old OpenSSL")
        #expect(finding.dueAt == began.adding(seconds: (14 + 30) * Self.day))
        let detail = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        let decision = try #require(detail.decisions.first { $0.update.name == "libssl3" })
        #expect(decision.reasonCode == .riskAccepted)
        #expect(decision.dueAt == finding.dueAt)
    }

    @Test func `what closes no vulnerability closes none that is exploited`() async throws {
        let (house, endpoint) = try await houseWithEndpoint()
        try await endpoint.report(
            ["openssl": "3.0.1", "htop": "1"],
            updates: [
                TestEndpoint.update("openssl", from: "3.0.1", to: "3.0.2"),
                TestEndpoint.update("htop", classes: [.bugfix]),
            ])
        try await house.useCases.buildFindings()
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id,
                yaml: PolicyTestText.yaml(
                    more: """
                        rules:
                          - {when: kev = true or epss >= 0.5, approve: declined}
                          - {when: kev = false and epss < 0.1, approve: prepare only}
                        """),
                note: "A test", confirm: true), by: house.administrator)
        let decisions = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator
        ).decisions
        let codes = Dictionary(
            uniqueKeysWithValues: decisions.map { ($0.update.name, $0.reasonCode) })
        #expect(codes == ["openssl": .declined, "htop": .prepared])
    }

    @Test func `without the catalogue it is not known that nothing is exploited`() async throws {
        let house = try await House.tracking([.debian("CVE-2026-1", "openssl", fixed: "3.0.2")])
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(
            ["openssl": "3.0.1"],
            updates: [TestEndpoint.update("openssl", from: "3.0.1", to: "3.0.2")])
        try await house.useCases.buildFindings()
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id,
                yaml: PolicyTestText.yaml(
                    more: "rules: [{when: kev = false, approve: declined}]"),
                note: "A test", confirm: true), by: house.administrator)
        let decision = try #require(
            try await house.useCases.endpoint(
                endpoint.principal.endpoint, by: house.administrator
            ).decisions.first)
        #expect(decision.reasonCode == .awaitingApproval)
        #expect(decision.sentence.contains("could not be judged"), "\(decision.sentence)")
    }

    @Test func `a next step tells how it stands to the date`() async throws {
        let (house, endpoint) = try await houseWithEndpoint()
        func step() async throws -> NextStep {
            try #require(
                try await house.useCases.nextSteps(
                    about: "CVE-2026-1", FindingFilter(), by: house.administrator
                ).items.first)
        }
        let undecided = try await step()
        #expect(undecided.standing == .breachForecast)
        #expect(undecided.warning == "Nothing that is planned keeps the due date.")
        #expect(undecided.clocks.map(\.preset) == [.bod2604, .pci401])
        // An order's own deadline may lie behind the date: it is being carried out all the same.
        _ = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: [endpoint.principal.endpoint], updates: [.init(name: "openssl")],
                deadlineSeconds: 20 * Self.day), by: house.administrator)
        #expect(try await step().standing == .onTrack)
        house.clock.advance(seconds: 15 * Self.day)
        #expect(try await step().warning == "The due date has passed.")
    }

    @Test func `a policy for some endpoints sets the dates of those only`() async throws {
        let house = try await house()
        let (web, base) = (try await house.enrol("web-1"), try await house.enrol("db-1"))
        for endpoint in [web, base] { try await endpoint.report(["openssl": "3.0.1"]) }
        try await house.useCases.buildFindings()
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id,
                yaml: PolicyTestText.yaml(applies: "tag = web", more: "sla: [e8-ml3]"),
                note: "A test", confirm: true), by: house.administrator)
        func due(_ endpoint: TestEndpoint) async throws -> String? {
            try await house.useCases.findings(
                of: endpoint.principal.endpoint, by: house.administrator
            ).items.first?.dueUnder
        }
        #expect(try await due(web) == SLAPreset.bod2604.title)
        _ = try await house.useCases.setTraits(
            TraitChange(addTags: ["web"]), of: web.principal.endpoint, by: house.administrator)
        #expect(try await due(web) == SLAPreset.e8ML3.title)
        #expect(try await due(base) == SLAPreset.bod2604.title)
    }

    @Test func `what people say of an endpoint enters its scores, and the first place`()
        async throws
    {
        let house = try await house()
        let admin = house.administrator
        let (web, base) = (try await house.enrol("web-1"), try await house.enrol("db-1"))
        for endpoint in [web, base] { try await endpoint.report(["openssl": "3.0.1"]) }
        try await house.useCases.buildFindings()
        func finding(_ endpoint: TestEndpoint) async throws -> FindingItem {
            let found = try await house.useCases.findings(
                of: endpoint.principal.endpoint, by: admin)
            return try #require(found.items.first)
        }
        let before = try await finding(web)
        #expect(before.exposure == .internalNetwork && before.criticality == .medium)
        _ = try await house.useCases.setTraits(
            TraitChange(criticality: .critical, isExposed: true), of: web.principal.endpoint,
            by: admin)
        let (after, other) = (try await finding(web), try await finding(base))
        #expect(after.exposure == .internetFacing && after.criticality == .high)
        #expect(after.risk > before.risk)
        #expect(after.sentence.contains("the endpoint faces the internet"))
        #expect(after.sentence.contains("its criticality is high"))
        #expect(other.risk == before.risk && other.sentence == before.sentence)
        // Exposed and listed: three days by BOD 26-04, and no longer fourteen.
        #expect(after.dueAt == after.firstSeenAt.adding(seconds: 3 * Self.day))
        let item = try await house.useCases.vulnerability("CVE-2026-1", by: admin).item
        #expect(item.risk == after.risk && item.exposed == 1 && item.endpoints == 2)
        let exposed = try await house.useCases.findings(
            FindingFilter(vulnerability: "CVE-2026-1", part: FindingPart(exposed: true)), by: admin)
        #expect(exposed.items.map(\.endpointName) == ["web-1"])
        #expect(exposed.total == 1)
        _ = try await house.useCases.setTraits(
            TraitChange(forget: ["criticality", "isExposed"]), of: web.principal.endpoint,
            by: admin)
        #expect(try await finding(web).sentence == before.sentence)
    }

    @Test(arguments: Seeds.all)
    func `each question is counted the same by lists, pages and endpoints`(
        _ seed: UInt64
    ) async throws {
        var random = SeededGenerator(seed: seed)
        let house = try await house()
        let admin = house.administrator
        for number in 0..<12 {
            let endpoint = try await house.enrol("web-\(number)")
            let versions = ["openssl": ["3.0.1", "3.0.2"], "bash": ["5"], "curl": ["8.0", "8.1"]]
            var packages: [String: String] = [:]
            for (name, known) in versions {
                packages[name] = known.randomElement(using: &random)
            }
            try await endpoint.report(packages)
            if Bool.random(using: &random) {
                _ = try await house.useCases.setTraits(
                    TraitChange(isExposed: Bool.random(using: &random)),
                    of: endpoint.principal.endpoint, by: admin)
            }
            try await house.useCases.buildFindings()
            house.clock.advance(seconds: Int64.random(in: 0...3, using: &random) * Self.day)
        }
        for part in Self.parts {
            var every: [FindingItem] = []
            for endpoint in try await house.useCases.endpoints(
                EndpointFilter(), by: admin
            ).items {
                every += try await house.useCases.findings(of: endpoint.id, by: admin).items
            }
            let expected = Dictionary(
                grouping: every.filter { $0.isIn(part) }, by: \.vulnerability
            ).mapValues(\.count)
            let list = try await house.useCases.vulnerabilities(
                VulnerabilityFilter(part: part), by: admin)
            #expect(Set(list.items.map(\.vulnerability)) == Set(expected.keys), "seed \(seed)")
            #expect(list.total == expected.count, "seed \(seed), \(part)")
            let all = try await house.useCases.findings(FindingFilter(part: part), by: admin)
            #expect(all.items.count == expected.values.reduce(0, +), "seed \(seed), \(part)")
            for item in list.items {
                let affected = try await house.useCases.findings(
                    FindingFilter(vulnerability: item.vulnerability, part: part), by: admin)
                #expect(affected.total == expected[item.vulnerability], "seed \(seed), \(part)")
                let own = every.filter { $0.vulnerability == item.vulnerability }
                #expect(item.endpoints == own.count)
                #expect(item.overdue == own.count(where: \.isOverdue), "seed \(seed)")
                #expect(item.exposed == own.count { $0.exposure == .internetFacing })
                #expect(item.fixable == own.count { $0.state == .fixAvailable })
                #expect(item.dueAt == own.compactMap(\.dueAt).min(), "seed \(seed)")
                #expect(item.risk == own.map(\.risk).max(), "seed \(seed)")
            }
        }
    }

    private static let parts = [
        FindingPart(), FindingPart(kev: true), FindingPart(exposed: true),
        FindingPart(overdue: true), FindingPart(fixAvailable: true),
        FindingPart(state: .noFix), FindingPart(kev: true, exposed: true, overdue: true),
    ]
}

/// A policy as text.
enum PolicyTestText {
    static func yaml(applies: String = "all", more: String = "") -> String {
        """
        patchbay: policy/v1
        name: servers
        applies: \(applies)
        lanes:
          routine: {windows: [main]}
        default: {approve: by hand}
        windows:
          main: {every: day, from: "00:00", for: 24h, zone: UTC}
        \(more)
        """
    }
}
