import Fleet
import Rollout
import TestSupport
import Testing

@Suite("A deployment halts, resumes, is cancelled and finishes")
struct DeploymentTests {
    private static let start = Timestamp(seconds: 1_800_000_000)
    private static let events: [DeploymentEvent] = [
        .halt, .resume, .cancel, .jobEnded(open: 1), .jobEnded(open: 0),
    ]

    private static func deployment() -> Deployment {
        var generator = SeededGenerator(seed: 2)
        return Deployment(
            id: DeploymentID(at: start, using: &generator),
            tenant: TenantID(at: start, using: &generator),
            title: "Friday", approvedBy: "user:anna", createdAt: start,
            deadline: start.adding(seconds: 3600))
    }

    @Test(arguments: Seeds.all)
    func `after any story it hands out jobs only while it runs, and what has ended stays ended`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var deployment = Self.deployment()
            for _ in 0..<12 {
                let before = deployment
                let event = Self.events[Int.random(in: Self.events.indices, using: &generator)]
                do {
                    _ = try deployment.handle(event, at: Self.start)
                } catch {
                    #expect(deployment == before, "seed \(seed)")
                }
                #expect(deployment.handsOutJobs == (deployment.state == .running), "seed \(seed)")
                if before.state == .cancelled || before.state == .finished {
                    #expect(deployment.state == before.state, "seed \(seed)")
                }
            }
        }
    }

    @Test func `halting keeps, resuming wakes, cancelling calls off`() throws {
        var deployment = Self.deployment()
        _ = try deployment.handle(.halt, at: Self.start)
        #expect(!deployment.handsOutJobs)
        #expect(try deployment.handle(.resume, at: Self.start).contains(.wakeEndpoints))
        #expect(try deployment.handle(.cancel, at: Self.start).contains(.cancelOpenJobs))
        #expect(try deployment.handle(.cancel, at: Self.start) == [])
    }

    @Test func `it finishes when its last job has ended`() throws {
        var deployment = Self.deployment()
        #expect(try deployment.handle(.jobEnded(open: 2), at: Self.start) == [])
        _ = try deployment.handle(.jobEnded(open: 0), at: Self.start)
        #expect(deployment.state == .finished)
        #expect(deployment.finishedAt == Self.start)
    }
}
