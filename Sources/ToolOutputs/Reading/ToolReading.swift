public import Fleet

/// The typed result of one package tool's output (`patchbay debug parse TOOL`).
public struct ToolReading: Hashable, Sendable, Codable {
    /// The tool's name on the command line, such as `apt-list-upgradable`.
    public var tool: String
    /// Newer versions of installed packages.
    public var updates: [ToolUpdate] = []
    /// Packages that the output names as installed.
    public var packages: [ToolPackage] = []
    /// Advisories, in the order of their first mention.
    public var advisories: [ToolAdvisory] = []
    /// Packages that a plan would newly install.
    public var newPackages: [ToolPackage]?
    /// Packages that a plan would remove.
    public var removals: [ToolPackage]?
    /// Packages that take the place of others of another name.
    public var replacements: [ToolReplacement]?
    /// Rows that the tool cut short (`…`): what they name cannot be installed by it. Their lines
    /// are in `unparsed` as well.
    public var truncated: [ToolUpdate]?
    /// The operating system, where the output describes one.
    public var os: OperatingSystem?
    /// Single values that the output holds, by their own names.
    public var fields: [String: String]?
    /// What has to be restarted, where the output tells it.
    public var restarts: ToolRestarts?
    /// Lines that could not be read; when there are any, the rest may not be the whole truth.
    public var unparsed: [String] = []

    /// An empty result of a tool.
    init(_ tool: ToolOutput) { self.tool = tool.rawValue }
}

/// A newer version, as a tool prints it.
public struct ToolUpdate: Hashable, Sendable, Codable {
    /// What the tool installs it by: a package's name, winget's or mas's identifier, the `KB…`
    /// number of a Windows update, softwareupdate's label, fwupd's device.
    public var name: String
    /// The architecture; empty where the tool does not print it.
    public var architecture: String
    /// The version that is installed; empty where the tool does not print it.
    public var installed: String
    /// The newer one; empty where the tool does not print it.
    public var candidate: String
    /// Where it comes from, in the tool's words.
    public var origin: String?
    /// The title that people read, where it is not the name.
    public var displayName: String?
    /// What it is for, where the tool says so.
    public var classes: [UpdateClass]?
    /// How bad its maker says what it mends is.
    public var severity: Severity?
    /// Identifiers of vulnerabilities (CVE) that it mends.
    public var vulnerabilities: [String]?
    /// The size of the download in bytes.
    public var bytes: Int64?
    /// Whether the tool would leave it out of a run over everything: it is pinned, ignored, held,
    /// hidden, or must be named.
    public var isHeld: Bool?
    /// Whether the machine must restart for it.
    public var needsRestart: Bool?
    /// What else the tool tells of it, by names of our own (docs/package-tools.md).
    public var details: [String: String]?

    /// A newer version.
    init(
        name: String, architecture: String = "", installed: String = "", candidate: String,
        origin: String? = nil, displayName: String? = nil
    ) {
        self.name = name
        self.architecture = architecture
        self.installed = installed
        self.candidate = candidate
        self.origin = origin
        self.displayName = displayName
    }
}

/// A package and its version, as a tool prints it.
public struct ToolPackage: Hashable, Sendable, Codable {
    /// Its name, as under `ToolUpdate`.
    public var name: String
    /// Its version.
    public var version: String
    /// Its architecture; `nil` where the tool does not print it.
    public var architecture: String?
    /// The title that people read, where it is not the name.
    public var displayName: String?
    /// Where it comes from, in the tool's words.
    public var origin: String?

    /// A package.
    package init(
        name: String, version: String, architecture: String? = nil, displayName: String? = nil,
        origin: String? = nil
    ) {
        self.name = name
        self.version = version
        self.architecture = architecture
        self.displayName = displayName
        self.origin = origin
    }
}

/// A package that takes the place of another one.
public struct ToolReplacement: Hashable, Sendable, Codable {
    /// What would be installed.
    public var package: ToolPackage
    /// What it would replace.
    public var replaces: [ToolPackage]
}

/// An advisory, as a tool prints it.
public struct ToolAdvisory: Hashable, Sendable, Codable {
    /// Its identifier, such as `RHSA-2024:1234`; some lists name vulnerabilities instead.
    public var id: String
    /// Its title.
    public var title: String?
    /// Its kind in the publisher's words, such as `security`, `bugfix` or `recommended`.
    public var kind: String?
    /// How bad its publisher says it is; `nil` when the publisher's word is not one that is known.
    public var severity: Severity?
    /// Whether it applies, in the tool's words, such as `needed`.
    public var status: String?
    /// When it was issued, as written.
    public var issued: String?
    /// Identifiers of vulnerabilities (CVE) that it names.
    public var vulnerabilities: [String] = []
    /// The packages that it brings, with their versions.
    public var packages: [ToolPackage] = []
    /// Whether its installation needs a restart of the machine, or of the tool itself.
    public var needsRestart: Bool?
    /// Whether its installation asks questions.
    public var isInteractive: Bool?
    /// Whether what it brings is installed.
    public var isInstalled: Bool?
    /// Where it comes from, in the tool's words.
    public var origin: String?

    /// An advisory of which nothing but the identifier is known.
    init(id: String) { self.id = id }
}

/// What has to be restarted so that what is installed is what runs.
public struct ToolRestarts: Hashable, Sendable, Codable {
    /// What is known of a part that only a restart of the machine replaces.
    public enum Pending: String, Sendable, Codable {
        /// The tool could not tell.
        case unknown
        /// What runs is what is installed.
        case none
        /// A compatible one is installed.
        case compatible
        /// A newer one is installed.
        case newer
    }

    /// The kernel.
    public var kernel: Pending?
    /// The kernel that runs.
    public var runningKernel: String?
    /// The kernel that would run after a restart.
    public var expectedKernel: String?
    /// The processor's microcode.
    public var microcode: Pending?
    /// Services to be restarted.
    public var services: [String] = []
    /// Containers to be restarted.
    public var containers: [String] = []
    /// Sessions of people who would have to sign in anew.
    public var sessions: [String] = []
}
