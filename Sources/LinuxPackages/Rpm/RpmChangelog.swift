import PackageManagers
import ToolOutputs

/// What an rpm package's changelog, as `rpm --changelog` prints it, says was mended.
///
/// An entry begins with `* Tue Jan 14 2025 Name <mail> - 1:3.0.7-27`; SUSE names no version there.
enum RpmChangelog {
    /// The most ids that are taken of one update.
    private static let mostNames = 500

    /// The CVE ids that the entries of a newer package name which the installed one does not have,
    /// in the order of the text, each once; `nil` when the two have no entry in common and the
    /// newer one does not tell where it left the installed version, so that nothing can be said.
    ///
    /// Entries come newest first. Where builders repeat an old entry under a new heading, its words
    /// are no news; so an entry that the installed package has word for word ends the reading.
    static func vulnerabilities(
        in newer: [UInt8], beyond installed: [UInt8], version: String
    ) -> [String]? {
        let known = Set(entries(installed))
        var names: [String] = []
        var seen: Set<String> = []
        for entry in entries(newer) {
            if known.contains(entry) { return names }
            if let told = self.version(ofHeading: entry.heading),
                !RpmDatabase.isNewer(told, than: withoutMissingEpoch(version, as: told))
            {
                return names
            }
            for line in entry.lines {
                for name in DebianChangelog.names(in: line) where seen.insert(name).inserted {
                    names.append(name)
                    if names.count == mostNames { return names }
                }
            }
        }
        return nil
    }

    private struct Entry: Hashable {
        let heading: ArraySlice<UInt8>
        var lines: [ArraySlice<UInt8>] = []
    }

    private static func entries(_ text: [UInt8]) -> [Entry] {
        var entries: [Entry] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "* ".utf8) {
                entries.append(Entry(heading: line))
            } else if !entries.isEmpty {
                entries[entries.count - 1].lines.append(line)
            }
        }
        return entries
    }

    /// `1:3.0.7-27` at the end of a heading; `nil` where it names none.
    private static func version(ofHeading line: ArraySlice<UInt8>) -> String? {
        guard let word = line.split(separator: UInt8(ascii: " ")).last,
            let text = String(validating: word, as: UTF8.self), RpmName.isVersion(text),
            text.first?.isNumber == true
        else { return nil }
        return text
    }

    /// Many headings leave out the epoch that the package has.
    private static func withoutMissingEpoch(_ version: String, as told: String) -> String {
        guard !told.contains(":"), let colon = version.firstIndex(of: ":") else { return version }
        return String(version[version.index(after: colon)...])
    }
}
