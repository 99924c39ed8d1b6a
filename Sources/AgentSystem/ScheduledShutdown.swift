import AgentCore
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A shutdown that somebody has scheduled, as `shutdown -r +5` does: systemd's login manager keeps it
/// in a file.
struct ScheduledShutdown: Sendable {
    /// Where the login manager keeps it.
    var file = "/run/systemd/shutdown/scheduled"
    /// What calls it off; the first that is there.
    var cancels = [["/usr/sbin/shutdown", "-c"], ["/sbin/shutdown", "-c"]]

    /// How long that may take, in seconds: the login manager answers at once.
    var patience: Int64 = 15
    /// The file has some 50 bytes and the text for people who are signed in.
    private static let largestFile = 65_536
    private static let reboots = ["MODE=reboot", "MODE=kexec", "MODE=soft-reboot"]

    /// What is scheduled; `nil` when nothing is.
    func read() -> [UInt8]? { Files.bytes(file, limit: Self.largestFile) }

    /// Calls it off, if it is a reboot: what turns the machine off may be a power supply that runs
    /// out, and knows better. What the program says of it goes to the log.
    func callOff(_ scheduled: [UInt8], log: String) -> ShutdownWord {
        let isReboot = String(decoding: scheduled, as: UTF8.self)
            .split(whereSeparator: \.isNewline).contains { Self.reboots.contains(String($0)) }
        guard isReboot else { return ShutdownWord(.powerOffStays) }
        if let command = cancels.first(where: { access($0[0], X_OK) == 0 }),
            case .success(let pid) = ChildProcess.start(
                command, environment: ["LC_ALL": "C.UTF-8"], log: log, bond: .group)
        {
            let deadline = LibC.monotonicSeconds() + patience
            while ChildProcess.ending(of: pid) == nil {
                if LibC.monotonicSeconds() >= deadline { kill(pid, SIGKILL) }
                usleep(Supervisor.pollMicroseconds)
            }
        }
        return ShutdownWord(read() == nil ? .rebootCalledOff : .rebootStays)
    }
}
