public import Fleet

/// What a policy asks for before an installation: that the same version has been verified in a ring
/// on an endpoint with the same stack, a twin.
public struct RingPass: Hashable, Sendable, Codable {
    /// The name of the ring, in whichever list of rings the endpoints are that try it.
    public var ring: String
    /// For how many seconds it must have been verified there; `nil` for no time at all.
    public var seconds: Int64?
    /// The packages that make the stack beside the operating system; `nil` for none.
    public var stack: [Glob]?

    /// The most patterns of one stack: an endpoint has a handful of applications that matter.
    public static let maximumPatterns = 32

    /// A ring that comes first.
    public init(ring: String, seconds: Int64? = nil, stack: [Glob]? = nil) {
        self.ring = ring
        self.seconds = seconds
        self.stack = stack
    }
}

/// What twins have in common: the release of the operating system, the architecture, and which of the
/// applications that a policy names are installed.
public struct EndpointStack: Hashable, Sendable {
    /// The operating system, its `ID`.
    public let os: String
    /// Its release, as far as it decides which packages there are.
    public let release: String
    /// The architecture as the package manager names it.
    public let architecture: String
    /// The names of the applications' packages, sorted. Not their versions: those of the twin are
    /// ahead, since updates reach it first.
    public let applications: [String]

    /// The stack of an endpoint that has these packages.
    public init(
        _ os: OperatingSystem, architecture: String, packages: some Sequence<String>,
        of pass: RingPass
    ) {
        self.os = os.id
        release = Self.release(of: os)
        self.architecture = architecture
        let patterns = pass.stack ?? []
        applications =
            patterns.isEmpty
            ? []
            : Set(packages.filter { name in patterns.contains { $0.matches(name) } }).sorted()
    }

    /// Systems whose minor releases follow one another on the same machine as ordinary updates: the
    /// twin, which gets them first, would never be one otherwise. The number says how many parts of
    /// the release tell one system from another.
    private static let parts = [
        "rhel": 1, "centos": 1, "rocky": 1, "almalinux": 1, "ol": 1, "alpine": 2,
    ]

    private static func release(of os: OperatingSystem) -> String {
        // What is not released yet has a name and no number.
        guard !os.versionId.isEmpty else { return os.codename ?? "" }
        guard let count = parts[os.id] else { return os.versionId }
        return os.versionId.split(separator: ".").prefix(count).joined(separator: ".")
    }

    /// For people: `debian 12 on amd64 with nginx and postgresql-15`.
    public var words: String {
        let system = [os, release].filter { !$0.isEmpty }.joined(separator: " ")
        guard let last = applications.last else { return "\(system) on \(architecture)" }
        let named = applications.prefix(Self.named)
        let left = applications.count - named.count
        let list =
            left > 0
            ? "\(named.joined(separator: ", ")) and \(left) more"
            : applications.count == 1
                ? last : "\(named.dropLast().joined(separator: ", ")) and \(last)"
        return "\(system) on \(architecture) with \(list)"
    }

    /// How many applications a sentence names.
    private static let named = 6
}
