import Fleet
import Versions

/// Reads `apt list --upgradable` by its structure, since its words are translated:
/// `name/suite,suite version architecture [upgradable from: version]`.
struct AptListReader {
    private(set) var reading = ToolReading(.aptListUpgradable)

    /// Whether the line before was an entry, or belongs to one: `-v` writes what a package is below
    /// its entry, two blanks in.
    private var isBelowEntry = false

    init(_ bytes: [UInt8]) {
        for line in ToolText.lines(bytes) { read(line) }
    }

    private mutating func read(_ shown: ToolLine) {
        let line = shown.raw
        guard let entry = Entry(shown.trimmed) else {
            if isBelowEntry, shown.isIndented, !shown.isBlank { return }
            isBelowEntry = false
            if !isKnown(shown.trimmed) { reading.unparsed.append(line) }
            return
        }
        isBelowEntry = !shown.isIndented
        // `now` among the suites marks the version that is installed; `-a` lists it beside the
        // newer one.
        if entry.suites.contains("now") {
            // Removed, but for its configuration: nothing of it is installed.
            if let remark = entry.remark, Self.leftovers.contains(remark) { return }
            reading.packages.append(
                ToolPackage(
                    name: entry.name, version: entry.version, architecture: entry.architecture))
        } else if let remark = entry.remark {
            guard let installed = Self.version(in: remark), installed != entry.version else {
                return reading.unparsed.append(line)
            }
            reading.updates.append(
                ToolUpdate(
                    name: entry.name, architecture: entry.architecture, installed: installed,
                    candidate: entry.version, origin: entry.suites.joined(separator: ",")))
        }
    }

    /// What apt calls a package of which only the configuration is left, in its languages.
    private static let leftovers: Set<String> = [
        "residual-config", "configuració-residual", "zbytkové-konfigurační-coubory",
        "residual-konfig", "Konfiguration-verbleibend", "Konfiguration verbleibend",
        "υπολοιπόμενο-config", "configuración-residual", "configuración residual",
        "configuration restante", "cumraíocht-iarmharach", "megmaradt konfig",
        "configurazione residua", "設定が残存", "overgebleven configuratie",
        "resztkowa konfiguracja", "configuração-residual", "ficheiros de configuração",
        "configurație reziduală", "остались файлы настроек", "kvarvarande-inställning",
        "ค่าตั้งตกค้าง", "artık-yapılandırma", "配置文件残留",
    ]

    /// Warnings and notices, the ways to the list, and hints. An error is none of these: the list
    /// behind it would be short.
    private static let known = KnownLines(
        beginnings: AptLabels.remarks + ["WARNING: apt ", "Hit:", "Get:", "Fetched "],
        endings: ["to see them.", "to see it."])

    private func isKnown(_ text: String) -> Bool {
        if Self.known.contains(text) { return true }
        // The heading, before any entry: `Listing... Done`, `Auflistung…`.
        return reading.updates.isEmpty && reading.packages.isEmpty
            && !text.contains { "/[".contains($0) } && AptLabels.isProgress(text)
    }

    private struct Entry {
        var name: String
        var suites: [String]
        var version: String
        var architecture: String
        /// What stands between the brackets.
        var remark: String?

        init?(_ text: String) {
            let bracket = text.firstIndex(of: "[")
            let words = TextLines.words(text[..<(bracket ?? text.endIndex)])
            guard words.count == 3, let slash = words[0].firstIndex(of: "/") else { return nil }
            // Some print a foreign package with its architecture, as dpkg does.
            name = String(words[0][..<slash].prefix { $0 != ":" })
            guard
                name.utf8.count == words[0][..<slash].utf8.count
                    || words[0][..<slash] == "\(name):\(words[2])"
            else { return nil }
            suites = words[0][words[0].index(after: slash)...].split(separator: ",").map(
                String.init)
            (version, architecture) = (words[1], words[2])
            guard PackageName(apt: name) != nil, isDebianVersion(version),
                isDebianArchitecture(architecture)
            else { return nil }
            guard let bracket else { return }
            guard text.hasSuffix("]") else { return nil }
            remark = String(text[text.index(after: bracket)...].dropLast())
        }
    }

    /// The version among words of any language: the run of version characters that begins with a
    /// digit. Colons at its ends belong to the words (`von: 1.2`), one inside to an epoch.
    private static func version(in remark: String) -> String? {
        let runs = remark.utf8.split { !isVersionByte($0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        let candidates = runs.map { run in
            String(run.drop { $0 == ":" }.reversed().drop { $0 == ":" }.reversed())
        }.filter { $0.utf8.first.map { (0x30...0x39).contains($0) } ?? false }
        guard candidates.count == 1 else { return nil }
        return isDebianVersion(candidates[0]) ? candidates[0] : nil
    }
}

/// The characters of a version (Debian Policy 5.6.12).
func isVersionByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || ".+~:-_".utf8.contains(byte)
}

/// Whether a text can be a version that an endpoint has.
func isDebianVersion(_ text: String) -> Bool {
    text.utf8.allSatisfy(isVersionByte) && (try? DebianVersion(text)) != nil
}

/// Whether a text can be an architecture: lower-case letters, digits and hyphens (Debian Policy
/// 5.6.8).
package func isDebianArchitecture(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 40
        && text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
        }
}
