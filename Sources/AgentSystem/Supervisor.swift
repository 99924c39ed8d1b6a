import AgentCore
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs a run's programs and leaves word of how they ended. It is a process of its own
/// (`patchbay-agent supervise FOLDER`), in its own session or systemd unit, so that a kill, a
/// restart or an update of the agent does not touch what it runs.
public struct Supervisor: Sendable {
    /// How often the program is looked at, in microseconds: a fifth of a second is not noticed
    /// beside an installation.
    static let pollMicroseconds: UInt32 = 200_000
    /// How long a program that hangs may take to end itself before it is killed, in seconds: dpkg
    /// finishes the package at hand first.
    static let graceSeconds: Int64 = 30
    /// How many scripts that hang are ended in one run before the whole run is: each costs the
    /// run's patience, and where a fourth one hangs something else is wrong than the packages.
    static let mostEndedScripts = 3
    /// How often leaving word is tried when the disk is full, once in 5 seconds: ten minutes.
    static let endingTries = 120
    /// How much is read of a package manager's arguments, in bytes: it was started for one file.
    static let longestArguments = 65_536
    /// The longest last line that is kept, in bytes.
    static let longestLastLine = 500

    private let folder: RunFolder
    private let grace: Int64
    private let shutdown: ScheduledShutdown

    /// A supervisor for the run in a folder.
    public init(folder: String) {
        self.init(folder: folder, graceSeconds: Self.graceSeconds)
    }

    init(
        folder: String, graceSeconds: Int64, shutdown: ScheduledShutdown = ScheduledShutdown()
    ) {
        self.folder = RunFolder(path: folder)
        self.shutdown = shutdown
        grace = graceSeconds
    }

    /// Runs the run to its end, unless another supervisor has claimed it.
    ///
    /// - Returns: the exit status for the process: 0, or 3 when there is nothing that can be run.
    public func run() -> Int32 {
        guard let plan = folder.readPlan(), let own = ProcessRecord.current() else { return 3 }
        // Already the leader of a session when the agent or systemd started it so.
        setsid()
        guard folder.claim(for: own) else { return 0 }
        // The end of the agent, of a terminal or of a unit is no reason to cut a package manager
        // off; systemd's last word is SIGKILL.
        for number in [SIGHUP, SIGINT, SIGTERM, SIGPIPE] { signal(number, SIG_IGN) }
        chdir("/")
        umask(0o022)
        let ending = runAll(plan)
        for _ in 0..<Self.endingTries {
            if folder.write(ending) { return 0 }
            sleep(5)
        }
        return 3
    }

    /// Runs a plan's programs, and then those that follow whatever became of the others.
    func runAll(_ plan: RunPlan) -> RunEnding {
        // What was scheduled before is somebody's plan, and none of this run's business.
        var seen = Seen(scheduled: shutdown.read())
        var ending = runEach(plan, &seen)
        for command in plan.afterwards ?? [] {
            note("+ \(command.joined(separator: " "))")
            let own = runOne(command, plan, &seen)
            callOffShutdown(&seen.scheduled)
            if ending == .exited(0) { ending = own }
        }
        return ending
    }

    /// An installation ends with the first program that fails; a repair runs them all, since the
    /// second mends what the first cannot, unless a script had to be ended: the second would begin
    /// with it again.
    private func runEach(_ plan: RunPlan, _ seen: inout Seen) -> RunEnding {
        var last = RunEnding.exited(0)
        for command in plan.commands {
            note("+ \(command.joined(separator: " "))")
            last = runOne(command, plan, &seen)
            callOffShutdown(&seen.scheduled)
            switch last {
            case .exited(0): continue
            case .exited: if plan.kind == .install || seen.endedScripts > 0 { return last }
            case .signalled, .hung, .vanished, .notStarted: return last
            }
        }
        return last
    }

    /// What a run has seen and done so far.
    private struct Seen {
        var scheduled: [UInt8]?
        var endedScripts = 0
    }

    /// No package decides when the endpoint reboots; least of all while others are installed.
    private func callOffShutdown(_ known: inout [UInt8]?) {
        let found = shutdown.read()
        guard let found, found != known else { return }
        note(shutdown.callOff(found, log: folder.log).line)
        known = shutdown.read()
    }

