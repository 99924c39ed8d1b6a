/// The name, epoch, version, release and architecture of an RPM package.
struct RPMName: Hashable {
    var name: String
    /// `epoch:version-release`; the epoch only where it is written and not zero.
    var version: String
    /// Empty where it is not known; `src` for a source package.
    var architecture: String

    init(name: String, epoch: String?, version: String, release: String, architecture: String) {
        self.name = name
        self.version =
            Self.prefix(epoch) + (release.isEmpty ? version : "\(version)-\(release)")
        self.architecture = architecture
    }

    /// Reads `name-[epoch:]version-release[.arch][.rpm]`, and `epoch:name-version-release` as older
    /// notices have it; `nil` for a text that is none.
    init?(_ text: String) {
        var text = text[...]
        if text.hasSuffix(".rpm") { text = text.dropLast(4) }
        architecture = ""
        if let dot = text.lastIndex(of: "."),
            Self.architectures.contains(text[text.index(after: dot)...])
        {
            architecture = String(text[text.index(after: dot)...])
            text = text[..<dot]
        }
        guard let releaseMark = text.lastIndex(of: "-"),
            let versionMark = text[..<releaseMark].lastIndex(of: "-"),
            versionMark > text.startIndex
        else { return nil }
        var name = text[..<versionMark]
        var version = text[text.index(after: versionMark)...]
        var epoch: Substring?
        if let colon = version.firstIndex(of: ":") {
            epoch = version[..<colon]
            version = version[version.index(after: colon)...]
        } else if let colon = name.firstIndex(of: ":"), name[..<colon].allSatisfy(\.isNumber) {
            epoch = name[..<colon]
            name = name[name.index(after: colon)...]
        }
        guard !name.isEmpty, version.first != "-", version.last != "-" else { return nil }
        self.name = String(name)
        self.version = Self.prefix(epoch.map(String.init)) + version
    }

    /// `0:` says nothing, and is left out.
    static func withoutZeroEpoch(_ version: String) -> String {
        version.hasPrefix("0:") ? String(version.dropFirst(2)) : version
    }

    private static func prefix(_ epoch: String?) -> String {
        guard let epoch, !epoch.isEmpty, epoch != "0", epoch != "(none)" else { return "" }
        return epoch + ":"
    }

    /// Architectures of RPM's distributions.
    private static let architectures: Set<Substring> = [
        "noarch", "src", "nosrc", "x86_64", "i386", "i486", "i586", "i686", "aarch64",
        "aarch64_ilp32",
        "armv7hl", "armv7l", "armv6hl", "ppc", "ppc64", "ppc64le", "s390", "s390x", "ia64",
        "riscv64",
        "loongarch64", "x86_64_v2", "alpha", "sparc", "sparc64",
    ]
}
