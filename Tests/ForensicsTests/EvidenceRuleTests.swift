import Fleet
import Forensics
import Testing

/// Whether an installation waits for evidence: each rule with and without a demand.
@Suite struct EvidenceRuleTests {
    private let now = Timestamp(seconds: 1_790_000_000)

    private func mark(secondsAgo: Int64) throws -> EvidenceMark {
        let id = try #require(EvidenceID("evd_01k00000000000000000000000"))
        return EvidenceMark(id: id, sha256: "aa", takenAt: now.adding(seconds: -secondsAgo))
    }

    private func standing(
        _ rule: EvidenceRule, since hours: Int64?, kept ages: [Int64], issuedHoursAgo: Int64 = 0
    ) throws -> EvidenceStanding {
        rule.standing(
            demand: hours.map {
                EvidenceDemand(
                    vulnerabilities: ["CVE-2026-1000"], since: now.adding(seconds: -3600 * $0))
            },
            issuedAt: now.adding(seconds: -3600 * issuedHoursAgo),
            kept: try ages.map(mark), at: now)
    }

    @Test func `a policy that wants none never waits`() throws {
        #expect(try standing(.never, since: 5, kept: []) == .notWanted)
        #expect(try standing(.demanded, since: nil, kept: []) == .notWanted)
    }

    @Test func `what is demanded waits until evidence from after the clock's start is there`()
        throws
    {
        #expect(try standing(.demanded, since: 5, kept: []) == .missing(.demanded))
        #expect(try standing(.demanded, since: 5, kept: [6 * 3600]) == .missing(.demanded))
        #expect(
            try standing(.demanded, since: 5, kept: [6 * 3600, 4 * 3600, 3 * 3600])
                == .atHand(try mark(secondsAgo: 3 * 3600)))
    }

    @Test func `always waits without a demand for evidence of the last day`() throws {
        #expect(try standing(.always, since: nil, kept: [25 * 3600]) == .missing(.beforeInstall))
        #expect(
            try standing(.always, since: nil, kept: [3600]) == .atHand(try mark(secondsAgo: 3600)))
        #expect(try standing(.always, since: 2, kept: [3 * 3600]) == .missing(.demanded))
    }

    @Test func `evidence older than is kept counts for no clock, and none from the future does`()
        throws
    {
        #expect(try standing(.demanded, since: 2000, kept: [31 * 86_400]) == .missing(.demanded))
        #expect(try standing(.demanded, since: 2000, kept: [-60]) == .missing(.demanded))
    }

    @Test func `a demand cannot name a clock that begins after its order`() throws {
        #expect(
            try standing(.demanded, since: -100, kept: [3600], issuedHoursAgo: 2)
                == .atHand(try mark(secondsAgo: 3600)))
    }

    @Test func `a triage has its scope in 2 hours, evidence in 24 and the verdict in 72`() {
        let schedule = TriageSchedule(startsAt: now)
        #expect(schedule.scopeDueAt == now.adding(seconds: 7_200))
        #expect(schedule.evidenceDueAt == now.adding(seconds: 86_400))
        #expect(schedule.verdictDueAt == now.adding(seconds: 259_200))
    }
}
