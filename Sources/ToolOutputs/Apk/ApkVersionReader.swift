import Fleet

/// Reads `apk version` (`name-version < available @tag`) and `apk list --upgradable`
/// (`name-version architecture {origin} (licence) [upgradable from: name-version]`).
struct ApkVersionReader {
    private(set) var reading = ToolReading(.apkVersion)

    init(_ bytes: [UInt8]) {
        // Below a listed package `-v` writes what it is and where it comes from, two blanks in.
        var isBelow = false
        for line in ToolText.lines(bytes) {
            if isBelow, line.isIndented, !line.isBlank { continue }
            isBelow = false
            if Self.known.contains(line.trimmed) { continue }
            if readListing(line) {
                isBelow = !line.isIndented
            } else if !readComparison(line.words) {
                reading.unparsed.append(line.raw)
            }
        }
    }

    /// A warning is shown: it says that an index could not be opened or is old, and then the list
    /// is short.
    private static let known = KnownLines(
        beginnings: ["Installed:", "fetch http", "OK: ", "v3.", "v4."],
        parts: [" distinct packages available"])

    /// The sign between the versions: what is installed is older, the same, newer, or in no
    /// repository.
    private mutating func readComparison(_ words: [String]) -> Bool {
        guard words.count >= 2, let (name, installed) = Self.split(words[0]) else { return false }
        let tag = words.last.flatMap { $0.hasPrefix("@") && $0.count > 1 ? $0 : nil }
        let rest = words.dropFirst(2).dropLast(tag == nil ? 0 : 1)
        switch words[1] {
        case "<":
            // Alpine's packages have a release each: a version that lost its own was cut.
            guard rest.count == 1, Self.isVersion(words[2]),
                words[2].contains("-r") || !installed.contains("-r")
            else { return false }
            reading.updates.append(
                ToolUpdate(name: name, installed: installed, candidate: words[2], origin: tag))
        case "=", ">", "?", "!":
            guard rest.count <= 1, rest.allSatisfy(Self.isVersion) else { return false }
            reading.packages.append(ToolPackage(name: name, version: installed, origin: tag))
        default: return false
        }
        return true
    }

    private mutating func readListing(_ line: ToolLine) -> Bool {
        let words = line.words
        guard words.count >= 3, let (name, version) = Self.split(words[0]),
            Grammar.consists(words[1], of: "_"), words[2].hasPrefix("{"),
            line.trimmed.hasSuffix("]"), let bracket = line.trimmed.lastIndex(of: "[")
        else { return false }
        let remark = TextLines.words(line.trimmed[bracket...].dropFirst().dropLast())
        guard let last = remark.last else { return false }
        if remark.count == 1 {
            reading.packages.append(
                ToolPackage(name: name, version: version, architecture: words[1]))
            return last == "installed"
        }
        guard let (old, installed) = Self.split(last), old == name else { return false }
        reading.updates.append(
            ToolUpdate(
                name: name, architecture: words[1], installed: installed, candidate: version,
                origin: String(words[2].dropFirst().prefix { $0 != "}" })))
        return true
    }

    /// `name-1.2.3_rc1-r4`: the version begins with the digit behind the last hyphen but one.
    private static func split(_ text: String) -> (name: String, version: String)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let hasRelease =
            parts.last?.hasPrefix("r") == true && Grammar.isNumber(parts.last?.dropFirst() ?? "")
        let count = hasRelease ? 2 : 1
        guard parts.count > count else { return nil }
        let version = parts.suffix(count).joined(separator: "-")
        let name = parts.dropLast(count).joined(separator: "-")
        guard isVersion(version), PackageName(name, of: .apk) != nil else { return nil }
        return (name, version)
    }

    /// apk-package(5): begins with a digit.
    private static func isVersion(_ text: String) -> Bool {
        guard let first = text.utf8.first, Grammar.isDigit(first) else { return false }
        return Grammar.consists(text, of: "._~-")
    }
}
