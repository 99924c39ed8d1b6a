import Fleet
import Rollout
import Testing

extension Scenario {
    static let cancelling = [cancelledInTheMiddle]

    static let cancelledInTheMiddle = Scenario(
        "what has begun is not cut off by calling it off, and what has not is never begun"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let begun = try await lab.approve("labslowcancel", on: endpoint)
        try await endpoint.isConfiguring("labslowcancel")
        // An endpoint has one job at a time: the second waits.
        let waiting = try await lab.approve("labkernel", on: endpoint)
        #expect(try await lab.job(of: waiting).state == .queued)
        for deployment in [begun, waiting] {
            try await lab.patchbay("deployment", "cancel", deployment.text)
        }
        #expect(try await lab.job(of: begun).cancelRequested)
        let cancelled = try await lab.end(of: waiting, on: endpoint)
        #expect(cancelled.state == .cancelled)
        let finished = try await lab.end(of: begun, on: endpoint)
        try await expectVerified(finished, "labslowcancel", on: endpoint)
        try await expectUntouched("labkernel", on: endpoint)
    }
}
