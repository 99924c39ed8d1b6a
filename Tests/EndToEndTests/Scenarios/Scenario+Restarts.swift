import Fleet
import Rollout
import Testing

extension Scenario {
    static let restarts = [neededReboot, neededRestart]

    static let neededReboot = Scenario(
        "an update that needs a reboot is verified only after the reboot"
    ) { lab in
        let endpoint = try lab.endpoint(3)
        let deployment = try await lab.approve("labkernel", on: endpoint)
        let pending = try await lab.job(of: deployment, once: "waits for the reboot") {
            $0.state == .pendingRestart
        }
        #expect(pending.sentence.contains("reboot"))
        #expect(pending.finishedAt == nil)
        #expect(try await lab.view(of: endpoint).posture?.reboot.required == true)
        let boot = try await endpoint.bootID()
        _ = try await endpoint.tryRun(["/bin/systemctl", "reboot"])
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labkernel", on: endpoint)
        #expect(try await endpoint.bootID() != boot)
        #expect(try await lab.view(of: endpoint).posture?.reboot.required == false)
    }

    static let neededRestart = Scenario(
        "an update of a running service is verified only after the service's restart"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let deployment = try await lab.approve("labdaemon", on: endpoint)
        let pending = try await lab.job(of: deployment, once: "waits for the restart") {
            $0.state == .pendingRestart
        }
        #expect(pending.sentence.contains("labdaemon.service"))
        try await endpoint.run("/bin/systemctl", "restart", "labdaemon.service")
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labdaemon", on: endpoint)
    }

    static let aToolThatLies = Scenario(
        "a package manager that reports success without doing anything is found out"
    ) { lab in
        let endpoint = try lab.endpoint(3)
        try await endpoint.run("/bin/mv", "/usr/bin/apt-get", "/usr/bin/apt-get.true")
        try await endpoint.write(Self.liar, to: "/usr/bin/apt-get")
        try await endpoint.run("/bin/chmod", "755", "/usr/bin/apt-get")
        let deployment = try await lab.approve("labprompt", on: endpoint)
        let job = try await lab.end(of: deployment, on: endpoint)
        try await endpoint.run("/bin/mv", "/usr/bin/apt-get.true", "/usr/bin/apt-get")
        #expect(job.state == .failedVerification, "\(job.sentence)")
        #expect(job.outcome("labprompt")?.failure == .nothingChanged)
        #expect(job.sentence.contains("apt reported success but labprompt is still 1.0."))
        try await expectUntouched("labprompt", on: endpoint)
    }

    /// Answers as the true one does, and says that it installs what it does not.
    private static let liar = """
        #!/bin/sh
        lies=no
        for argument in "$@"; do
            case $argument in
                -s | --simulate | --print-uris) exec /usr/bin/apt-get.true "$@" ;;
                install) lies=yes ;;
            esac
        done
        [ $lies = yes ] || exec /usr/bin/apt-get.true "$@"
        echo "Setting up labprompt (2.0) ..."

        """
}
