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
    /// The SHA-256 of the package's file, in lower-case hexadecimal digits: another file is not
    /// installed, whatever its version. `nil` where the file is not known yet, as in a first ring.
    public var sha256: String?

    /// When the fix came out, where windows of the endpoint count from that; `nil` elsewhere.
    public var released: Timestamp?

    /// The snapshot that the whole root file system returns to, where the line goes back that way;
    /// `nil` for a line that goes by packages.
    public var returnsTo: SnapshotReturn?

    /// Whether it undoes an update.
    public var isRollback: Bool { goesBack == true }

    /// A line of a lock list.
    public init(
        manager: PackageManagerName, name: String, architecture: String, from: String, to: String,
        goesBack: Bool? = nil, sha256: String? = nil
    ) {
        self.sha256 = sha256
        self.manager = manager
        self.name = name
        self.architecture = architecture
        self.from = from
        self.to = to
        self.goesBack = goesBack
    }

    /// What an approval must name as replaced: flatpak's commits have no order, so that only the
    /// exact step can be approved. `nil` where versions tell themselves which is newer.
    public var replaces: String? { manager == .flatpak ? from : nil }

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

    /// The same line for whichever file, release and way back: agents of former releases do not
    /// repeat them.
    public var withoutHash: LockedUpdate {
        var line = self
        (line.sha256, line.released, line.returnsTo) = (nil, nil, nil)
        return line
    }

    /// The package that it replaces.
    public var key: PackageKey {
        PackageKey(manager: manager, name: name, architecture: architecture)
    }
}
