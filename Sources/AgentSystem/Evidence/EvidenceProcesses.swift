import Fleet
import Forensics
import SystemFiles
import Trust

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What `/proc` tells of processes: what they are, run and hold.
struct EvidenceProcesses {
    /// The most processes that are looked at: as many numbers as 32-bit kernels have.
    static let most = 32_768
    /// The most open files of one process that are looked at.
    static let mostFiles = 4_096
    /// The most of a memory map that is read, in bytes: 10,000 mappings of 100 bytes.
    static let longestMap = 1 << 20
    /// The most of a command line that is read, in bytes.
    static let longestCommand = 4_096
    /// The largest file that is hashed, in bytes.
    static let largestHashed: Int64 = 1 << 30
    /// How many processes of one program are tried: short ones end meanwhile.
    static let mostTried = 20
    /// How much is hashed at once, in bytes, before other tasks have their turn.
    static let piece = 1 << 20

    let root: String
    let isLate: @Sendable () -> Bool

    private static let outOfTime = "The time for it ran out."

    /// The numbers of the running processes.
    func numbers() -> [Int32] {
        Array(Files.names(in: "\(root)/proc").compactMap { Int32($0) }.sorted().prefix(Self.most))
    }

    // MARK: - Processes

    func list(_ lines: inout EvidenceLines) -> String? {
        let booted = bootTime()
        for pid in numbers() {
            if isLate() { return Self.outOfTime }
            let folder = "\(root)/proc/\(pid)"
            guard let stat = Files.line("\(folder)/stat", limit: 4_096),
                let close = stat.lastIndex(of: ")"), let open = stat.firstIndex(of: "(")
            else { continue }
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            guard fields.count > 19 else { continue }
            let name = stat[stat.index(after: open)..<close]
            var line = "pid=\(pid) parent=\(fields[1]) user=\(user(folder)) state=\(fields[0])"
            if let booted, let ticks = Int64(fields[19]) {
                line += " since=\(booted.adding(seconds: ticks / Self.ticksPerSecond))"
            }
            line += " name=\(EvidenceField.word(String(name)))"
            if let cwd = Files.link("\(folder)/cwd"), cwd != "/" {
                line += " in=\(EvidenceField.word(cwd))"
            }
            let command = command(folder)
            if !command.isEmpty { line += " command=\(command)" }
            lines.add(line)
        }
        return lines.lines.isEmpty ? "\(root)/proc shows no processes." : nil
    }

    /// Clock ticks a second: the kernel tells programs so on every machine (`USER_HZ`).
    private static let ticksPerSecond: Int64 = 100

    private func bootTime() -> Timestamp? {
        guard let text = Files.line("\(root)/proc/stat", limit: 1 << 20) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("btime ") {
            return Int64(line.dropFirst(6)).map { Timestamp(seconds: $0) }
        }
        return nil
    }

    /// The number of the user by whose rights it works.
    private func user(_ folder: String) -> String {
        let status = Files.line("\(folder)/status", limit: 16_384) ?? ""
        for line in status.split(separator: "\n") where line.hasPrefix("Uid:") {
            let numbers = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            if numbers.count > 2 { return String(numbers[2]) }
        }
        return "?"
    }

    private func command(_ folder: String) -> String {
        let bytes = Files.bytes("\(folder)/cmdline", limit: Self.longestCommand) ?? []
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return SecretMask.arguments(words).joined(separator: " ")
    }

    // MARK: - What they run

    /// One file that processes run.
    private struct Program {
        var path: String
        var pids: [Int32]
        var notes: [String]
    }

