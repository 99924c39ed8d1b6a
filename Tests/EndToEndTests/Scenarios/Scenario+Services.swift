import Fleet
import Rollout
import Testing

extension Scenario {
    static let services = [servicesRestarted]

    static let servicesRestarted = Scenario(
        "services that run a replaced library are restarted as the signed policy says"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await endpoint.run("/bin/systemctl", "daemon-reload")
        for name in Lab.servicePackages {
            try await endpoint.run("/bin/systemctl", "start", "\(name).service")
        }
        let before = try await endpoint.mainProcess(of: "labweb.service")
        let kept = try await endpoint.mainProcess(of: "labkept.service")
        try await lab.saveBefore(
            more: "services: {restart: needed, never: [\"labk*\"], within: 1m}")
        try await endpoint.expectPolicies()

        let job = try await lab.deploy("labweb", to: endpoint)
        try await expectVerified(job, "labweb", on: endpoint)
        let notes = job.result?.notes ?? []
        #expect(
            notes.contains("labweb.service ran replaced code and was restarted."), "\(notes)")
        #expect(try await endpoint.mainProcess(of: "labweb.service") != before)

        let deployment = try await lab.approve("labkept", on: endpoint)
        let pending = try await lab.job(of: deployment, once: "waits for the restart") {
            $0.state == .pendingRestart
        }
        let outcome = try #require(pending.outcome("labkept"))
        #expect(
            outcome.sentence.contains("was not restarted: the policy excludes labk*"),
            "\(outcome.sentence)")
        #expect(try await endpoint.mainProcess(of: "labkept.service") == kept)
        // A person restarts it, and a scan ends the job.
        try await endpoint.run("/bin/systemctl", "restart", "labkept.service")
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        let end = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(end, "labkept", on: endpoint)
        try await lab.saveBefore()
    }
}

extension Lab {
    /// Packages of services that go on running their old library: version 1.0 is installed in every
    /// endpoint, 2.0 is on offer.
    static let servicePackages = ["labweb", "labkept"]

    /// Adds them to the repository.
    func addServicePackages() async throws {
        for name in Self.servicePackages {
            try await repository("add", name, "1.0", "--fault", "daemon")
            try await repository("add", name, "2.0", "--fault", "daemon")
        }
    }
}

extension LabEndpoint {
    /// The process id of a service.
    func mainProcess(of unit: String) async throws -> String {
        try await run("/bin/systemctl", "show", "--property=MainPID", "--value", unit)
    }
}
