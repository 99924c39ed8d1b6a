import Advisories
import Versions

/// A place where packages live, with how its advisories name and order them.
struct PackageHome: Hashable {
    var scope: PackageScope
    var order: Ecosystem
    var counting: AffectedPackage.Counting

    init(_ scope: PackageScope, _ order: Ecosystem, _ counting: AffectedPackage.Counting) {
        self.scope = scope
        self.order = order
        self.counting = counting
    }

    /// A release of a distribution.
    init(
        _ distribution: String, _ release: String, channel: String? = nil, order: Ecosystem,
        _ counting: AffectedPackage.Counting
    ) {
        self.init(
            .release(
                ReleaseName(distribution: distribution, release: release, channel: channel)),
            order, counting)
    }

    /// The distribution's name; `nil` beside distributions.
    var distribution: String? {
        if case .release(let release) = scope { release.distribution } else { nil }
    }
}

/// The names that distributions give their releases.
enum DistributionNames {
    /// The version of a Debian release by its codename. A release that is not out, and one that is
    /// not known here, keeps its codename: its os-release has no version either.
    static func debianRelease(_ codename: String) -> String {
        debianVersions[codename.lowercased()] ?? codename.lowercased()
    }

    private static let debianVersions = [
        "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10",
        "bullseye": "11", "bookworm": "12", "trixie": "13",
    ]

    /// The version of an Ubuntu release by its codename, likewise.
    static func ubuntuRelease(_ codename: String) -> String {
        ubuntuVersions[codename.lowercased()] ?? codename.lowercased()
    }

    private static let ubuntuVersions = [
        "hardy": "8.04", "lucid": "10.04", "maverick": "10.10", "natty": "11.04",
        "oneiric": "11.10", "precise": "12.04", "quantal": "12.10", "raring": "13.04",
        "saucy": "13.10", "trusty": "14.04", "utopic": "14.10", "vivid": "15.04",
        "wily": "15.10", "xenial": "16.04", "yakkety": "16.10", "zesty": "17.04",
        "artful": "17.10", "bionic": "18.04", "cosmic": "18.10", "disco": "19.04",
        "eoan": "19.10", "focal": "20.04", "groovy": "20.10", "hirsute": "21.04",
        "impish": "21.10", "jammy": "22.04", "kinetic": "22.10", "lunar": "23.04",
        "mantic": "23.10", "noble": "24.04", "oracular": "24.10", "plucky": "25.04",
        "questing": "25.10", "resolute": "26.04",
    ]

    /// A release of Debian, counted by source package.
    static func debian(_ codename: String) -> PackageHome {
        PackageHome("debian", debianRelease(codename), order: .deb, .source)
    }

    /// A release of Ubuntu, counted by source package. The name may have a channel before or
    /// behind a slash: `esm-infra/xenial`, `trusty/esm`.
    static func ubuntu(_ name: String, channel: String? = nil) -> PackageHome {
        var release = name
        var channel = channel
        let parts = name.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if parts.count == 2 {
            let first = ubuntuVersions[parts[0]] != nil
            release = first ? parts[0] : parts[1]
            channel = first ? parts[1] : parts[0]
        }
        return PackageHome(
            "ubuntu", ubuntuRelease(release), channel: channel, order: .deb, .source)
    }

    /// A distribution of RPM packages, counted by installed package.
    static func rpm(_ distribution: String, _ release: String, channel: String? = nil)
        -> PackageHome
    {
        PackageHome(distribution, release, channel: channel, order: .rpm, .binary)
    }

    /// A release of Alpine or of a distribution like it: its database counts by the package that
    /// others are built from.
    static func apk(_ distribution: String, _ release: String) -> PackageHome {
        let plain = release.hasPrefix("v") ? String(release.dropFirst()) : release
        return PackageHome(distribution, plain, order: .apk, .source)
    }

    /// Azure Linux, which was CBL-Mariner: its advisories name source packages. `3` is `3.0`, as
    /// its os-release has it.
    static func azureLinux(_ release: String) -> PackageHome {
        let full = release.contains(".") || release.isEmpty ? release : release + ".0"
        return PackageHome("azurelinux", full, order: .rpm, .source)
    }

    /// Arch Linux, which has no releases.
    static func arch(channel: String? = nil) -> PackageHome {
        PackageHome("arch", "", channel: channel, order: .pacman, .binary)
    }
}
