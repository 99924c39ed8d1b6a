import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    private static let own = "patchbay-agent"
    private static let beside = "labbeside"

    static let selfUpdate = Scenario(
        "an update of the agent that does not work is taken back by itself, and the next one is verified",
        isAboutServer: false
    ) { lab in
        let endpoint = try await lab.bootWithPackage(6, patience: 20)
        for version in ["1.0", "2.0"] { try await lab.repository("add", beside, version) }
        try await lab.publishAgent("0.2.0", works: false)
        try await endpoint.run("/usr/bin/apt-get", "-q", "update")
        try await endpoint.run("/usr/bin/apt-get", "-q", "-y", "install", "\(beside)=1.0")
        try await endpoint.restartAgent()
        try await lab.expectUpdate(own, to: "0.2.0", on: endpoint)

        let broken = try await lab.end(
            of: try await lab.approve([own, beside], on: [endpoint]), on: endpoint)
        #expect(broken.outcome(beside)?.state == .verified, "\(broken.sentence)")
        let outcome = try #require(broken.outcome(own))
        #expect(outcome.state == .failedVerification, "\(outcome.sentence)")
        #expect(outcome.failure == .unhealthyAfterPatch, "\(outcome.sentence)")
        #expect(outcome.sentence.contains("0.1.0 is installed again"), "\(outcome.sentence)")
        #expect(try await endpoint.package(own) == "installed 0.1.0")
        #expect(try await endpoint.run("/usr/bin/patchbay-agent", "--version").contains("0.1.0"))

        try await lab.publishAgent("0.3.0", works: true)
        try await endpoint.restartAgent()
        try await lab.expectUpdate(own, to: "0.3.0", on: endpoint)
        let good = try await lab.end(of: try await lab.approve([own], on: [endpoint]), on: endpoint)
        #expect(good.state == .verified, "\(good.sentence)")
        #expect(try await endpoint.package(own) == "installed 0.3.0")
        let left = try await endpoint.tryRun([
            "/usr/bin/test", "-e", "/etc/systemd/system/patchbay-self-update-boot.service",
        ])
        #expect(left.status != 0)
        try await lab.patchbay("endpoint", "retire", endpoint.id.text)
        try await lab.bed("stop", "\(endpoint.number)")
    }
}

extension Lab {
    /// Boots an endpoint whose agent came as a package that stands in the repository.
    fileprivate func bootWithPackage(_ number: Int, patience: Int) async throws -> LabEndpoint {
        let bare = try await bootWithPackage(number)
        let unit = folder.appending(path: "patience.conf")
        try Data(
            """
            [Service]
            ExecStart=
            ExecStart=/usr/bin/patchbay-agent run --self-update-patience \(patience)

            """.utf8
        ).write(to: unit)
        let overrides = "/etc/systemd/system/patchbay-agent.service.d"
        try await bare.run("/bin/mkdir", "-p", overrides)
        try await bed("push", "\(number)", unit.path, "\(overrides)/lab.conf")
        try await bare.run("/usr/bin/dpkg", "-i", "/var/tmp/agent.deb")
        let package = try await makePackage()
        try FileManager.default.copyItem(
            at: package, to: pool.appending(path: package.lastPathComponent))
        return LabEndpoint(
            number: number, lab: id,
            id: try #require(EndpointID(try await scanned(named: bare.name))))
    }

    private var pool: URL { repository.appending(path: "public/pool/stable") }

    /// Publishes a further version of the agent's package: the program under test, or one that ends
    /// at once.
    fileprivate func publishAgent(_ version: String, works: Bool) async throws {
        let tree = folder.appending(path: "agent-\(version)")
        let package = try await makePackage()
        try await TestSupport.run(["/usr/bin/dpkg-deb", "-R", package.path, tree.path])
            .succeeded("dpkg-deb -R")
        let control = tree.appending(path: "DEBIAN/control")
        let text = try String(contentsOf: control, encoding: .utf8)
        try Data(text.replacing("Version: 0.1.0", with: "Version: \(version)").utf8)
            .write(to: control)
        if !works {
            try Data("#!/bin/false\n".utf8).write(
                to: tree.appending(path: "usr/bin/patchbay-agent"))
        }
        let target = pool.appending(path: "patchbay-agent_\(version)_amd64.deb")
        try await TestSupport.run([
            "/usr/bin/dpkg-deb", "-Zgzip", "-z1", "--root-owner-group", "--build", tree.path,
            target.path,
        ]).succeeded("dpkg-deb --build")
        // Adding any package makes the index anew.
        try await repository("add", "labindex", version)
    }

    fileprivate func expectUpdate(
        _ name: String, to version: String, on endpoint: LabEndpoint
    ) async throws {
        try await eventually("\(name) \(version) is known to be missing") {
            let updates = try await view(of: endpoint).posture?.updates ?? []
            return updates.contains { $0.name == name && $0.candidate == version }
        }
    }
}
