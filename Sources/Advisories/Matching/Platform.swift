public import Fleet

/// The scopes of an index that hold for an endpoint's operating system.
///
/// A feed speaks for one distribution at one release, and for no other: what derives from it
/// (Linux Mint from Ubuntu, Raspbian from Debian, Rocky from RHEL) rebuilds, patches and delays
/// packages of its own, so it is matched by data of its own, or not at all, and then says so.
public struct Platform: Sendable, Hashable {
    /// The names by which feeds may know the release.
    public let releases: [ReleaseName]
    /// The channels of the release that the endpoint is known to receive, such as `esm-infra`;
    /// sorted.
    public let channels: [String]

    /// The names of an operating system's release.
    ///
    /// `known` are releases with both number and codename (distro-info), where a feed told of them;
    /// those of Debian and Ubuntu that are known here are used as well. `channels` are those that
    /// the endpoint's package sources show it to receive (`ReceivedChannels`).
    public init(
        _ os: OperatingSystem, channels: [String] = [], known: [DistributionRelease] = []
    ) {
        let edition = Self.editions[os.id.lowercased()].map { [$0] } ?? []
        self.channels = Set(channels + edition).sorted()
        if let windows = OperatingSystemRow.release(of: os) {
            releases = [windows]
            return
        }
        let distribution = Self.distribution(of: os.id)
        var names: [String] = [""]
        func add(_ name: String) {
            if !name.isEmpty, !names.contains(name) { names.append(name) }
        }
        let version = os.versionId.lowercased()
        for name in Self.versionNames(version, of: distribution) { add(name) }
        if distribution == "openeuler", let pack = Self.servicePack(inName: os.name) {
            add("\(os.versionId)-\(pack)")
        }
        // Where number and codename contradict each other, the number counts: the data of two
        // releases at once would be wrong for either.
        if let codename = os.codename?.lowercased() ?? Self.codename(inName: os.name),
            version.isEmpty
                || Self.numbers(of: codename, in: distribution, known)
                    .allSatisfy(names.contains)
        {
            add(codename)
        }
        for release in known where release.distribution == distribution {
            if names.contains(release.version) || names.contains(release.series) {
                add(release.series)
                add(release.version)
            }
        }
        for (number, series) in Self.series[distribution] ?? [:] where names.contains(number) {
            add(series)
        }
        for (number, series) in Self.series[distribution] ?? [:] where names.contains(series) {
            add(number)
        }
        releases = names.map { ReleaseName(distribution: distribution, release: $0) }
    }

    /// The distribution whose data an `ID` is matched with: its own, but for editions that are
    /// built from the very same packages.
    static func distribution(of id: String) -> String {
        switch id.lowercased() {
        case let edition where editions[edition] != nil: "sles"
        case "suse-microos": "sle-micro"
        case "mariner", "cbl-mariner": "azurelinux"
        case "archarm": "arch"
        case "redhat", "rhel-coreos": "rhel"
        case let other: other
        }
    }

    /// Editions of SLES, by their `ID`, and the channel of the server's packages that each receives.
    private static let editions = [
        "sles_sap": "sap", "sled": "desktop", "sle_hpc": "hpc", "sle-hpc": "hpc",
    ]

    /// Whose packages are added to all relatives of RHEL, under the major number of the release.
    static let epel = "epel"

    /// The release of RHEL for which EPEL's packages on this one are built; `nil` elsewhere.
    var epelRelease: String? {
        let relatives: Set = ["rhel", "centos", "almalinux", "rocky", "ol"]
        guard let first = releases.first, relatives.contains(first.distribution) else { return nil }
        let number = releases.lazy.map(\.release).first { $0.first?.isNumber == true }
        return number.map { String($0.prefix { $0 != "." }) }
    }

    /// How feeds write a version: RHEL's family by the major number too, Alpine without the patch
    /// level, openSUSE and SLES by major and service pack.
    private static func versionNames(_ version: String, of distribution: String) -> [String] {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        guard let major = parts.first, !version.isEmpty else { return [] }
        switch distribution {
        case "rhel", "centos", "almalinux", "rocky", "ol", "fedora", "amzn", "debian":
            return [version, String(major)]
        case "alpine":
            // An edge system's version holds the day of its build: 3.21_alpha20240807.
            if version.contains("_") { return ["edge"] }
            return [version, parts.prefix(2).joined(separator: ".")]
        default: return [version]
        }
    }

