import Fleet
import Rollout
import Testing

extension Scenario {
    static let notReady = Scenario(
        "an endpoint with less room than its policy wants waits, says so, and begins once it fits"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await lab.saveBefore(before: "{freeDisk: 90 TB}")
        try await endpoint.expectPolicies()
        let deployment = try await lab.approve("labready", on: endpoint)
        let waiting = try await lab.job(of: deployment, once: "waits for room") {
            $0.progress?.sentence.contains("MB are free on /, and 90 TB must be") == true
        }
        #expect(waiting.progress?.phase == .waitingForWindow)
        try await expectUntouched("labready", on: endpoint)
        try await lab.saveBefore(
            before: "{power: mains, network: unmetered, freeDisk: 1 MB}")
        // The endpoint hears of it with its next check-in, and checks in after a scan.
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labready", on: endpoint)
        try await lab.saveBefore()
    }
}
