/// Finds the script that a package manager waits for: what runs below it.
enum HangingScript {
    /// A process and who started it.
    struct Process: Hashable, Sendable {
        var pid: Int32
        var parent: Int32
        var session: Int32
        /// When it started, in clock ticks since the boot: its number is used again.
        var startTicks: UInt64
        /// The program's name, as the kernel cuts it.
        var name: String

        /// Whether it still runs.
        var isAlive: Bool {
            guard let entry = ProcessTable.entry(pid) else { return false }
            return entry.startTicks == startTicks && !entry.isDead
        }
    }

    /// Reads a line of `/proc/PID/stat`; `nil` for one that has ended.
    static func process(in line: String) -> Process? {
        guard let entry = ProcessTable.entry(in: line), !entry.isDead,
            let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")")
        else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 1, let parent = Int32(fields[1]) else { return nil }
        return Process(
            pid: entry.pid, parent: parent, session: entry.session, startTicks: entry.startTicks,
            name: String(line[line.index(after: open)..<close]))
    }

    /// The living processes of the machine.
    static func allProcesses() -> [Process] {
        ProcessTable.names(in: "/proc").compactMap { name in
            guard let pid = Int32(name) else { return nil }
            return SmallFile.line("/proc/\(pid)/stat").flatMap { process(in: $0) }
        }
    }

    /// The processes below the package manager of a run; none when it has started none, or when
    /// none of the run's programs is one.
    ///
    /// A process in a session of its own is somebody's service by now, and is left alone.
    ///
    /// - Parameters:
    ///   - run: the run's program.
    ///   - hosts: the names of package managers, below which scripts run.
    ///   - all: the machine's processes.
    /// - Returns: what runs below the package manager that is nearest to the run.
    static func processes(
        below run: Int32, hosts: [String], among all: [Process]
    ) -> [Process] {
        guard let host = host(of: run, named: hosts, among: all) else { return [] }
        let children = Dictionary(grouping: all, by: \.parent)
        var found: [Process] = []
        var next = children[host.pid] ?? []
        while let process = next.popLast() {
            if process.session == host.session { found.append(process) }
            next += children[process.pid] ?? []
        }
        return found
    }

    /// The package manager that is nearest to a run: its program itself, or one that it has
    /// started.
    static func host(of run: Int32, named hosts: [String], among all: [Process]) -> Process? {
        let children = Dictionary(grouping: all, by: \.parent)
        var row = all.filter { $0.pid == run }
        while !row.isEmpty {
            if let host = row.first(where: { hosts.contains($0.name) }) { return host }
            row = row.flatMap { children[$0.pid] ?? [] }
        }
        return nil
    }

    /// The one file that a package manager was started for (`rpm -U … -- FILE`), by what the kernel
    /// tells of its arguments; empty when it was started otherwise.
    static func file(in arguments: [UInt8]) -> String {
        let words = arguments.split(separator: 0)
        guard let mark = words.lastIndex(where: { $0.elementsEqual("--".utf8) }),
            mark + 2 == words.count, let word = words.last, word.first == UInt8(ascii: "/"),
            word.allSatisfy({ $0 > 0x20 })
        else { return "" }
        return String(decoding: word, as: UTF8.self)
    }
}
