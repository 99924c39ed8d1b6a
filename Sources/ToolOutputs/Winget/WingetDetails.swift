import Fleet

/// Reads `winget list --details`: `(1/7) Name [Identifier]`, then lines of `key: value`; the
/// installed version stands first, and newer ones stand indented below a key without a value, each
/// as `source [version]`.
struct WingetDetails {
    private let lines: [ToolLine]
    private var open: (package: ToolPackage, newer: [(String, String)])?
    /// Whether the key above had no value: then its values stand below it, two blanks in.
    private var isBelowKey = false

    init(_ lines: [ToolLine]) {
        self.lines = lines
    }

    /// Whether the lines are such blocks; they are read then.
    mutating func read(into reading: inout ToolReading) -> Bool {
        guard lines.indices.contains(where: { heading(at: $0) != nil }) else { return false }
        for (place, line) in lines.enumerated() where !line.isBlank {
            if let (name, id) = heading(at: place) {
                close(into: &reading)
                guard !Grammar.isCut(id) else {
                    reading.unparsed.append(line.raw)
                    continue
                }
                open = (ToolPackage(name: id, version: "", displayName: name), [])
                isBelowKey = false
            } else if !readValue(line) {
                reading.unparsed.append(line.raw)
            }
        }
        close(into: &reading)
        return true
    }

    private mutating func readValue(_ line: ToolLine) -> Bool {
        guard open != nil else { return false }
        if line.isIndented {
            // Product codes and the like have one word a line; what is newer names its source too.
            let words = line.words
            guard words.count == 2, words[1].hasPrefix("["), words[1].hasSuffix("]") else {
                return isBelowKey
            }
            open?.newer.append((words[0], String(words[1].dropFirst().dropLast())))
            return true
        }
        guard let colon = line.trimmed.firstIndex(where: { ":：".contains($0) }) else {
            return false
        }
        let value = TextLines.trimmed(line.trimmed[colon...].dropFirst())
        isBelowKey = value.isEmpty
        if open?.package.version.isEmpty == true { open?.package.version = value }
        if line.trimmed.hasPrefix("Origin Source:") { open?.package.origin = value }
        return true
    }

    private mutating func close(into reading: inout ToolReading) {
        guard let (package, newer) = open else { return }
        open = nil
        reading.packages.append(package)
        guard let (source, version) = newer.first else { return }
        reading.updates.append(
            ToolUpdate(
                name: package.name, installed: package.version, candidate: version, origin: source,
                displayName: package.displayName))
    }

    /// `(1/7) Name [Identifier]`; without the count where there is but one, and a version below it.
    private func heading(at place: Int) -> (name: String, id: String)? {
        let text = lines[place].trimmed
        guard !lines[place].isIndented, text.hasSuffix("]"), let open = text.lastIndex(of: "[")
        else { return nil }
        var start = text.startIndex
        if text.hasPrefix("("), let end = text.firstIndex(of: ")"), Self.isCount(text[..<end]) {
            start = text.index(after: end)
        } else {
            guard place + 1 < lines.count, let colon = lines[place + 1].trimmed.firstIndex(of: ":"),
                lines[place + 1].trimmed[colon...].contains(where: \.isNumber)
                    || lines[place + 1].trimmed.hasSuffix(" Unknown")
            else { return nil }
        }
        let name = TextLines.trimmed(text[start..<open])
        let id = String(text[open...].dropFirst().dropLast())
        return name.isEmpty || id.isEmpty ? nil : (name, id)
    }

    private static func isCount(_ text: Substring) -> Bool {
        let count = text.dropFirst().split(separator: "/")
        return count.count == 2 && count.allSatisfy(Grammar.isNumber)
    }
}
