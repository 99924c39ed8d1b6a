import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

/// The product on virtual machines with a kernel of their own: what a container cannot show.
///
/// Run by `make test-vm`, apart from the other tests: an emulated processor takes its time.
@Suite(.serialized, .requires(.root, .networkNamespaces, .testBed, .machines, .binaries))
struct VirtualMachineTests {
    /// What stands for the newest kernel.
    private static let kernel = "linux-image-cloud-amd64"

    @Test(.requires(.newerKernel), .emptyLab)
    func `A kernel update is verified only when the machine runs it, after a reboot in its window`()
        async throws
    {
        let lab = try Lab.current
        let machine = try await lab.machine(21)
        let (old, boot) = (try await machine.kernel(), try await machine.bootID())
        let release = try await lab.offerKernel()
        try #require(release != old)
        try await machine.restartAgent()
        _ = try await lab.missing(Self.kernel, on: machine)

        let deployment = try await lab.approve(Self.kernel, on: machine)
        var seen = ""
        let pending = try await eventually(
            "the kernel is installed", within: .machine, seen: { seen }
        ) {
            let job = try await lab.job(of: deployment)
            seen = "\(job.state.rawValue): \(job.sentence)"
            return job.state == .pendingRestart || job.state.isTerminal ? job : nil
        }
        #expect(pending.state == .pendingRestart, "\(pending.sentence)")
        #expect(pending.standing == "pendingReboot")
        #expect(pending.finishedAt == nil)
        try await eventually("the machine is shown to need a reboot", within: .machine) {
            try await lab.view(of: machine).posture?.reboot.required == true
        }
        #expect(try await machine.kernel() == old)

        let opens = Date().addingTimeInterval(60)
        let window = "\(Scenario.stamp(opens))/\(Scenario.stamp(opens.addingTimeInterval(3600)))"
        let asked: Job = try await lab.answer(
            to: ["endpoint", "reboot", machine.id.text, "--reboot-window", window])
        let waiting = try await lab.job(of: asked.deployment, once: "waits for the window") {
            $0.sentence.contains("window")
        }
        #expect(waiting.state == .pendingRestart)
        #expect(try await machine.bootID() == boot)
        try await machine.expectReboot(after: boot)
        #expect(Date() >= opens)
        #expect(try await machine.kernel() == release)
        for deployment in [deployment, asked.deployment] {
            let job = try await eventually("the job has ended", within: .machine) {
                let job = try await lab.job(of: deployment)
                return job.state.isTerminal ? job : nil
            }
            #expect(job.state == .verified, "\(job.sentence)")
        }
        let posture = try #require(try await lab.view(of: machine).posture)
        #expect(posture.reboot.required == false)
        #expect(posture.endpoint.kernel == release)
        #expect(!posture.updates.contains { $0.name == Self.kernel })
    }

    @Test(.requires(.newerKernel), .emptyLab)
    func `A kernel without its initial file system is found before the reboot, and mended`()
        async throws
    {
        let lab = try Lab.current
        let machine = try await lab.machine(22)
        let release = try await lab.offerKernel()
        try await machine.interruptKernelInstallation(Self.kernel, release: release)
        try await machine.startAgent()
        let boot = try await machine.bootID()

        let asked: Job = try await lab.answer(to: ["endpoint", "reboot", machine.id.text])
        let waiting = try await eventually("the reboot waits", within: .machine) {
            let job = try await lab.job(of: asked.deployment)
            return job.sentence.contains("initrd.img-\(release)") ? job : nil
        }
        #expect(waiting.state == .pendingRestart)
        #expect(try await machine.bootID() == boot)

        let mending = try await lab.approve("labgood", on: machine)
        try await machine.expectReboot(after: boot)
        #expect(try await machine.kernel() == release)
        #expect(try await machine.package(Self.kernel).hasPrefix("installed"))
        for deployment in [mending, asked.deployment] {
            let job = try await eventually("the job has ended", within: .machine) {
                let job = try await lab.job(of: deployment)
                return job.state.isTerminal ? job : nil
            }
            #expect(job.state == .verified, "\(job.sentence)")
        }
    }

