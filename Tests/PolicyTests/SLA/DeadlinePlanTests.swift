import Calendar
import Fleet
import Policy
import TestSupport
import Testing

@Suite struct `Rollouts fitted to a due date` {
    private static let now = Timestamp.at("2026-07-01T12:00:00Z")

    private static func july(_ day: Int, _ hour: Int = 0) -> Timestamp {
        Timestamp.at("2026-07-01T00:00:00Z").adding(
            seconds: Int64(day - 1) * 86_400 + Int64(hour) * 3600)
    }

    private static let ids: [String] = {
        var generator = SeededGenerator(seed: 1)
        return (0..<40).map { EndpointID(at: july($0 + 1), using: &generator).text }
    }()

    /// An endpoint with windows from 22:00 for two hours on these days of July.
    private func member(_ number: Int, _ days: some Sequence<Int>, seconds: Int64 = 3600)
        -> DeadlineMember
    {
        DeadlineMember(
            endpoint: Self.ids[number],
            stretches: days.map {
                OpenStretch(opens: Self.july($0, 22), closes: Self.july($0 + 1))
            }, work: WorkEstimate(seconds: seconds))
    }

    private func ring(
        _ name: String, _ members: [DeadlineMember], soak: Int64 = 0, atLeast: Int64 = 0
    ) -> DeadlineRing {
        DeadlineRing(
            name: name, members: members, soakSeconds: soak * 3600,
            minimumSoakSeconds: atLeast * 3600)
    }

    @Test func `with time enough the soaks are the wanted ones, and slack is left`() throws {
        let plan = DeadlinePlan.fitting(
            [
                ring("canary", [member(0, 1...14)], soak: 24),
                ring("broad", [member(1, 1...14), member(2, 1...14)]),
            ], to: Self.july(15), from: Self.now)
        #expect(plan.misses.isEmpty)
        #expect(plan.rings.map(\.soakSeconds) == [86_400, 0])
        #expect(plan.rings[0].placements.map(\.startsAt) == [Self.july(1, 22)])
        #expect(plan.rings[1].startsAt == Self.july(2, 23))
        // There is still an hour of the window of the 2nd left.
        #expect(plan.rings[1].placements.map(\.startsAt) == [Self.july(2, 23), Self.july(2, 23)])
        #expect(plan.rings[1].latestStart == Self.july(14, 23))
        // Canary: a day of soak before that, and an hour of work, in a window.
        #expect(plan.rings[0].latestStart == Self.july(13, 22))
    }

    @Test func `a near date shortens the soaks, never below the least`() {
        let plan = DeadlinePlan.fitting(
            [
                ring("canary", [member(0, 1...14)], soak: 72, atLeast: 12),
                ring("broad", [member(1, 1...14)]),
            ], to: Self.july(4), from: Self.now)
        #expect(plan.misses.isEmpty)
        #expect(plan.rings[0].soakSeconds >= 12 * 3600)
        #expect(plan.rings[0].soakSeconds < 72 * 3600)
        #expect(plan.rings[1].endsAt <= Self.july(4))
        // The next longer soak would not have met it: steps are of three hours here.
        #expect(plan.rings[0].soakSeconds + 3 * 3600 > 48 * 3600)
    }

    @Test func `an endpoint whose windows are too early moves to an earlier ring`() {
        let plan = DeadlinePlan.fitting(
            [
                ring("canary", [member(0, 1...14)], soak: 24, atLeast: 24),
                ring("early", [member(1, 1...14)], soak: 24, atLeast: 24),
                ring("broad", [member(2, 1...14), member(3, 1...2)]),
            ], to: Self.july(10), from: Self.now)
        #expect(plan.misses.isEmpty)
        let moved = plan.rings[1].placements.first { $0.endpoint == Self.ids[3] }
        #expect(moved?.movedFrom == "broad")
        #expect(plan.rings[2].placements.map(\.endpoint) == [Self.ids[2]])
    }

