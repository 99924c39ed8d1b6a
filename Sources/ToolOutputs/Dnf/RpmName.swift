import Fleet

/// A package of the rpm world in one word: `name-[epoch:]version-release.architecture`.
package struct RpmName: Hashable {
    package let name: String
    /// `[epoch:]version-release`
    package let version: String
    package let architecture: String

    /// Reads `bind-32:9.16.23-40.el9.x86_64`; `nil` for anything that is not wholly so.
    package init?(_ text: some StringProtocol) {
        guard let (rest, architecture) = Self.splitArchitecture(text) else { return nil }
        guard let release = rest.lastIndex(of: "-"),
            let version = rest[..<release].lastIndex(of: "-")
        else { return nil }
        let evr = String(rest[rest.index(after: version)...])
        let name = String(rest[..<version])
        guard PackageName(name, of: .dnf) != nil, Self.isVersion(evr) else { return nil }
        (self.name, self.version, self.architecture) = (name, evr, architecture)
    }

    /// Reads a file's name, with or without its folder: `rpms/bash-5.1-6.x86_64.rpm`; and what has no
    /// ending as `init(_:)` does.
    init?(file text: some StringProtocol) {
        let name = text.split(separator: "/").last ?? ""
        self.init(name.hasSuffix(".rpm") ? name.dropLast(4) : name[...])
    }

    package var package: ToolPackage {
        ToolPackage(name: name, version: version, architecture: architecture)
    }

    /// Reads `name.architecture`.
    package static func named(_ text: some StringProtocol) -> (name: String, architecture: String)?
    {
        guard let (rest, architecture) = splitArchitecture(text),
            PackageName(String(rest), of: .dnf) != nil
        else { return nil }
        return (String(rest), architecture)
    }

    private static func splitArchitecture<Text: StringProtocol>(
        _ text: Text
    ) -> (Text.SubSequence, String)? {
        guard let dot = text.lastIndex(of: ".") else { return nil }
        let architecture = String(text[text.index(after: dot)...])
        return isArchitecture(architecture) ? (text[..<dot], architecture) : nil
    }

    /// `[epoch:]version[-release]` (rpm-version(7)): with one hyphen, as tools print it.
    package static func isVersion(_ text: some StringProtocol) -> Bool {
        guard text.utf8.count <= 255 else { return false }
        let colon = text.firstIndex(of: ":")
        if let colon, !Grammar.isNumber(text[..<colon]) { return false }
        let rest = colon.map { text[text.index(after: $0)...] } ?? text[...]
        let parts = rest.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { Grammar.consists($0, of: "._+~^") }
            && rest.utf8.contains(where: Grammar.isDigit)
    }

    /// What rpm calls architectures, with the variants that distributions add (`x86_64_v2`).
    package static func isArchitecture(_ text: String) -> Bool {
        architectures.contains(text)
            || (text.hasPrefix("x86_64_v") && text.utf8.count == 9)
    }

    private static let architectures: Set<String> = [
        "noarch", "src", "nosrc", "x86_64", "amd64", "ia32e", "i386", "i486", "i586", "i686",
        "athlon", "geode", "ia64", "aarch64", "arm64", "armv5tel", "armv5tejl", "armv6l",
        "armv6hl", "armv7l", "armv7hl", "armv7hnl", "armv8l", "ppc", "ppc64", "ppc64le", "ppc64p7",
        "s390", "s390x", "riscv64", "loongarch64", "mips", "mipsel", "mips64", "mips64el", "sparc",
        "sparcv9", "sparc64", "alpha", "sh4", "e2k", "m68k", "any",
    ]
}
