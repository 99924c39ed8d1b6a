public import Fleet

/// One line of a lock list: this package, to exactly this version. Nothing else may be installed in
/// its name.
public struct LockedUpdate: Hashable, Sendable, Codable {
    /// The package manager that installs it.
    public var manager: PackageManagerName
    /// The package's name.
    public var name: String
    /// The package's architecture.
    public var architecture: String
    /// The version that was installed when the update was approved.
    public var from: String
    /// The version to install.
    public var to: String

    /// A line of a lock list.
    public init(
        manager: PackageManagerName, name: String, architecture: String, from: String, to: String
    ) {
        self.manager = manager
        self.name = name
        self.architecture = architecture
        self.from = from
        self.to = to
    }

    /// The line that installs a missing update.
    public init(_ update: Update) {
        self.init(
            manager: update.manager, name: update.name, architecture: update.architecture,
            from: update.installed, to: update.candidate)
    }

    /// The package that it replaces.
    public var key: PackageKey {
        PackageKey(manager: manager, name: name, architecture: architecture)
    }
}
