import Fleet
import Foundation
import Policy
import TestSupport
import Testing

@Suite("An exception accepts a risk until a date")
struct RiskExceptionTests {
    private static let papers = RiskException.Papers(
        owner: "Ada", reason: "The vendor's driver breaks", compensatingControl: "Firewalled",
        approver: "Ben")

    private static func exception(
        _ name: String = "EX-1", package: Glob? = "openssl", vulnerabilities: Set<String> = [],
        days: Int64 = 30
    ) throws -> RiskException {
        try RiskException(
            name: name, papers: papers, startsAt: Sample.days(-40),
            expiresAt: Sample.days(-40 + days + 20), package: package,
            vulnerabilities: vulnerabilities)
    }

    private static func decide(_ exceptions: [RiskException], _ update: UpdateSubject) throws
        -> Decision
    {
        Sample.decide(
            update, under: try Sample.policy(), DecisionContext(exceptions: exceptions))
    }

    @Test func `an active one keeps the update out, and says until when`() throws {
        let decision = try Self.decide([try Self.exception()], Sample.update(kev: true))
        #expect(decision.reasonCode == .riskAccepted)
        #expect(decision.nextAt == Sample.days(10))
        #expect(
            decision.sentence == "The exception EX-1 accepts the risk until 2026-12-03 12:00 UTC: "
                + "The vendor's driver breaks.")
    }

    @Test func `an ended one is reported and never applied`() throws {
        let decision = try Self.decide([try Self.exception(days: 1)], Sample.update())
        #expect(decision.reasonCode == .awaitingWindow)
        #expect(decision.sentence.hasSuffix("The exception EX-1 has expired."))
    }

    @Test func `one of a vulnerability does not cover the others of an update`() throws {
        let update = Sample.update(vulnerabilities: ["CVE-2026-0001", "CVE-2026-0002"])
        let one = try Self.exception("A", package: nil, vulnerabilities: ["cve-2026-0001"])
        let two = try Self.exception(
            "B", package: nil, vulnerabilities: ["CVE-2026-0002"], days: 40)
        #expect(try Self.decide([one], update).reasonCode == .awaitingWindow)
        for order in [[one, two], [two, one]] {
            let decision = try Self.decide(order, update)
            #expect(decision.reasonCode == .riskAccepted)
            #expect(decision.rule == "exception A", "that which ends first")
        }
        let unknown = Sample.update(vulnerabilities: nil)
        #expect(try Self.decide([one, two], unknown).reasonCode == .awaitingWindow)
    }

    @Test(arguments: Seeds.all)
    func `their order plays no part`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let all = try (0..<6).map { number in
            try Self.exception(
                "EX-\(number)", package: Bool.random(using: &generator) ? "openssl" : nil,
                vulnerabilities: ["CVE-2026-000\(Int.random(in: 1...3, using: &generator))"],
                days: Int64.random(in: 1...60, using: &generator))
        }
        let update = Sample.update(vulnerabilities: ["CVE-2026-0001", "CVE-2026-0002"])
        let expected = try Self.decide(all, update)
        for _ in 0..<20 {
            #expect(try Self.decide(all.shuffled(using: &generator), update) == expected)
        }
    }

    @Test func `there is none without papers, end, another's approval or scope`() {
        func error(
            owner: String = "Ada", control: String = "Firewalled", days: Int64 = 10,
            package: Glob? = "x"
        ) -> RiskExceptionError? {
            #expect(throws: RiskExceptionError.self) {
                try RiskException(
                    name: "EX",
                    papers: RiskException.Papers(
                        owner: owner, reason: "r", compensatingControl: control, approver: "Ben"),
                    startsAt: Sample.monday, expiresAt: Sample.days(days), package: package)
            }
        }
        #expect(error(control: "  ") == .missingPaper)
        #expect(error(owner: "ben") == .ownerApproves)
        #expect(error(days: 0) == .wrongTime)
        #expect(error(days: 367) == .wrongTime)
        #expect(error(package: nil) == .coversEverything)
    }

    @Test func `one that could not be made cannot be read either`() throws {
        let good = try JSONEncoder().encode(try Self.exception())
        #expect(try JSONDecoder().decode(RiskException.self, from: good) == Self.exception())
        let text = String(decoding: good, as: UTF8.self)
        let bad = text.replacing("\"Ben\"", with: "\"Ada\"")
        #expect(bad != text)
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(RiskException.self, from: Data(bad.utf8))
        }
    }

    @Test func `where it is not known whether it concerns an endpoint, it does not`() throws {
        let exception = try RiskException(
            name: "EX", papers: Self.papers, startsAt: Sample.days(-1), expiresAt: Sample.days(1),
            package: "*", endpoints: try Sample.group("role = server"))
        #expect(exception.concerns(Sample.endpoint(), at: Sample.monday))
        #expect(!exception.concerns(Sample.endpoint(role: nil), at: Sample.monday))
    }
}
