/// The formats that feeds come in. The raw value is the name in reports.
public enum FeedFormat: String, Hashable, Sendable, CaseIterable {
    /// CISA's catalogue of known exploited vulnerabilities, JSON or CSV.
    case kev
    /// EPSS scores, the daily CSV or the answers of FIRST's API.
    case epss
    /// OSV records, one, an array, one a line, or an answer of the API.
    case osv
    /// The Debian security tracker's `/tracker/data/json`.
    case debianTracker
    /// The Debian security tracker's list of DSA and DLA notices.
    case debianNotices
    /// Ubuntu security notices, as JSON of the web site or the older notice database.
    case ubuntuNotices
    /// Ubuntu's CVE pages as JSON.
    case ubuntuCve
    /// OpenVEX documents, as Ubuntu publishes them.
    case openVex
    /// AlmaLinux's `errata.json`.
    case almalinux
    /// Rocky Linux's advisories, from its Apollo service.
    case rocky
    /// CSAF 2.0 documents: advisories and VEX (Red Hat, SUSE, Microsoft and others).
    case csaf
    /// CVRF 1.1 documents (SUSE, openEuler).
    case cvrf
    /// Microsoft's monthly security updates, CVRF as XML or JSON.
    case msrc
    /// `updateinfo.xml` of RPM repositories.
    case updateinfo
    /// OVAL definitions about RPM packages (Azure Linux, Photon OS, Oracle, Red Hat).
    case oval
    /// Red Hat's security data API: CVE records.
    case redhatCve
    /// Fedora's updates, from Bodhi.
    case bodhi
    /// Alpine's security database, and those of its relatives (Wolfi, Chainguard).
    case alpineSecdb
    /// The Arch Linux security tracker.
    case archTracker
    /// VMware Photon's CVE lists.
    case photonCve
    /// NVD's API 2.0, its yearly files, or the older feeds 1.1.
    case nvd
    /// CVE records 5.x, with CISA's Vulnrichment where it is in them.
    case cve
    /// endoflife.date's products and cycles.
    case endOfLife
    /// distro-info-data's tables of Debian's and Ubuntu's releases.
    case distroInfo
}