    func executables(_ lines: inout EvidenceLines) async -> String? {
        var programs: [String: Program] = [:]
        var order: [String] = []
        for pid in numbers() {
            let exe = "\(root)/proc/\(pid)/exe"
            guard let path = Files.link(exe) else { continue }
            let status = Files.status(exe)
            let key = status.map { "\($0.device):\($0.inode)" } ?? path
            if programs[key] == nil {
                order.append(key)
                programs[key] = Program(path: path, pids: [], notes: notes(on: path, status))
            }
            programs[key]?.pids.append(pid)
        }
        for key in order {
            guard let program = programs[key] else { continue }
            if isLate() { return Self.outOfTime }
            let hash = await hash(program) ?? "unknown"
            let pids = program.pids.prefix(20).map(String.init).joined(separator: ",")
            let notes = program.notes.map { " \($0)" }.joined()
            lines.add("sha256=\(hash)\(notes) pids=\(pids) path=\(program.path)")
        }
        return nil
    }

    /// The SHA-256 of what processes run, by the first of them that still is there.
    private func hash(_ program: Program) async -> String? {
        for pid in program.pids.prefix(Self.mostTried) {
            if let hash = await hash("\(root)/proc/\(pid)/exe") { return hash }
        }
        return nil
    }

    /// What is wrong with a program's file: it is gone, lies in memory only, or another one stands
    /// in its place.
    private func notes(on path: String, _ running: Files.Status?) -> [String] {
        if path.hasPrefix("/memfd:") { return ["memory-only"] }
        if path.hasSuffix(Self.deleted) { return ["deleted"] }
        guard let running, let there = Files.status("\(root)\(path)") else { return [] }
        return running.inode == there.inode && running.device == there.device ? [] : ["replaced"]
    }

    private static let deleted = " (deleted)"

    /// The SHA-256 of a file; `nil` when it cannot be read, is too large, or there is no time.
    private func hash(_ path: String) async -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { LibC.close(descriptor) }
        var digest = Digest.Running()
        var total: Int64 = 0
        while total <= Self.largestHashed, !isLate() {
            let piece = [UInt8](unsafeUninitializedCapacity: Self.piece) { buffer, count in
                count = max(0, LibC.read(descriptor, buffer))
            }
            if piece.isEmpty { return digest.hex }
            digest.add(piece)
            total += Int64(piece.count)
            await Task.yield()
        }
        return nil
    }

    // MARK: - What they hold

    func deletedFiles(_ lines: inout EvidenceLines) -> String? {
        for pid in numbers() {
            if isLate() { return Self.outOfTime }
            for (number, target) in openFiles(of: pid) where target.hasSuffix(Self.deleted) {
                lines.add("pid=\(pid) file=\(number) path=\(target.dropLast(Self.deleted.count))")
            }
            let map = Files.bytes("\(root)/proc/\(pid)/maps", limit: Self.longestMap) ?? []
            var seen: Set<Substring> = []
            for line in String(decoding: map, as: UTF8.self).split(separator: "\n")
            where line.hasSuffix(Self.deleted) {
                let fields = line.split(separator: " ", maxSplits: 5)
                guard fields.count == 6, fields[1].contains("x"), seen.insert(fields[5]).inserted
                else { continue }
                let path = fields[5].drop { $0 == " " }.dropLast(Self.deleted.count)
                lines.add("pid=\(pid) runs-code-of=\(path)")
            }
        }
        return nil
    }

    /// The processes that hold sockets, by the sockets' numbers.
    func socketOwners() -> [Substring: Int32] {
        var owners: [Substring: Int32] = [:]
        let prefix = "socket:["
        for pid in numbers() where !isLate() {
            for (_, target) in openFiles(of: pid) where target.hasPrefix(prefix) {
                owners[target.dropFirst(prefix.utf8.count).dropLast()] = pid
            }
        }
        return owners
    }

    /// The name of a process.
    func name(of pid: Int32) -> String {
        EvidenceField.word(Files.line("\(root)/proc/\(pid)/comm", limit: 64) ?? "?")
    }

    private func openFiles(of pid: Int32) -> [(number: String, target: String)] {
        let folder = "\(root)/proc/\(pid)/fd"
        return Files.names(in: folder).prefix(Self.mostFiles).compactMap { number in
            Files.link("\(folder)/\(number)").map { (number, $0) }
        }
    }
}
