import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// Reboots that the agent does by itself. An endpoint is rebooted at most three times a day, so
    /// they are spread over the three.
    static let reboots = [
        rebootInWindow, rebootAndPeople, unhealthyReboot, rebootLoop, rebootOnRequest,
    ]

    /// Packages whose 2.0 asks for a reboot; 1.0 is installed in every endpoint.
    static let rebootPackages = ["labwindow", "labpeople", "labsick", "labloop"]

    static let rebootInWindow = Scenario(
        "an agent reboots its endpoint inside the window, and only then is the update verified",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let boot = try await endpoint.bootID()
        let opens = Date().addingTimeInterval(20)
        let window = "\(stamp(opens))/\(stamp(opens.addingTimeInterval(900)))"
        let deployment = try await lab.approve(
            "labwindow", on: endpoint,
            [
                "--reboot", "ifNeeded", "--reboot-window", window, "--probe", "unit:dbus.service",
                "--probe", "process:systemd-journald", "--service", "patchbay-agent.service",
                "--within", "60s",
            ])
        let waiting = try await lab.job(of: deployment, once: "waits for the window") {
            $0.progress?.phase == .waitingForReboot
        }
        #expect(waiting.state == .pendingRestart)
        #expect(waiting.sentence.contains("window"), "\(waiting.sentence)")
        #expect(try await endpoint.bootID() == boot)
        let status = try await endpoint.run("/usr/bin/patchbay-agent", "status")
        #expect(status.contains("labwindow 2.0"), "\(status)")
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labwindow", on: endpoint)
        #expect(try await endpoint.bootID() != boot)
        #expect(job.result?.isHealthy == true, "\(job.result.map(String.init(describing:)) ?? "")")
        #expect(job.result?.wasHealthy == true)
        #expect(job.result?.probes?.contains { $0.probe == "back in time" } == true)
        let finished = try #require(job.finishedAt)
        #expect(Double(finished.milliseconds) / 1000 >= opens.timeIntervalSince1970)
    }

    static let rebootAndPeople = Scenario(
        "people are warned in their terminal, and a deferral holds the reboot back",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let boot = try await endpoint.bootID()
        try await endpoint.write(session, to: "/var/tmp/session.pl")
        let terminal = try lab.start(
            "/usr/bin/script", "-qfc", "/usr/bin/perl /var/tmp/session.pl", "/var/tmp/screen",
            in: endpoint)
        try await eventually("the session is open") {
            try await endpoint.tryRun(["/bin/cat", "/var/tmp/screen"]).output.contains("ready")
        }
        let deployment = try await lab.approve(
            "labpeople", on: endpoint,
            ["--reboot", "ifNeeded", "--warning", "10s", "--deferrals", "1"])
        try await eventually("the warning is in the terminal") {
            try await endpoint.run("/bin/cat", "/var/tmp/screen").contains("this computer reboots")
        }
        try await endpoint.run("/usr/bin/patchbay-agent", "defer", "10m")
        let waiting = try await lab.job(of: deployment, once: "was put off") {
            $0.sentence.contains("put off")
        }
        #expect(waiting.state == .pendingRestart)
        let again = try await endpoint.tryRun(["/usr/bin/patchbay-agent", "defer", "10m"])
        #expect(again.status == 3, "\(again.output)")
        #expect(again.errorOutput.contains("may be no more"), "\(again.errorOutput)")
        // Longer than the warning, after which it would have rebooted.
        try await Task.sleep(for: .seconds(12))
        #expect(try await endpoint.bootID() == boot)
        try await endpoint.run("/usr/bin/patchbay-agent", "reboot-now")
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labpeople", on: endpoint)
        #expect(try await endpoint.bootID() != boot)
        await terminal.end(SIGKILL)
    }

    static let unhealthyReboot = Scenario(
        "an endpoint whose probe fails after the reboot is unhealthy, and the job has failed",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let boot = try await endpoint.bootID()
        // A unit that the next boot does not know: healthy before, and not after.
        try await endpoint.run(
            "/usr/bin/systemd-run", "--quiet", "--unit=labprobe.service", "/bin/sleep", "infinity")
        let deployment = try await lab.approve(
            "labsick", on: endpoint,
            ["--reboot", "ifNeeded", "--probe", "unit:labprobe.service", "--within", "5s"])
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.state == .failed, "\(job.sentence)")
        #expect(job.result?.failure == .unhealthyAfterPatch)
        #expect(job.result?.isHealthy == false)
        #expect(job.result?.wasHealthy == true)
        #expect(job.sentence.contains("labprobe.service"), "\(job.sentence)")
        #expect(job.outcome("labsick")?.state == .verified)
        #expect(try await endpoint.bootID() != boot)
    }

    static let rebootLoop = Scenario(
        "an endpoint that asks for a reboot again and again is rebooted twice, and no more",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(3)
        try await endpoint.write(
            "f /run/reboot-required - - - - again\nf /run/reboot-required.pkgs - - - - labloop\n",
            to: "/etc/tmpfiles.d/labloop.conf")
        let now = Date()
        let window = "\(stamp(now))/\(stamp(now.addingTimeInterval(3600)))"
        let deployment = try await lab.approve(
            "labloop", on: endpoint, ["--reboot", "ifNeeded", "--reboot-window", window])
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.state == .failed, "\(job.sentence)")
        #expect(job.result?.failure == .rebootNotClearing)
        #expect(job.sentence.contains("rebooted 2 times"), "\(job.sentence)")
        let boot = try await endpoint.bootID()
        let history = try await endpoint.run(
            "/bin/cat", "/var/lib/patchbay-agent/reboot/history.json")
        #expect(try JSONDecoder().decode([Timestamp].self, from: Data(history.utf8)).count == 2)
        #expect(try await endpoint.bootID() == boot)
        try await endpoint.run(
            "/bin/rm", "/etc/tmpfiles.d/labloop.conf", "/run/reboot-required",
            "/run/reboot-required.pkgs")
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
    }

    static let rebootOnRequest = Scenario(
        "a reboot that a technician asks for waits for a program that must not be cut off",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(2)
        let boot = try await endpoint.bootID()
        let backup = try lab.start(
            "/usr/bin/systemd-inhibit", "--what=shutdown", "--who=labbackup", "--why=nightly run",
            "/bin/sleep", "600", in: endpoint)
        try await eventually("the program holds its inhibitor") {
            try await endpoint.run("/usr/bin/systemd-inhibit", "--list", "--no-pager")
                .contains("labbackup")
        }
        let asked: Job = try await lab.answer(to: ["endpoint", "reboot", endpoint.id.text])
        let waiting = try await lab.job(of: asked.deployment, once: "waits for the program") {
            $0.sentence.contains("labbackup")
        }
        #expect(waiting.state == .pendingRestart)
        #expect(try await endpoint.bootID() == boot)
        await backup.end(SIGTERM)
        let job = try await lab.end(of: asked.deployment, on: endpoint)
        #expect(job.state == .verified, "\(job.sentence)")
        #expect(try await endpoint.bootID() != boot)
    }

    /// An instant as the command line reads it.
    static func stamp(_ date: Date) -> String {
        Timestamp(seconds: Int64(date.timeIntervalSince1970)).description
    }

    /// A session as login(1) leaves it: a terminal, a living process, and its line in utmp(5).
    private static let session = """
        my $terminal = readlink("/proc/self/fd/0");
        my $line = substr($terminal, 5);
        open(my $file, ">>", "/run/utmp") or die;
        binmode($file);
        print $file pack("s x2 l a32 a4 a32 a256 x52", 7, $$, $line, "lab", "root", "");
        close($file);
        $| = 1;
        print "ready\\n";
        sleep(900);
        """
}
