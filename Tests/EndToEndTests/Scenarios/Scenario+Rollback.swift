import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// Packages of the scenario: one whose old version the agent keeps, and one whose old version
    /// can be had nowhere.
    static let rollbackPackages = ["labbackkept", "labbacklost"]

    static let rollingBack = Scenario(
        "what was installed is rolled back to the version that the agent kept, and blocked",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        try await lab.preparePackages(on: endpoint)
        let plan: Answers.Plan = try await lab.plan(rollbackPackages, on: [endpoint])
        #expect(plan.lines.first?.noWayBack == ["labbacklost"])

        let deployment = try await lab.approve(rollbackPackages, on: [endpoint])
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.state == .verified, "\(job.sentence)")
        #expect(job.outcome("labbackkept")?.wayBack == .packageDowngrade)
        #expect(job.outcome("labbacklost")?.wayBack == .noWay)

        // The source drops the old version: only what the agent has kept is left of it.
        try await lab.dropOldVersions(on: endpoint)
        try await lab.expectRefusal("E_NO_WAY_BACK", deployment, update: "labbacklost")
        try await lab.expectRefusal("E_ROLLBACK_SELECTION", deployment, update: "labgood")
        // Taken back by its name, whichever deployment brought it.
        let made: Deployment = try await lab.answer(
            to: ["rollback", "--update", "labbackkept=2.0", "--endpoint", endpoint.id.text])
        let back = try await lab.end(of: made.id, on: endpoint)
        #expect(back.state == .verified, "\(back.sentence)")
        #expect(back.updates.map(\.name) == ["labbackkept"])
        #expect(back.outcome("labbackkept")?.versionAfter == "1.0")
        #expect(try await endpoint.package("labbackkept") == "installed 1.0")
        #expect(try await endpoint.package("labbacklost") == "installed 2.0")

        try await expectBlockedUntilUnblocked(lab, endpoint, made.tenant)
        try await lab.expectRefusal("E_NOTHING_TO_ROLL_BACK", made.id)
        try await lab.expectRefusal("E_NOTHING_TO_ROLL_BACK", deployment, update: "labbackkept")
    }

    static func rollback(_ deployment: DeploymentID) -> [String] {
        ["rollback", "--deployment", deployment.text]
    }

    /// The version that was rolled back does not come again before a person lets it.
    private static func expectBlockedUntilUnblocked(
        _ lab: Lab, _ endpoint: LabEndpoint, _ tenant: TenantID
    ) async throws {
        let refused = try await lab.tryPatchbay([
            "deployment", "create", "--plan", "--endpoint", endpoint.id.text, "--update",
            "labbackkept", "--format", "json",
        ])
        #expect(refused.status == 1)
        #expect(refused.output.contains("is blocked until a person unblocks it"))
        try await lab.patchbay(
            "update", "blocked", "unblock", "labbackkept", "2.0", "--tenant", tenant.text)
        let again = try await lab.plan(["labbackkept"], on: [endpoint])
        #expect(again.lines.first?.updates.map(\.to) == ["2.0"])
    }
}

extension Lab {
    /// Installs version 1.0 of the packages and offers 2.0; one old version is lost at once.
    fileprivate func preparePackages(on endpoint: LabEndpoint) async throws {
        for name in Scenario.rollbackPackages { try await repository("add", name, "1.0") }
        try await endpoint.run("/usr/bin/apt-get", "-q", "update")
        try await endpoint.run(
            "/usr/bin/apt-get", "-q", "-y", "install", "labbackkept", "labbacklost")
        try removeFromPool("labbacklost_1.0_all.deb")
        for name in Scenario.rollbackPackages { try await repository("add", name, "2.0") }
        try await endpoint.run("/usr/bin/apt-get", "clean")
        try await endpoint.restartAgent()
        try await eventually("the updates are known") {
            let updates = try await view(of: endpoint).posture?.updates ?? []
            return updates.count { Scenario.rollbackPackages.contains($0.name) } == 2
        }
    }

    fileprivate func dropOldVersions(on endpoint: LabEndpoint) async throws {
        try removeFromPool("labbackkept_1.0_all.deb")
        try await repository("add", "labbackother", "1.0")
        try await endpoint.run("/usr/bin/apt-get", "-q", "update")
        try await endpoint.run("/usr/bin/apt-get", "clean")
    }

    private func removeFromPool(_ file: String) throws {
        try FileManager.default.removeItem(
            at: repository.appending(path: "public/pool/stable/\(file)"))
    }

    /// A rollback is refused with a code, and nothing is changed.
    fileprivate func expectRefusal(
        _ code: String, _ deployment: DeploymentID, update: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let refused = try await tryPatchbay(
            Scenario.rollback(deployment) + (update.map { ["--update", $0] } ?? []))
        #expect(refused.status != 0, sourceLocation: location)
        #expect(
            refused.errorOutput.contains(code), "\(refused.errorOutput)", sourceLocation: location)
    }
}