    @Test func `soaks are shortened before a whole ring moves to an earlier one`() {
        let plan = DeadlinePlan.fitting(
            [
                ring("canary", [member(0, 1...14)], soak: 24, atLeast: 1),
                ring("early", [member(1, 1...14)], soak: 24, atLeast: 1),
                ring("broad", (2..<14).map { member($0, 1...3) }),
            ], to: Self.july(10), from: Self.now)
        #expect(plan.misses.isEmpty)
        #expect(plan.rings.map(\.placements.count) == [1, 1, 12])
        #expect(plan.rings.flatMap(\.placements).allSatisfy { $0.movedFrom == nil })
        // An hour less is enough.
        #expect(plan.rings[0].soakSeconds > 22 * 3600)
        #expect(plan.rings[0].soakSeconds < 24 * 3600)
    }

    @Test func `whoever will miss the date is named today, with the reason`() {
        let plan = DeadlinePlan.fitting(
            [
                ring("canary", [member(0, 1...14)], soak: 24, atLeast: 24),
                ring(
                    "broad",
                    [
                        member(1, 9...14), member(2, 1...1), member(3, 1...14, seconds: 7_201),
                        member(4, []), member(5, 1...14),
                    ]),
            ], to: Self.july(8), from: Self.now)
        #expect(
            plan.misses.map { "\($0.ring) \($0.reason.rawValue)" } == [
                "broad noWindow", "broad ringTooLate", "broad windowTooShort", "broad noWindow",
            ])
        #expect(plan.misses.map(\.endpoint) == [1, 2, 3, 4].map { Self.ids[$0] })
        #expect(plan.rings[1].placements.map(\.endpoint) == [Self.ids[5]])
    }

    @Test func `a ring without anyone is not waited for`() {
        let plan = DeadlinePlan.fitting(
            [ring("canary", [], soak: 48, atLeast: 48), ring("broad", [member(1, 1...14)])],
            to: Self.july(2), from: Self.now)
        #expect(plan.misses.isEmpty)
        #expect(plan.rings[0].soakSeconds == 0)
        #expect(plan.rings[1].placements.map(\.startsAt) == [Self.july(1, 22)])
        #expect(DeadlinePlan.fitting([], to: Self.july(2), from: Self.now).rings.isEmpty)
    }

    @Test(arguments: Seeds.all)
    func `whatever the rings, nothing starts outside a window, before its ring or past the date`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var number = 0
            let rings = (0..<Int.random(in: 1...4, using: &generator)).map { index in
                let members = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    number += 1
                    let days = (1...14).filter { _ in Bool.random(using: &generator) }
                    return member(
                        number, days, seconds: .random(in: 0...8_000, using: &generator))
                }
                let soak = Int64.random(in: 0...96, using: &generator)
                return ring(
                    "ring\(index)", members, soak: soak,
                    atLeast: .random(in: 0...soak, using: &generator))
            }
            let due = Self.july(Int.random(in: 1...16, using: &generator), 5)
            let plan = DeadlinePlan.fitting(rings, to: due, from: Self.now)
            let members = rings.flatMap(\.members)
            let placed = plan.rings.flatMap(\.placements)
            #expect(
                (placed.map(\.endpoint) + plan.misses.map(\.endpoint)).sorted()
                    == members.map(\.endpoint).sorted(), "seed \(seed)")
            for (index, planned) in plan.rings.enumerated() {
                #expect(planned.soakSeconds <= rings[index].soakSeconds, "seed \(seed)")
                #expect(planned.endsAt <= due || planned.placements.isEmpty, "seed \(seed)")
                if let latest = planned.latestStart, !planned.placements.isEmpty {
                    #expect(latest >= planned.startsAt, "seed \(seed)")
                }
                if index > 0 {
                    let before = plan.rings[index - 1]
                    #expect(
                        planned.startsAt == before.endsAt.adding(seconds: before.soakSeconds),
                        "seed \(seed)")
                }
                for place in planned.placements {
                    let member = try #require(members.first { $0.endpoint == place.endpoint })
                    #expect(place.startsAt >= planned.startsAt, "seed \(seed)")
                    #expect(place.endsAt <= planned.endsAt, "seed \(seed)")
                    let stretch = member.stretches.first {
                        $0.opens <= place.startsAt && place.startsAt < $0.closes
                    }
                    #expect(
                        stretch?.start(of: member.work, from: place.startsAt) == place.startsAt,
                        "seed \(seed): \(place)")
                }
            }
        }
    }
}
