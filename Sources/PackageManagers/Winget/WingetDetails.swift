import Fleet

/// Reads `winget list --details`: `(1/7) Name [Identifier]`, then lines of `key: value`; the
/// installed version stands first, and newer ones stand indented below a key without a value, each
/// as `source [version]`.
struct WingetDetails {
    private let lines: [ToolLine]
    private var open: (package: ToolPackage, newer: [(String, String)])?

    init(_ lines: [ToolLine]) {
        self.lines = lines
    }

    /// Whether the lines are such blocks; they are read then.
    mutating func read(into reading: inout ToolReading) -> Bool {
        guard lines.contains(where: { Self.heading($0.trimmed) != nil }) else { return false }
        for line in lines where !line.isBlank {
            if let (name, id) = Self.heading(line.trimmed) {
                close(into: &reading)
                guard !Grammar.isCut(id) else {
                    reading.unparsed.append(line.raw)
                    continue
                }
                open = (ToolPackage(name: id, version: "", displayName: name), [])
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
            let words = line.words
            guard words.count == 2, words[1].hasPrefix("["), words[1].hasSuffix("]") else {
                return false
            }
            open?.newer.append((words[0], String(words[1].dropFirst().dropLast())))
            return true
        }
        guard let colon = line.trimmed.firstIndex(of: ":") else { return false }
        let value = TextLines.trimmed(line.trimmed[colon...].dropFirst())
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

    private static func heading(_ text: String) -> (name: String, id: String)? {
        guard text.hasPrefix("("), text.hasSuffix("]"), let end = text.firstIndex(of: ")"),
            let open = text.lastIndex(of: "[")
        else { return nil }
        let count = text[..<end].dropFirst().split(separator: "/")
        guard count.count == 2, count.allSatisfy(Grammar.isNumber) else { return nil }
        let name = TextLines.trimmed(text[text.index(after: end)..<open])
        let id = String(text[open...].dropFirst().dropLast())
        return name.isEmpty || id.isEmpty ? nil : (name, id)
    }
}
