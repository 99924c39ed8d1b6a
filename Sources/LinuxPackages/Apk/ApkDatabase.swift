import Fleet
import ToolOutputs

/// apk's own database: blocks of lines `LETTER:value`, parted by empty lines.
enum ApkDatabase {
    /// Every installed package; blocks that cannot be read are shown by their name.
    static func packages(_ bytes: [UInt8], unparsed: inout [String]) -> [Package] {
        var packages: [Package] = []
        for fields in blocks(bytes) {
            if let package = package(fields) {
                packages.append(package)
            } else {
                unparsed.append("P:\(fields["P"] ?? "")")
            }
        }
        return packages.sorted { $0.precedes($1) }
    }

    /// The packages that apk itself calls broken, each with its state in words: it takes them for
    /// installed all the same.
    static func broken(_ bytes: [UInt8]) -> [PackageKey: String] {
        var broken: [PackageKey: String] = [:]
        for fields in blocks(bytes) {
            // Letters: `f` for its files, `s` for a script, `x` for attributes of its files.
            guard let marks = fields["f"], let package = package(fields) else { continue }
            broken[package.key] =
                marks.contains("s")
                ? "installed, and a script of its own has failed"
                : "installed, and not all of its files are in their place"
        }
        return broken
    }

    private static func blocks(_ bytes: [UInt8]) -> [[Character: String]] {
        var blocks: [[Character: String]] = []
        var fields: [Character: String] = [:]
        for line in TextLines.strings(bytes) + [""] {
            if line.isEmpty {
                if !fields.isEmpty { blocks.append(fields) }
                fields = [:]
            } else if line.dropFirst().first == ":", let letter = line.first,
                "PVAof".contains(letter)
            {
                fields[letter] = fields[letter] ?? String(line.dropFirst(2))
            }
        }
        return blocks
    }

    private static func package(_ fields: [Character: String]) -> Package? {
        guard let name = fields["P"], PackageName(name, of: .apk) != nil,
            let version = fields["V"], Grammar.consists(version, of: "._~-"),
            let architecture = fields["A"], Grammar.consists(architecture, of: "_")
        else { return nil }
        return Package(
            manager: .apk, name: name, version: version, architecture: architecture,
            source: fields["o"] ?? name, sourceVersion: version)
    }
}
