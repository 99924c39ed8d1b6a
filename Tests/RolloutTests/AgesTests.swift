import Calendar
import Fleet
import Policy
import Rollout
import Testing

@Suite struct `The age of fixes, debts and forecasts` {
    private static let start = RolloutSample.start
    private static let line = FirstSeenLedger.Line(
        source: "deb.example.org", package: RolloutSample.package)

    private static func at(_ seconds: Int64) -> Timestamp { start.adding(seconds: seconds) }

    @Test func `a fix keeps its age through the versions that replace one another`() {
        var ledger = FirstSeenLedger()
        for day: Int64 in 0..<100 {
            ledger.note(
                Self.line, version: "1.\(day)", fixes: ["CVE-2026-1"], at: Self.at(day * 86_400))
        }
        #expect(ledger.fixSeen(Self.line, version: "1.99") == Self.start)
        #expect(ledger.firstSeen(Self.line, version: "1.99") == Self.at(99 * 86_400))
        ledger.note(Self.line, version: "2", fixes: ["CVE-2026-2"], at: Self.at(9_000_000))
        #expect(ledger.fixSeen(Self.line, version: "2") == Self.at(9_000_000))
    }

    @Test func `seeing a version again never makes it younger, and sources are told apart`() {
        var ledger = FirstSeenLedger()
        ledger.note(Self.line, version: "1", fixes: [], at: Self.at(10))
        ledger.note(Self.line, version: "1", fixes: [], at: Self.at(90))
        #expect(ledger.firstSeen(Self.line, version: "1") == Self.at(10))
        ledger.note(Self.line, version: "1", fixes: [], at: Self.at(5))
        #expect(ledger.firstSeen(Self.line, version: "1") == Self.at(5))
        var other = Self.line
        other.source = "other.example.org"
        #expect(ledger.firstSeen(other, version: "1") == nil)
    }

    @Test func `a debt is paid in bounded batches, the worst first`() {
        func owed(_ name: String, _ severity: Severity, _ seconds: Int64) -> OwedUpdate {
            OwedUpdate(
                key: PackageKey(manager: .apt, name: name, architecture: "amd64"),
                severity: severity, seconds: seconds)
        }
        let all = [
            owed("d", .low, 10), owed("b", .critical, 50), owed("a", .important, 60),
            owed("c", .moderate, 20),
        ]
        let names = { (debt: UpdateDebt) in debt.nextBatch(of: all).map(\.key.name) }
        #expect(names(UpdateDebt(mostUpdates: 2)) == ["b", "a"])
        #expect(names(UpdateDebt(mostUpdates: 9, mostSeconds: 80)) == ["b", "c", "d"])
        #expect(names(UpdateDebt(mostUpdates: 0)) == ["b"])
    }

    private static func opening(_ opens: Int64, _ closes: Int64) -> Occurrence {
        Occurrence(
            opens: at(opens), closes: at(closes), window: "night",
            localDate: LocalDate(daysSinceEpoch: 0))
    }

    @Test func `a retry begins in an opening that has room for it`() {
        let openings = [Self.opening(5000, 9000), Self.opening(0, 1000)]
        let start = { (earliest: Int64, seconds: Int64) in
            FailureCounts.start(
                notBefore: Self.at(earliest), seconds: seconds, openings: openings)
        }
        #expect(start(300, 700) == Self.at(300))
        #expect(start(301, 700) == Self.at(5000))
        #expect(start(301, 4001) == nil)
    }

    @Test func `a forecast counts windows, budget and soak`() {
        let ids = RolloutSample.endpoints(5)
        let plan = RolloutPlan(rings: [
            RolloutSample.ring("canary", ids.prefix(1), soak: .hours(1)),
            RolloutSample.ring(
                "broad", ids.dropFirst(), budget: DisruptionBudget(.endpoints(2))),
        ])
        let openings = [ids[0]: [Self.opening(1000, 2000)]]
        let bars = RolloutForecast(
            of: RingRollout(plan), openings: openings, workSeconds: 600, from: Self.start
        ).bars
        #expect(bars.map(\.opensAt) == [Self.start, Self.at(5200)])
        #expect(bars.map(\.doneAt) == [Self.at(1600), Self.at(6400)])
        #expect(bars.map(\.soakUntil) == [Self.at(5200), nil])
        let never = RolloutForecast(
            of: RingRollout(plan), openings: [ids[0]: []], workSeconds: 600, from: Self.start)
        #expect(never.bars.map(\.withoutWindow) == [[ids[0]]])
    }
}
