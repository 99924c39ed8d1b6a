import Fleet

/// Reads `pacman -Qu`: `name installed -> candidate`, with a remark in brackets, in any language,
/// when the endpoint's configuration leaves the package out (`IgnorePkg`).
struct PacmanUpdateReader {
    private(set) var reading = ToolReading(.pacmanQu)

    init(_ bytes: [UInt8]) {
        for line in ToolText.lines(bytes)
        where !Self.known.contains(line.trimmed) && !Self.isProgress(line.trimmed)
            || Self.isFault(line.trimmed)
        {
            guard let update = Self.update(line.words) else {
                reading.unparsed.append(line.raw)
                continue
            }
            reading.updates.append(update)
        }
    }

    /// Headings begin with `::`; an error is never passed over.
    private static let known = KnownLines(
        beginnings: [":: ", "warning: ", "==> "], endings: [" is up to date"])

    /// ` extra  8.4 MiB  12.1 MiB/s 00:01 [####] 100%`, and the same with a sign that eats.
    private static func isProgress(_ text: String) -> Bool {
        guard text.hasSuffix("%"), let open = text.firstIndex(of: "["),
            let close = text.lastIndex(of: "]")
        else { return false }
        return open < close && !text.contains(" -> ")
            && text[open..<close].dropFirst().allSatisfy { "#-cCo ".contains($0) }
    }

    /// Without a repository's database nothing of it would ever be newer; and `checkupdates` says
    /// its errors as it says its steps.
    private static func isFault(_ text: String) -> Bool {
        text.contains("database file") || text.uppercased().contains("ERROR")
            || (text.hasPrefix("==> ") && text.dropFirst(4).prefix { $0 != ":" }.isCapitals
                && !text.hasPrefix("==> WARNING"))
    }

    private static func update(_ words: [String]) -> ToolUpdate? {
        guard words.count >= 4, words[2] == "->", PackageName(words[0], of: .pacman) != nil,
            isVersion(words[1]), isVersion(words[3])
        else { return nil }
        var update = ToolUpdate(name: words[0], installed: words[1], candidate: words[3])
        let remark = words.dropFirst(4).joined(separator: " ")
        if !remark.isEmpty {
            guard remark.hasPrefix("["), remark.hasSuffix("]") else { return nil }
            update.isHeld = true
        }
        return update
    }

    /// `[epoch:]version-release` (PKGBUILD(5)).
    private static func isVersion(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, Grammar.consists(parts[1], of: ".") else { return false }
        let version = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard version.count <= 2, let last = version.last, Grammar.consists(last, of: "._+~@^")
        else { return false }
        return version.count == 1 || Grammar.isNumber(version[0])
    }
}

extension Substring {
    /// Whether it is one word in capital letters, as `ERROR` is in the languages that have them.
    fileprivate var isCapitals: Bool {
        count >= 4 && allSatisfy(\.isLetter) && self == uppercased() && self != lowercased()
    }
}
