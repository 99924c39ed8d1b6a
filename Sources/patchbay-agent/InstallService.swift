import AgentCore
import AgentSystem
import ArgumentParser
import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Makes a service of the agent.
struct InstallService: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install-service",
        abstract: "Write the systemd unit, and start the agent now and at every boot.",
        discussion: "Example: patchbay-agent install-service")

    private static let unitPath = "/etc/systemd/system/patchbay-agent.service"
    private static let systemctl = "/usr/bin/systemctl"

    @Flag(name: .customLong("print"), help: "Print the unit and do nothing.")
    var onlyPrint = false

    func run() async throws {
        guard let program = Machine.ownProgram else {
            throw ProgramFailure("The agent cannot find its own program. Mount /proc.")
        }
        let unit = ServiceUnit.text(program: program)
        if onlyPrint { return Output.write(unit) }
        guard access("/run/systemd/system", F_OK) == 0 else {
            throw ProgramFailure(
                "systemd is not the first process here. Start “patchbay-agent run” by other means.")
        }
        do {
            // A service that cannot work would be started again and again.
            _ = try IdentityFiles.load(from: DiskStateFolder(DiskStateFolder.standardPath))
            try DiskStateFolder("/etc/systemd/system").replace(
                "patchbay-agent.service", with: Array(unit.utf8))
        } catch {
            throw ProgramFailure(error)
        }
        // systemd refuses to read a unit that it may not; it holds no secret.
        chmod(Self.unitPath, 0o644)
        for arguments in [
            ["daemon-reload"], ["enable", "--quiet", "patchbay-agent.service"],
            ["restart", "patchbay-agent.service"],
        ] {
            let status = await Machine.run([Self.systemctl] + arguments)
            guard status == 0 else {
                throw ProgramFailure(
                    "systemctl \(arguments.joined(separator: " ")) ended with status \(status). See journalctl -u patchbay-agent."
                )
            }
        }
        Output.write(
            "The agent runs, and starts at every boot. See it with: systemctl status patchbay-agent"
        )
    }
}

/// The agent's systemd unit. packaging/systemd/patchbay-agent.service is the same text for the
/// packaged path.
enum ServiceUnit {
    static func text(program: String) -> String {
        """
        # The Patchbay agent. Package runs are units of their own (patchbay-job_*), which a stop or
        # restart of this one does not touch; so this one needs few rights itself.
        [Unit]
        Description=Patchbay agent
        Documentation=man:systemd-run(1)
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        NotifyAccess=main
        ExecStart=\(program) run
        EnvironmentFile=-/etc/default/patchbay-agent
        Restart=always
        RestartSec=5
        TimeoutStopSec=20
        StateDirectory=patchbay-agent
        StateDirectoryMode=0700
        # Where people at the endpoint ask about its reboot (people.sock).
        RuntimeDirectory=patchbay-agent
        RuntimeDirectoryMode=0755
        UMask=0077
        # Scans must not be felt; package runs have units, and priorities, of their own.
        Nice=10
        IOSchedulingPriority=7
        # dnf takes up to 249 MiB of it to read indexes of 80,000 packages. What takes more is ended, and its
        # scan has failed; the agent goes on.
        MemoryMax=400M
        OOMPolicy=continue
        TasksMax=128
        # What package tools write when they refresh, look or download: their caches, indexes, locks and
        # logs. "-": an endpoint has some of them only.
        ProtectSystem=strict
        ReadWritePaths=-/var/cache -/var/log -/var/lib/apt -/var/lib/dnf -/var/lib/pacman -/var/lib/flatpak
        ProtectHome=read-only
        PrivateTmp=yes
        NoNewPrivileges=yes
        LockPersonality=yes
        # Not ProtectKernelModules=, which hides /usr/lib/modules: it tells which kernels are there.
        # Not ProtectControlGroups=: in a container it shows the boot identifier of the machine below.
        CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_PACCT CAP_SYSLOG CAP_BLOCK_SUSPEND
        CapabilityBoundingSet=~CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_AUDIT_CONTROL
        SystemCallFilter=~@module @obsolete @raw-io @swap @cpu-emulation
        SystemCallErrorNumber=EPERM
        ProtectClock=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
        SystemCallArchitectures=native

        [Install]
        WantedBy=multi-user.target
        """
    }
}
