import Fleet
import Rollout
import Testing

extension Scenario {
    static let cancelling = [cancelledBeforeCollection, cancelledInTheMiddle]

    static let cancelledBeforeCollection = Scenario(
        "a job that is called off before its endpoint collects it is never begun"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await endpoint.stopAgent()
        let deployment = try await lab.approve("labconf", on: endpoint)
        #expect(try await lab.job(of: deployment).state == .queued)
        try await lab.patchbay("deployment", "cancel", deployment.text)
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.state == .cancelled)
        try await endpoint.startAgent()
        // A later job shows that the agent has asked for work since, and was given this one only.
        let later = try await lab.approve("labkernel", on: endpoint)
        try await lab.job(of: later, once: "is installed") { $0.state == .pendingRestart }
        try await expectUntouched("labconf", on: endpoint)
    }

    static let cancelledInTheMiddle = Scenario(
        "an installation that has begun is not cut off by calling it off"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let deployment = try await lab.approve("labslowcancel", on: endpoint)
        try await endpoint.isConfiguring("labslowcancel")
        try await lab.patchbay("deployment", "cancel", deployment.text)
        #expect(try await lab.job(of: deployment).cancelRequested)
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labslowcancel", on: endpoint)
    }
}
