import Fleet
import Foundation
import TestSupport
import Testing

/// A light endpoint of a flavour: no systemd, the agent runs as a program of its own.
struct ToolEndpoint: Sendable {
    let flavour: Flavour
    let lab: Lab
    /// The running agent, from `testbed/lab run` on.
    let agent: BackgroundProgram
    /// What the lab's other helpers take.
    let endpoint: LabEndpoint

    /// Makes one, enrols it and starts its agent; returns when the server has a scan with refreshed
    /// sources. The very first look does not wait for them.
    static func start(_ flavour: Flavour, in lab: Lab) async throws -> ToolEndpoint {
        let number = "\(flavour.number)"
        try await lab.bed("light", number, "--flavour", flavour.name)
        let agent = flavour.needsStaticAgent ? Lab.staticAgent ?? lab.agent : lab.agent
        try await lab.bed("agent", number, "--binary", agent.path)
        let token = lab.folder.appending(path: "token-\(flavour.name)")
        let tenant: Answers.Tenant = try await lab.answer(to: ["tenant", "create", flavour.name])
        try await lab.patchbay(
            "token", "create", "--enrolment", "--tenant", tenant.id.text, "--out", token.path)
        try await lab.bed("push", number, token.path, "/etc/enrolment-token")
        try await lab.bed(
            "run", number, "/usr/bin/patchbay-agent", "enrol", "--token-file",
            "/etc/enrolment-token")
        let program = try startAgent(flavour, in: lab)
        let item = try await eventually("\(flavour.name) has been scanned", seen: { program.log }) {
            () -> Answers.Item? in
            let list: Answers.Endpoints = try await lab.answer(to: ["endpoint", "list"])
            guard let item = list.items.first(where: { $0.name == "ep\(number)" }) else {
                return nil
            }
            let endpoint = LabEndpoint(number: flavour.number, lab: lab.id, id: item.id)
            let sources = try await lab.view(of: endpoint).posture?.sources ?? []
            return sources.contains { $0.name.hasPrefix(flavour.sources) && $0.state == .ok }
                ? item : nil
        }
        return ToolEndpoint(
            flavour: flavour, lab: lab, agent: program,
            endpoint: LabEndpoint(number: flavour.number, lab: lab.id, id: item.id))
    }

    private static func startAgent(_ flavour: Flavour, in lab: Lab) throws -> BackgroundProgram {
        try BackgroundProgram(
            [
                Lab.tool("lab").path, "run", "\(flavour.number)", "/usr/bin/patchbay-agent", "run",
                "--inactivity-limit", "60",
            ], environment: lab.environment,
            log: lab.folder.appending(path: "agent-\(flavour.name).log"))
    }

    /// The same endpoint with a new life of its agent: it refreshes its sources and scans at once.
    func restarted() async throws -> ToolEndpoint {
        await agent.end(SIGKILL)
        return ToolEndpoint(
            flavour: flavour, lab: lab, agent: try Self.startAgent(flavour, in: lab),
            endpoint: endpoint)
    }

    /// Starts a command beside the agent, where the agent sees its processes.
    func beside(_ command: [String]) throws -> BackgroundProgram {
        try BackgroundProgram(
            [Lab.tool("lab").path, "beside", "\(flavour.number)"] + command,
            environment: lab.environment,
            log: lab.folder.appending(path: "beside-\(flavour.name).log"))
    }

    /// What the tool itself says of a package.
    func version(of name: String) async throws -> String {
        try await lab.tryBed(["beside", "\(flavour.number)"] + flavour.version(name)).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What the server knows of it.
    var view: Answers.Endpoint {
        get async throws { try await lab.view(of: endpoint) }
    }
}

extension Lab {
    /// The agent as one static file, which runs on whatever C library; `nil` where it has not been
    /// built.
    static var staticAgent: URL? {
        let file = Places.packageRoot.appending(path: ".build/patchbay-agent-static")
        return FileManager.default.isExecutableFile(atPath: file.path) ? file : nil
    }

    /// apt's source has dropped the first version of a package, flatpak's remote the first commit
    /// of an application; sources of the other tools offer the newest version only.
    func loseFirst(of flavour: Flavour) async throws {
        if flavour.manager == .apt {
            // Another release of Debian may have been here before.
            let file = repository.appending(path: "public/pool/stable/\(flavour.lost)_1.0_all.deb")
            guard FileManager.default.fileExists(atPath: file.path) else { return }
            try FileManager.default.removeItem(at: file)
            try await repository("add", "labfiller", "1.0")
        }
        guard !flavour.keepsFiles else { return }
        let folder = repository.appending(path: "public")
        let commit = try String(
            contentsOf: folder.appending(path: "flatpak-first.\(flavour.lost)"), encoding: .utf8
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        let object = "flatpak/objects/\(commit.prefix(2))/\(commit.dropFirst(2)).commit"
        try FileManager.default.removeItem(at: folder.appending(path: object))
    }
}

/// Gives a test a lab with a server and no booted endpoint. Tests of several suites run beside one
/// another, so each asks for a part of its own.
struct ToolLabTrait: TestTrait, TestScoping {
    let part: Lab.Part

    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? self : nil
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try await Lab.start(.sqlite, part, booting: 0)
        do {
            try await lab.bed("tool-repository", lab.repository.path)
            try await lab.patchbay("admin", "create", "anna")
            try await Lab.$shared.withValue(lab) { try await function() }
        } catch {
            await lab.end()
            throw error
        }
        await lab.end()
    }
}

extension Trait where Self == ToolLabTrait {
    /// A lab with a server, for endpoints with other package tools.
    static func toolLab(_ part: Lab.Part = .empty) -> Self { ToolLabTrait(part: part) }
}
