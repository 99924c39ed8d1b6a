import Fleet
import Foundation
import TestSupport
import Testing

/// A booted Debian endpoint of a lab.
struct LabEndpoint: Sendable {
    let number: Int
    /// The lab that it belongs to.
    let lab: String
    /// The name that the server gave it.
    let id: EndpointID

    /// Runs a command in it; it must succeed.
    @discardableResult
    func run(_ command: String...) async throws -> String {
        try await tryRun(command)
            .succeeded("\(command.joined(separator: " ")) in endpoint \(number)").output
    }

    /// Runs a command in it, however it ends.
    func tryRun(_ command: [String]) async throws -> ProgramResult {
        try await TestSupport.run(
            [Lab.tool("lab").path, "in", "\(number)"] + command, environment: ["LAB_ID": lab])
    }

    /// Writes a file in it.
    func write(_ text: String, to path: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "file")
            try Data(text.utf8).write(to: file)
            try await TestSupport.run(
                [Lab.tool("lab").path, "push", "\(number)", file.path, path],
                environment: ["LAB_ID": lab]
            ).succeeded("push to \(path)")
        }
    }
}

// MARK: - What dpkg says

extension LabEndpoint {
    /// A package's state and version in dpkg's own database, such as `installed 2.0`.
    func package(_ name: String) async throws -> String {
        try await tryRun(
            ["/usr/bin/dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name]
        ).output
    }

    /// How often dpkg has put a new version of a package in the place of an old one.
    func upgrades(of name: String) async throws -> Int {
        let log = try await run("/bin/cat", "/var/log/dpkg.log")
        return log.split(separator: "\n").count { $0.contains(" upgrade \(name):") }
    }

    /// The missing updates as apt lists them.
    func upgradable() async throws -> Set<ListedUpdate> {
        let list = try await run("/usr/bin/apt", "list", "--upgradable")
        return Set(list.split(separator: "\n").compactMap { ListedUpdate(line: $0) })
    }

    /// The packages that a person chose, as apt marks them.
    func manualPackages() async throws -> String {
        try await run("/usr/bin/apt-mark", "showmanual")
    }
}

/// One line of `apt list --upgradable`.
struct ListedUpdate: Hashable {
    let name: String
    let architecture: String
    let installed: String
    let candidate: String

    /// Reads `labgood/stable 2.0 all [upgradable from: 1.0]`; `nil` for other lines.
    init?(line: Substring) {
        guard let match = line.wholeMatch(of: /([^\/]+)\/\S+ (\S+) (\S+) \[upgradable from: (.+)\]/)
        else { return nil }
        name = String(match.1)
        candidate = String(match.2)
        architecture = String(match.3)
        installed = String(match.4)
    }

    init(_ update: Update) {
        name = update.name
        architecture = update.architecture
        installed = update.installed
        candidate = update.candidate
    }
}

// MARK: - The agent

extension LabEndpoint {
    private static let unit = "patchbay-agent.service"

    /// Starts the agent's service if it does not run.
    func startAgent() async throws { try await run("/bin/systemctl", "start", Self.unit) }

    /// Stops it, as an administrator would.
    func stopAgent() async throws { try await run("/bin/systemctl", "stop", Self.unit) }

    /// Restarts it: the new one refreshes the package indexes and scans at once.
    func restartAgent() async throws { try await run("/bin/systemctl", "restart", Self.unit) }

    /// The process of the running agent.
    func agentProcess() async throws -> pid_t {
        let text = try await run("/bin/systemctl", "show", "-P", "MainPID", Self.unit)
        return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// Kills the agent, as the kernel does when memory runs out.
    func killAgent() async throws {
        try await run("/bin/kill", "-KILL", "\(try await agentProcess())")
    }

    /// The running boot.
    func bootID() async throws -> String {
        try await run("/bin/cat", "/proc/sys/kernel/random/boot_id")
    }

    /// How long an installation may print nothing before the agent ends it; `nil` for its own
    /// limit.
    func setInactivityLimit(seconds: Int?) async throws {
        let folder = "/etc/systemd/system/\(Self.unit).d"
        try await run("/bin/mkdir", "-p", folder)
        let start = seconds.map {
            "ExecStart=\nExecStart=/usr/bin/patchbay-agent run --inactivity-limit \($0)\n"
        }
        try await write("[Service]\n\(start ?? "")", to: "\(folder)/limit.conf")
        try await run("/bin/systemctl", "daemon-reload")
        try await restartAgent()
    }
}
