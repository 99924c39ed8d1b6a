/// What an update is for. An update can be of several classes at once: a rollup that holds a
/// security fix counts as security.
public enum UpdateClass: String, Codable, Sendable, CaseIterable, Comparable {
    /// It closes vulnerabilities.
    case security
    /// It mends faults.
    case bugfix
    /// It brings new functions.
    case feature

    /// Security comes first, features last.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .security: 0
        case .bugfix: 1
        case .feature: 2
        }
    }
}

/// Whether the endpoint's own package manager would install an update now, and if not, what stands
/// in the way.
public enum Installability: String, Codable, Sendable, CaseIterable {
    /// A plain upgrade installs it.
    case installable
    /// Someone on the endpoint has put the package on hold.
    case held
    /// The distribution hands it out in phases, and this endpoint's turn has not come.
    case phased
    /// A plain upgrade keeps it back: it needs packages newly installed or removed, or its
    /// dependencies cannot be met.
    case keptBack
    /// It is there only for subscribers.
    case needsSubscription
    /// The endpoint's own configuration (a pin) excludes it.
    case excluded
}

/// A newer version of an installed package that the endpoint could have.
public struct Update: Hashable, Sendable, Codable {
    /// The package manager that would install it.
    public var manager: PackageManagerName
    /// The package's name.
    public var name: String
    /// The package's architecture.
    public var architecture: String
    /// The version that is installed.
    public var installed: String
    /// The version that is missing.
    public var candidate: String
    /// What it is for; sorted, without duplicates.
    public var classes: [UpdateClass]
    /// Where it comes from, such as `Debian-Security:12/stable-security`.
    public var origin: String
    /// Whether it can be installed now.
    public var installability: Installability
    /// The size of the download in bytes; `nil` when the index does not tell.
    public var bytes: Int64?
    /// One sentence that says why it is not installable; `nil` when it is.
    public var reason: String?
    /// How it could be undone; `nil` where the endpoint does not tell.
    public var wayBack: WayBack?
    /// The CVE ids that the package's own changelog names for the versions after the installed one;
    /// `nil` where the package does not lie on the endpoint, so that its changelog was not read.
    public var changelogVulnerabilities: [String]?
    /// How it stands with downloading it ahead; `nil` where that has not been tried.
    public var prefetch: Prefetch?

    /// A missing update.
    public init(
        manager: PackageManagerName, name: String, architecture: String, installed: String,
        candidate: String,
        classes: [UpdateClass], origin: String, installability: Installability, bytes: Int64? = nil,
        reason: String? = nil, wayBack: WayBack? = nil
    ) {
        self.manager = manager
        self.name = name
        self.architecture = architecture
        self.installed = installed
        self.candidate = candidate
        self.classes = classes
        self.origin = origin
        self.installability = installability
        self.bytes = bytes
        self.reason = reason
        self.wayBack = wayBack
    }

    /// The package that it would replace.
    public var key: PackageKey {
        PackageKey(manager: manager, name: name, architecture: architecture)
    }
}

extension PackageManagerName {
    /// Whether its updates stand beside what is installed and replace nothing, so that a missing one
    /// has no installed version: an update of Windows is no newer version of another.
    public var addsUpdates: Bool { self == .windowsUpdate }
}
