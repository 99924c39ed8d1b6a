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

/// What dnf, yum and tdnf print beside their answers.
enum DnfLines {
    /// Whether a line, trimmed, is known and says nothing about packages. What stands here in
    /// English is printed by plug-ins, which are not all translated.
    static func isKnown(_ line: ToolLine) -> Bool {
        let text = line.trimmed
        return known.contains(text) || isProgress(text) || Grammar.isRule(text)
            || (Grammar.holdsTime(text) && text.contains(":") && !isFault(text))
    }

    /// What keeps the answer from being the whole truth.
    static func isFault(_ text: String) -> Bool {
        [
            "Error", "error:", "Errors ", "Failed ", "Cannot ", "failure: ", "[FAILED]", ">>>",
            "Ignoring repositories",
        ]
        .contains(where: text.hasPrefix) && !known.contains(text)
    }

    /// A download: ` 17 MB/s |  26 kB     00:00`, or dnf 5's `100% |  11.5 MiB/s | …`.
    private static func isProgress(_ text: String) -> Bool {
        text.contains("B/s |") || (text.contains("% |") && text.contains("|  00m"))
            || (text.contains("|") && endsInMinutes(text))
    }

    /// `… | 3.6 kB  00:00`
    private static func endsInMinutes(_ text: String) -> Bool {
        let parts = (TextLines.words(text).last ?? "").split(separator: ":")
        return parts.count == 2 && parts.allSatisfy { $0.utf8.count == 2 && Grammar.isNumber($0) }
    }

    private static let known = KnownLines(
        beginnings: [
            "Loaded plugin", "Loading mirror speeds", "Determining fastest mirrors", "* ", ": ",
            "Updating Subscription Management", "Unable to read consumer identity",
            "This system is ", "Not root, Subscription Management", "Uploading ",
            "Cannot upload ", "Failed to set locale", "Repodata is over", "Last metadata",
            "Updating and loading repositories", "Repositories loaded", "Security: ",
            "Update notice ", "You should report this problem", "If you are the owner",
            "To help pinpoint", "No security updates needed", "No packages marked",
            "Limiting package lists", "No advisory found",
            "To address this issue please refer", "If above article doesn't help",
            "No packages needed", "Waiting for process",
            "Another app is currently holding", "Existing lock", "Added ", "Modular dependency",
            "Problem", "- nothing provides", "- conflicting requests", "Skipping unreadable",
            "Red Hat Subscription", "Refreshing ", "Metadata cache", "Excluding ", "Warning:",
            "WARNING:", "warning:", "A newer release of", "Available Versions:", "Version 20",
            "Run the following command", "dnf upgrade --releasever", "Release notes:",
            "http://", "https://", "The following packages have", "Running in chroot",
            "Subscription Manager is operating", "Installed products updated", "Delta RPMs",
            "DNF version:", "cachedir:", "User-Agent:", "repo: using cache", "Base command:",
            "Extra commands:", "YUM version:", "Command:", "Installroot:", "Releasever:",
            "[MIRROR]",
            "Skipping security plugin", "Needed ", "Setting up ",
        ],
        endings: [
            "packages excluded due to repository priority protections",
            "packages excluded due to repository protections", "updateinfo list done",
            "updateinfo info done", "updateinfo summary done",
            "from repo removed (updateinfo)", "is missing name in configuration, using id",
        ],
        parts: [
            "package(s) needed for security, out of", "packages needed for security, out of",
            "updates available, but ", ": using metadata from ",
            "More information: ", " not updated: ",
        ])
}
