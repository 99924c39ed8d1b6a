package import Fleet

/// The public feeds that an installation knows from the start. They are off until somebody switches
/// them on: a server without a way out must not fail again and again.
package enum BuiltInFeeds {
    private static let hour: Int64 = 3600

    /// The feeds of a new installation.
    package static func all(at now: Timestamp) -> [Feed] {
        list.map { name, title, source, hours in
            Feed(
                name: name, title: title, source: source, isEnabled: false,
                intervalSeconds: hours * hour, nextAt: now)
        }
    }

    /// With the hours between two questions: one for all that tells of new vulnerabilities and fixes.
    /// OSV's archives are a distribution's whole history, and new nearly every hour, which costs a
    /// download each; whoever has a thin line gives them a longer interval.
    private static let list: [(String, String, String, Int64)] = [
        (
            "kev", "CISA: known exploited vulnerabilities",
            "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json", 1
        ),
        (
            "epss", "FIRST: probability of exploitation (EPSS)",
            "https://epss.cyentia.com/epss_scores-current.csv.gz", 12
        ),
        (
            "debian-tracker", "Debian security tracker",
            "https://security-tracker.debian.org/tracker/data/json", 1
        ),
        (
            "debian-notices", "Debian security notices (DSA)",
            "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DSA/list",
            1
        ),
        (
            "ubuntu-osv", "Ubuntu: vulnerabilities as OSV records",
            "https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip", 1
        ),
        (
            "almalinux-osv", "AlmaLinux: advisories as OSV records",
            "https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip", 1
        ),
        (
            "rocky-osv", "Rocky Linux: advisories as OSV records",
            "https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip", 1
        ),
        (
            "redhat-osv", "Red Hat: advisories as OSV records",
            "https://osv-vulnerabilities.storage.googleapis.com/Red%20Hat/all.zip", 1
        ),
        (
            "suse-osv", "SUSE: advisories as OSV records",
            "https://osv-vulnerabilities.storage.googleapis.com/SUSE/all.zip", 1
        ),
        (
            "alpine-osv", "Alpine: vulnerabilities as OSV records",
            "https://osv-vulnerabilities.storage.googleapis.com/Alpine/all.zip", 1
        ),
        (
            "arch-tracker", "Arch Linux security tracker",
            "https://security.archlinux.org/all.json", 1
        ),
        (
            "debian-releases", "Debian: releases and their end of life",
            "https://salsa.debian.org/debian/distro-info-data/-/raw/main/debian.csv", 168
        ),
        (
            "ubuntu-releases", "Ubuntu: releases and their end of life",
            "https://salsa.debian.org/debian/distro-info-data/-/raw/main/ubuntu.csv", 168
        ),
    ]
}
