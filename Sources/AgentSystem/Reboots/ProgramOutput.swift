#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a short program printed, and how it ended.
struct ProgramOutput: Hashable, Sendable {
    /// Its exit status; 128 and the signal's number when a signal ended it.
    var status: Int32
    /// What it printed, errors included.
    var text: String

    /// The most that is read of one program, in bytes: a list of 10,000 sessions.
    private static let limit = 1 << 20
    private static let pollMilliseconds: Int64 = 10

    /// Runs a program and reads what it prints; `nil` when it could not be started, or took longer
    /// than `patience` milliseconds, after which it is killed.
    static func of(
        _ command: [String], adding variables: [String: String] = [:], patience: Int64 = 10_000
    ) async -> ProgramOutput? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
            "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0",
        ]
        let started = ChildProcess.start(
            command, environment: environment.merging(variables) { _, own in own },
            log: "/dev/fd/\(ends[1])", bond: .group)
        close(ends[1])
        guard case .success(let pid) = started else { return nil }
        return await read(ends[0], of: pid, patience: patience)
    }

    private static func read(_ end: Int32, of pid: pid_t, patience: Int64) async -> ProgramOutput? {
        var bytes: [UInt8] = []
        var waited: Int64 = 0
        while true {
            // In this order: what it printed before its end is read after the end was seen.
            let ending = ChildProcess.ending(of: pid)
            bytes += drain(end, atMost: limit - bytes.count)
            if let ending {
                let text = String(decoding: bytes, as: UTF8.self)
                switch ending {
                case .exited(let status): return ProgramOutput(status: status, text: text)
                case .signalled(let number): return ProgramOutput(status: 128 + number, text: text)
                }
            }
            guard waited < patience, !Task.isCancelled else { break }
            try? await Task.sleep(for: .milliseconds(pollMilliseconds))
            waited += pollMilliseconds
        }
        kill(-pid, SIGKILL)
        for _ in 0..<100 where ChildProcess.ending(of: pid) == nil {
            try? await Task.sleep(for: .milliseconds(pollMilliseconds))
        }
        return nil
    }

    private static func drain(_ end: Int32, atMost room: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = max(0, LibC.read(end, buffer))
            }
            guard !piece.isEmpty else { return bytes }
            bytes += piece.prefix(max(0, room - bytes.count))
        }
    }
}
