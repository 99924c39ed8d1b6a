import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Testing

@Suite struct `What is new in a deployment` {
    private let house: House
    private let deployment: Deployment
    private let endpoints: [TestEndpoint]

    init() async throws {
        house = try await House()
        var endpoints: [TestEndpoint] = []
        for number in 0..<60 {
            let endpoint = try await house.enrol("ep\(number)")
            try await endpoint.report(["bash": "1"], updates: [TestEndpoint.update("bash")])
            endpoints.append(endpoint)
        }
        self.endpoints = endpoints
        deployment = try await house.useCases.approve(
            DeploymentSelection(
                endpoints: endpoints.map(\.principal.endpoint), updates: [.init(name: "bash")]),
            by: house.administrator)
    }

    private var subject: String { SignalSubject.deployment(deployment.id) }

    private func progress(since version: UInt64?) async throws -> DeploymentProgress {
        try await house.useCases.progress(
            of: deployment.id, since: version, by: house.administrator)
    }

    @Test func `is the jobs that changed, and the counts of all`() async throws {
        let signals = house.useCases.signals
        try await signals.watching(subject) {
            let before = signals.version(of: subject)
            let nothing = try await progress(since: before)
            #expect(nothing.changed.isEmpty && nothing.isComplete)
            #expect(nothing.jobs == ["queued": 60])
            let order = try #require(try await endpoints[7].collect())
            let one = try await progress(since: before)
            #expect(one.changed.map(\.job.id) == [order.job])
            #expect(one.changed.first?.endpointName == "ep7")
            #expect(one.isComplete)
            #expect(one.jobs == ["queued": 59, "leased": 1])
            let after = signals.version(of: subject)
            #expect(try await progress(since: after).changed.isEmpty)
            // A log is progress too.
            _ = try await house.useCases.appendLog(
                LogChunk(offset: 0, text: "x", length: 1), job: order.job,
                by: endpoints[7].principal)
            #expect(try await progress(since: after).changed.map(\.job.id) == [order.job])
        }
    }

    @Test func `is bounded, and says when it is not all`() async throws {
        let signals = house.useCases.signals
        try await signals.watching(subject) {
            let before = signals.version(of: subject)
            for endpoint in endpoints { _ = try await endpoint.collect() }
            let news = try await progress(since: before)
            #expect(news.changed.count == 50 && !news.isComplete)
            #expect(news.jobs == ["leased": 60])
            for _ in 0..<201 { signals.notify("\(subject)/x") }
            #expect(signals.parts(of: subject, since: before) == nil)
        }
        // What nobody watched is not known, and nothing is remembered of it.
        let unknown = try await progress(since: 0)
        #expect(unknown.changed.isEmpty && !unknown.isComplete)
    }

    @Test func `is not told to a foreign tenant, whatever the signal says`() async throws {
        let other = try await house.useCases.createTenant(name: "Other", by: house.administrator)
        let stranger = Principal(
            name: "user:sam", scope: .tenant(other.id), permissions: Set(Permission.allCases))
        await #expect(throws: Refusal.notFound("deployment")) {
            try await house.useCases.progress(of: deployment.id, since: nil, by: stranger)
        }
        let signals = house.useCases.signals
        try await signals.watching(subject) {
            let before = signals.version(of: subject)
            signals.notify("\(subject)/job_01h2xcejqtf2nbrexx3vqjhp41")
            signals.notify("\(subject)/nonsense")
            let news = try await progress(since: before)
            #expect(news.changed.isEmpty && news.isComplete)
        }
    }
}
