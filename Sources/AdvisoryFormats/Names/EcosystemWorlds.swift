import Versions

extension Ecosystem {
    /// The order that holds in a world of packages, by OSV's name of it (OSV schema, "Defined
    /// ecosystems"); the generic one for worlds without an order of their own here.
    init(world: String) {
        switch world {
        case "PyPI": self = .pep440
        case "npm", "Go", "crates.io", "Hex", "Pub", "SwiftURL", "Bitnami", "GitHub Actions",
            "Julia", "VSCode":
            self = .semver
        case "Maven": self = .maven
        case "RubyGems": self = .rubygems
        case "NuGet": self = .nuget
        default: self = .generic
        }
    }
}
