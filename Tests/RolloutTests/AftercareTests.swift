import Fleet
import Policy
import Rollout
import Testing

@Suite struct `What follows an installation` {
    private static let outcome = JobTests.result(.pendingRestart).outcomes

    /// A job whose endpoint sees to the reboot by itself.
    private func waiting() throws -> Job {
        var job = try JobTests.job(in: .leased)
        _ = try job.handle(
            .reported(JobResult(outcomes: Self.outcome, goesOn: true)),
            at: JobTests.start.adding(seconds: 5))
        return job
    }

    @Test func `a job that goes on takes steps, and one more result that ends it`() throws {
        var job = try waiting()
        #expect(job.state == .pendingRestart)
        let step = JobProgress(
            phase: .waitingForReboot, sentence: "Waits for its window.", at: JobTests.start)
        _ = try job.handle(.progressed(step), at: JobTests.start.adding(seconds: 6))
        #expect(job.state == .pendingRestart)
        #expect(job.sentence == "Waits for its window.")
        #expect(job.leaseExpiresAt == nil)
        // The first result again, as after a lost answer.
        _ = try job.handle(
            .reported(JobResult(outcomes: Self.outcome, goesOn: true)),
            at: JobTests.start.adding(seconds: 7))
        #expect(job.state == .pendingRestart)
        _ = try job.handle(
            .reported(JobTests.result(.verified)), at: JobTests.start.adding(seconds: 8))
        #expect(job.state == .verified)
    }

