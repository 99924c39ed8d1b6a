public import AgentCore
import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension AgentEffects {
    /// The machine's clock and chance.
    public static var system: AgentEffects {
        AgentEffects(
            now: {
                var time = timespec()
                clock_gettime(CLOCK_REALTIME, &time)
                return Timestamp(
                    milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
            },
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            chance: { Double.random(in: 0..<1) })
    }
}

/// What the agent needs to know of the machine.
public enum Machine {
    /// The running boot (`/proc/sys/kernel/random/boot_id`); empty where the system has none.
    public static var bootId: String { ProcessTable.bootId() }

    /// The absolute path of the running program, also when its file has been replaced since: then
    /// it is the new one's.
    public static var ownProgram: String? {
        let target = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { max(0, readlink("/proc/self/exe", $0, 4096)) } ?? 0
            }
        }
        guard !target.isEmpty else { return nil }
        let path = String(decoding: target, as: UTF8.self)
        let replaced = " (deleted)"
        return path.hasSuffix(replaced) ? String(path.dropLast(replaced.count)) : path
    }

    /// So many unpredictable bytes, from the kernel.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension Machine {
    /// Runs a short program to its end, its output going to this one's standard error.
    ///
    /// - Returns: its exit status; 127 when it could not be started, 128 and the signal's number
    ///   when a signal ended it.
    public static func run(_ command: [String]) async -> Int32 {
        await run(
            command,
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
            ])
    }

    /// The same, with an environment of the caller's.
    public static func run(_ command: [String], environment: [String: String]) async -> Int32 {
        guard
            case .success(let pid) = ChildProcess.start(
                command, environment: environment, log: nil, bond: .group)
        else { return 127 }
        while true {
            switch ChildProcess.ending(of: pid) {
            case .exited(let status): return status
            case .signalled(let number): return 128 + number
            case nil: try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
