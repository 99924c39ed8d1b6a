import ToolOutputs

/// What apt's own solver would do, from `apt-get -y -V --print-uris upgrade` (or `dist-upgrade`) in
/// the C locale.
///
/// `--print-uris` runs the same solver as `-s` and prints the sizes too, but does not play the
/// installation through package by package, which takes as long again (measured: 0.6 s of processor
/// time instead of 1.35 s with 118 updates).
struct AptPlan: Hashable, Sendable {
    /// A file that apt would fetch.
    struct Archive: Hashable, Sendable {
        var name: String
        var version: String
        var architecture: String
    }

    /// Names in each part, as apt prints them: with `:architecture` only when that is not the
    /// endpoint's own.
    private(set) var upgraded: Set<String> = []
    private(set) var keptBack: Set<String> = []
    private(set) var phased: Set<String> = []
    private(set) var newlyInstalled: [String] = []
    private(set) var removed: [String] = []
    private(set) var downgraded: Set<String> = []
    /// Bytes to fetch.
    private(set) var bytes: [Archive: Int64] = [:]
    /// The SHA-256 of what is fetched, in lower-case hexadecimal digits, as the signed indexes name
    /// it.
    private(set) var hashes: [Archive: String] = [:]

    /// apt's headings, from its source's message catalogue; a heading that is not here begins a
    /// part that says nothing of updates.
    private enum Part: String {
        case upgraded = "The following packages will be upgraded:"
        case keptBack = "The following packages have been kept back:"
        case phased = "The following upgrades have been deferred due to phasing:"
        case newlyInstalled = "The following NEW packages will be installed:"
        case removed = "The following packages will be REMOVED:"
        case held = "The following held packages will be changed:"
        case downgraded = "The following packages will be DOWNGRADED:"
    }

    /// Reads the output.
    init(_ output: [UInt8]) {
        var part: Part?
        TextLines.each(output) { slice in
            let line = String(decoding: slice, as: UTF8.self)
            if line.hasPrefix("'") {
                read(address: line)
            } else if line.hasPrefix(" ") {
                if let part { add(Self.names(line), to: part) }
            } else {
                part = Part(rawValue: line)
            }
        }
    }

    private mutating func add(_ names: [String], to part: Part) {
        switch part {
        case .upgraded: upgraded.formUnion(names)
        case .keptBack: keptBack.formUnion(names)
        case .phased: phased.formUnion(names)
        case .newlyInstalled: newlyInstalled += names
        case .removed: removed += names
        case .downgraded: downgraded.formUnion(names)
        case .held: break
        }
    }

    /// `   name (old => new)` with `-V`, else names side by side. A `*` behind a name marks one to
    /// be purged.
    private static func names(_ line: String) -> [String] {
        let words = TextLines.words(line)
        let names = words.dropFirst().first?.hasPrefix("(") == true ? Array(words.prefix(1)) : words
        return names.map { $0.hasSuffix("*") ? String($0.dropLast()) : $0 }
    }

    /// `'address' name_version_architecture.deb size SHA256:digest`
    private mutating func read(address line: String) {
        guard let quote = line.dropFirst().firstIndex(of: "'") else { return }
        let words = TextLines.words(line[line.index(after: quote)...])
        guard words.count >= 2, let size = Int64(words[1]), size >= 0,
            let archive = Archive(fileName: words[0])
        else { return }
        bytes[archive] = size
        let prefix = "SHA256:"
        if words.count > 2, words[2].hasPrefix(prefix) {
            hashes[archive] = words[2].dropFirst(prefix.count).lowercased()
        }
    }
}

extension AptPlan.Archive {
    /// Reads `name_version_architecture.deb`; the colon of an epoch is written `%3a`.
    init?(fileName: String) {
        guard fileName.hasSuffix(".deb") else { return nil }
        let parts = fileName.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        self.init(
            name: String(parts[0]), version: Self.unescaped(parts[1]),
            architecture: String(parts[2]))
    }

    /// The name that apt gives the file in its archive folder.
    var fileName: String {
        let escaped = version.split(separator: ":", omittingEmptySubsequences: false)
            .joined(separator: "%3a")
        return "\(name)_\(escaped)_\(architecture).deb"
    }

    private static func unescaped(_ text: Substring) -> String {
        let pieces = text.split(separator: "%", omittingEmptySubsequences: false)
        var result = String(pieces.first ?? "")
        for piece in pieces.dropFirst() {
            if let code = UInt8(piece.prefix(2), radix: 16), piece.count >= 2 {
                result.unicodeScalars.append(Unicode.Scalar(code))
                result += piece.dropFirst(2)
            } else {
                result += "%" + piece
            }
        }
        return result
    }
}
