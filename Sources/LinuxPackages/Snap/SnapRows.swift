import Fleet
import ToolOutputs

/// Reads `snap list`: `name version revision [tracking] publisher notes`, without blanks in any of
/// them, below a heading in any language.
struct SnapRows {
    /// One revision of a snap.
    struct Row: Hashable, Sendable {
        var name: String
        /// `version@revision`
        var version: String
        var notes: Set<String>

        /// Whether it is kept only, and another revision is in use (`--all`).
        var isDisabled: Bool { notes.contains("disabled") }
        var isHeld: Bool { notes.contains("held") }

        var package: Package {
            Package(
                manager: .snap, name: name, version: version, architecture: "all", source: name,
                sourceVersion: version)
        }
    }

    private(set) var rows: [Row] = []
    /// Lines that could not be read.
    private(set) var unparsed: [String] = []

    init(_ bytes: [UInt8]) {
        var isBelowHeading = false
        for line in TextLines.strings(bytes) {
            let words = TextLines.words(line)
            guard !words.isEmpty else { continue }
            if (5...6).contains(words.count), PackageName(words[0], of: .snap) != nil,
                Self.isRevision(words[2])
            {
                rows.append(
                    Row(
                        name: words[0], version: Self.version(words[1], words[2]),
                        notes: Set((words.last ?? "").split(separator: ",").map(String.init))))
            } else if !isBelowHeading, (5...8).contains(words.count),
                !line.contains(where: \.isNumber)
            {
                isBelowHeading = true
            } else {
                unparsed.append(line)
            }
        }
    }

    static func version(_ version: String, _ revision: String) -> String {
        version.isEmpty || version == "-" ? revision : "\(version)@\(revision)"
    }

    /// The revision in such a version.
    static func revision(of version: String) -> String {
        version.split(separator: "@").last.map(String.init) ?? version
    }

    /// A number, or `x` and a number for one that was installed from a file.
    private static func isRevision(_ text: String) -> Bool {
        Grammar.isNumber(text.hasPrefix("x") ? text.dropFirst() : text[...])
    }
}

/// A row of `snap changes --abs-time`: `12  Doing  2026-11-23T10:01:00Z  -  Refresh "lab" snap`.
struct SnapChange: Hashable, Sendable {
    var id: String
    var status: String
    /// Whether it has come to its end.
    var isReady: Bool
    var summary: String

    init?(_ line: String) {
        let words = TextLines.words(line)
        guard words.count >= 5, Grammar.isNumber(words[0]),
            words[1].allSatisfy({ $0.isASCII && $0.isLetter }),
            words[2].first?.isNumber == true, words[3] == "-" || words[3].first?.isNumber == true
        else { return nil }
        (id, status, isReady) = (words[0], words[1], words[3] != "-")
        summary = words[4...].joined(separator: " ")
    }

    /// Whether snapd is at work on it and would refuse others for these snaps meanwhile. From four
    /// snaps on a summary tells only how many they are.
    func keeps(_ names: [String]) -> Bool {
        guard !isReady, status != "Wait" else { return false }
        return !summary.contains("\"") || names.contains { summary.contains("\"\($0)\"") }
    }

    /// A change that goes on after the next reboot: of a kernel, or of what the system starts from.
    var rebootSignal: RebootSignal? {
        guard status == "Wait" else { return nil }
        return RebootSignal(
            kind: .coreFilesReplaced,
            detail: "snapd goes on with change \(id) after a reboot: \(summary)")
    }
}
