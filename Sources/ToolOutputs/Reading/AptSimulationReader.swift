import Fleet

/// Reads the steps of `apt-get -s`, which are not translated; what stands around them is.
///
/// `Inst name [installed] (candidate Origin:1/suite, Other:2/suite [architecture]) [packages left
/// broken]`, `Conf name (…)`, `Remv name [installed]`, `Purg name [installed]`.
struct AptSimulationReader {
    private(set) var reading = ToolReading(.aptGetSimulate)

    /// Whether a step or the closing count was seen: text that has neither is no plan, and must not
    /// be taken for an empty one.
    private var isPlan = false

    init(_ bytes: [UInt8]) {
        (reading.newPackages, reading.removals) = ([], [])
        var prose = AptProse()
        for line in ToolText.lines(bytes) {
            let isRead = readStep(line.trimmed) ?? prose.isKnown(line)
            if prose.isCount { isPlan = true }
            if !isRead { reading.unparsed.append(line.raw) }
        }
        if !isPlan {
            reading.unparsed = TextLines.strings(bytes).filter { !TextLines.trimmed($0).isEmpty }
        }
    }

    /// Whether a step could be read; `nil` for what is no step.
    private mutating func readStep(_ text: String) -> Bool? {
        let step = text.prefix { $0 != " " }
        let rest = text.dropFirst(step.count + 1)
        let isRead: Bool
        switch step {
        case "Inst": isRead = readInstallation(rest)
        case "Conf": isRead = Installation(rest) != nil
        case "Remv", "Purg": isRead = readRemoval(rest)
        default: return nil
        }
        isPlan = true
        return isRead
    }

    private mutating func readInstallation(_ text: Substring) -> Bool {
        guard let step = Installation(text) else { return false }
        if let installed = step.installed {
            reading.updates.append(
                ToolUpdate(
                    name: step.name, architecture: step.architecture, installed: installed,
                    candidate: step.candidate, origin: step.origin))
        } else {
            reading.newPackages?.append(
                ToolPackage(
                    name: step.name, version: step.candidate, architecture: step.architecture))
        }
        return true
    }

    private mutating func readRemoval(_ text: Substring) -> Bool {
        let words = TextLines.words(text)
        guard let first = words.first, let name = Self.name(first) else { return false }
        let version = words.dropFirst().first.map { $0.drop { $0 == "[" }.prefix { $0 != "]" } }
        guard let version, isDebianVersion(String(version)) else { return false }
        reading.removals?.append(ToolPackage(name: name, version: String(version)))
        return true
    }

    /// The name without `:architecture`.
    private static func name(_ text: some StringProtocol) -> String? {
        let name = String(text.prefix { $0 != ":" })
        return PackageName(apt: name) == nil ? nil : name
    }

    private struct Installation {
        var name: String
        var installed: String?
        var candidate: String
        var origin: String?
        var architecture: String

        init?(_ text: Substring) {
            guard let open = text.firstIndex(of: "(") else { return nil }
            let head = TextLines.words(text[..<open])
            guard let first = head.first, let name = AptSimulationReader.name(first) else {
                return nil
            }
            self.name = name
            switch head.count {
            case 1: installed = nil
            case 2 where head[1].hasPrefix("[") && head[1].hasSuffix("]"):
                installed = String(head[1].dropFirst().dropLast())
            default: return nil
            }
            // A label may hold a parenthesis, so the end is where the architecture's bracket is
            // closed.
            guard let end = text[open...].firstRange(of: "])") else { return nil }
            let inside = text[text.index(after: open)..<end.lowerBound]
            guard let bracket = inside.lastIndex(of: "[") else { return nil }
            architecture = String(inside[inside.index(after: bracket)...])
            let middle = TextLines.trimmed(inside[..<bracket])
            candidate = String(middle.prefix { $0 != " " })
            let rest = TextLines.trimmed(middle.dropFirst(candidate.count))
            origin = rest.isEmpty ? nil : rest
            guard isDebianVersion(candidate), isDebianArchitecture(architecture),
                installed.map(isDebianVersion) ?? true
            else { return nil }
        }
    }
}

/// What apt-get says around its steps, in any language: progress, headings with the packages that
/// stand indented below them, the closing count, and hints.
private struct AptProse {
    /// Whether what is indented belongs to a heading or to a note.
    private var isList = false
    /// Whether the line that came last was the closing count.
    private(set) var isCount = false

    mutating func isKnown(_ line: ToolLine) -> Bool {
        let text = line.trimmed
        isCount = false
        if line.isBlank { return true }
        // An error ends the plan early: what came before it may not be all.
        if AptLabels.isFault(text) { return false }
        if Self.isClosingCount(text) {
            isCount = true
            return true
        }
        if line.isIndented { return isList }
        // Below a heading stand packages, also where it is one of the hints.
        isList = AptLabels.isNote(text) || (text.hasSuffix(":") && Self.hints.contains(text))
        if isList || AptLabels.isProgress(text) || Self.hints.contains(text) || Self.isRemark(line)
        {
            return true
        }
        // A heading; and a note on several lines, whose first has its colon behind one word.
        isList = ":：".contains(text.last ?? " ") || AptLabels.isNote(text)
        return isList
    }

    /// `44 upgraded, 0 newly installed, 0 to remove and 2 not upgraded.` in any language: four
    /// numbers or more, and no other digits. Only the first form counts what a plan holds.
    private static func isClosingCount(_ text: String) -> Bool {
        let words = text.utf8.split { !isVersionByte($0) }
        return words.count { $0.allSatisfy { (0x30...0x39).contains($0) } } >= 4
    }

    /// `bash is already the newest version (5.2.15-2).` and `Selected version '1' (Debian:12/stable
    /// [amd64]) for 'bash'`, in any language.
    private static func isRemark(_ line: ToolLine) -> Bool {
        if let end = line.trimmed.firstRange(of: "])") {
            let inside = line.trimmed[..<end.lowerBound]
            let architecture = inside.lastIndex(of: "[").map { inside[$0...].dropFirst() } ?? ""
            return isDebianArchitecture(String(architecture)) && inside.contains(":")
        }
        guard let name = line.words.first, PackageName(apt: name) != nil,
            line.trimmed.hasSuffix(").") || line.trimmed.hasSuffix(")。"),
            let open = line.trimmed.lastIndex(of: "(")
        else { return false }
        let inside = line.trimmed[open...].dropFirst().prefix { $0 != ")" }
        return isDebianVersion(String(inside))
    }

    private static let hints = KnownLines(
        beginnings: AptLabels.remarks + [
            "#", "Learn more about Ubuntu Pro", "Try Ubuntu Pro",
            "For more details see",
            "Use 'sudo apt", "Need to get ", "Note, selecting ", "After this operation",
        ],
        endings: [
            " not fully installed or removed.", " only upgrades are requested.",
            " set to manually installed.",
        ],
        parts: [
            "apt autoremove", "apt-get autoremove", "ubuntu.com/", "esm-apps", "esm-infra",
            "Ubuntu Pro", "Ubuntu Advantage", "UA Infra", "UA Apps", " standard security update",
            " standard LTS security update",
        ])
}
