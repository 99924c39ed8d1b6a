import Calendar
import Fleet
import Rollout
import TestSupport
import Testing

@testable import ControlPlane
@testable import Policy

@Suite("A rollout is fitted to its due date when it is opened")
struct FitToDueDateTests {
    private static let hour: Int64 = 3600
    private static let now = House.start

    private static let ids: [EndpointID] = {
        var generator = SeededGenerator(seed: 1)
        return (0..<4).map { EndpointID(at: now.adding(seconds: Int64($0)), using: &generator) }
    }()

    /// Canary, early and broad, watched for twelve hours each; one window of four hours for each
    /// member, which opens after so many hours.
    private func opening(
        _ opens: [Int64], due: Int64, mayShorten: Bool = true, gate: RingGate? = nil
    ) throws -> RolloutOpening {
        func ring(_ name: String) throws -> Ring {
            Ring(
                name: try #require(PolicyName(name)),
                members: name == "broad"
                    ? .rest : .matching(try GroupExpression(parsing: "tag = \(name)")),
                soak: .hours(12), gate: gate)
        }
        var turns: [EndpointID: RolloutOpening.Turn] = [:]
        for (id, hours) in zip(Self.ids, opens) {
            let stretch = OpenStretch(
                opens: Self.now.adding(seconds: hours * Self.hour),
                closes: Self.now.adding(seconds: (hours + 4) * Self.hour))
            let lane = LaneOpenings(
                openings: [.init(stretch: stretch, window: "night", offset: 0)],
                freezeReason: nil, missed: nil)
            turns[id] = RolloutOpening.Turn(
                outlook: .openings(lane),
                works: [WorkEstimate(seconds: 300), WorkEstimate(seconds: 300)])
        }
        var generator = SeededGenerator(seed: 2)
        return RolloutOpening(
            tenant: TenantID(at: Self.now, using: &generator), title: "A wave",
            approvedBy: "policy:servers", policy: try #require(PolicyName("servers")),
            policyVersion: 1, lane: .routine,
            rings: [try ring("canary"), try ring("early"), try ring("broad")],
            members: zip(Self.ids, ["canary", "early", "x", "x"]).prefix(opens.count).map {
                (id: $0, subject: EndpointSubject(key: $0.text, tags: [$1]))
            },
            lines: [], aftercare: nil, hasProbes: false,
            dueAt: Self.now.adding(seconds: due * Self.hour), mayShorten: mayShorten,
            turns: turns, isAutomatic: true)
    }

    @Test func `who has too early a window goes with an earlier ring, and soaks are shortened`()
        throws
    {
        // The third has its window while the second ring has its turn, and none later.
        let (plan, warnings) = try opening([0, 6, 3], due: 20).plan(at: Self.now)
        #expect(plan.rings.map { $0.members.count } == [1, 2, 0])
        #expect(plan.rings[1].members.map(\.endpoint) == [Self.ids[1], Self.ids[2]].sorted())
        #expect(plan.rings[0].soak < .hours(7))
        let moved = plan.rings[1].members.filter { $0.endpoint == Self.ids[2] }
        #expect(moved.map(\.ownRing?.text) == ["broad"])
        let sentences = warnings.map(\.sentence)
        #expect(sentences.contains { $0.contains("goes with ring early instead of broad") })
        #expect(
            sentences.contains {
                $0.hasPrefix("Ring canary is watched for ") && $0.contains(" instead of 12 h, so")
            }, "\(sentences)")
    }

    @Test func `who will be late is told when it begins`() throws {
        let (plan, warnings) = try opening([0, 6, 30], due: 20).plan(at: Self.now)
        #expect(plan.rings.map { $0.members.count } == [1, 1, 1])
        #expect(
            warnings.contains(
                .missesDueDate(
                    [Self.ids[2]], dueAt: Self.now.adding(seconds: 20 * Self.hour), .noWindow)))
    }

    @Test func `nobody is moved out of a ring whose gate could then not be met`() throws {
        let whole = try #require(Percentage("100%"))
        let opening = try opening(
            [0, 6, 3], due: 20, gate: RingGate(verified: whole, minimum: 1))
        let (plan, warnings) = opening.plan(at: Self.now)
        #expect(plan.rings.map { $0.members.count } == [1, 1, 1])
        #expect(
            warnings.contains(
                .missesDueDate(
                    [Self.ids[2]], dueAt: Self.now.adding(seconds: 20 * Self.hour), .ringTooLate)))
    }

    @Test func `a date behind what is known of windows is left alone`() throws {
        let (plan, warnings) = try opening([0, 6, 3], due: 71 * 24).plan(at: Self.now)
        #expect(plan.rings.map(\.soak) == [.hours(12), .hours(12), .hours(12)])
        #expect(warnings.isEmpty)
    }

    @Test func `one that is overdue keeps nobody from being fitted to their own date`() throws {
        var opening = try opening([0, 6, 3], due: -5)
        opening.overdue = [Self.ids[1]]
        opening.nextDueAt = Self.now.adding(seconds: 20 * Self.hour)
        let (plan, warnings) = opening.plan(at: Self.now)
        #expect(plan.rings.map { $0.members.count } == [1, 2, 0])
        #expect(
            warnings.contains(.overdue([Self.ids[1]], since: Self.now.adding(seconds: -5 * 3600))))
        #expect(!warnings.contains { $0.sentence.contains("will miss") })
    }

    @Test func `without a deadline in the policy nothing is moved`() throws {
        let (plan, _) = try opening([0, 6, 3], due: 20, mayShorten: false).plan(at: Self.now)
        #expect(plan.rings.map { $0.members.count } == [1, 1, 1])
        #expect(plan.rings[0].soak == .hours(12))
    }
}
