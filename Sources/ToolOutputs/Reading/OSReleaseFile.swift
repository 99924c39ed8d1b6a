package import Fleet

/// Reads os-release(5): lines of `NAME=value`, quoted as a shell would.
package struct OSReleaseFile: Hashable, Sendable {
    /// The assignments; of two with one name the later stands, as in a shell.
    private(set) var fields: [String: String] = [:]
    /// Lines that are neither assignments, comments nor empty.
    private(set) var unparsed: [String] = []

    /// A real one has at most some 30 lines; what is larger is no os-release file.
    package static let limit = 65_536

    /// Reads a file's bytes.
    package init(_ bytes: [UInt8]) {
        for line in TextLines.strings(bytes) {
            let text = TextLines.trimmed(line)
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard let equals = text.firstIndex(of: "="), Self.isName(text[..<equals]),
                let value = Self.value(text[text.index(after: equals)...]),
                !value.unicodeScalars.contains(where: Self.isControl)
            else {
                unparsed.append(line)
                continue
            }
            fields[String(text[..<equals])] = value
        }
    }

    /// The system's name and version with the defaults that os-release(5) sets: `ID` is `linux`,
    /// `PRETTY_NAME` is `NAME`, or `Linux`.
    package var operatingSystem: OperatingSystem {
        OperatingSystem(
            id: value("ID") ?? "linux", versionId: value("VERSION_ID") ?? "",
            name: value("PRETTY_NAME") ?? value("NAME") ?? "Linux", codename: codename,
            idLike: TextLines.words(fields["ID_LIKE"] ?? ""))
    }

    /// What `patchbay debug parse os-release` prints.
    var reading: ToolReading {
        var reading = ToolReading(.osRelease)
        reading.os = operatingSystem
        reading.fields = fields
        // A system without a name says so with a file that is not there.
        reading.unparsed = unparsed.isEmpty && fields.isEmpty ? [""] : unparsed
        return reading
    }

    private func value(_ name: String) -> String? {
        fields[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `VERSION_CODENAME`. Systems from before it was introduced have it in `VERSION`: Debian as
    /// `9 (stretch)`, and its descendants likewise. Ubuntu's own name is its own only; a system
    /// built on it has another.
    private var codename: String? {
        if let codename = value("VERSION_CODENAME") { return codename }
        if value("ID") == "ubuntu", let codename = value("UBUNTU_CODENAME") { return codename }
        let family = [value("ID") ?? ""] + TextLines.words(fields["ID_LIKE"] ?? "")
        guard family.contains("debian"), let version = value("VERSION"), version.hasSuffix(")"),
            let open = version.lastIndex(of: "(")
        else { return nil }
        let word = version[open...].dropFirst().dropLast()
        let isWord = !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        return isWord ? String(word) : nil
    }

    /// Names and versions go into lists and sentences; no system has such a character in them.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFFFD
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                || $0 == 0x5F
        }
    }

    /// The value without its quotes; `nil` when a quote is not closed or a word stands behind it.
    /// Parts in different quotes may touch, and a comment may follow behind a blank. Real files
    /// have values with spaces and without quotes, which a shell would refuse: they are taken as
    /// they stand.
    private static func value(_ text: Substring) -> String? {
        var result = ""
        var rest = text
        var isQuoted = false
        while let character = rest.popFirst() {
            switch character {
            case "\"", "'":
                guard let part = quoted(by: character, &rest) else { return nil }
                result += part
                isQuoted = true
            case "\\": result.append(rest.popFirst() ?? character)
            case " ", "\t":
                let behind = TextLines.trimmed(rest)
                if behind.isEmpty || behind.hasPrefix("#") { return result }
                if isQuoted { return nil }
                result.append(character)
            default:
                result.append(character)
            }
        }
        return result
    }

    /// The text up to the closing quotation mark; `nil` when there is none.
    private static func quoted(by quote: Character, _ rest: inout Substring) -> String? {
        var result = ""
        while let character = rest.popFirst() {
            if character == quote { return result }
            if character == "\\", quote == "\"" {
                // Within double quotes a backslash stands before `$`, `"`, `\` and backtick only.
                guard let next = rest.popFirst() else { return nil }
                if !"$\"\\`".contains(next) { result.append("\\") }
                result.append(next)
            } else {
                result.append(character)
            }
        }
        return nil
    }
}
