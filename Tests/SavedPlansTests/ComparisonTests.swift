import Fleet
import Policy
import Testing

@testable import SavedPlans

/// What became of planned rows, and of what ran besides: each outcome and each reason once, by
/// tables.
@Suite struct `A saved plan compared with what ran` {
    private func compare(
        _ rows: [PlannedRow] = [Samples.planned()], with runs: [PlanRun] = [],
        waiting: [WaitingRow] = [], evidence: PlanEvidence = PlanEvidence(),
        at now: Timestamp = Samples.at(hours: 48)
    ) -> PlanComparison {
        PlanComparison(
            of: Samples.document(rows, waiting: waiting), with: runs, evidence: evidence, at: now)
    }

    private let line = PlanLine(endpoint: "web-1", package: Samples.package("openssl"))

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let runs: [PlanRun]
        let now: Timestamp
        let outcome: PlanComparison.Outcome
        let reasons: [PlanReason.Code]

        init(
            _ words: String, _ runs: [PlanRun] = [], now: Timestamp = Samples.at(hours: 48),
            _ outcome: PlanComparison.Outcome, _ reasons: [PlanReason.Code] = []
        ) {
            testDescription = words
            self.runs = runs
            self.now = now
            self.outcome = outcome
            self.reasons = reasons
        }
    }

    static let cases: [Case] = [
        Case("in its opening", [Samples.run()], .asPlanned),
        Case(
            "a quarter of an hour early",
            [Samples.run(began: Samples.at(hours: 9, minutes: 45))], .asPlanned),
        Case(
            "at the instant of the close",
            [Samples.run(began: Samples.at(hours: 14))], .anotherTime, [.unknown]),
        Case(
            "a person ordered it sooner",
            [Samples.run(policy: nil, began: Samples.at(hours: 2))], .anotherTime,
            [.orderedByPerson]),
        Case(
            "ordered before the plan was saved",
            [Samples.run(ordered: Samples.at(hours: -2), began: Samples.at(hours: 1))],
            .anotherTime, [.orderedBefore]),
        Case(
            "the second try went in, a day later",
            [
                Samples.run(job: 1, is: .failed),
                Samples.run(job: 2, began: Samples.at(hours: 34)),
            ], .anotherTime, [.retried]),
        Case("when it began was never told", [Samples.run(began: nil)], .unknown),
        Case("another version went in", [Samples.run(to: "3")], .otherVersion, [.unknown]),
        Case(
            "it went in and was taken back",
            [
                Samples.run(job: 1),
                Samples.run(to: "1", job: 2, policy: nil, began: Samples.at(hours: 20)),
            ], .asPlanned, [.changedLater]),
        Case("it is being installed", [Samples.run(is: .open)], .underWay),
        Case("it failed", [Samples.run(is: .failed)], .failed),
        Case(
            "it failed twice",
            [Samples.run(job: 1, is: .failed), Samples.run(job: 2, is: .failed)], .failed,
            [.retried]),
        Case(
            "the order was called off", [Samples.run(began: nil, is: .notTried)], .notRun,
            [.orderEnded]),
        Case("its time has not come", now: Samples.at(hours: 9), .ahead),
        Case("its time is not over", now: Samples.at(hours: 13), .ahead),
        Case("nothing is on record", [], .unknown, [.unknown]),
    ]

    @Test(arguments: cases) func `a planned row comes out one way`(_ each: Case) {
        let comparison = compare(with: each.runs, at: each.now)
        #expect(comparison.rows.map(\.outcome) == [each.outcome])
        #expect(comparison.rows.first?.reasons.map(\.code) == each.reasons)
        #expect(comparison.unplanned.isEmpty)
    }

    @Test func `what was not tried has the decision's own sentence`() {
        var evidence = PlanEvidence()
        evidence.missing[line] = .init(version: "2", sentence: "Held by user:ben: tests.")
        let row = compare(evidence: evidence).rows.first
        #expect(row?.outcome == .notRun)
        #expect(row?.sentence == "Held by user:ben: tests.")
        #expect(row?.reasons.map(\.code) == [.decision])
    }

    @Test func `a newer version in the place of the planned one says when it was first seen`() {
        var evidence = PlanEvidence()
        evidence.missing[line] = .init(version: "3", sentence: "Waits for its window.")
        evidence.firstSeen[.init(Samples.package("openssl"), "3")] = Samples.at(hours: 5)
        #expect(
            compare(evidence: evidence).rows.first?.reasons.map(\.code) == [.decision, .seenAfter])
        let other = compare(with: [Samples.run(to: "3")], evidence: evidence).rows.first
        #expect(other?.outcome == .otherVersion)
        #expect(other?.reasons.map(\.code) == [.seenAfter])
        #expect(other?.version == "3")
    }

    @Test func `a version that was known when the plan was saved is no reason`() {
        var evidence = PlanEvidence()
        evidence.firstSeen[.init(Samples.package("openssl"), "3")] = Samples.at(hours: -5)
        let row = compare(with: [Samples.run(to: "3")], evidence: evidence).rows.first
        #expect(row?.reasons.map(\.code) == [.unknown])
    }

    @Test func `a blocked version and a retired endpoint are reasons`() {
        var evidence = PlanEvidence()
        evidence.blocked[.init(Samples.package("openssl"), "2")] = .init(
            at: Samples.at(hours: 3), sentence: "user:ben blocked openssl 2.")
        #expect(compare(evidence: evidence).rows.first?.reasons.map(\.code) == [.blocked])
        evidence.retiredAt["web-1"] = Samples.at(hours: 4)
        #expect(compare(evidence: evidence).rows.first?.reasons.map(\.code) == [.endpointRetired])
    }

    @Test(arguments: [
        ("2", PlanComparison.Outcome.outsidePatchbay), ("4", .outsidePatchbay), ("1", .unknown),
    ])
    func `what the endpoint has without an order is told`(
        _ version: String, _ outcome: PlanComparison.Outcome
    ) {
        var evidence = PlanEvidence()
        evidence.installed[line] = version
        #expect(compare(evidence: evidence).rows.first?.outcome == outcome)
    }

    @Test func `a changed policy and a later approval explain a run at another time`() {
        var evidence = PlanEvidence()
        evidence.policyChanges["servers"] = [
            .init(at: Samples.at(hours: 1), sentence: "user:anna saved version 2."),
            .init(at: Samples.at(hours: 30), sentence: "user:anna saved version 3."),
        ]
        evidence.approvals[line] = [
            .init(at: Samples.at(hours: 2), sentence: "user:ben approved it.")
        ]
        let early = Samples.run(ordered: Samples.at(hours: 3), began: Samples.at(hours: 3))
        let row = compare(with: [early], evidence: evidence).rows.first
        #expect(row?.reasons.map(\.code) == [.approvedAfter, .policyChanged])
        #expect(row?.reasons.map(\.sentence).contains("user:anna saved version 3.") == false)
    }

    @Test func `a run of the time that is not planned says why it happened`() {
        var evidence = PlanEvidence()
        evidence.enrolledAt["new-1"] = Samples.at(hours: 2)
        evidence.enrolledAt["web-1"] = Samples.at(hours: -100)
        let waits = WaitingRow(
            endpoint: "web-1", endpointName: "web-1", package: Samples.package("nginx"), to: "2",
            reasonCode: .awaitingApproval, sentence: "Nobody has approved it yet.")
        let runs = [
            Samples.run("web-1", "nginx", job: 2), Samples.run("new-1", job: 3),
            Samples.run("web-1", "vim", job: 4, policy: nil),
            Samples.run("web-1", "bash", job: 5),
        ]
        let comparison = compare(with: runs, waiting: [waits], evidence: evidence)
        let why = Dictionary(
            uniqueKeysWithValues: comparison.unplanned.map {
                ("\($0.endpoint)/\($0.package.name)", $0.reasons.map(\.code))
            })
        #expect(
            why == [
                "web-1/nginx": [.wasWaiting], "new-1/openssl": [.endpointJoined],
                "web-1/vim": [.orderedByPerson], "web-1/bash": [.unknown],
            ])
        #expect(!comparison.isAsPlanned)
    }

    @Test func `what was over before the plan, or began after it, is none of its runs`() {
        let runs = [
            Samples.run(
                "web-1", "vim", job: 2, ordered: Samples.at(hours: -9),
                began: Samples.at(hours: -8)),
            Samples.run("web-1", "vim", job: 3, began: Samples.at(hours: 8 * 24)),
            Samples.run("web-1", "vim", job: 4, began: nil, is: .notTried),
        ]
        #expect(compare(with: runs).unplanned.isEmpty)
    }

    @Test func `without a window a planned start is good for a day`() {
        let rows = [Samples.planned(closes: nil)]
        let late = Samples.run(began: Samples.at(hours: 33, minutes: 59))
        #expect(compare(rows, with: [late]).rows.first?.outcome == .asPlanned)
        let later = Samples.run(began: Samples.at(hours: 34))
        #expect(compare(rows, with: [later]).rows.first?.outcome == .anotherTime)
    }

    @Test func `a document is the same after it was stored, byte for byte`() throws {
        let document = Samples.document([Samples.planned(), Samples.planned("web-2")])
        let text = try document.text()
        let again = try PlanDocument(text: text)
        #expect(again == document)
        #expect(try again.text() == text)
        #expect(PlanDocument.digest(of: text) != PlanDocument.digest(of: text + " "))
    }
}
