import Fleet
import Foundation
import Policy
import Testing
import Versions

/// Versions in rules, holds and accepted risks: by the order of the update's own package manager.
@Suite struct `Rules of versions` {
    private static func subject(
        _ manager: PackageManagerName, _ candidate: String
    ) -> UpdateSubject {
        var subject = Sample.update("nginx")
        subject.update.manager = manager
        subject.update.candidate = candidate
        return subject
    }

    private static let judged: [(PackageManagerName, String, String, Ternary)] = [
        (.apt, "2.3-1", "version >= 2.0 and version < 2.4", .yes),
        (.apt, "2.4~rc1-1", "version >= 2.0 and version < 2.4", .yes),
        (.apt, "1:2.3-1", "version >= 2.0 and version < 2.4", .no),
        (.apt, "2.3-1", "not (version >= 2.0 and version < 2.4)", .no),
        (.apt, "1.0-0", "version = 1.0", .yes), (.apt, "1.0-1", "version = 1.0", .no),
        (.apt, "1.0-1", "version in (0.9, 1.0-1)", .yes), (.apt, "1.0-1", "version ~ 1.*", .yes),
        (.apt, "1.0-1", "version != 1.0-1", .no), (.dnf, "1:2.4-1.el9", "version < 1:2.5", .yes),
        (.pip, "2.0rc1", "version < 2.0", .yes), (.npm, "2.0.0-rc.1", "version < 2.0.0", .yes),
        (.snap, "132.0@5239", "version >= 132", .yes), (.flatpak, "1.2@abc", "version < 1.3", .yes),
        (.windowsUpdate, "a1b2.200", "version > 1", .unknown),
        (.windowsUpdate, "a1b2.200", "version = a1b2.200", .yes),
        (.windowsUpdate, "a1b2.200", "not version > 1", .unknown),
        (.npm, "latest", "version < 2", .unknown), (.apt, "KB1", "version = kb1", .yes),
    ]

    @Test(arguments: judged.indices)
    func `a rule compares the missing version by its package manager`(_ number: Int) throws {
        let (manager, candidate, text, expected) = Self.judged[number]
        let answer = try Sample.when(text).evaluate(
            Self.subject(manager, candidate), at: Sample.monday)
        #expect(answer == expected, "\(manager.rawValue) \(candidate): \(text)")
    }

    @Test(
        arguments: [
            ("package = KB5079473", .yes), ("package ~ \"KB50*\"", .yes), ("package = KB1", .no),
            ("cve = CVE-2026-0001", .yes), ("cve in (CVE-2026-1, CVE-2026-2)", .no),
            ("origin ~ \"Microsoft*\"", .yes), ("origin ~ \"Docker*\"", .no),
            ("origin ~ \"Microsoft*\" and not cve = CVE-2026-0001", .no),
        ] as [(String, Ternary)])
    func `an article, a vulnerability and a vendor are asked for too`(
        text: String, expected: Ternary
    ) throws {
        var subject = Self.subject(.windowsUpdate, "a1b2.200")
        subject.update.name = "KB5079473"
        subject.update.origin = "Microsoft Update"
        #expect(try Sample.when(text).evaluate(subject, at: Sample.monday) == expected)
        if let package = ["KB5079473", "KB50*"].first(where: { text.contains("\($0)") }) {
            #expect(UpdateSelector(package: Glob(package)).matches(subject))
        }
    }

