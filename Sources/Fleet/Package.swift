/// The tool that installs and removes software on an endpoint.
public enum PackageManagerName: String, Codable, Sendable, CaseIterable, Comparable {
    /// Alpine's apk-tools.
    case apk
    /// No tool: an application of macOS in a folder of applications. Inventory only.
    case application
    /// dpkg and apt.
    case apt
    /// Homebrew: formulae and casks.
    case brew
    /// Rust's cargo: the programs that it has built. Inventory only, as all languages' managers.
    case cargo
    /// Chocolatey.
    case chocolatey
    /// dnf, yum and tdnf over rpm.
    case dnf
    /// Flatpak.
    case flatpak
    /// fwupd: firmware, by the identifier of the part that it is for.
    case fwupd
    /// RubyGems.
    case gem
    /// The Mac App Store through `mas`, by the store's number.
    case mas
    /// Node.js's npm: what is installed globally.
    case npm
    /// Arch's pacman.
    case pacman
    /// Python's pip.
    case pip
    /// No tool: an application that a recipe of the endpoint's administrator tells of
    /// (docs/recipes.md).
    case recipe
    /// snapd.
    case snap
    /// macOS's own updates, by the title that `softwareupdate` gives them, without its version
    /// (`macOS`, `Safari`, `Command Line Tools for Xcode`).
    case softwareupdate
    /// The Windows Update Agent, by the number of the article (`KB5079473`).
    case windowsUpdate
    /// winget, by the identifier of the package.
    case winget
    /// zypper over rpm.
    case zypper

    /// The order of the texts.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A package's name as its package manager writes it, checked against that manager's grammar, so
/// that it can stand in an argument vector: it is never an option, and never holds a space, a
/// control character or a shell character.
public struct PackageName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name's text.
    public let text: String

    /// The longest name that is read, in bytes; the longest in Debian has about 80.
    public static let maximumLength = 255

    /// Debian Policy 5.6.1: lower-case letters, digits, `+`, `-` and `.`; at least two characters;
    /// begins with a letter or digit. `nil` for anything else.
    public init?(apt text: String) {
        guard Self.isDebian(text.utf8Span.span) else { return nil }
        self.text = text
    }

    /// Whether bytes are a name in Debian's grammar. Inventories of thousands of packages are
    /// checked as they lie, without a text for each.
    static func isDebian(_ bytes: Span<UInt8>) -> Bool {
        guard (2...maximumLength).contains(bytes.count), isLowerAlphanumeric(bytes[0]) else {
            return false
        }
        for place in 1..<bytes.count {
            let byte = bytes[place]
            guard isLowerAlphanumeric(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E else {
                return false
            }
        }
        return true
    }

    /// A name in the grammar of the given package manager; `nil` when it does not fit.
    public init?(_ text: String, of manager: PackageManagerName) {
        // Scans of thousands of Debian packages come this way, and need no rule made for each.
        if manager == .apt {
            self.init(apt: text)
        } else {
            self.init(text, PackageNameRule.of(manager))
        }
    }

    private init?(_ text: String, _ rule: PackageNameRule) {
        guard rule.allows(text) else { return nil }
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// The order of the texts.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text < rhs.text }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// One installed package.
public struct Package: Hashable, Sendable, Codable {
    /// The package manager that installed it.
    public var manager: PackageManagerName
    /// The name that it is installed by.
    public var name: String
    /// The installed version, as the package manager writes it.
    public var version: String
    /// The architecture, such as `amd64` or `all`.
    public var architecture: String
    /// The source package it was built from: advisories of Debian count by it.
    public var source: String
    /// The source package's version, which may differ from the binary's (`+b1`).
    public var sourceVersion: String
    /// Where the installed version can be had, such as `Debian:12.15/stable`; `nil` when no source
    /// has it (any more).
    public var origin: String?
    /// The stream of a module that it belongs to, such as `nodejs:20` (rpm); `nil` outside of
    /// modules, and where nobody has told.
    public var module: String?

    /// The longest name of a module's stream, in bytes: real ones have up to 40.
    public static let longestModule = 128

    /// An installed package.
    public init(
        manager: PackageManagerName, name: String, version: String, architecture: String,
        source: String,
        sourceVersion: String, origin: String? = nil, module: String? = nil
    ) {
        self.manager = manager
        self.name = name
        self.version = version
        self.architecture = architecture
        self.source = source
        self.sourceVersion = sourceVersion
        self.origin = origin
        self.module = module
    }

    /// The stream of a module that rpm's label names: `nodejs:20` of
    /// `nodejs:20:9050020240909:rhel9`, whose rest the package's release tells again. `nil` for what
    /// is no label.
    public static func module(label: String) -> String? {
        let parts = label.split(separator: ":", omittingEmptySubsequences: false).prefix(2)
        let module = parts.joined(separator: ":")
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            module.utf8.count <= longestModule,
            module.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        return module
    }

    /// What identifies it on one endpoint: two versions of one key cannot be installed side by
    /// side.
    public var key: PackageKey {
        PackageKey(manager: manager, name: name, architecture: architecture)
    }

    /// Whether it stands before another in canonical order, which is the order of their keys.
    public func precedes(_ other: Package) -> Bool {
        if manager != other.manager { return manager < other.manager }
        if name != other.name { return name < other.name }
        return architecture < other.architecture
    }
}

/// What identifies an installed package on one endpoint.
public struct PackageKey: Hashable, Comparable, Sendable, Codable {
    /// The package manager.
    public var manager: PackageManagerName
    /// The package's name.
    public var name: String
    /// The package's architecture.
    public var architecture: String

    /// A key of these parts.
    public init(manager: PackageManagerName, name: String, architecture: String) {
        self.manager = manager
        self.name = name
        self.architecture = architecture
    }

    /// By package manager, then name, then architecture.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.manager, lhs.name, lhs.architecture) < (rhs.manager, rhs.name, rhs.architecture)
    }
}
