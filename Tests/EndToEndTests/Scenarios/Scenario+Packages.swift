import Fleet
import Foundation
import TestSupport
import Testing

extension Scenario {
    static let agentPackage = Scenario(
        "the agent's own package enrols silently, twice is as once, and purging leaves nothing"
    ) { lab in
        let endpoint = try await lab.bootWithPackage(5)
        try await endpoint.run("/usr/bin/dpkg", "-i", "/var/tmp/agent.deb")
        let first = try await lab.scanned(named: endpoint.name)
        #expect(try await endpoint.has("/etc/patchbay-agent/token") == false)
        try await expectService(of: endpoint, isActive: true)

        try await endpoint.run("/usr/bin/dpkg", "-i", "/var/tmp/agent.deb")
        #expect(try await lab.scanned(named: endpoint.name) == first)
        try await expectService(of: endpoint, isActive: true)

        try await endpoint.run("/usr/bin/dpkg", "--remove", "patchbay-agent")
        try await expectService(of: endpoint, isActive: false)
        #expect(try await endpoint.has("/var/lib/patchbay-agent/identity.json"))

        try await endpoint.run("/usr/bin/dpkg", "--purge", "patchbay-agent")
        for left in ["/var/lib/patchbay-agent", "/etc/patchbay-agent", "/usr/bin/patchbay-agent"] {
            #expect(try await endpoint.has(left) == false, "\(left) is left")
        }
        try await lab.patchbay("endpoint", "retire", first)
        try await lab.bed("stop", "\(endpoint.number)")
    }

    private static func expectService(of endpoint: BareEndpoint, isActive: Bool) async throws {
        let state = try await endpoint.tryRun(
            "/bin/systemctl", "is-active", "patchbay-agent.service")
        #expect((state.status == 0) == isActive, "\(state.output)")
    }
}

/// A booted endpoint that nobody has enrolled.
struct BareEndpoint {
    let lab: Lab
    let number: Int

    /// What it calls itself.
    var name: String { "ep\(number)" }

    /// Runs a command in it; it must succeed.
    func run(_ command: String...) async throws {
        try await lab.bed(["in", "\(number)"] + command)
    }

    /// Runs a command in it, however it ends.
    func tryRun(_ command: String...) async throws -> ProgramResult {
        try await lab.tryBed(["in", "\(number)"] + command)
    }

    /// Whether it has a file or folder.
    func has(_ path: String) async throws -> Bool {
        try await tryRun("/usr/bin/test", "-e", path).status == 0
    }
}

extension Lab {
    /// Boots one more endpoint, with the agent's package and a token beside it.
    func bootWithPackage(_ number: Int) async throws -> BareEndpoint {
        let name = "\(number)"
        try await bed("boot", name)
        try await bed("ready", name)
        // The test's agent is no static program: it needs the Swift run-time, which stays.
        try await bed("agent", name, "--binary", agent.path)
        try await bed("in", name, "/bin/rm", "/usr/bin/patchbay-agent")
        try await bed("push", name, try await makePackage().path, "/var/tmp/agent.deb")
        let token = folder.appending(path: "package-token-\(number)")
        let tenant: Answers.Tenant = try await answer(to: [
            "tenant", "create", "Packaged \(number)",
        ])
        try await patchbay(
            "token", "create", "--enrolment", "--tenant", tenant.id.text, "--uses", "1", "--out",
            token.path)
        try await bed("in", name, "/bin/mkdir", "-m", "700", "/etc/patchbay-agent")
        try await bed("push", name, token.path, "/etc/patchbay-agent/token")
        return BareEndpoint(lab: self, number: number)
    }

    /// The package of the program under test.
    func makePackage() async throws -> URL {
        let stripped = folder.appending(path: "patchbay-agent-stripped")
        try await TestSupport.run(["/usr/bin/strip", "-o", stripped.path, agent.path])
            .succeeded("strip")
        let packages = folder.appending(path: "packages")
        try await TestSupport.run([
            Places.packageRoot.appending(path: "scripts/packages").path, "--only", "deb", "--fast",
            "--agent", stripped.path, "--out", packages.path,
        ]).succeeded("scripts/packages")
        let names = try FileManager.default.contentsOfDirectory(atPath: packages.path)
        return packages.appending(path: try #require(names.first { $0.hasSuffix(".deb") }))
    }

    /// The identifier of the one endpoint of a name, once it has been scanned.
    func scanned(named name: String) async throws -> String {
        try await eventually("\(name) has been scanned") {
            let list: Answers.Endpoints = try await answer(to: ["endpoint", "list"])
            let found = list.items.filter { $0.name == name }
            guard let item = found.first, item.scannedAt != nil else { return nil }
            #expect(found.count == 1)
            return item.id.text
        }
    }
}
