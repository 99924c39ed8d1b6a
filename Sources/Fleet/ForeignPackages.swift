/// Packages of the operating system's own package manager that somebody else has built: advisories of
/// the distribution do not speak of them, whatever they are called.
public struct ForeignPackages: Hashable, Sendable, Codable {
    /// Who has built them, or where they come from, such as `Docker CE`.
    public var source: String
    /// How many are installed.
    public var packages: Int

    /// Packages from elsewhere.
    public init(source: String, packages: Int) {
        self.source = source
        self.packages = packages
    }

    /// The most sources that are told of one endpoint; real ones have some dozen at most.
    public static let mostSources = 50
    /// The longest name of a source, in characters.
    public static let longestSource = 100

    /// What an endpoint tells, each source once, as one line of text, and within the limits.
    public static func plain(_ told: [ForeignPackages]) -> [ForeignPackages] {
        var counts: [String: Int] = [:]
        for part in told where part.packages > 0 {
            let name = named(part.source.split { $0.isWhitespace }.joined(separator: " "))
            let count = counts[name, default: 0] + min(part.packages, Inventory.maximumPackages)
            counts[name] = min(count, Inventory.maximumPackages)
        }
        return inOrder(counts)
    }

    private static func inOrder(_ counts: [String: Int]) -> [ForeignPackages] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(mostSources)
            .map { ForeignPackages(source: $0.key, packages: $0.value) }
    }

    /// The foreign ones among the packages of an endpoint, by their sources.
    public static func among(_ packages: [Package], of os: OperatingSystem) -> [ForeignPackages] {
        var count = Count(on: os)
        for package in packages {
            switch package.manager {
            case .apt: count.add(package.origin, isDebian: true)
            case .dnf, .zypper: count.add(package.origin, isDebian: false)
            default: continue
            }
        }
        return count.found
    }

    /// Counts foreign packages by their sources.
    ///
    /// Only what is known to come from elsewhere counts: a package of apt whose origin is not known
    /// (it was installed by hand, or no source has its version any more) and one of a distribution
    /// whose names are not known here does not. An rpm has its vendor's name within it, and all of
    /// a distribution's have one: one that has none was built by somebody else, as long as others of
    /// the endpoint have one, which shows that vendors were asked for.
    public struct Count: Sendable {
        private let os: OperatingSystem
        private var packages: [String: Int] = [:]
        /// What has been told of an origin: a system has few.
        private var known: [String: String?] = [:]
        private var withVendor = 0
        private var withoutVendor = 0

        /// Nothing yet.
        public init(on os: OperatingSystem) {
            self.os = os
        }

        /// Takes a package of the operating system's own package manager; `isDebian` tells apt's
        /// from rpm's, whose origin is the vendor.
        public mutating func add(_ origin: String?, isDebian: Bool) {
            let origin = origin ?? ""
            if !isDebian {
                if origin.isEmpty { withoutVendor += 1 } else { withVendor += 1 }
            }
            let source: String? =
                known[origin] ?? ForeignPackages.source(origin, isDebian, on: os)
            known[origin] = .some(source)
            if let source { packages[source, default: 0] += 1 }
        }

        /// What was found, the source of most packages first.
        public var found: [ForeignPackages] {
            var packages = packages
            if withVendor > 0, withoutVendor > 0,
                ForeignPackages.rpmVendors[os.id.lowercased()] != nil
            {
                packages[ForeignPackages.noVendor, default: 0] += withoutVendor
            }
            return ForeignPackages.inOrder(packages)
        }
    }

    /// Where a package comes from that is not the distribution's; `nil` for one that is, and where
    /// that is not known.
    private static func source(
        _ origin: String, _ isDebian: Bool, on os: OperatingSystem
    ) -> String? {
        let id = os.id.lowercased()
        guard !origin.isEmpty else { return nil }
        guard isDebian else {
            guard let own = rpmVendors[id] else { return nil }
            let vendor = origin.lowercased()
            // Whoever builds at SUSE's public service is named by its address.
            let isOwn = !vendor.hasPrefix("obs:") && own.contains { vendor.contains($0) }
            return isOwn ? nil : named(origin)
        }
        guard let own = aptLabels[id] else { return nil }
        let labels = origin.split(separator: ",").map { part in
            String(part.drop { $0 == " " }.prefix { $0 != ":" })
        }
        // What the distribution offers too is the distribution's.
        let isOwn = labels.contains { label in
            let label = label.lowercased()
            return label.hasPrefix(own) && !label.contains("backports")
        }
        return isOwn ? nil : labels.first.map(named)
    }

    private static func named(_ source: String) -> String {
        String((source.isEmpty ? "unnamed" : source).prefix(longestSource))
    }

    /// What stands for the vendor of an rpm that has none.
    private static let noVendor = "no vendor"

    /// What the labels of the distribution's own sources begin with.
    private static let aptLabels = ["debian": "debian", "ubuntu": "ubuntu"]

    /// What is in the vendors' names of the distribution's own packages.
    private static let rpmVendors: [String: [String]] = [
        "almalinux": ["almalinux"], "amzn": ["amazon"], "centos": ["centos", "red hat"],
        "fedora": ["fedora"], "ol": ["oracle"], "opensuse-leap": ["suse"],
        "opensuse-tumbleweed": ["suse"], "rhel": ["red hat"], "rocky": ["rocky"],
        "sle-micro": ["suse"], "sled": ["suse"], "sles": ["suse"], "sles_sap": ["suse"],
    ]
}
