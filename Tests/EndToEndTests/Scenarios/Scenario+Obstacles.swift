import Fleet
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let obstacles = [
        lockHeld, interruptedDpkg, changedConfigurationFile, heldAndKeptBack, tooLittleRoom,
    ]

    static let lockHeld = Scenario(
        "while another program holds dpkg's lock the job says who, and goes on afterwards"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let holder = try lab.start("/usr/local/sbin/hold-lock", "300", in: endpoint)
        try await eventually("the lock is held") { holder.log.contains("holding") }
        let process = try #require(holder.log.split(separator: " ").dropFirst().first)
        let deployment = try await lab.approve("labprompt", on: endpoint)
        let waiting = try await lab.job(of: deployment, once: "waits for the lock") {
            $0.progress?.phase == .waitingForLock
        }
        #expect(waiting.sentence.contains("hold-lock"))
        #expect(waiting.sentence.contains(process))
        try await expectUntouched("labprompt", on: endpoint)
        await holder.end()
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labprompt", on: endpoint)
    }

    static let interruptedDpkg = Scenario(
        "a dpkg that was interrupted before is repaired once, and the job says so"
    ) { lab in
        let endpoint = try lab.endpoint(3)
        try await endpoint.run("/usr/local/sbin/interrupt-dpkg")
        let job = try await lab.deploy("labconf", to: endpoint)
        try await expectVerified(job, "labconf", on: endpoint)
        #expect(job.result?.notes.contains { $0.contains("repaired") } == true)
        #expect(try await endpoint.package("labinterrupted") == "installed 1.0")
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }

    static let changedConfigurationFile = Scenario(
        "a configuration file that was edited on the endpoint is kept, and the job says so"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        try await endpoint.write("port=8081\n", to: "/etc/labconf.conf")
        let job = try await lab.deploy("labconf", to: endpoint)
        try await expectVerified(job, "labconf", on: endpoint)
        #expect(job.result?.notes.contains { $0.contains("/etc/labconf.conf") } == true)
        #expect(try await endpoint.run("/bin/cat", "/etc/labconf.conf") == "port=8081\n")
        try await endpoint.run("/bin/cat", "/etc/labconf.conf.dpkg-dist")
    }

    static let heldAndKeptBack = Scenario(
        "held and kept-back packages are listed as such, and none goes in against the endpoint's will"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let decisions = try await lab.view(of: endpoint).decisions
        let codes = Dictionary(uniqueKeysWithValues: decisions.map { ($0.update.name, $0) })
        #expect(codes["labheld"]?.reasonCode == "held")
        #expect(codes["labdep"]?.reasonCode == "keptBack")
        #expect(codes["labnewdep"]?.reasonCode == "keptBack")
        let line = try #require(
            try await lab.plan(["labheld", "labdaemon"], on: [endpoint]).lines.first)
        #expect(line.updates.map(\.name) == ["labdaemon"])
        #expect(line.leftOut.map(\.name) == ["labheld"])
        #expect(line.leftOut.first?.reason.contains("hold") == true)
        let refused = try await lab.tryPatchbay(
            ["deployment", "create", "--endpoint", endpoint.id.text, "--update", "labheld"])
        #expect(refused.status == 3)
        #expect(refused.errorOutput.contains("E_NOTHING_TO_INSTALL"))
        let job = try await lab.deploy("labdep", to: endpoint)
        #expect(job.state == .failed)
        #expect(job.outcome("labdep")?.failure == .dependency)
        #expect(job.sentence.contains("labgood"))
        try await expectUntouched("labdep", on: endpoint)
        try await expectUntouched("labheld", on: endpoint)
    }

    static let tooLittleRoom = Scenario(
        "an update that does not fit on the disk is not started, and the job says how much it needs"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let job = try await lab.deploy("labdisk", to: endpoint)
        #expect(job.state == .failed)
        #expect(job.outcome("labdisk")?.failure == .diskFull)
        #expect(job.sentence.contains("free"))
        try await expectUntouched("labdisk", on: endpoint)
    }
}
