import Advisories

/// Alpine's security database as the YAML that its makers also publish: the few forms of it that
/// they write, line by line.
///
///     distroversion: v3.19
///     packages:
///       - pkg:
///           name: openssl
///           secfixes:
///             3.1.4-r3:
///               - CVE-2023-5678
enum SecurityDatabaseText {
    /// The keys one of which a database begins with.
    private static let firstKeys: Set<String> = [
        "distroversion", "reponame", "archs", "urlprefix", "apkurl", "packages",
    ]

    /// The format, if a feed begins like a database and has what only databases have.
    static func detect(_ prefix: ArraySlice<UInt8>) -> DetectedFormat? {
        let text = String(decoding: prefix, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
            .filter { $0 != "---" && !$0.hasPrefix("#") }
        guard let first = lines.first, let (key, _) = pair(first), firstKeys.contains(key),
            text.contains("secfixes:") || text.contains("apkurl:")
        else { return nil }
        return DetectedFormat(format: .alpineSecdb) { try read($0, $1) }
    }

    /// The package that is being read.
    private struct Entry {
        var line: Int
        var name: String?
        var fix: String?
        var isInFixes = false
        /// What is wrong with it.
        var fault: String?
        /// Versions with what they fix.
        var fixes: [(version: String, entry: String)] = []
    }

    private static func read(_ stream: ByteStream, _ collector: RecordCollector) throws {
        var (address, release) = ("", "")
        var entry: Entry?
        func finish() throws {
            guard let done = entry else { return }
            entry = nil
            let home = SecurityDatabase.home(address: address, release: release)
            try collector.attempt(done.name ?? "line \(done.line)") {
                if let fault = done.fault { throw RecordFault(fault) }
                guard let name = done.name else { throw RecordFault("no “name”") }
                guard done.isInFixes else { throw RecordFault("no “secfixes”") }
                return done.fixes.flatMap {
                    SecurityDatabase.records(of: $0.entry, in: name, fix: $0.version, home)
                }
            }
        }
        try TableLines.read(stream, collector) { number, bytes in
            guard let line = String(validating: bytes, as: UTF8.self) else {
                entry?.fault = "line \(number) is not UTF-8"
                return
            }
            let text = line.drop { $0 == " " }
            if text.isEmpty || text.hasPrefix("#") || text == "---" { return }
            if text == "- pkg:" {
                try finish()
                entry = Entry(line: number)
            } else if entry != nil {
                add(text, number, to: &entry)
            } else if let (key, value) = pair(text) {
                if key == "urlprefix" { address = value }
                if key == "distroversion" { release = value }
            }
        }
        try finish()
    }

    private static func add(_ text: Substring, _ number: Int, to entry: inout Entry?) {
        if text.hasPrefix("- ") {
            guard let fix = entry?.fix else {
                entry?.fault = "line \(number): nothing says which version fixes this"
                return
            }
            entry?.fixes.append((fix, plain(text.dropFirst(2))))
        } else if let (key, value) = pair(text) {
            switch (key, value) {
            case ("name", _) where entry?.isInFixes == false: entry?.name = value
            case ("secfixes", ""), ("secfixes", "{}"): entry?.isInFixes = true
            case (_, ""), (_, "[]"):
                if entry?.isInFixes == true { entry?.fix = key }
            default:
                if entry?.isInFixes == true {
                    entry?.fault = "line \(number) is no list of fixes"
                }
            }
        } else {
            entry?.fault = "line \(number) is neither a key nor an item of a list"
        }
    }

    /// A key and what stands behind it. A version may hold a colon; a key's is the last before the
    /// value.
    private static func pair(_ text: Substring) -> (key: String, value: String)? {
        if text.hasSuffix(":") { return (plain(text.dropLast()), "") }
        guard let colon = text.firstRange(of: ": ") else { return nil }
        return (plain(text[..<colon.lowerBound]), plain(text[colon.upperBound...]))
    }

    /// A scalar without blanks around it and without quotes.
    private static func plain(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        for quote in ["\"", "'"] as [Character]
        where text.count >= 2 && text.first == quote && text.last == quote {
            return String(text.dropFirst().dropLast())
        }
        return String(text)
    }
}
