import Fleet
import Foundation
import TestSupport
import Testing

/// The agent's own package on a system of rpm: the tool itself, without systemd.
@Suite(.requires(.root, .networkNamespaces, .testBed, .binaries))
struct OwnRpmTests {
    private static let number = "19"

    @Test(.toolLab(.package))
    func
        `The agent's rpm enrols silently, twice is as once, and erasing leaves the identity alone`()
        async throws
    {
        let lab = try Lab.current
        let made = try await lab.tryBed(["flavour", "dnf4"])
        guard made.status == 0 else { try Test.cancel("dnf4 cannot be had: \(made.errorOutput)") }
        try await lab.bed("light", Self.number, "--flavour", "dnf4")
        let package = try await makePackage(in: lab)
        try await layToken(in: lab)

        try await inside(lab, "/usr/bin/dnf", "-y", "--disablerepo=*", "install", package)
        #expect(try await endpoints(of: lab) == 1)
        #expect(try await has("/etc/patchbay-agent/token", lab) == false)
        #expect(try await has("/var/lib/patchbay-agent/identity.json", lab))
        try await inside(lab, "/usr/bin/rpm", "-V", "patchbay-agent")

        try await inside(lab, "/usr/bin/dnf", "-y", "--disablerepo=*", "reinstall", package)
        #expect(try await endpoints(of: lab) == 1)

        try await inside(lab, "/usr/bin/dnf", "-y", "--disablerepo=*", "remove", "patchbay-agent")
        for path in [
            "/usr/bin/patchbay-agent", "/usr/libexec/patchbay-agent", "/etc/default/patchbay-agent",
            "/usr/lib/systemd/system/patchbay-agent.service",
        ] {
            #expect(try await has(path, lab) == false, "\(path) is left")
        }
        #expect(try await has("/var/lib/patchbay-agent/identity.json", lab))
    }

    /// Makes the package where rpm is, and tells where it lies.
    private func makePackage(in lab: Lab) async throws -> String {
        let stripped = lab.folder.appending(path: "agent-of-rpm")
        try await run(["/usr/bin/strip", "-o", stripped.path, lab.agent.path]).succeeded("strip")
        // The test's agent is no static program: it needs the Swift run-time, which stays.
        try await lab.bed("agent", Self.number, "--binary", stripped.path)
        for name in ["packaging", "scripts", "LICENSE"] {
            try await lab.bed(
                "push", Self.number, Places.packageRoot.appending(path: name).path, "/src/\(name)")
        }
        try await inside(lab, "/bin/mv", "/usr/bin/patchbay-agent", "/src/agent")
        try await inside(
            lab, "/src/scripts/packages", "--only", "rpm", "--fast", "--agent", "/src/agent",
            "--out", "/src/out")
        let names = try await lab.bed("run", Self.number, "/bin/ls", "/src/out").output
        let name = names.split(separator: "\n").first { $0.hasSuffix(".rpm") }
        return "/src/out/\(try #require(name))"
    }

    /// Puts an enrolment token where the package looks for one.
    private func layToken(in lab: Lab) async throws {
        let token = lab.folder.appending(path: "token-of-rpm")
        let tenant: Answers.Tenant = try await lab.answer(to: ["tenant", "create", "Packaged"])
        try await lab.patchbay(
            "token", "create", "--enrolment", "--tenant", tenant.id.text, "--uses", "1", "--out",
            token.path)
        try await inside(lab, "/bin/mkdir", "-m", "700", "/etc/patchbay-agent")
        try await lab.bed("push", Self.number, token.path, "/etc/patchbay-agent/token")
    }

    /// Runs a command on the endpoint; it must succeed.
    private func inside(_ lab: Lab, _ command: String...) async throws {
        try await lab.bed(["run", Self.number] + command)
    }

    private func has(_ path: String, _ lab: Lab) async throws -> Bool {
        try await lab.tryBed(["run", Self.number, "/usr/bin/test", "-e", path]).status == 0
    }

    /// How many endpoints have enrolled.
    private func endpoints(of lab: Lab) async throws -> Int {
        let list: Answers.Endpoints = try await lab.answer(to: ["endpoint", "list"])
        return list.items.count
    }
}
