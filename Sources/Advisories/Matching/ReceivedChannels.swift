public import Fleet

/// Channels of a release that an endpoint receives, as far as its package sources show it.
///
/// What only some endpoints receive (Ubuntu Pro, Debian's, RHEL's and SLES's longer supports) is no fix for
/// the others. A source that is set up and does not fail shows that the endpoint is among the first.
public enum ReceivedChannels {
    /// The channels that sources with these names belong to; sorted.
    ///
    /// - Parameters:
    ///   - sources: the names of sources that do not fail, as scans write them: addresses of apt's,
    ///     identifiers of those of dnf and zypper.
    ///   - os: the operating system, whose rule holds.
    /// - Returns: the names of the channels.
    public static func shown(by sources: [String], on os: OperatingSystem) -> [String] {
        var found: Set<String> = []
        let names = sources.map { $0.lowercased() }
        switch Platform.distribution(of: os.id) {
        case "ubuntu":
            for (part, channels) in ubuntuPro where names.contains(where: { $0.contains(part) }) {
                found.formUnion(channels)
            }
            // Records that say no more than "Pro" may mean either; 14.04 has the one alone.
            if found.isSuperset(of: ["esm-infra", "esm-apps"])
                || (os.versionId == "14.04" && found.contains("esm-infra"))
            {
                found.insert("esm")
            }
        case "debian":
            // http://deb.freexian.com/extended-lts buster-lts main
            if names.contains(where: { $0.contains("/extended-lts") }) { found.insert("elts") }
        case "rhel":
            // rhel-9-for-x86_64-baseos-eus-rpms
            for name in names {
                found.formUnion(words(of: name).intersection(["eus", "aus", "e4s", "tus", "els"]))
            }
        case "sles":
            // SLE-Product-SLES15-SP5-LTSS-Updates
            for name in names {
                found.formUnion(words(of: name).intersection(["ltss", "espos"]))
            }
        case "arch":
            // core-testing
            for name in names where words(of: name).contains("testing") { found.insert("testing") }
        default: break
        }
        return found.sorted()
    }

    /// Where Ubuntu Pro's packages lie, and the channels that are there.
    private static let ubuntuPro: [(part: String, channels: [String])] = [
        ("esm.ubuntu.com/infra/", ["esm-infra"]), ("esm.ubuntu.com/apps/", ["esm-apps"]),
        ("esm.ubuntu.com/infra-legacy/", ["esm-infra-legacy"]),
        ("esm.ubuntu.com/fips/", ["fips"]),
        ("esm.ubuntu.com/fips-updates/", ["fips", "fips-updates"]),
        ("esm.ubuntu.com/fips-preview/", ["fips-preview"]),
    ]

    private static func words(of name: String) -> Set<String> {
        Set(name.split { !$0.isLetter && !$0.isNumber }.map(String.init))
    }
}
