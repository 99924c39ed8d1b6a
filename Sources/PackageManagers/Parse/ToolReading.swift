public import Fleet

/// The typed result of one package tool's output (`patchbay debug parse TOOL`).
public struct ToolReading: Hashable, Sendable, Codable {
    /// The tool's name on the command line, such as `apt-list-upgradable`.
    public var tool: String
    /// Newer versions of installed packages.
    public var updates: [ToolUpdate]
    /// Packages that the output names as installed.
    public var packages: [ToolPackage]
    /// Advisories; apt prints none.
    public var advisories: [ToolAdvisory]
    /// Packages that a plan would newly install.
    public var newPackages: [ToolPackage]?
    /// Packages that a plan would remove.
    public var removals: [ToolPackage]?
    /// The operating system, where the output describes one.
    public var os: OperatingSystem?
    /// Every field of it, as written.
    public var fields: [String: String]?
    /// Lines that could not be read; when there are any, the rest may not be the whole truth.
    public var unparsed: [String]

    /// A result.
    public init(
        tool: String, updates: [ToolUpdate] = [], packages: [ToolPackage] = [],
        newPackages: [ToolPackage]? = nil, removals: [ToolPackage]? = nil,
        os: OperatingSystem? = nil,
        fields: [String: String]? = nil, unparsed: [String] = []
    ) {
        self.tool = tool
        self.updates = updates
        self.packages = packages
        advisories = []
        self.newPackages = newPackages
        self.removals = removals
        self.os = os
        self.fields = fields
        self.unparsed = unparsed
    }
}

/// A newer version, as a tool prints it.
public struct ToolUpdate: Hashable, Sendable, Codable {
    /// What the tool installs it by.
    public var name: String
    /// The architecture.
    public var architecture: String
    /// The version that is installed.
    public var installed: String
    /// The newer one.
    public var candidate: String
    /// Where it comes from, in the tool's words.
    public var origin: String?

    /// A newer version.
    public init(
        name: String, architecture: String, installed: String, candidate: String,
        origin: String? = nil
    ) {
        self.name = name
        self.architecture = architecture
        self.installed = installed
        self.candidate = candidate
        self.origin = origin
    }
}

/// A package and its version, as a tool prints it.
public struct ToolPackage: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// Its version.
    public var version: String
    /// Its architecture; `nil` where the tool does not print it.
    public var architecture: String?

    /// A package.
    public init(name: String, version: String, architecture: String? = nil) {
        self.name = name
        self.version = version
        self.architecture = architecture
    }
}

/// An advisory, as a tool prints it.
public struct ToolAdvisory: Hashable, Sendable, Codable {
    /// Its identifier.
    public var id: String

    /// An advisory.
    public init(id: String) { self.id = id }
}

/// The tools whose recorded output can be read.
public enum ToolOutput: String, Sendable, CaseIterable {
    /// `apt list --upgradable`, in any language.
    case aptListUpgradable = "apt-list-upgradable"
    /// `apt-get -s upgrade`, `-s dist-upgrade` or `-s install`, in any language.
    case aptGetSimulate = "apt-get-simulate"
    /// The file `/etc/os-release`.
    case osRelease = "os-release"

    /// The most bytes of output that are read: a plan for 6,000 packages has 2 MiB.
    public static let limit = 64 * 1_048_576

    /// Reads output. It never fails: what cannot be read is in `unparsed`.
    public func read(_ bytes: [UInt8]) -> ToolReading {
        switch self {
        case .aptListUpgradable: AptListReader(bytes).reading
        case .aptGetSimulate: AptSimulationReader(bytes).reading
        case .osRelease: Self.readOSRelease(bytes)
        }
    }

    private static func readOSRelease(_ bytes: [UInt8]) -> ToolReading {
        let file = OSReleaseFile(bytes)
        return ToolReading(
            tool: osRelease.rawValue, os: file.operatingSystem, fields: file.fields,
            unparsed: file.unparsed)
    }
}