    @Test func `a job that does not go on takes neither`() throws {
        var job = try JobTests.job(in: .pendingRestart)
        #expect(throws: JobEventRefused.self) {
            try job.handle(.progressed(JobTests.step), at: JobTests.start.adding(seconds: 6))
        }
        #expect(throws: JobEventRefused.self) {
            try job.handle(
                .reported(JobTests.result(.verified)), at: JobTests.start.adding(seconds: 6))
        }
    }

    @Test(arguments: [FailureClass.unhealthyAfterPatch, .rebootNotClearing])
    func `a failure beside the updates fails the job, and its words are the sentence`(
        _ failure: FailureClass
    ) throws {
        var job = try waiting()
        var result = JobTests.result(.verified)
        result.failure = failure
        result.notes = ["Something is wrong."]
        _ = try job.handle(.reported(result), at: JobTests.start.adding(seconds: 9))
        #expect(job.state == .failed)
        #expect(job.sentence == "1 of 1 updates are in. Something is wrong.")
    }

    @Test(
        arguments: [
            (true, true, nil, true), (true, false, .unhealthyAfterPatch, false),
            (false, false, nil, false), (nil, false, .unhealthyAfterPatch, false),
        ] as [(Bool?, Bool, FailureClass?, Bool)])
    func `only what was healthy before can be made unhealthy`(
        _ before: Bool?, _ after: Bool, _ failure: FailureClass?, _ isHealthy: Bool
    ) {
        func probe(_ isPassed: Bool) -> [ProbeResult] {
            [ProbeResult(probe: "tcp:80", isPassed: isPassed, sentence: "It is so.")]
        }
        var result = JobTests.result(.verified)
        result.take(probe(after), before: before.map(probe))
        #expect(result.failure == failure)
        #expect(result.isHealthy == isHealthy)
        #expect(result.wasHealthy == before)
    }

    @Test(
        arguments: [
            (nil, nil, "pendingRestart"), (.restart, nil, "pendingRestart"),
            (.reboot, nil, "pendingReboot"), (nil, true, "pendingReboot"),
        ] as [(UpdateOutcome.Pending?, Bool?, String)])
    func `a reboot that is outstanding is told from a restart, until it has happened`(
        _ pending: UpdateOutcome.Pending?, _ goesOn: Bool?, _ standing: String
    ) throws {
        var outcomes = Self.outcome
        outcomes[0].pending = pending
        var job = try JobTests.job(in: .leased)
        #expect(job.standing == "leased")
        _ = try job.handle(
            .reported(JobResult(outcomes: outcomes, goesOn: goesOn)),
            at: JobTests.start.adding(seconds: 5))
        #expect(job.state == .pendingRestart)
        #expect(job.standing == standing)
        outcomes[0].state = .verified
        _ = try job.handle(.restartObserved(outcomes), at: JobTests.start.adding(seconds: 9))
        #expect(job.standing == "verified")
        #expect(job.result?.outcomes.first?.pending == nil)
    }

    /// Two probes: what failed before, what fails now, whether the job fails, and whether what
    /// fails passed before.
    @Test(
        arguments: [
            (["a"], ["a"], false, false), (["a"], ["b"], true, true),
            (["a"], ["a", "b"], true, true),
            ([], ["a"], true, true), (["a"], [], false, false), ([], [], false, true),
        ] as [([String], [String], Bool, Bool)])
    func `each probe answers for itself`(
        _ before: [String], _ after: [String], _ hasFailed: Bool, _ wasHealthy: Bool
    ) {
        func probes(_ failing: [String]) -> [ProbeResult] {
            ["a", "b"].map {
                ProbeResult(
                    probe: $0, isPassed: !failing.contains($0), sentence: "It is so with \($0).")
            }
        }
        var result = JobTests.result(.verified)
        result.take(probes(after), before: probes(before))
        #expect(result.failure == (hasFailed ? .unhealthyAfterPatch : nil))
        #expect(result.isHealthy == after.isEmpty)
        #expect(result.wasHealthy == wasHealthy)
        if hasFailed, let blamed = after.last {
            #expect(result.notes.last?.contains("with \(blamed).") == true)
        }
    }

    @Test func `what nobody asked before and nobody can tell is blamed on nothing`() {
        let unknown = ProbeResult(
            probe: "bootTime:slower=20%", isPassed: false, sentence: "It is not known.",
            isUnknown: true)
        var result = JobTests.result(.verified)
        result.take([unknown], before: nil)
        #expect(result.failure == nil)
        #expect(result.isHealthy == false)
        #expect(result.notes.last?.contains("It is not known.") == true)
    }

    @Test func `a way back is no success while a probe fails, whatever it showed before`() {
        func probe(_ isPassed: Bool) -> [ProbeResult] {
            [ProbeResult(probe: "tcp:80", isPassed: isPassed, sentence: "It is so.")]
        }
        let back = JobTests.update.undone
        let outcome = UpdateOutcome(
            update: back, state: .verified, versionAfter: back.to, sentence: "It is back.")
        for before in [true, false] {
            var sick = JobResult(outcomes: [outcome])
            sick.take(probe(false), before: probe(before))
            #expect(sick.failure == .unhealthyAfterPatch)
            #expect(sick.isHealthy == false)
            var well = JobResult(outcomes: [outcome])
            well.take(probe(true), before: probe(before))
            #expect(well.failure == nil)
            #expect(well.isHealthy == true)
        }
    }

    @Test func `what could not be told before a way back either is no reason against it`() {
        let unknown = ProbeResult(
            probe: "crashes:atMost=2", isPassed: false, sentence: "It is not known.",
            isUnknown: true)
        let failed = ProbeResult(probe: unknown.probe, isPassed: false, sentence: "Three crashed.")
        let back = JobTests.update.undone
        let outcome = UpdateOutcome(
            update: back, state: .verified, versionAfter: back.to, sentence: "It is back.")
        for (results, before, failure) in [
            ([unknown], [unknown], nil), ([unknown], nil, nil),
            ([unknown], [], FailureClass.unhealthyAfterPatch),
            ([failed], [unknown], .unhealthyAfterPatch),
        ] as [([ProbeResult], [ProbeResult]?, FailureClass?)] {
            var result = JobResult(outcomes: [outcome])
            result.take(results, before: before)
            #expect(result.failure == failure, "\(results) after \(before ?? [])")
            #expect(result.isHealthy == false)
        }
    }

    @Test(arguments: [
        "unit:nginx.service", "tcp:443", "http:https://localhost/healthz", "process:postgres",
        "script:check", "crashes:", "crashes:program=nginx,atMost=2,over=10m",
        "journal:unit=a.service,times=3,text=a, b", "bootTime:atMost=90s,slower=20%",
    ])
    func `a probe is the same after it was written and read`(_ text: String) throws {
        let probe = try #require(HealthProbe(text: text))
        #expect(probe.text == text)
    }

    @Test(arguments: [
        "", "unit:", "unit:--now", "unit:a b", "tcp:0", "tcp:65536", "tcp:-1", "process:a/b",
        "http:http://example.com", "script:../x", "ping:localhost", "nonsense",
        "bootTime:", "crashes:often", "journal:text=*", "crash:",
    ])
    func `what is no probe is refused`(_ text: String) {
        #expect(HealthProbe(text: text) == nil)
        #expect(Aftercare(reboot: .never, probes: [text]).fault != nil)
    }

    @Test func `limits are kept, and each fault is a sentence`() {
        let window = RebootWindow(from: JobTests.start, until: JobTests.start)
        let faulty = [
            Aftercare(reboot: .ifNeeded, deadlineSeconds: -1),
            Aftercare(reboot: .ifNeeded, deferrals: 1000),
            Aftercare(reboot: .ifNeeded, windows: [window]),
            Aftercare(reboot: .ifNeeded, services: ["-x"]),
            Aftercare(
                reboot: .ifNeeded, probes: Array(repeating: "tcp:80", count: 33)),
        ]
        for care in faulty { #expect(care.fault?.hasSuffix(".") == true) }
        #expect(Aftercare(reboot: .prompt, deferrals: 3, probes: ["tcp:80"]).fault == nil)
    }

    @Test func `it holds what a policy says`() {
        let rule = RebootRule(mode: .prompt, deadline: .days(3), deferrals: 2, warning: .minutes(5))
        let check = HealthCheck(probes: [.tcp(port: 443)], within: .minutes(3))
        let care = Aftercare(rule: rule, check: check, services: ["ssh.service"])
        #expect(care.rule == rule)
        #expect(care.check.probes == [.unit("ssh.service"), .tcp(port: 443)])
        #expect(care.check.within == .minutes(3))
        #expect(Aftercare(rule: nil, check: nil).rule.mode == .never)
    }
}
