import AgentCore
import Fleet

/// How a backup program tells when the last backup was made.
public enum BackupFormat: String, Hashable, Sendable, Codable, CaseIterable {
    /// `restic snapshots --json`: a list of objects with `time`.
    case restic
    /// `borg list --json` and `borg info --json`: `archives` with `time`, `start` or `end`.
    case borg
    /// The last line is an RFC 3339 time, or seconds since 1970.
    case time
}

/// Reads when the last backup was made out of what a program printed.
enum BackupReading {
    private struct ResticSnapshot: Decodable {
        var time: String
    }

    private struct BorgList: Decodable {
        struct Archive: Decodable {
            var time: String?
            var start: String?
            var end: String?
        }

        var archives: [Archive]
    }

    /// The newest time that it tells; `nil` when there is no backup in it, or it cannot be read.
    static func newest(in text: String, _ format: BackupFormat) -> Timestamp? {
        switch format {
        case .restic:
            json(text, [ResticSnapshot].self, from: "[", to: "]")?
                .compactMap { instant($0.time) }.max()
        case .borg:
            json(text, BorgList.self, from: "{", to: "}")?.archives
                .compactMap { ($0.end ?? $0.time ?? $0.start).flatMap(instant) }.max()
        case .time:
            text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
                .flatMap { instant(trimmed($0)) ?? epoch(trimmed($0)) }
        }
    }

    /// What a program prints as JSON, without the warnings that it may print around it.
    private static func json<Value: Decodable>(
        _ text: String, _ type: Value.Type, from open: Character, to close: Character
    ) -> Value? {
        guard let start = text.firstIndex(of: open), let end = text.lastIndex(of: close),
            start < end
        else { return nil }
        return AgentJSON.decode(type, from: text[start...end].utf8)
    }

    /// RFC 3339; without an offset it is universal time, since the programs are run so.
    private static func instant(_ text: String) -> Timestamp? {
        Timestamp(text) ?? Timestamp(text + "Z")
    }

    /// Seconds since 1970, of nine to eleven digits: other numbers are something else.
    private static func epoch(_ text: String) -> Timestamp? {
        guard (9...11).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(text)
        else { return nil }
        return Timestamp(milliseconds: seconds * 1000)
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
