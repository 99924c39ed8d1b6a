import Fleet

/// Reads `softwareupdate --list`, whose entries have two lines: the label, and what it stands for.
///
/// Since macOS 10.15 `* Label: …` and `Title: …, Version: …, Size: …KiB, Recommended: YES,
/// Action: restart,`; before, `* label` and `title (version), 1234K [recommended] [restart]`. The
/// title may be in any language, and hold commas and parentheses.
struct SoftwareupdateReader {
    private(set) var reading = ToolReading(.softwareupdateList)
    private var label: (text: String, isStarred: Bool, line: ToolLine)?

    init(_ bytes: [UInt8]) {
        let lines = ToolText.lines(bytes)
        for line in lines { read(line) }
        dropLabel()
        // Silence is no empty list: the tool always begins with its name.
        if lines.allSatisfy(\.isBlank) { reading.unparsed = [""] }
    }

    private static let known = KnownLines(
        beginnings: [
            "Software Update Tool", "Copyright ", "Finding available software",
            "Software Update found the following", "No new software available",
            "No updates are available",
        ],
        parts: [" softwareupdate["])

    private mutating func read(_ line: ToolLine) {
        let text = line.trimmed
        if let open = label {
            guard !line.isBlank, let update = Self.update(open.text, text) else {
                dropLabel()
                return line.isBlank ? () : read(line)
            }
            label = nil
            var full = update
            if full.details?["recommended"] == nil {
                full.details = (full.details ?? [:]).merging(
                    ["recommended": open.isStarred ? "yes" : "no"]
                ) { $1 }
            }
            return reading.updates.append(full)
        }
        if let bullet = text.first, "*-!".contains(bullet), text.dropFirst().hasPrefix(" ") {
            let rest = TextLines.trimmed(text.dropFirst())
            let name = rest.hasPrefix("Label:") ? TextLines.trimmed(rest.dropFirst(6)) : rest
            if !name.isEmpty, !name.hasPrefix("-") {
                label = (name, bullet != "-", line)
                return
            }
        }
        if !Self.known.contains(text) { reading.unparsed.append(line.raw) }
    }

    /// A label without the line that belongs to it.
    private mutating func dropLabel() {
        if let label { reading.unparsed.append(label.line.raw) }
        label = nil
    }

    private static func update(_ label: String, _ text: String) -> ToolUpdate? {
        text.hasPrefix("Title:") ? current(label, text) : earlier(label, text)
    }

    private static func current(_ label: String, _ text: String) -> ToolUpdate? {
        guard let version = text.range(of: ", Version:", backwards: true) else { return nil }
        let title = TextLines.trimmed(text[..<version.lowerBound].dropFirst(6))
        var update = ToolUpdate(name: label, candidate: "", displayName: title)
        var details: [String: String] = [:]
        for part in text[version.lowerBound...].split(separator: ",") {
            guard let colon = part.firstIndex(of: ":") else {
                if TextLines.trimmed(part).isEmpty { continue }
                return nil
            }
            let value = TextLines.trimmed(part[part.index(after: colon)...])
            switch TextLines.trimmed(part[..<colon]) {
            case "Version": update.candidate = value
            case "Size":
                guard let bytes = Grammar.bytes(value, kilo: 1024) else { return nil }
                update.bytes = bytes
            case "Recommended": details["recommended"] = value.lowercased()
            case "Action":
                details["action"] = value
                update.needsRestart = isRestart(value)
            case let key: details[key.lowercased()] = value
            }
        }
        // Each entry says so; one that does not was cut.
        guard details["recommended"] != nil else { return nil }
        update.details = details
        if details["deferred"]?.lowercased() == "yes" { update.isHeld = true }
        return update
    }

    private static func isRestart(_ action: String) -> Bool {
        ["restart", "shut down", "shutdown", "halt"].contains(action.lowercased())
    }

    private static func earlier(_ label: String, _ text: String) -> ToolUpdate? {
        var rest = text[...]
        var marks: [String] = []
        while rest.hasSuffix("]"), let open = rest.lastIndex(of: "[") {
            marks.append(String(rest[open...].dropFirst().dropLast()))
            rest = rest[..<open].dropLastBlanks()
        }
        while rest.hasSuffix(",") { rest = rest.dropLast() }
        guard let comma = rest.lastIndex(of: ",") else { return nil }
        let size = TextLines.trimmed(rest[rest.index(after: comma)...])
        guard size.hasSuffix("K"), let bytes = Grammar.bytes(size, kilo: 1024) else { return nil }
        rest = rest[..<comma]
        var title = rest
        var version = ""
        if rest.hasSuffix(")"), let open = rest.lastIndex(of: "(") {
            version = TextLines.trimmed(rest[open...].dropFirst().dropLast())
            title = rest[..<open]
        } else if let comma = rest.lastIndex(of: ",") {
            version = TextLines.trimmed(rest[rest.index(after: comma)...])
            title = rest[..<comma]
        }
        title = title.dropLastBlanks()
        if title.hasSuffix(",") { title = title.dropLast() }
        var update = ToolUpdate(name: label, candidate: version, displayName: String(title))
        update.bytes = bytes
        let action = marks.first(where: isRestart)
        update.needsRestart = action == nil ? nil : true
        let isRecommended = marks.contains("recommended") || marks.contains("required")
        update.details = ["recommended": isRecommended ? "yes" : "no"]
        update.details?["action"] = action
        return update
    }
}

extension StringProtocol {
    /// Without blanks at the end.
    fileprivate func dropLastBlanks() -> Substring {
        Substring(
            self.prefix(
                upTo: self.lastIndex { !$0.isWhitespace }.map { self.index(after: $0) }
                    ?? self.startIndex))
    }

    /// The last place where a text stands.
    fileprivate func range(of text: String, backwards: Bool) -> Range<Index>? {
        ranges(of: text).last
    }
}
