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
    /// Whether it goes back: `to` is the older version, and `from` must be what is installed. `nil`
    /// for an update.
    public var goesBack: Bool?

    /// Whether it undoes an update.
    public var isRollback: Bool { goesBack == true }

    /// A line of a lock list.
    public init(
        manager: PackageManagerName, name: String, architecture: String, from: String, to: String,
        goesBack: Bool? = nil
    ) {
        self.manager = manager
        self.name = name
        self.architecture = architecture
        self.from = from
        self.to = to
        self.goesBack = goesBack
    }

    /// The line that installs a missing update.
    public init(_ update: Update) {
        self.init(
            manager: update.manager, name: update.name, architecture: update.architecture,
            from: update.installed, to: update.candidate)
    }

    /// The line that undoes this one.
    public var undone: LockedUpdate {
        LockedUpdate(
            manager: manager, name: name, architecture: architecture, from: to, to: from,
            goesBack: true)
    }

    /// The package that it replaces.
    public var key: PackageKey {
        PackageKey(manager: manager, name: name, architecture: architecture)
    }
}
