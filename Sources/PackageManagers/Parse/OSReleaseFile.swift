import Fleet

/// Reads os-release(5): lines of `NAME=value`, quoted as a shell would.
struct OSReleaseFile: Hashable, Sendable {
    /// The assignments; of two with one name the later stands, as in a shell.
    private(set) var fields: [String: String] = [:]
    /// Lines that are neither assignments, comments nor empty.
    private(set) var unparsed: [String] = []

    /// A real one has at most some 30 lines; what is larger is no os-release file.
    static let limit = 65_536

    /// Reads a file's bytes.
    init(_ bytes: [UInt8]) {
        for line in TextLines.strings(bytes) {
            let text = TextLines.trimmed(line)
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard let equals = text.firstIndex(of: "="), Self.isName(text[..<equals]),
                let value = Self.value(text[text.index(after: equals)...])
            else {
                unparsed.append(line)
                continue
            }
            fields[String(text[..<equals])] = value
        }
    }

    /// The system's name and version with the defaults that os-release(5) sets: `ID` is `linux`,
    /// `PRETTY_NAME` is `Linux`.
    var operatingSystem: OperatingSystem {
        OperatingSystem(
            id: fields["ID"] ?? "linux", versionId: fields["VERSION_ID"] ?? "",
            name: fields["PRETTY_NAME"] ?? fields["NAME"] ?? "Linux",
            codename: fields["VERSION_CODENAME"].flatMap { $0.isEmpty ? nil : $0 },
            idLike: TextLines.words(fields["ID_LIKE"] ?? ""))
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                || $0 == 0x5F
        }
    }

    /// The value without its quotes; `nil` when a quote is not closed or something stands behind
    /// it. Real files have values with spaces and without quotes, which a shell would refuse: they
    /// are taken as they stand.
    private static func value(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            return text.contains("\\") ? unescaped(text) : String(text)
        }
        var result = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote { return TextLines.trimmed(rest).isEmpty ? result : nil }
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

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let character = rest.popFirst() {
            result.append(character == "\\" ? rest.popFirst() ?? character : character)
        }
        return result
    }
}
