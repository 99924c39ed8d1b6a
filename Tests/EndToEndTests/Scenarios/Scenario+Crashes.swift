import Fleet
import Rollout
import Testing

extension Scenario {
    static let crashes = [
        agentKilled, serverKilled, rebootInTheMiddle, powerCutInTheMiddle,
    ]

    static let agentKilled = Scenario(
        "an agent killed in the middle of an installation leaves it to finish, and reports it once"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let deployment = try await lab.approve("labslowkill", on: endpoint)
        try await endpoint.isConfiguring("labslowkill")
        let killed = try await endpoint.agentProcess()
        try await endpoint.killAgent()
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labslowkill", on: endpoint)
        #expect(try await endpoint.configurations(of: "labslowkill") == 1)
        let restarted = try await endpoint.agentProcess()
        #expect(restarted != killed && restarted > 0)
    }

    static let serverKilled = Scenario(
        "a server killed in the middle of a deployment and started again loses nothing"
    ) { lab in
        let deployment = try await lab.approve(["labslow"], on: lab.endpoints)
        try await lab.endpoint(1).isConfiguring("labslow")
        await lab.killServer()
        try await lab.startServer()
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        for (job, endpoint) in zip(jobs, lab.endpoints) {
            try await expectVerified(job, "labslow", on: endpoint)
        }
    }

    static let rebootInTheMiddle = Scenario(
        "an update that reboots the endpoint in the middle ends in one true result afterwards"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        // A reboot waits for the package manager, which here waits for the reboot: 90 s by default.
        try await endpoint.run("/bin/mkdir", "-p", "/etc/systemd/system.conf.d")
        try await endpoint.write(
            "[Manager]\nDefaultTimeoutStopSec=10s\n", to: "/etc/systemd/system.conf.d/lab.conf")
        try await endpoint.run("/bin/systemctl", "daemon-reload")
        let boot = try await endpoint.bootID()
        let deployment = try await lab.approve(
            ["labrebooter", "labrebootbeside"], on: [endpoint])
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labrebooter", on: endpoint)
        try await expectVerified(job, "labrebootbeside", on: endpoint)
        #expect(try await endpoint.bootID() != boot)
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }

    static let powerCutInTheMiddle = Scenario(
        "a power cut in the middle of an installation is mended when the power is back"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let deployment = try await lab.approve("labslowpower", on: endpoint)
        try await endpoint.isConfiguring("labslowpower")
        try await lab.bed("power-cut", "2")
        try await lab.bed("boot", "2")
        try await lab.bed("ready", "2")
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labslowpower", on: endpoint)
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }
}

extension LabEndpoint {
    /// Waits until dpkg runs the package's installation script.
    func isConfiguring(_ name: String) async throws {
        try await eventually("\(name) is being configured") {
            try await configurations(of: name) > 0
        }
    }

    /// How often dpkg has begun to configure a package.
    func configurations(of name: String) async throws -> Int {
        let log = try await run("/bin/cat", "/var/log/dpkg.log")
        return log.split(separator: "\n").count { $0.contains(" configure \(name):all 2.0") }
    }
}