    @Test func `what is no version cannot be compared with by order, and has no order as a text`() {
        for text in ["version < new", "version >= \"\"", "version > -"] {
            let error = #expect(throws: ExpressionError.self) {
                try UpdateExpression(parsing: text)
            }
            #expect(error?.code == .wrongValue, "\(text)")
        }
        #expect((try? UpdateExpression(parsing: "version = stable")) != nil)
    }

    @Test func `bounds narrow a condition, and read back as they are written`() throws {
        let bounds = try VersionBounds(parsing: ">= 2.0~rc1, < 2.4")
        let when = try Sample.when("package = nginx").within(bounds)
        #expect(
            when.description == "package = nginx and version >= \"2.0~rc1\" and version < 2.4")
        #expect(try UpdateExpression(parsing: when.description) == when)
    }

    @Test func `a rule's denial names its range`() throws {
        let rule = PolicyRule(
            when: try Sample.when("package = nginx and version >= 2.0 and version < 2.4"),
            Treatment(.hold(reason: "Loses connections")))
        let policy = try Sample.policy(rules: [rule])
        let held = Sample.decide(Self.subject(.apt, "2.3-1"), under: policy)
        #expect(
            held.sentence == "Held by rule 1 of servers-standard: Loses connections "
                + "(version >= 2.0 and version < 2.4).")
        #expect(Sample.decide(Self.subject(.apt, "2.4-1"), under: policy).reasonCode != .onHold)
    }

    /// Endpoints decide by what is signed, which is this.
    @Test func `a policy with ranges is decided by as it is signed`() throws {
        let rule = PolicyRule(
            when: try Sample.when("package = nginx and version >= \"2.0~rc1\" and version < 2.4"),
            Treatment(.hold(reason: "Loses connections")))
        let policy = try Sample.policy(rules: [rule])
        let signed = try JSONDecoder().decode(
            PatchPolicy.self, from: JSONEncoder().encode(policy))
        #expect(signed == policy)
        for (version, isHeld) in [("2.0~rc1-1", true), ("2.0~beta-1", false), ("2.4-1", false)] {
            let update = Self.subject(.apt, version).update
            let compiled = CompiledPolicy(Sample.effective(signed))
            #expect(compiled.denies(update, at: Sample.monday) == isHeld, "\(version)")
        }
    }

    @Test func `a range that cannot be asked leaves its rule unjudged, and says so`() throws {
        let rule = PolicyRule(
            when: try Sample.when("version < 2"), Treatment(.hold(reason: "Old")))
        let decision = Sample.decide(
            Self.subject(.windowsUpdate, "a1b2.200"), under: try Sample.policy(rules: [rule]))
        #expect(decision.reasonCode != .onHold)
        #expect(decision.sentence.contains("could not be judged, since “version” is not known"))
    }

    @Test func `a person's hold of a range means only that range, and names it`() throws {
        let hold = ApprovalByHand(
            .hold(reason: "Tested first"),
            updates: UpdateSelector(
                package: "nginx", versions: try VersionBounds(parsing: ">= 2.0, < 2.4")),
            level: .tenant, person: "user:ada", at: Sample.monday)
        let context = DecisionContext(approvals: [hold])
        let policy = try Sample.policy()
        let held = Sample.decide(Self.subject(.apt, "2.3-1"), under: policy, context)
        #expect(held.reasonCode == .onHold)
        #expect(held.sentence.contains("Tested first (version >= 2.0, < 2.4)"), "\(held.sentence)")
        for (manager, version) in [(PackageManagerName.apt, "2.4-1"), (.windowsUpdate, "2.3")] {
            let other = Sample.decide(Self.subject(manager, version), under: policy, context)
            #expect(other.reasonCode != .onHold)
        }
    }

    @Test func `a risk that is accepted for a range covers only that, and stops no clock`() throws {
        let risk = try RiskException(
            name: "EX-1",
            papers: RiskException.Papers(
                owner: "Ada", reason: "The vendor's driver breaks",
                compensatingControl: "Firewalled", approver: "Ben"),
            startsAt: Sample.days(-1), expiresAt: Sample.days(30), package: "nginx",
            versions: try VersionBounds(parsing: "< 2.4"))
        let context = DecisionContext(exceptions: [risk])
        let policy = try Sample.policy()
        let kept = Sample.decide(Self.subject(.apt, "2.3-1"), under: policy, context)
        #expect(kept.reasonCode == .riskAccepted)
        #expect(kept.sentence.hasSuffix("The vendor's driver breaks (version < 2.4)."))
        let other = Sample.decide(Self.subject(.apt, "2.4-1"), under: policy, context)
        #expect(other.reasonCode != .riskAccepted)
        #expect(RiskPause(risk) == nil)
    }
}
