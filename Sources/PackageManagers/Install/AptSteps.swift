import ToolOutputs

/// A step that dpkg tells in its log: which package is at work, in which version.
struct AptStep: Hashable, Sendable {
    var name: String
    /// The version; `nil` while the package is being unpacked, when the old one is still there.
    var version: String?

    /// Reads `Setting up labgood (2.0) ...` and the like; `nil` for other lines.
    init?(line: some StringProtocol) {
        for prefix in ["Setting up ", "Processing triggers for "] where line.hasPrefix(prefix) {
            self.init(words: line.dropFirst(prefix.count), hasVersion: true)
            return
        }
        if line.hasPrefix("Unpacking ") {
            self.init(words: line.dropFirst("Unpacking ".count), hasVersion: false)
            return
        }
        // Before its preinst there is only the file: `Preparing to unpack .../labgood_2.0_all.deb`
        let preparing = "Preparing to unpack "
        guard line.hasPrefix(preparing),
            let path = TextLines.words(line.dropFirst(preparing.count)).first,
            let name = Self.package(
                ofFile: path, isNumbered: path.split(separator: "/").count == 2)
        else { return nil }
        self.init(name: name, version: nil)
    }

    /// The package of a file; where apt gives dpkg a folder of many, it numbers them
    /// (`.../000-labgood_2.0_all.deb`).
    static func package(ofFile path: String, isNumbered: Bool) -> String? {
        guard let name = path.split(separator: "/").last?.split(separator: "_").first else {
            return nil
        }
        let parts = name.split(separator: "-", maxSplits: 1)
        let isBehindNumber = isNumbered && parts.count == 2 && parts[0].allSatisfy(\.isNumber)
        return String(isBehindNumber ? parts[1] : name)
    }

    private init(name: String, version: String?) {
        self.name = name
        self.version = version
    }

    private init?(words: some StringProtocol, hasVersion: Bool) {
        let words = TextLines.words(String(words))
        guard let name = words.first?.split(separator: ":").first, !name.isEmpty else { return nil }
        self.init(name: String(name), version: nil)
        guard hasVersion, words.count > 1, words[1].hasPrefix("(") else { return }
        let text = words[1].dropFirst().prefix { $0 != ")" }
        version = text.isEmpty ? nil : String(text)
    }

    /// The last step before a line.
    static func last(in lines: some BidirectionalCollection<String>) -> AptStep? {
        for line in lines.reversed() {
            if let step = AptStep(line: line) { return step }
        }
        return nil
    }
}
