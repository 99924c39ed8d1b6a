import Fleet
import Rollout
import TestSupport
import Testing

@Suite("A job passes only through its states, and ends once")
struct JobTests {
    static let start = Timestamp(seconds: 1_800_000_000)
    static let update = LockedUpdate(
        manager: .apt, name: "bash", architecture: "amd64", from: "1", to: "2")

    static func job() -> Job {
        var generator = SeededGenerator(seed: 1)
        return Job(
            id: JobID(at: start, using: &generator), tenant: TenantID(at: start, using: &generator),
            deployment: DeploymentID(at: start, using: &generator),
            endpoint: EndpointID(at: start, using: &generator), updates: [update], createdAt: start,
            deadline: start.adding(seconds: 3600))
    }

    static func result(_ state: UpdateOutcome.State) -> JobResult {
        JobResult(outcomes: [
            UpdateOutcome(
                update: update, state: state, versionAfter: "2",
                sentence: "It is \(state.rawValue).")
        ])
    }

    static let step = JobProgress(phase: .installing, sentence: "Unpacks bash.", at: start)

    /// A job brought into a state by events that really lead there.
    static func job(in state: Job.State) throws -> Job {
        var job = job()
        func apply(_ event: JobEvent, after seconds: Int64 = 1) throws {
            _ = try job.handle(event, at: start.adding(seconds: seconds))
        }
        switch state {
        case .queued: break
        case .leased: try apply(.collected)
        case .running:
            try apply(.collected)
            try apply(.progressed(step))
        case .interrupted:
            try apply(.collected)
            try apply(.tick, after: Job.leaseSeconds + 1)
        case .pendingRestart, .verified, .failedVerification, .failed:
            try apply(.collected)
            let outcomes: [Job.State: UpdateOutcome.State] = [
                .pendingRestart: .pendingRestart, .verified: .verified,
                .failedVerification: .failedVerification, .failed: .failed,
            ]
            try apply(.reported(result(try #require(outcomes[state]))))
        case .cancelled: try apply(.cancelRequested)
        case .expired: try apply(.tick, after: 3600)
        }
        return job
    }

    static let events: [JobEvent] = [
        .collected, .progressed(step), .reported(result(.verified)), .reported(result(.failed)),
        .reported(result(.pendingRestart)), .cancelRequested,
        .withdrawn(because: "Declined by anna."), .tick,
        .restartObserved(result(.verified).outcomes), .endpointRetired,
    ]

    @Test(arguments: Job.State.allCases)
    func `each state can be reached`(state: Job.State) throws {
        #expect(try Self.job(in: state).state == state)
    }

    @Test(arguments: Job.State.allCases, Self.events)
    func `a refused event changes nothing, and an ended job stays as it ended`(
        state: Job.State, event: JobEvent
    ) throws {
        let before = try Self.job(in: state)
        for seconds: Int64 in [2, Job.leaseSeconds + 2, 4000] {
            var after = before
            do {
                let actions = try after.handle(event, at: Self.start.adding(seconds: seconds))
                #expect(
                    actions.contains(.jobEnded)
                        == (!before.state.isTerminal && after.state.isTerminal))
            } catch {
                #expect(after == before)
            }
            if before.state.isTerminal { #expect(after.state == before.state) }
            #expect((after.finishedAt != nil) == after.state.isTerminal)
            #expect(
                after.leaseExpiresAt == nil || after.state == .leased || after.state == .running)
        }
    }

    @Test(arguments: Seeds.all)
    func `after any story a job has ended once its deadline is past`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var job = Self.job()
            var ends = 0
            var now = Self.start
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                now = now.adding(seconds: .random(in: 0...120, using: &generator))
                let event = Self.events[Int.random(in: Self.events.indices, using: &generator)]
                let actions = (try? job.handle(event, at: now)) ?? []
                ends += actions.count { $0 == .jobEnded }
            }
            ends += try job.handle(.tick, at: job.deadline).count { $0 == .jobEnded }
            #expect(job.state.isTerminal, "seed \(seed)")
            #expect(ends == 1, "seed \(seed)")
        }
    }

    @Test func `silence makes a job interrupted, and a word brings it back`() throws {
        var job = try Self.job(in: .running)
        _ = try job.handle(.tick, at: Self.start.adding(seconds: Job.leaseSeconds))
        #expect(job.state == .running)
        _ = try job.handle(.tick, at: Self.start.adding(seconds: Job.leaseSeconds + 1))
        #expect(job.state == .interrupted)
        _ = try job.handle(.progressed(Self.step), at: Self.start.adding(seconds: 400))
        #expect(job.state == .running)
        #expect(job.leaseExpiresAt == Self.start.adding(seconds: 400 + Job.leaseSeconds))
    }

    @Test func `a lost answer is repaired by handing out the same job again`() throws {
        var job = try Self.job(in: .leased)
        let first = job.leaseExpiresAt
        _ = try job.handle(.collected, at: Self.start.adding(seconds: 60))
        #expect(job.state == .leased)
        #expect(job.leaseExpiresAt != first)
    }

    @Test func `a result that is sent twice counts once`() throws {
        var job = try Self.job(in: .verified)
        let before = job
        #expect(
            try job.handle(.reported(Self.result(.verified)), at: Self.start.adding(seconds: 9))
                == [])
        #expect(job == before)
    }

    @Test func `a late result is kept without changing how the job ended`() throws {
        var job = try Self.job(in: .expired)
        let actions = try job.handle(
            .reported(Self.result(.verified)), at: Self.start.adding(seconds: 4000))
        #expect(job.state == .expired)
        #expect(job.result == Self.result(.verified))
        #expect(actions.count == 1)
    }

    @Test(arguments: [
        ([UpdateOutcome.State.verified, .failed], Job.State.failed),
        ([.verified, .skipped], .failed),
        ([.pendingRestart, .failedVerification], .failedVerification),
        ([.verified, .pendingRestart], .pendingRestart), ([.verified, .verified], .verified),
    ])
    func `the worst outcome decides`(outcomes: [UpdateOutcome.State], expected: Job.State) throws {
        var job = try Self.job(in: .leased)
        let result = JobResult(
            outcomes: outcomes.map {
                UpdateOutcome(update: Self.update, state: $0, versionAfter: nil, sentence: "S.")
            })
        _ = try job.handle(.reported(result), at: Self.start.adding(seconds: 5))
        #expect(job.state == expected)
    }

    @Test func `the restart that was waited for decides between verified and failed verification`()
        throws
    {
        var good = try Self.job(in: .pendingRestart)
        _ = try good.handle(
            .restartObserved(Self.result(.verified).outcomes), at: Self.start.adding(seconds: 9))
        #expect(good.state == .verified)
        var bad = try Self.job(in: .pendingRestart)
        _ = try bad.handle(
            .restartObserved(Self.result(.failedVerification).outcomes),
            at: Self.start.adding(seconds: 9))
        #expect(bad.state == .failedVerification)
    }

    @Test(arguments: FailureClass.allCases)
    func `every failure says what to do`(failure: FailureClass) {
        #expect(failure.nextStep.hasSuffix("."))
    }

    @Test func `whoever took an order back is told with its end, whatever the endpoint says`()
        throws
    {
        let reason = "Declined by anna: It broke our shop."
        var silent = try Self.job(in: .leased)
        _ = try silent.handle(.withdrawn(because: reason), at: Self.start.adding(seconds: 2))
        _ = try silent.handle(.tick, at: Self.start.adding(seconds: Job.firstWordSeconds + 2))
        #expect(silent.state == .cancelled)
        #expect(
            silent.sentence
                == "Taken back; the endpoint fell silent, and its next scan shows what is installed. "
                + reason)
        var obedient = try Self.job(in: .leased)
        _ = try obedient.handle(.withdrawn(because: reason), at: Self.start.adding(seconds: 2))
        _ = try obedient.handle(
            .reported(JobResult(outcomes: [], cancelledBeforeStart: true)),
            at: Self.start.adding(seconds: 3))
        #expect(obedient.sentence.hasSuffix(reason))
    }
}
