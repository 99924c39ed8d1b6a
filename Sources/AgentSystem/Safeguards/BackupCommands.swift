import AgentCore
import Fleet
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The commands by which an endpoint's administrator lets the agent ask when the last backup was
/// made: a file on the endpoint, never something that a server sends.
public struct BackupCommands: Hashable, Sendable, Codable {
    /// One command.
    public struct Entry: Hashable, Sendable, Codable {
        /// What it is called in sentences.
        public var name: String
        /// How it tells the time.
        public var format: BackupFormat
        /// The program's absolute path and its arguments; no shell.
        public var argv: [String]
        /// A file of `NAME=value` lines with what must not stand in an argument, such as
        /// passwords; only its owner may read it.
        public var environmentFile: String?
        /// How long it may take, in seconds.
        public var timeoutSeconds: Int64?
    }

    /// The commands; every one of them must tell of a backup that is young enough.
    public var commands: [Entry]

    /// Where they stand.
    public static let standardPath = "/etc/patchbay-agent/backup.json"
    /// The largest file that is read, in bytes.
    private static let sizeLimit = 65_536
    /// The most commands.
    static let mostCommands = 16
    /// How long one may take when the file does not say, in seconds: a repository far away.
    static let usualTimeoutSeconds: Int64 = 120
    /// How long one may take at most, in seconds.
    static let longestTimeoutSeconds: Int64 = 900

    /// Reads the commands of a file.
    ///
    /// - Throws: `BackupFault` when there is none, or it cannot be trusted or read.
    public static func read(_ path: String) throws(BackupFault) -> BackupCommands {
        guard Files.exists(path) else {
            throw BackupFault("No command is named that tells it (\(path)).")
        }
        try BackupFault.check(path, isSecret: false)
        guard let bytes = Files.bytes(path, limit: sizeLimit),
            let read = AgentJSON.decode(BackupCommands.self, from: bytes)
        else { throw BackupFault("\(path) is not of the form that docs/operations.md shows.") }
        guard !read.commands.isEmpty, read.commands.count <= mostCommands else {
            throw BackupFault("\(path) must name 1 to \(mostCommands) commands.")
        }
        for entry in read.commands {
            guard entry.argv.first?.hasPrefix("/") == true else {
                throw BackupFault("\(path): “argv” must begin with a program's absolute path.")
            }
        }
        return read
    }

    /// Asks all commands.
    func lastBackup() async -> BackupAnswer {
        var oldest: (at: Timestamp, name: String)?
        for entry in commands {
            switch await entry.ask() {
            case .made(let at, let name):
                if oldest.map({ at < $0.at }) ?? true { oldest = (at, name) }
            case .unknown(let why): return .unknown(why)
            }
        }
        return oldest.map { .made(at: $0.at, by: $0.name) } ?? .unknown("No command was asked.")
    }
}

extension BackupCommands.Entry {
    /// How much of a complaint is told, in characters.
    private static let longestWords = 200

    /// Runs the command, in universal time and the C locale.
    func ask() async -> BackupAnswer {
        var secrets: (file: String, values: [String: String])?
        do throws(BackupFault) {
            if let environmentFile {
                secrets = (environmentFile, try Self.variables(environmentFile))
            }
        } catch {
            return .unknown(error.sentence)
        }
        let seconds = min(
            max(timeoutSeconds ?? BackupCommands.usualTimeoutSeconds, 1),
            BackupCommands.longestTimeoutSeconds)
        let output = await FreeProgram.run(
            argv, variables: ["TZ": "UTC"], secrets: secrets, seconds: seconds)
        guard let output else {
            return .unknown("\(name) could not be run, or did not end within \(seconds) s.")
        }
        guard output.status == 0 else {
            let line = output.text.split(whereSeparator: \.isNewline).last ?? ""
            return .unknown(
                "\(name) ended with status \(output.status): \(line.prefix(Self.longestWords))")
        }
        guard let instant = BackupReading.newest(in: output.text, format) else {
            return .unknown("\(name) told of no backup.")
        }
        return .made(at: instant, by: name)
    }

    /// The variables of a file: `NAME=value` lines; empty lines and comments are left out.
    static func variables(_ path: String) throws(BackupFault) -> [String: String] {
        try BackupFault.check(path, isSecret: true)
        guard let bytes = Files.bytes(path, limit: 65_536) else {
            throw BackupFault("\(path) cannot be read.")
        }
        var variables: [String: String] = [:]
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        for line in lines where !line.hasPrefix("#") {
            guard let sign = line.firstIndex(of: "=") else { continue }
            variables[String(line[..<sign])] = String(line[line.index(after: sign)...])
        }
        return variables
    }
}

/// Why it cannot be asked when the last backup was made.
public struct BackupFault: Error, Hashable, Sendable {
    /// In one sentence.
    public let sentence: String

    init(_ sentence: String) { self.sentence = sentence }

    /// What the agent runs as root must be root's: nobody else may have written it, nor read what
    /// is secret.
    static func check(_ path: String, isSecret: Bool) throws(BackupFault) {
        guard let status = Files.status(path), status.isRegular else {
            throw BackupFault("\(path) is no file.")
        }
        guard status.owner == 0 || status.owner == geteuid() else {
            throw BackupFault("\(path) belongs to another user, and is not used.")
        }
        let forbidden: UInt32 = isSecret ? 0o077 : 0o022
        guard status.permissions & forbidden == 0 else {
            throw BackupFault(
                isSecret
                    ? "\(path) can be read by others, and is not used (chmod 600)."
                    : "\(path) can be written by others, and is not used (chmod 644).")
        }
    }
}