    private func runOne(
        _ command: [String], _ plan: RunPlan, _ seen: inout Seen
    ) -> RunEnding {
        let pid: pid_t
        switch ChildProcess.start(
            command, environment: plan.environment, log: folder.log, bond: .group)
        {
        case .success(let started): pid = started
        case .failure(let failure):
            return .notStarted("\(command.first ?? "") could not be started: \(failure.words)")
        }
        var size = logSize()
        var quietSince = LibC.monotonicSeconds()
        while true {
            callOffShutdown(&seen.scheduled)
            if let ending = ChildProcess.ending(of: pid) {
                switch ending {
                case .exited(let status): return .exited(status)
                case .signalled(let number): return .signalled(number)
                }
            }
            let now = logSize()
            if now != size {
                size = now
                quietSince = LibC.monotonicSeconds()
            } else if LibC.monotonicSeconds() - quietSince >= plan.inactivityLimitSeconds {
                guard endScript(below: pid, plan, &seen) else { return endHanging(pid, plan) }
                quietSince = LibC.monotonicSeconds()
            }
            usleep(Self.pollMicroseconds)
        }
    }

    /// Ends the script that the package manager waits for, which then goes on with the other
    /// packages; `false` when there is none to end.
    private func endScript(below pid: pid_t, _ plan: RunPlan, _ seen: inout Seen) -> Bool {
        guard let hosts = plan.scriptHosts, seen.endedScripts < Self.mostEndedScripts else {
            return false
        }
        let all = HangingScript.allProcesses()
        let found = HangingScript.processes(below: pid, hosts: hosts, among: all)
        guard !found.isEmpty, let host = HangingScript.host(of: pid, named: hosts, among: all)
        else { return false }
        seen.endedScripts += 1
        let file = HangingScript.file(
            in: Files.bytes("/proc/\(host.pid)/cmdline", limit: Self.longestArguments) ?? [])
        note(HangWord(seconds: plan.inactivityLimitSeconds, file: file).line)
        for process in found { kill(process.pid, SIGTERM) }
        let deadline = LibC.monotonicSeconds() + grace
        while LibC.monotonicSeconds() < deadline, found.contains(where: \.isAlive) {
            usleep(Self.pollMicroseconds)
        }
        for process in found where process.isAlive { kill(process.pid, SIGKILL) }
        return true
    }

    private func endHanging(_ pid: pid_t, _ plan: RunPlan) -> RunEnding {
        let line = lastLine()
        note(
            "patchbay-agent: nothing was printed for \(plan.inactivityLimitSeconds) s; the run is ended."
        )
        kill(-pid, SIGTERM)
        let deadline = LibC.monotonicSeconds() + grace
        var isCollected = false
        while LibC.monotonicSeconds() < deadline {
            isCollected = isCollected || ChildProcess.ending(of: pid) != nil
            if isCollected, kill(-pid, 0) != 0 { break }
            usleep(Self.pollMicroseconds)
        }
        kill(-pid, SIGKILL)
        // A script may have left the group, but not the session that is this run's alone; nothing
        // of it is to go on writing to the system. A session that somebody else leads is not ours
        // to end.
        let own = getpid()
        if getsid(0) == own {
            for member in ProcessTable.members(ofSession: own) where member.pid != own {
                kill(member.pid, SIGKILL)
            }
        }
        while !isCollected, ChildProcess.ending(of: pid) == nil { usleep(Self.pollMicroseconds) }
        return .hung(lastLine: line)
    }

    private func logSize() -> Int64 { Files.status(folder.log)?.size ?? 0 }

    private func note(_ line: String) {
        let descriptor = open(folder.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array("\(line)\n".utf8)
        _ = bytes.withUnsafeBytes { LibC.write(descriptor, $0) }
    }

    private func lastLine() -> String {
        let descriptor = open(folder.log, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        lseek(descriptor, off_t(max(0, logSize() - 4096)), SEEK_SET)
        let tail = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, LibC.read(descriptor, buffer))
        }
        let line = tail.split(separator: 0x0A).last { !$0.allSatisfy { $0 <= 0x20 } } ?? []
        return String(decoding: line.prefix(Self.longestLastLine), as: UTF8.self)
    }
}
