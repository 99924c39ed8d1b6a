import AgentCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files of one run, through which agent and supervisor speak to each other.
struct RunFolder: Sendable {
    /// The folder's absolute path.
    let path: String

    /// What is to be run.
    var plan: String { "\(path)/run.json" }
    /// Who runs it: made once, by the one supervisor that may run it.
    var claim: String { "\(path)/pid.json" }
    /// How it ended.
    var ending: String { "\(path)/exit.json" }
    /// What it printed: the log of the whole job, beside the folder.
    var log: String { "\(path)/../run.log" }

    /// The plan; `nil` when there is none that can be read.
    func readPlan() -> RunPlan? {
        SmallFile.bytes(plan).flatMap { AgentJSON.decode(RunPlan.self, from: $0) }
    }

    /// How the run ended; `nil` while there is no word.
    func readEnding() -> RunEnding? {
        SmallFile.bytes(ending).map { AgentJSON.decode(RunEnding.self, from: $0) ?? .vanished }
    }

    /// Who claimed the run; `nil` when nobody has.
    func readClaim() -> ProcessRecord? {
        SmallFile.bytes(claim).flatMap { AgentJSON.decode(ProcessRecord.self, from: $0) }
    }

    /// Claims the run for a process; `false` when it is claimed already. A link is made to a file
    /// that is written whole, so there is never a claim without a name.
    func claim(for process: ProcessRecord) -> Bool {
        let own = "\(claim).\(process.pid)"
        guard let bytes = AgentJSON.encode(process), Self.write(bytes, to: own) else {
            return false
        }
        defer { unlink(own) }
        let isFirst = link(own, claim) == 0
        Self.flush(path)
        return isFirst
    }

    /// Leaves word of the ending.
    func write(_ value: RunEnding) -> Bool {
        guard let bytes = AgentJSON.encode(value), Self.write(bytes, to: "\(ending).new"),
            rename("\(ending).new", ending) == 0
        else { return false }
        Self.flush(path)
        return true
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return LibC.writeAll(descriptor, bytes) && fsync(descriptor) == 0
    }

    private static func flush(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
