import ToolOutputs

/// What `apt-cache policy NAME...` says: for each package the candidate that apt's pinning chose
/// (apt_preferences(5)), and every version that a source has.
struct AptPolicy: Hashable, Sendable {
    /// One version of a package.
    struct Version: Hashable, Sendable {
        var text: String
        /// The priority that pinning gives it.
        var priority: Int
        /// Whether it is the installed one.
        var isInstalled: Bool
        /// How many of a hundred endpoints it is handed out to; `nil` when it is not handed out in
        /// phases.
        var phasedPercentage: Int?
        /// The sources that have it, as apt describes them, and each one's own priority; the dpkg
        /// database is not among them.
        var sources: [Source]
    }

    /// A source that has a version.
    struct Source: Hashable, Sendable {
        var description: String
        var priority: Int
    }

    /// One package.
    struct Entry: Hashable, Sendable {
        var installed: String?
        var candidate: String?
        /// The version that a pin of this very package names.
        var pin: String?
        var versions: [Version] = []

        /// The entry of a version; `nil` when no source, nor dpkg, has it.
        func version(_ text: String) -> Version? { versions.first { $0.text == text } }
    }

    /// By the name as apt prints it: with `:architecture` only when that is not the endpoint's own.
    private(set) var entries: [String: Entry] = [:]
    /// Lines that fit nothing.
    private(set) var unparsed: [String] = []

    /// Reads the output; keys of the form `Installed:` are told apart by their order, not by their
    /// words.
    init(_ bytes: [UInt8]) {
        var reader = Reader()
        TextLines.each(bytes) { reader.read(String(decoding: $0, as: UTF8.self)) }
        reader.finish()
        (entries, unparsed) = (reader.entries, reader.unparsed)
    }

    private struct Reader {
        var entries: [String: Entry] = [:]
        var unparsed: [String] = []
        private var name: String?
        private var entry = Entry()

        mutating func read(_ line: String) {
            let indentation = line.utf8.prefix { $0 == TextLines.space }.count
            if line.utf8.count == indentation { return }
            switch indentation {
            case 0 where line.hasSuffix(":"): start(String(line.dropLast()))
            case _ where name == nil: unparsed.append(line)
            case 2: readKey(line)
            case 1: readVersion(line.dropFirst(5), isInstalled: true, whole: line)
            case 5: readVersion(line.dropFirst(5), isInstalled: false, whole: line)
            case 6...: readSource(line)
            default: unparsed.append(line)
            }
        }

        mutating func finish() {
            if let name { entries[name] = entry }
            (name, entry) = (nil, Entry())
        }

        private mutating func start(_ next: String) {
            finish()
            name = next
        }

        private mutating func readKey(_ line: String) {
            guard let colon = line.firstIndex(of: ":") else { return unparsed.append(line) }
            let key = TextLines.trimmed(line[..<colon])
            let value = TextLines.trimmed(line[line.index(after: colon)...])
            // "(none)" stands for no version; it is translated, so the parenthesis decides.
            let version = value.isEmpty || value.hasPrefix("(") ? nil : value
            switch key {
            case "Installed": entry.installed = version
            case "Candidate": entry.candidate = version
            case "Package pin": entry.pin = version
            case "Version table": break
            default: unparsed.append(line)
            }
        }

        private mutating func readVersion(_ text: Substring, isInstalled: Bool, whole: String) {
            let words = TextLines.words(text)
            guard words.count >= 2, let priority = Int(words[1]) else {
                return unparsed.append(whole)
            }
            entry.versions.append(
                Version(
                    text: words[0], priority: priority, isInstalled: isInstalled,
                    phasedPercentage: Self.percentage(words.dropFirst(2)), sources: []))
        }

        /// `(phased 30%)`
        private static func percentage(_ words: ArraySlice<String>) -> Int? {
            words.lazy.filter { $0.hasSuffix("%)") }.compactMap { Int($0.dropLast(2)) }.first
        }

        private mutating func readSource(_ line: String) {
            let words = TextLines.words(line)
            guard words.count >= 2, let priority = Int(words[0]),
                let last = entry.versions.indices.last
            else { return unparsed.append(line) }
            // The dpkg database is described by its path alone.
            if words.count == 2, words[1].hasPrefix("/") { return }
            let description = words.dropFirst().joined(separator: " ")
            entry.versions[last].sources.append(
                Source(description: description, priority: priority))
        }
    }
}
