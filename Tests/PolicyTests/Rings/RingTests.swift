import Fleet
import Policy
import TestSupport
import Testing

@Suite("Every endpoint has its ring")
struct RingTests {
    private static func ring(_ name: String, _ members: RingMembers) throws -> Ring {
        Ring(name: try Sample.name(name), members: members)
    }

    private static func share(_ text: String) throws -> RingMembers {
        .share(try #require(Percentage(text)))
    }

    private static func standard() throws -> [Ring] {
        [
            try ring("canary", .matching(try Sample.group("tag = canary"))),
            try ring("early", share("10%")), try ring("wide", share("30%")),
            try ring("broad", .rest),
        ]
    }

    @Test(arguments: Seeds.all)
    func `rings are disjoint and leave nobody out, and shares are about right`(seed: UInt64) throws
    {
        var generator = SeededGenerator(seed: seed)
        let assignment = RingAssignment(try Self.standard(), of: try Sample.name("p"))
        var counts = [0, 0, 0, 0]
        for _ in 0..<5000 {
            let key = EndpointID(at: Sample.monday, using: &generator).text
            let isCanary = Int.random(in: 0...99, using: &generator) == 0
            let endpoint = Sample.endpoint(key, tags: isCanary ? ["canary"] : [])
            let place = assignment.place(of: endpoint, at: Sample.monday)
            let ring = try #require(place.ring)
            #expect((ring == 0) == isCanary)
            #expect(assignment.place(of: endpoint, at: Sample.days(400)) == place)
            counts[ring] += 1
        }
        // Five standard deviations of a binomial draw of 5,000.
        #expect(abs(counts[1] - 495) < 106 && abs(counts[2] - 1485) < 162, "\(counts)")
    }

    @Test func `canaries of one policy are not those of another`() throws {
        let rings = [try Self.ring("early", Self.share("10%")), try Self.ring("broad", .rest)]
        let one = RingAssignment(rings, of: try Sample.name("one"))
        let other = RingAssignment(rings, of: try Sample.name("other"))
        let early = (0..<2000).map { Sample.endpoint("ept_\($0)") }.filter {
            one.place(of: $0, at: Sample.monday).ring == 0
        }
        let both = early.filter { other.place(of: $0, at: Sample.monday).ring == 0 }
        #expect(both.count < early.count / 4)
    }

    @Test func `a hash that is written down stays what it is`() throws {
        let assignment = RingAssignment(
            [try Self.ring("early", Self.share("50%")), try Self.ring("broad", .rest)],
            of: try Sample.name("servers-standard"))
        let early = (0..<16).filter {
            assignment.place(of: Sample.endpoint("ept_\($0)"), at: Sample.monday).ring == 0
        }
        #expect(early == [3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15])
    }

    @Test func `growing a share keeps its members`() throws {
        func early(_ text: String) throws -> Set<Int> {
            let rings = [try Self.ring("early", Self.share(text)), try Self.ring("broad", .rest)]
            let assignment = RingAssignment(rings, of: try Sample.name("p"))
            return Set(
                (0..<1000).filter {
                    assignment.place(of: Sample.endpoint("ept_\($0)"), at: Sample.monday).ring == 0
                })
        }
        #expect(try early("10%").isSubset(of: early("25%")))
    }

    @Test func `without a ring for the rest somebody is left over, and it shows`() throws {
        let assignment = RingAssignment(
            [try Self.ring("canary", .matching(try Sample.group("tag = canary")))],
            of: try Sample.name("p"))
        #expect(assignment.place(of: Sample.endpoint(), at: Sample.monday).ring == nil)
    }

    @Test func `an endpoint of unknown tags is no canary by accident`() throws {
        let assignment = RingAssignment(try Self.standard(), of: try Sample.name("p"))
        let place = assignment.place(of: Sample.endpoint(tags: nil), at: Sample.monday)
        #expect(place.ring != 0)
        #expect(place.isUncertain)
    }

    @Test func `shares beyond the whole leave the last rings empty`() throws {
        let assignment = RingAssignment(
            [try Self.ring("a", Self.share("80%")), try Self.ring("b", Self.share("80%"))],
            of: try Sample.name("p"))
        let rings = (0..<500).map {
            assignment.place(of: Sample.endpoint("ept_\($0)"), at: Sample.monday).ring
        }
        #expect(!rings.contains(nil))
    }
}
