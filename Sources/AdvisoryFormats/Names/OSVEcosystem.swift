import Advisories
import Versions

/// OSV's names of ecosystems (OSV schema, `affected[].package.ecosystem`): a world of packages and,
/// behind a colon, a release.
enum OSVEcosystem {
    /// Where packages of an ecosystem live, such as `Debian:12` or `Ubuntu:Pro:16.04:LTS`. The
    /// `distro` of the package's URL tells Ubuntu's channel.
    static func home(_ name: String, packageURL: PackageURL? = nil) -> PackageHome {
        let world = String(name.prefix { $0 != ":" })
        let suffix = String(name.dropFirst(world.count + 1))
        switch world {
        case "Debian":
            return PackageHome(
                "debian", DistributionNames.debianRelease(suffix), order: .deb, .source)
        case "Ubuntu": return ubuntu(suffix, packageURL)
        case "Alpine": return DistributionNames.apk("alpine", suffix)
        case "Wolfi": return DistributionNames.apk("wolfi", "")
        case "Chainguard": return DistributionNames.apk("chainguard", "")
        case "MinimOS": return DistributionNames.apk("minimos", "")
        case "Alpaquita": return DistributionNames.apk("alpaquita", suffix)
        case "BellSoft Hardened Containers":
            return DistributionNames.apk("bellsoft-hardened-containers", suffix)
        case "AlmaLinux": return DistributionNames.rpm("almalinux", suffix)
        case "Rocky Linux": return DistributionNames.rpm("rocky", suffix)
        case "Red Hat": return ProductNames.redHat(suffix)
        case "SUSE", "openSUSE": return ProductNames.suse("\(world) \(suffix)")
        case "openEuler": return DistributionNames.rpm("openeuler", suffix)
        case "Mageia": return DistributionNames.rpm("mageia", suffix)
        case "Photon OS": return PackageHome("photon", suffix, order: .rpm, .source)
        case "Azure Linux", "CBL-Mariner": return DistributionNames.azureLinux(suffix)
        case "Echo": return PackageHome("echo", suffix, order: .deb, .source)
        default: return PackageHome(.ecosystem(world), Ecosystem(world: world), .binary)
        }
    }

    /// `22.04:LTS`, `23.10`, `Pro:16.04:LTS`, `Pro:FIPS-updates:20.04:LTS`.
    private static func ubuntu(_ suffix: String, _ packageURL: PackageURL?) -> PackageHome {
        let parts = suffix.split(separator: ":").map(String.init)
        let release = parts.first { $0.first?.isNumber == true } ?? suffix
        let isPro = parts.first == "Pro"
        var channel = isPro ? "esm" : nil
        if isPro, parts.count > 1, parts[1] != release { channel = parts[1].lowercased() }
        if let distribution = packageURL?["distro"], distribution.contains("/") {
            channel = distribution.split(separator: "/").first.map(String.init) ?? channel
        }
        return PackageHome("ubuntu", release, channel: channel, order: .deb, .source)
    }
}