    /// The numbers of the release that a codename stands for; empty where that is not known.
    private static func numbers(
        of codename: String, in distribution: String, _ known: [DistributionRelease]
    ) -> Set<String> {
        let told = known.filter { $0.distribution == distribution && $0.series == codename }
            .map(\.version)
        let own = (series[distribution] ?? [:]).filter { $0.value == codename }.map(\.key)
        return Set(told + own).subtracting([""])
    }

    /// `LTS-SP2` in `openEuler 24.03 (LTS-SP2)`: feeds name the release with it.
    private static func servicePack(inName name: String) -> Substring? {
        guard let open = name.lastIndex(of: "("), name.hasSuffix(")") else { return nil }
        return name[name.index(after: open)...].dropLast()
    }

    /// The codename in a name such as `Debian GNU/Linux 12 (bookworm)`, or the first in `Debian
    /// GNU/Linux forky/sid`, as systems that are not out yet call themselves.
    private static func codename(inName name: String) -> String? {
        if name.hasSuffix("/sid") {
            return name.dropLast("/sid".count).split(separator: " ").last.map { $0.lowercased() }
        }
        guard let open = name.lastIndex(of: "("), name.hasSuffix(")") else { return nil }
        let word = name[name.index(after: open)...].dropLast().lowercased()
        guard let first = word.split(separator: " ").first else { return nil }
        return String(first)
    }

    /// Releases whose number or codename may be missing from an inventory or a feed.
    private static let series: [String: [String: String]] = [
        "debian": [
            "8": "jessie", "9": "stretch", "10": "buster", "11": "bullseye", "12": "bookworm",
            "13": "trixie", "14": "forky", "15": "duke",
        ],
        "ubuntu": [
            "14.04": "trusty", "16.04": "xenial", "18.04": "bionic", "20.04": "focal",
            "22.04": "jammy", "23.10": "mantic", "24.04": "noble", "24.10": "oracular",
            "25.04": "plucky", "25.10": "questing", "26.04": "resolute",
        ],
    ]
}

extension AdvisoryIndex {
    /// A scope that holds for an endpoint, and the channel that it needs.
    struct HeldScope: Sendable, Hashable {
        var number: Int32
        /// The channel that the endpoint is not known to receive; `nil` where it needs none, or
        /// receives it.
        var channel: String?
        /// Whether it speaks of a channel, received or not.
        var isOfChannel = false
    }

    /// The scopes of this index that hold on a platform: those of its release, and EPEL's.
    func scopes(of platform: Platform) -> [HeldScope] {
        var scopes = ownScopes(of: platform)
        guard let release = platform.epelRelease else { return scopes }
        for known in releases["rhel"] ?? []
        where known.release.channel == Platform.epel && known.release.release == release {
            scopes.append(HeldScope(number: known.scope, channel: nil))
        }
        return scopes
    }

    /// Of the release itself: without the channels that the endpoint is known to receive.
    private func ownScopes(of platform: Platform) -> [HeldScope] {
        guard let distribution = platform.releases.first?.distribution,
            let known = releases[distribution]
        else { return [] }
        let names = Set(platform.releases.map(\.release))
        return known.filter {
            names.contains($0.release.release) && $0.release.channel != Platform.epel
        }.map { release, number in
            let channel = release.channel.flatMap { platform.channels.contains($0) ? nil : $0 }
            return HeldScope(
                number: number, channel: channel, isOfChannel: release.channel != nil)
        }
    }

    /// Whether any feed speaks of the platform's release: where none does, the absence of findings
    /// says nothing.
    public func speaks(of platform: Platform) -> Bool { !ownScopes(of: platform).isEmpty }

    /// Whether a feed speaks of EPEL's packages for the platform.
    public func speaksOfEPEL(on platform: Platform) -> Bool {
        guard let release = platform.epelRelease else { return false }
        return releases["rhel"]?.contains {
            $0.release.channel == Platform.epel && $0.release.release == release
        } ?? false
    }
}
