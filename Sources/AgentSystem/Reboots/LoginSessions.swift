import AgentCore
import Fleet
import Readiness

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Who has a session open, by systemd-logind and by utmp(5): each knows some that the other does
/// not.
enum LoginSessions {
    private static let loginctl = "/usr/bin/loginctl"
    /// The most sessions that are asked for.
    private static let mostSessions = 1000

    /// All sessions of people, each terminal once.
    static func read() async -> [UserSession] {
        var sessions: [UserSession] = []
        if access(loginctl, X_OK) == 0, access(SystemBus.socket, F_OK) == 0 {
            sessions = await fromLogind()
        }
        let known = Set(sessions.compactMap(\.terminal))
        let records = SmallFile.bytes("/run/utmp", limit: largestRecordFile) ?? []
        for record in Self.records(in: records) where !known.contains("/dev/\(record.line)") {
            guard let session = session(of: record) else { continue }
            sessions.append(session)
        }
        return sessions
    }

    // MARK: - systemd-logind

    private static func fromLogind() async -> [UserSession] {
        await shown(["Id", "User", "Name", "TTY", "Type", "Class", "State"]).map {
            sessions(in: $0)
        } ?? []
    }

    /// What `loginctl` shows of all sessions; `nil` when it shows none.
    private static func shown(_ properties: [String]) async -> String? {
        guard
            let list = await ProgramOutput.of([
                loginctl, "list-sessions", "--no-legend", "--no-pager",
            ]), list.status == 0
        else { return nil }
        let names = identifiers(in: list.text).prefix(mostSessions)
        guard !names.isEmpty else { return nil }
        return await ProgramOutput.of(
            [loginctl, "show-session", "--no-pager"] + properties.map { "--property=\($0)" }
                + ["--"] + names)?.text
    }

    /// The sessions' identifiers: the first column of `loginctl list-sessions`.
    static func identifiers(in list: String) -> [String] {
        list.split(separator: "\n").compactMap { line in
            guard let word = line.split(separator: " ").first,
                word.utf8.allSatisfy({
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
                        || (0x41...0x5A).contains($0)
                })
            else { return nil }
            return String(word)
        }
    }

    /// The sessions of people in what `loginctl show-session` prints: one block each, with an empty
    /// line between.
    static func sessions(in text: String) -> [UserSession] {
        blocks(in: text).compactMap { values in
            guard values["Class"]?.hasPrefix("user") == true, values["State"] != "closing",
                let user = values["User"].flatMap({ UInt32($0) })
            else { return nil }
            let isText = values["Type"].map { $0 == "tty" || $0 == "unspecified" } ?? true
            let terminal = values["TTY"].flatMap { isText ? Terminal.path($0) : nil }
            return UserSession(
                user: user, name: String(values["Name"] ?? "\(user)"), terminal: terminal)
        }
    }

    private static func blocks(in text: String) -> [[Substring: Substring]] {
        text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "").map {
            block in
            var values: [Substring: Substring] = [:]
            for line in block {
                guard let equals = line.firstIndex(of: "=") else { continue }
                values[line[..<equals]] = line[line.index(after: equals)...]
            }
            return values
        }
    }

    // MARK: - Who is at work

    /// Everybody with a session, and whether somebody is at it. Of a session that only utmp knows
    /// nothing says that it is idle.
    static func people() async -> [Surroundings.Person] {
        var found: [Surroundings.Person] = []
        if access(loginctl, X_OK) == 0, access(SystemBus.socket, F_OK) == 0 {
            let asked = [
                "Id", "User", "Name", "Class", "State", "IdleHint", "LockedHint", "Type", "TTY",
            ]
            found = await shown(asked).map { people(in: $0) } ?? []
        }
        let known = Set(found.map(\.name))
        for session in await read() where !known.contains(session.name) {
            found.append(Surroundings.Person(session.name, isAway: false))
        }
        return found
    }

    /// The people in what `loginctl show-session` prints.
    static func people(in text: String) -> [Surroundings.Person] {
        blocks(in: text).compactMap { values in
            guard values["Class"]?.hasPrefix("user") == true, values["State"] != "closing",
                let user = values["User"]
            else { return nil }
            return Surroundings.Person(
                String(values["Name"] ?? user),
                isAway: values["IdleHint"] == "yes" || values["LockedHint"] == "yes")
        }
    }

    // MARK: - utmp

    /// One record has 384 bytes: room for 10,000 sessions.
    private static let largestRecordFile = 4 * 1_048_576
    /// A record of glibc on 64-bit machines: type at 0, process at 4, line of 32 bytes at 8, name
    /// of 32 bytes at 44, the other machine of 256 bytes at 76, seconds at 340.
    private static let recordSize = 384
    /// The type of a record that stands for a user's session.
    static let userProcess: UInt32 = 7
    /// The type of one that waits for a name and a password.
    static let loginProcess: UInt32 = 6

    /// One session in a utmp file.
    struct Record: Hashable {
        var pid: Int32
        var line: String
        var name: String
        /// The machine from which it came; empty for none.
        var from = ""
        /// When it began.
        var at = Timestamp(seconds: 0)
    }

    /// The users' sessions in a utmp file, and with other types what a log of refused ones has.
    static func records(
        in bytes: [UInt8], ofTypes types: ClosedRange<UInt32> = userProcess...userProcess
    ) -> [Record] {
        stride(from: 0, through: bytes.count - recordSize, by: recordSize).compactMap { start in
            let number = { (offset: Int, size: Int) in
                (0..<size).reduce(UInt32(0)) { $0 | UInt32(bytes[start + offset + $1]) << (8 * $1) }
            }
            let text = { (offset: Int, size: Int) in
                String(
                    decoding: bytes[(start + offset)..<(start + offset + size)].prefix { $0 != 0 },
                    as: UTF8.self)
            }
            guard types.contains(number(0, 2)) else { return nil }
            let record = Record(
                pid: Int32(bitPattern: number(4, 4)), line: text(8, 32), name: text(44, 32),
                from: text(76, 256), at: Timestamp(seconds: Int64(number(340, 4))))
            return record.name.isEmpty ? nil : record
        }
    }

    /// The session of a record whose process is alive; the terminal's owner is its user.
    private static func session(of record: Record) -> UserSession? {
        guard record.pid > 0, kill(record.pid, 0) == 0 || errno == EPERM,
            let terminal = Terminal.path(Substring(record.line)),
            let owner = Terminal.owner(of: terminal)
        else { return nil }
        return UserSession(user: owner, name: record.name, terminal: terminal)
    }
}
