public import AgentCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The machine's reboot, with what the system says of people and programs on it.
public struct SystemReboot: Rebooting {
    /// Where systemctl stands, the usual place first.
    private static let systemctl = ["/usr/bin/systemctl", "/bin/systemctl"]
    private static let reboot = ["/sbin/reboot", "/usr/sbin/reboot"]

    /// This machine's reboot.
    public init() {}

    /// Who has a session open.
    public func sessions() async -> [UserSession] { await LoginSessions.read() }

    /// Shows a text in a session's terminal. A graphical session shows it by the notification
    /// program, which says so itself.
    public func show(_ text: String, in session: UserSession) async -> Bool {
        guard let terminal = session.terminal else { return false }
        return Terminal.write(text, to: terminal)
    }

    /// Programs that keep the endpoint from shutting down, and a kernel that could not start.
    public func inhibitors() async -> [String] {
        await SystemBus.inhibitors() + BootFiles.faults(in: ProcessTable.names(in: "/boot"))
    }

    /// Reboots in order: services are stopped, file systems are unmounted.
    public func reboot() async -> String? {
        let hasSystemd = access("/run/systemd/system", F_OK) == 0
        let candidates =
            hasSystemd
            ? Self.systemctl.map { [$0, "reboot"] } : Self.reboot.map { [$0] }
        guard let command = candidates.first(where: { access($0[0], X_OK) == 0 }) else {
            return "This machine has neither systemctl nor reboot."
        }
        guard let output = await ProgramOutput.of(command, patience: 60_000) else {
            return "\(command[0]) did not answer."
        }
        return output.status == 0
            ? nil : "\(command.joined(separator: " ")) ended with \(output.status): \(output.text)"
    }
}

/// Whether the newest kernel has what it needs to start: one whose installation was cut off does
/// not come back.
enum BootFiles {
    /// The faults among the files of a folder such as `/boot`. Where no kernel has an initial file
    /// system, none needs one.
    static func faults(in names: [String]) -> [String] {
        let kernels = Set(names.compactMap { suffix($0, after: "vmlinuz-") })
        let initial = Set(names.compactMap { suffix($0, after: "initrd.img-") })
        guard !initial.isEmpty else { return [] }
        return kernels.subtracting(initial).sorted().map {
            "kernel \($0), which has no initrd.img-\($0) to start with"
        }
    }

    private static func suffix(_ name: String, after prefix: String) -> String? {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }
}
