public import Fleet
public import Versions

/// The world that a package manager's packages come from, and the order of their versions.
public struct PackageWorld: Hashable, Sendable {
    /// As in `PackageScope.ecosystem`; `nil` for the operating system's own packages.
    public let ecosystem: String?
    /// Whose order of versions holds.
    public let order: Ecosystem

    /// The world of a package manager by its name. One that is not known here is a world of its
    /// own.
    public init(manager: String) {
        switch manager.lowercased() {
        case "apt", "dpkg", "deb": (ecosystem, order) = (nil, .deb)
        case "dnf", "dnf5", "yum", "rpm", "zypper", "tdnf", "microdnf":
            (ecosystem, order) = (nil, .rpm)
        case "apk": (ecosystem, order) = (nil, .apk)
        case "pacman": (ecosystem, order) = (nil, .pacman)
        case "pip", "pipx", "uv", "pypi": (ecosystem, order) = ("PyPI", .pep440)
        case "npm", "yarn", "pnpm": (ecosystem, order) = ("npm", .semver)
        case "gem", "rubygems": (ecosystem, order) = ("RubyGems", .rubygems)
        case "cargo", "crates.io": (ecosystem, order) = ("crates.io", .semver)
        case "go": (ecosystem, order) = ("Go", .semver)
        case "nuget", "dotnet": (ecosystem, order) = ("NuGet", .nuget)
        case "maven": (ecosystem, order) = ("Maven", .maven)
        case "composer", "packagist": (ecosystem, order) = ("Packagist", .generic)
        case "hex", "mix": (ecosystem, order) = ("Hex", .semver)
        case "pub", "dart": (ecosystem, order) = ("Pub", .semver)
        case "swift", "swiftpm", "swifturl": (ecosystem, order) = ("SwiftURL", .semver)
        case "bitnami": (ecosystem, order) = ("Bitnami", .semver)
        case "winget": (ecosystem, order) = ("winget", .winget)
        case "brew", "homebrew": (ecosystem, order) = ("homebrew", .generic)
        case "choco", "chocolatey": (ecosystem, order) = ("chocolatey", .nuget)
        case let other: (ecosystem, order) = (other, .generic)
        }
    }

    /// The world of an operating system's own packages, where an inventory names no manager.
    public init(of os: OperatingSystem) {
        ecosystem = nil
        let names = Set([os.id.lowercased()] + os.idLike)
        if !names.isDisjoint(with: ["alpine", "wolfi", "chainguard"]) {
            order = .apk
        } else if !names.isDisjoint(with: ["arch", "archlinux"]) {
            order = .pacman
        } else if !names.isDisjoint(with: Self.rpmSystems) {
            order = .rpm
        } else {
            order = .deb
        }
    }

    /// Whether this is a world that a package manager we know, or a feed, speaks of.
    public static func isKnown(world: String) -> Bool {
        worlds.contains(world) || PackageManagerName(rawValue: world) != nil
    }

    /// The worlds of `init(manager:)` whose names are not those of package managers.
    private static let worlds: Set<String> = [
        "PyPI", "npm", "RubyGems", "crates.io", "Go", "NuGet", "Maven", "Packagist", "Hex", "Pub",
        "SwiftURL", "Bitnami", "homebrew",
    ]

    private static let rpmSystems: Set<String> = [
        "rhel", "fedora", "centos", "almalinux", "rocky", "ol", "amzn", "suse", "sles", "opensuse",
        "opensuse-leap", "opensuse-tumbleweed", "photon", "azurelinux", "mariner", "openeuler",
        "mageia",
    ]
}

extension SoftwareRow {
    /// A package of an inventory.
    public init(_ package: Package) {
        let world = PackageWorld(manager: package.manager.rawValue)
        self.init(
            ecosystem: world.ecosystem, order: world.order, name: package.name,
            version: package.version, architecture: package.architecture, source: package.source,
            sourceVersion: package.sourceVersion,
            module: package.module.flatMap { ModuleStream(label: $0) })
    }
}
