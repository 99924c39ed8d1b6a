import Fleet
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let surroundings = [
        questionsAndWrappers, halfDownloaded, fullBoot, plannedReboot,
        coreInTheSameRun, powerCutInUnpacking,
    ]

    static let questionsAndWrappers = Scenario(
        "no question is asked, no wrapper is run and no language misread", isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(3)
        // As needrestart hooks into apt: it asks unless it is told to keep out.
        try await endpoint.write(
            """
            DPkg::Post-Invoke {"test x$NEEDRESTART_SUSPEND != x || { echo asked >> /var/log/lab-asked; sleep infinity; }";};

            """, to: "/etc/apt/apt.conf.d/99needrestart")
        let wrapped = ["apt-get", "apt", "dpkg", "dpkg-deb", "dpkg-query", "systemctl", "tar"]
        for program in wrapped {
            let file = "/usr/local/bin/\(program)"
            try await endpoint.write(
                "#!/bin/sh\necho \(program) >> /var/log/lab-wrapped\nexit 77\n", to: file)
            try await endpoint.run("/bin/chmod", "755", file)
        }
        let folder = "/etc/systemd/system/patchbay-agent.service.d"
        try await endpoint.run("/bin/mkdir", "-p", folder)
        try await endpoint.write(
            "[Service]\nEnvironment=LANG=C.UTF-8 LC_MESSAGES=de_DE.UTF-8 LANGUAGE=de:fr\n",
            to: "\(folder)/language.conf")
        try await endpoint.run("/bin/systemctl", "daemon-reload")
        try await endpoint.restartAgent()

        let job = try await lab.deploy("labasks", to: endpoint)
        try await expectVerified(job, "labasks", on: endpoint)
        // The question's own default, which nobody was asked for.
        #expect(try await endpoint.run("/bin/cat", "/var/lib/labasks/mode") == "safe\n")
        for trace in ["/var/log/lab-asked", "/var/log/lab-wrapped"] {
            let left = try await endpoint.tryRun(["/bin/cat", trace])
            #expect(left.status != 0, "\(trace): \(left.output)")
        }

        _ = try await endpoint.tryRun(
            ["/bin/rm", "/etc/apt/apt.conf.d/99needrestart", "\(folder)/language.conf"]
                + wrapped.map { "/usr/local/bin/\($0)" })
        try await endpoint.run("/bin/systemctl", "daemon-reload")
        try await endpoint.restartAgent()
    }

    static let halfDownloaded = Scenario(
        "files that were downloaded by half are fetched anew", isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let archives = "/var/cache/apt/archives"
        // One that a power cut left under its full name, and one under way that a cache spoiled.
        for file in ["labhalf_2.0_all.deb", "partial/labhalf2_2.0_all.deb"] {
            try await endpoint.write("!<arch>\ndebian-binary", to: "\(archives)/\(file)")
        }
        let job = try await lab.deploy("labhalf", "labhalf2", to: endpoint)
        try await expectVerified(job, "labhalf", on: endpoint)
        try await expectVerified(job, "labhalf2", on: endpoint)
    }

    static let fullBoot = Scenario(
        "a kernel that does not fit on a full /boot is not begun, and the others go in",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let kernel = "linux-image-9.9.9-lab"
        try await endpoint.run("/usr/bin/apt-get", "-q", "-y", "install", "\(kernel)=1.0")
        try await endpoint.run("/bin/mount", "-t", "tmpfs", "-o", "size=4m", "lab", "/boot")
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        try await eventually("the kernel's update is known") {
            let posture = try await lab.view(of: endpoint).posture
            return posture?.updates.contains { $0.name == kernel } == true
        }
        let job = try await lab.deploy(kernel, "labroom", to: endpoint)
        let outcome = try #require(job.outcome(kernel))
        #expect(outcome.failure == .diskFull, "\(outcome.sentence)")
        #expect(outcome.sentence.contains("/boot"), "\(outcome.sentence)")
        #expect(try await endpoint.package(kernel) == "installed 1.0")
        #expect(job.outcome("labroom")?.state == .verified, "\(job.sentence)")
        #expect(try await endpoint.package("labroom") == "installed 2.0")
        try await endpoint.run("/bin/umount", "/boot")
        try await endpoint.run("/usr/bin/dpkg", "--purge", kernel)
    }

    static let plannedReboot = Scenario(
        "a reboot that a package schedules is called off, and the job says what was at work",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let boot = try await endpoint.bootID()
        let job = try await lab.deploy("labplans", "labstays", to: endpoint)
        for name in ["labplans", "labstays"] {
            #expect(job.outcome(name)?.state == .verified, "\(job.sentence)")
        }
        let note = job.result?.notes.first { $0.contains("a reboot was scheduled") }
        #expect(note?.contains("labplans") == true, "\(job.result?.notes ?? [])")
        #expect(note?.contains("called off") == true, "\(job.result?.notes ?? [])")
        let left = try await endpoint.tryRun(
            ["/usr/bin/test", "-e", "/run/systemd/shutdown/scheduled"])
        #expect(left.status != 0)
        #expect(try await endpoint.bootID() == boot)
    }

    static let coreInTheSameRun = Scenario(
        "an upgrade of systemd and of the agent itself in the same run leaves the run whole",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let before = try await endpoint.agentProcess()
        let job = try await lab.deploy("labcore", "labbeside", to: endpoint)
        try await expectVerified(job, "labcore", on: endpoint)
        try await expectVerified(job, "labbeside", on: endpoint)
        #expect(try await endpoint.agentProcess() != before)
        #expect(try await lab.log(of: job).contains("the service manager and the agent are new"))
    }

    static let powerCutInUnpacking = Scenario(
        "a power cut before a package is wholly unpacked is mended when the power is back",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let deployment = try await lab.approve(["labunpack", "labafter"], on: [endpoint])
        try await eventually("labunpack is half installed") {
            let log = try await endpoint.run("/bin/cat", "/var/log/dpkg.log")
            return log.contains("status half-installed labunpack:all")
        }
        try await lab.bed("power-cut", "2")
        try await lab.bed("boot", "2")
        try await lab.bed("ready", "2")
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.state == .verified, "\(job.sentence)")
        for name in ["labunpack", "labafter"] {
            #expect(job.outcome(name)?.state == .verified, "\(job.sentence)")
            #expect(try await endpoint.package(name) == "installed 2.0")
        }
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }
}

extension Lab {
    /// Packages for surroundings that are not as they should be, with what their second version
    /// does; the first one is installed in every endpoint.
    static let surroundingPackages = [
        "labasks": "prompt", "labhalf": "plain", "labhalf2": "plain", "labroom": "plain",
        "labcore": "core", "labbeside": "plain", "labrebootbeside": "plain",
        "labunpack": "slow-unpack", "labafter": "plain",
        "labplans": "plan-reboot", "labstays": "plain",
    ]

    /// Adds them to the repository, and a kernel that is in no endpoint before its scenario.
    func addSurroundingPackages() async throws {
        for (name, behaviour) in Self.surroundingPackages.sorted(by: { $0.key < $1.key }) {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0", "--fault", behaviour)
        }
        for version in ["1.0", "2.0"] {
            try await repository("add", "linux-image-9.9.9-lab", version)
        }
    }
}
