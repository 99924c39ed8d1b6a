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
