@testable import AgentCore
@testable import AgentEvidence
import AgentProtocol
import Fleet
import Forensics
import Rollout
import Testing
import Trust

/// What happens to evidence between jobs: it is sent until there is a receipt, and what the control
/// plane asks for is taken now and then.
struct EvidenceDeskTests {
    static let failures: [[LinkFailure]] = [
        [], [.unreachable("no route"), .unreachable("no route")],
        [.busy(retryAfterSeconds: 30)],
        [.refused(status: 404, ProblemBody(code: "E_NOT_FOUND", message: "m", nextStep: "n"))],
        [.refused(status: 500, ProblemBody(code: "E_INTERNAL", message: "m", nextStep: "n"))],
    ]

    @Test(arguments: failures)
    func `evidence is sent until it has arrived, and then no more`(
        _ failures: [LinkFailure]
    ) async throws {
        let bench = EvidenceBench()
        let desk = bench.desk
        let result = try await bench.finish(EvidenceBench.order(), desk: desk)
        bench.machine.change { $0.failures = failures }
        await bench.live(desk, seconds: 7_200) { !bench.machine.received.isEmpty }
        await bench.live(desk, seconds: 600) { false }
        #expect(bench.machine.received.map { Digest.sha256Hex($0) } == [result.evidence?.sha256])
        // Another life of the agent knows that it was sent.
        await bench.live(bench.desk, seconds: 600) { false }
        #expect(bench.machine.received.count == 1)
    }

    @Test func `another life of the agent sends what a former one has left`() async throws {
        let bench = EvidenceBench()
        let result = try await bench.finish(EvidenceBench.order())
        await bench.live(bench.desk, seconds: 600) { !bench.machine.received.isEmpty }
        #expect(bench.machine.received.map { Digest.sha256Hex($0) } == [result.evidence?.sha256])
    }

    @Test func `a receipt for something else does not count`() async throws {
        let bench = EvidenceBench()
        let desk = bench.desk
        _ = try await bench.finish(EvidenceBench.order(), desk: desk)
        bench.machine.change { $0.lies = true }
        await bench.live(desk, seconds: 3_600) { bench.machine.received.count > 2 }
        #expect(bench.machine.received.count > 2)
        bench.machine.change { $0.lies = false }
        let before = bench.machine.received.count
        await bench.live(desk, seconds: 3_600) { false }
        #expect(bench.machine.received.count == before + 1)
    }

    @Test func `what is refused for good is kept and not sent again`() async throws {
        let bench = EvidenceBench()
        let desk = bench.desk
        let mark = try #require(try await bench.finish(EvidenceBench.order(), desk: desk).evidence)
        let refusal = ProblemBody(code: "E_EVIDENCE", message: "m", nextStep: "n")
        bench.machine.change { $0.failures = [.refused(status: 400, refusal)] }
        await bench.live(desk, seconds: 3_600) { false }
        #expect(bench.machine.received.isEmpty)
        #expect(bench.folder.files["evidence/\(mark.id).json"] != nil)
    }

    @Test(arguments: [(403, "E_EVIDENCE_FOREIGN", 1), (429, "E_EVIDENCE_FULL", 2)])
    func `a bundle that is refused keeps no other from being sent`(
        status: Int, code: String, sent: Int
    ) async throws {
        let bench = EvidenceBench()
        let desk = bench.desk
        _ = try await bench.finish(EvidenceBench.order(), desk: desk)
        bench.world.change {
            $0.installed[World.key("labgood")] = "1.0"
            $0.now = $0.now.adding(seconds: 60)
        }
        var next = EvidenceBench.order()
        next.job = Orders.identifier(77)
        next.issuedAt = bench.world.now
        next.evidence?.since = bench.world.now
        let second = try await bench.finish(next, desk: desk)
        let refusal = LinkFailure.refused(
            status: status, ProblemBody(code: code, message: "m", nextStep: "n"))
        bench.machine.change { $0.failures = [refusal] }
        await bench.live(desk, seconds: 3_600) { false }
        let digests = bench.machine.received.map { Digest.sha256Hex($0) }
        #expect(digests.first == second.evidence?.sha256)
        #expect(digests.count == sent)
    }

    private func request(_ seed: UInt64) -> EvidenceRequest {
        EvidenceRequest(id: Orders.identifier(seed), reason: .ordered, vulnerabilities: [])
    }

    @Test func `what the server asks for is taken once an hour, under the name that it gave`() async
    {
        let bench = EvidenceBench()
        let desk = bench.desk
        let requests = (10..<20).map { request($0) }
        desk.take(requests)
        await bench.live(desk, seconds: 9_000) { false }
        let times = bench.machine.change { $0.takenAt }
        #expect(times.count == 3)
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect(later.seconds(since: earlier) >= EvidenceLimits.requestSpacingSeconds)
        }
        let names = bench.machine.received.compactMap {
            AgentJSON.decode(EvidenceBundle.self, from: $0)?.id
        }
        #expect(names == requests.prefix(3).map(\.id))
        // Not in another life either, however often the server asks, and never the same again.
        let next = bench.desk
        next.take(requests)
        await bench.live(next, seconds: 300) { false }
        #expect(bench.machine.captures == 3)
    }

    @Test func `a request waits while a job is at work`() async {
        let bench = EvidenceBench()
        let desk = bench.desk
        desk.take([request(10)])
        await bench.live(desk, seconds: 3_600, isBusy: true) { false }
        #expect(bench.machine.captures == 0)
        await bench.live(desk, seconds: 60) { bench.machine.captures > 0 }
        #expect(bench.machine.captures == 1)
    }

    @Test func `a request that fails is not tried again within the hour`() async {
        let bench = EvidenceBench()
        let desk = bench.desk
        bench.machine.change { $0.sections = [] }
        desk.take([request(10)])
        await bench.live(desk, seconds: 60) { false }
        desk.take([request(10)])
        await bench.live(desk, seconds: 1_800) { false }
        #expect(bench.machine.captures == 1)
    }

    @Test func `only so many bundles are kept, those before installations longest`() async throws {
        let bench = EvidenceBench()
        let desk = bench.desk
        bench.machine.change { $0.failures = Array(repeating: .unreachable("gone"), count: 10_000) }
        let mark = try #require(try await bench.finish(EvidenceBench.order(), desk: desk).evidence)
        for seed in 10..<18 {
            desk.take([request(UInt64(seed))])
            await bench.live(desk, seconds: 4_000) { false }
        }
        let kept = bench.folder.files.keys.filter { $0.hasPrefix("evidence/evd_") }
        #expect(kept.count == EvidenceLimits.keptBundles)
        #expect(kept.contains("evidence/\(mark.id).json"))
        // A month later it is gone too.
        bench.world.change { $0.now = $0.now.adding(seconds: EvidenceLimits.keptSeconds) }
        desk.take([request(30)])
        await bench.live(desk, seconds: 60) { bench.machine.captures == 10 }
        await bench.live(desk, seconds: 60) { false }
        #expect(bench.folder.files.keys.filter { $0.hasPrefix("evidence/evd_") }.count == 1)
    }
}
