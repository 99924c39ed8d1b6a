import SystemFiles
import ToolOutputs

/// Who has a session open.
enum UserSessions {
    /// The names, sorted, each once: from utmp(5), and from systemd-logind where utmp is no longer
    /// written (Debian 13).
    static func read() -> [String] {
        let utmp = ["/run/utmp", "/var/run/utmp"].lazy.compactMap {
            Files.bytes($0, limit: largestRecordFile)
        }.first
        var names = Set(names(inRecords: utmp ?? []))
        let folder = "/run/systemd/sessions"
        for session in Files.names(in: folder).prefix(mostSessions) where !session.hasSuffix(".ref")
        {
            if let bytes = Files.bytes("\(folder)/\(session)", limit: 65_536),
                let name = name(inSession: bytes)
            {
                names.insert(name)
            }
        }
        return names.sorted()
    }

    /// One record has 384 bytes: room for 10,000 sessions.
    private static let largestRecordFile = 4 * 1_048_576
    private static let mostSessions = 10_000

    /// A record of glibc on 64-bit machines and on those that kept its 32-bit layout: type at 0,
    /// name of 32 bytes at 44.
    private static let recordSize = 384
    private static let nameOffset = 44
    private static let nameSize = 32
    /// The type of a record that stands for a user's session.
    private static let userProcess = 7

    /// The users in a utmp file.
    static func names(inRecords bytes: [UInt8]) -> [String] {
        var names: [String] = []
        var start = 0
        while start + recordSize <= bytes.count {
            let type = Int(bytes[start]) | Int(bytes[start + 1]) << 8
            let field = bytes[(start + nameOffset)..<(start + nameOffset + nameSize)]
            let name = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
            if type == userProcess, !name.isEmpty { names.append(name) }
            start += recordSize
        }
        return names
    }

    /// The user of a session of systemd-logind; `nil` for a greeter's or a closing one.
    static func name(inSession bytes: [UInt8]) -> String? {
        var fields: [String: String] = [:]
        for line in TextLines.strings(bytes) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            fields[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        guard fields["CLASS"] == "user", fields["STATE"] != "closing" else { return nil }
        return fields["USER"]
    }
}
