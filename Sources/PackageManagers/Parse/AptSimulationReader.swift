import Fleet

/// Reads the steps of `apt-get -s`, which are not translated; what stands around them is.
///
/// `Inst name [installed] (candidate Origin:1/suite, Other:2/suite [architecture]) [packages left
/// broken]`, `Conf name (…)`, `Remv name [installed]`, `Purg name [installed]`.
struct AptSimulationReader {
    private(set) var reading = ToolReading(
        tool: ToolOutput.aptGetSimulate.rawValue, newPackages: [], removals: [])

    /// Whether a step or the closing count was seen: text that has neither is no plan, and must not
    /// be taken for an empty one.
    private var isPlan = false

    init(_ bytes: [UInt8]) {
        TextLines.each(bytes) { read(String(decoding: $0, as: UTF8.self)) }
        if !isPlan {
            reading.unparsed = TextLines.strings(bytes).filter { !TextLines.trimmed($0).isEmpty }
        }
    }

    private mutating func read(_ line: String) {
        let text = TextLines.trimmed(line)
        let step = text.prefix { $0 != " " }
        let isRead: Bool
        switch step {
        case "Inst": isRead = readInstallation(text.dropFirst(step.count + 1))
        case "Conf": isRead = Installation(text.dropFirst(step.count + 1)) != nil
        case "Remv", "Purg": isRead = readRemoval(text.dropFirst(step.count + 1))
        default:
            if Self.isCount(text) { isPlan = true }
            // An error ends the plan early: what came before it may not be all.
            isRead = !text.hasPrefix("E:")
        }
        if ["Inst", "Conf", "Remv", "Purg"].contains(step) { isPlan = true }
        if !isRead { reading.unparsed.append(line) }
    }

    /// `44 upgraded, 0 newly installed, 0 to remove and 2 not upgraded.` in any language: four
    /// numbers or more.
    private static func isCount(_ text: String) -> Bool {
        let words = text.utf8.split { !isVersionByte($0) }
        return words.count { $0.allSatisfy { (0x30...0x39).contains($0) } } >= 4
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
