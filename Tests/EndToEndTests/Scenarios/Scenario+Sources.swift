import Fleet
import Rollout
import Testing

extension Scenario {
    static let sources = [badSignature, repositoryDown, damagedPackage]

    static let badSignature = Scenario(
        "a source whose signature does not hold makes the endpoint unknown, not clean, until it heals"
    ) { lab in
        try await expectUnknown(on: lab) {
            try await lab.repository("fault", "bad-signature")
        } heal: {
            try await lab.repository("fault", "restore")
        }
    }

    static let repositoryDown = Scenario(
        "a source that does not answer makes the endpoint unknown, not clean, until it is back"
    ) { lab in
        try await expectUnknown(on: lab) {
            await lab.endRepository()
        } heal: {
            try await lab.serveRepository()
        }
    }

    static let damagedPackage = Scenario(
        "a package file that is not what the index promises is refused, and goes in when it is mended"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        try await lab.repository("fault", "bad-hash", "labprompt")
        let failed = try await lab.deploy("labprompt", to: endpoint)
        #expect(failed.state == .failed)
        #expect(failed.outcome("labprompt")?.failure == .hashMismatch, "\(failed.sentence)")
        try await expectUntouched("labprompt", on: endpoint)
        try await lab.repository("fault", "restore")
        let job = try await lab.deploy("labprompt", to: endpoint)
        try await expectVerified(job, "labprompt", on: endpoint)
    }

    /// With all security updates in, only the broken source keeps the endpoint from being
    /// compliant.
    private static func expectUnknown(
        on lab: Lab, after fault: () async throws -> Void, heal: () async throws -> Void
    ) async throws {
        let endpoint = try lab.endpoint(2)
        try await endpoint.run("/usr/bin/apt-get", "-q", "-y", "install", "labsec=2.0")
        let missing = try await lab.view(of: endpoint).posture?.updates.map(\.name) ?? []
        try await fault()
        try await endpoint.restartAgent()
        let broken = try await eventually("the failed source is reported") {
            let view = try await lab.view(of: endpoint)
            return view.posture?.sources.contains { $0.state == .failed } == true ? view : nil
        }
        let sources = try #require(broken.posture).sources.filter { $0.state == .failed }
        #expect(sources.allSatisfy { $0.error?.isEmpty == false })
        #expect(broken.item.verdict.compliance == .unknown, "\(broken.item.verdict)")
        #expect(broken.posture?.updates.isEmpty == false)
        #expect(
            Set(broken.posture?.updates.map(\.name) ?? []).subtracting(["labsec"])
                == Set(missing).subtracting(["labsec"]))
        try await heal()
        try await endpoint.restartAgent()
        try await eventually("the sources are well again") {
            let view = try await lab.view(of: endpoint)
            return view.posture?.sources.allSatisfy { $0.state == .ok } == true
                && view.item.verdict.compliance == .compliant
        }
    }
}
