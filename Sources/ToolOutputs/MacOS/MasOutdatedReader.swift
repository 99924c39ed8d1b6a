import Fleet

/// Reads `mas outdated`: `identifier name (installed -> candidate)`, with blanks in front in newer
/// versions, or one JSON object a line. The oldest print the candidate alone between the
/// parentheses.
struct MasOutdatedReader {
    private(set) var reading = ToolReading(.masOutdated)

    init(_ bytes: [UInt8]) {
        let documents = ToolDocuments(bytes)
        for record in documents.values.flatMap(\.elements) { read(record) }
        for line in documents.others where !Self.known.contains(line.trimmed) {
            guard let update = Self.update(line.trimmed) else {
                reading.unparsed.append(line.raw)
                continue
            }
            reading.updates.append(update)
        }
    }

    private static let known = KnownLines(beginnings: ["==> ", "Warning: ", "Everything up"])

    private mutating func read(_ record: ToolJSON) {
        guard let id = record["adamID"]?.text, PackageName(id, of: .mas) != nil,
            let candidate = record["newVersion"]?.text
        else { return reading.unparsed.append(record.line) }
        reading.updates.append(
            ToolUpdate(
                name: id, installed: record["version"]?.text ?? "", candidate: candidate,
                displayName: record["name"]?.text))
    }

    private static func update(_ text: String) -> ToolUpdate? {
        let id = String(text.prefix { !$0.isWhitespace })
        guard PackageName(id, of: .mas) != nil, text.hasSuffix(")"),
            let open = text.lastIndex(of: "(")
        else { return nil }
        let title = TextLines.trimmed(text[..<open].dropFirst(id.count))
        let inside = TextLines.trimmed(text[open...].dropFirst().dropLast())
        guard !title.isEmpty, !inside.isEmpty else { return nil }
        guard let arrow = inside.firstRange(of: " -> ") ?? inside.firstRange(of: " → ") else {
            let isVersion = !inside.contains(" ") && inside != "->" && inside != "→"
            return isVersion ? ToolUpdate(name: id, candidate: inside, displayName: title) : nil
        }
        let installed = TextLines.trimmed(inside[..<arrow.lowerBound])
        let candidate = TextLines.trimmed(inside[arrow.upperBound...])
        guard !installed.isEmpty, !candidate.isEmpty else { return nil }
        return ToolUpdate(
            name: id, installed: installed, candidate: candidate, displayName: title)
    }
}
