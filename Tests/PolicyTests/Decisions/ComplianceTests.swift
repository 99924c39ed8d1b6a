import Fleet
import Policy
import Testing

@Suite("Compliance has three values, and silence is the third")
struct ComplianceTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let fresh = now.adding(seconds: -60)
    private static let old = now.adding(seconds: -ComplianceRule.maximumScanAgeSeconds - 1)

    @Test(
        arguments: [
            (nil, 0, false, 0, Compliance.unknown),
            (nil, 5, true, 0, .unknown),
            (old, 0, false, 0, .unknown),
            (old, 5, false, 0, .unknown),
            (fresh, 0, false, 0, .compliant),
            (fresh, 1, false, 0, .nonCompliant),
            (fresh, 0, true, 0, .nonCompliant),
            (fresh, 0, false, 1, .unknown),
            (fresh, 1, false, 1, .nonCompliant),
        ] as [(Timestamp?, Int, Bool, Int, Compliance)])
    func `the verdict follows from the evidence`(
        scannedAt: Timestamp?, missing: Int, reboot: Bool, sources: Int, expected: Compliance
    ) {
        let verdict = ComplianceRule.verdict(
            ComplianceEvidence(
                scannedAt: scannedAt, missingSecurity: missing, rebootRequired: reboot,
                sourcesNotOk: sources),
            freshSince: ComplianceRule.freshSince(at: Self.now))
        #expect(verdict.compliance == expected)
        #expect(verdict.sentence.hasSuffix("."))
    }

    /// What feeds say of a scan counts, and a scan of which they have not said anything yet is
    /// unknown.
    @Test(
        arguments: [
            (nil, true, 0, Compliance.compliant), (nil, false, 0, .unknown),
            ("CVE-2026-1, due 2026-11-20T00:00:00Z", true, 0, .nonCompliant),
            ("CVE-2026-1", false, 0, .nonCompliant), (nil, false, 1, .nonCompliant),
        ] as [(String?, Bool, Int, Compliance)])
    func `what is exploited and overdue counts, and what is not judged yet is unknown`(
        overdue: String?, isJudged: Bool, missing: Int, expected: Compliance
    ) {
        let verdict = ComplianceRule.verdict(
            ComplianceEvidence(
                scannedAt: Self.fresh, missingSecurity: missing, rebootRequired: false,
                sourcesNotOk: 0, overdue: overdue, isJudged: isJudged),
            freshSince: ComplianceRule.freshSince(at: Self.now))
        #expect(verdict.compliance == expected)
        #expect(missing > 0 || overdue.map { verdict.sentence.contains($0) } ?? true)
    }

    @Test(arguments: Installability.allCases)
    func `a missing security update counts unless the distribution itself still waits`(
        state: Installability
    ) {
        let update = Update.sample(installability: state, classes: [.security])
        #expect(ComplianceRule.counts(update) == (state != .phased))
        #expect(!ComplianceRule.counts(Update.sample(installability: state, classes: [.bugfix])))
    }
}

extension Update {
    static func sample(
        installability: Installability, classes: [UpdateClass] = [.security], reason: String? = nil
    ) -> Update {
        Update(
            manager: .apt, name: "openssl", architecture: "amd64", installed: "3.0.1-1",
            candidate: "3.0.2-1",
            classes: classes, origin: "Debian-Security:12/stable-security",
            installability: installability,
            reason: reason)
    }
}