    @Test(.emptyLab)
    func `A snapshot of the root volume is taken before, and returning to it undoes the update`()
        async throws
    {
        let lab = try Lab.current
        let machine = try await lab.machine(23)
        try await lab.saveBefore(before: "{snapshot: required}")
        try await machine.expectPolicies()
        let job = try await lab.deploy("labgood", to: machine)
        #expect(job.state == .verified, "\(job.sentence)")
        let notes = job.result?.notes ?? []
        #expect(notes.contains { $0.contains("snapshot") }, "\(notes)")
        let volumes = try await machine.run(
            "/sbin/lvs", "--noheadings", "-o", "lv_name,origin", "lab")
        let rows: [[Substring]] = volumes.split(separator: "\n").map { $0.split(separator: " ") }
        let row = rows.first { $0.count == 2 && $0[1] == "root" }
        let snapshot = String(try #require(row)[0])
        #expect(try await machine.package("labgood") == "installed 2.0")

        try await machine.run("/bin/sh", "-c", "echo since >/srv/written-since")
        let agent = "/usr/bin/patchbay-agent"
        let list = try await machine.run(agent, "snapshot", "list")
        #expect(list.contains("lab/\(snapshot)"), "\(list)")
        let order = [agent, "snapshot", "return", "lab/\(snapshot)"]
        let unasked = try await machine.tryRun(order)
        #expect(unasked.status == 3)
        #expect(unasked.output.contains("Left as they are: /boot"), "\(unasked.output)")
        #expect(unasked.errorOutput.contains("--accept-loss"), "\(unasked.errorOutput)")
        let boot = try await machine.bootID()
        _ = try await machine.tryRun(order + ["--accept-loss"])
        try await machine.expectReboot(after: boot)
        #expect(try await machine.package("labgood") == "installed 1.0")
        let since = try await machine.tryRun(["/usr/bin/test", "-e", "/srv/written-since"])
        #expect(since.status != 0)
        let rest = try await machine.run("/sbin/lvs", "--noheadings", "-o", "lv_name", "lab")
        #expect(!rest.contains(snapshot), "\(rest)")
        // The server is told by the next scan, whatever it held for verified.
        let update = try await lab.missing("labgood", on: machine)
        #expect(update.installed == "1.0")
        // The agent remembers that the job has ended, though it came after the snapshot.
        let journal = try await machine.run(
            "/bin/cat", "/var/lib/patchbay-agent/jobs/\(job.id)/journal")
        #expect(journal.contains("delivered"), "\(journal)")
        #expect(try await lab.job(of: job.deployment).state == .verified)
    }

    @Test(.emptyLab)
    func `An order returns the machine to its snapshot, and the scan after the reboot verifies it`()
        async throws
    {
        let lab = try Lab.current
        let machine = try await lab.machine(24)
        try await lab.saveBefore(
            before: "{snapshot: required}", more: "reboot: {mode: ifNeeded, warning: 1m}")
        try await machine.expectPolicies()
        let job = try await lab.deploy("labgood", to: machine)
        #expect(job.state == .verified, "\(job.sentence)")
        let snapshot = try #require(job.result?.snapshot)
        try await machine.run("/bin/sh", "-c", "echo since >/srv/written-since")
        let order = ["rollback", "--endpoint", machine.id.text, "--way", "snapshot"]
        let unasked = try await lab.tryPatchbay(order)
        #expect(unasked.status != 0)
        #expect(unasked.errorOutput.contains("E_LOSS_UNACCEPTED"), "\(unasked.errorOutput)")
        let boot = try await machine.bootID()
        let made: Deployment = try await lab.answer(to: order + ["--accept-loss"])
        try await machine.expectReboot(after: boot)
        let back = try await eventually("the return has ended", within: .machine) {
            let back = try await lab.job(of: made.id)
            return back.state.isTerminal ? back : nil
        }
        #expect(back.state == .verified, "\(back.sentence)")
        #expect(back.updates.map(\.returnsTo?.snapshot) == [snapshot])
        #expect(back.outcome("labgood")?.versionAfter == "1.0")
        #expect(try await machine.package("labgood") == "installed 1.0")
        let since = try await machine.tryRun(["/usr/bin/test", "-e", "/srv/written-since"])
        #expect(since.status != 0)
        // The version stays away until a person lets it, and there is nothing more to return to.
        let blocked = try await lab.tryPatchbay([
            "deployment", "create", "--plan", "--endpoint", machine.id.text, "--update", "labgood",
            "--format", "json",
        ])
        #expect(blocked.output.contains("is blocked until a person unblocks it"))
        let again = try await lab.tryPatchbay(order + ["--accept-loss"])
        #expect(again.errorOutput.contains("E_NOTHING_TO_ROLL_BACK"), "\(again.errorOutput)")
    }
}

extension LabEndpoint {
    /// Leaves a machine as a run leaves it that was killed while it packed the new kernel's initial
    /// file system: the boot loader's links lead to a kernel that cannot start.
    fileprivate func interruptKernelInstallation(_ name: String, release: String) async throws {
        try await stopAgent()
        try await run("/usr/bin/apt-get", "-q", "update")
        try await run(
            "/usr/bin/systemd-run", "--quiet", "--unit=labinterrupted",
            "--property=KillMode=control-group",
            "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "/usr/bin/apt-get", "-q", "-y",
            "install",
            name)
        try await eventually("the initial file system is being packed", within: .machine) {
            try await tryRun(["/usr/bin/pgrep", "-f", "mkinitramfs"]).status == 0
        }
        try await run("/usr/bin/systemctl", "kill", "--signal=KILL", "labinterrupted.service")
        try await eventually("the run is dead", within: .machine) {
            try await tryRun(["/usr/bin/pgrep", "-f", "mkinitramfs"]).status != 0
        }
        let boot = try await run("/bin/ls", "/boot")
        #expect(boot.contains("vmlinuz-\(release)\n"))
        #expect(!boot.contains("initrd.img-\(release)\n"))
    }
}
