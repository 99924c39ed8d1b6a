/// Where a package's name means what an advisory says: packages of one name in two scopes have
/// nothing to do with each other.
public enum PackageScope: Hashable, Sendable {
    /// A release of a distribution.
    case release(ReleaseName)
    /// A world of packages beside the operating system, by OSV's name in its own spelling, such as
    /// `PyPI`, `npm`, `crates.io`, `Maven`; or `winget`, `homebrew`, `chocolatey`.
    case ecosystem(String)

    /// Microsoft's products besides the releases of Windows, by Microsoft's own names: nothing that
    /// is installed is called so.
    public static let microsoft = PackageScope.ecosystem("microsoft")
}

/// A release of a distribution as feeds name it.
public struct ReleaseName: Hashable, Sendable {
    /// The distribution, by its `ID` of os-release(5) in lower case: `debian`, `ubuntu`, `rhel`,
    /// `almalinux`, `rocky`, `ol`, `centos`, `sles`, `opensuse-leap`, `alpine`, `arch`, `amzn`.
    public var distribution: String
    /// The version without anything in front or behind (`12`, `22.04`, `9`, `3.18`, `15.5`), or the
    /// codename in lower case (`bookworm`); empty for a distribution without releases (Arch), and
    /// for words that hold in every release.
    public var release: String
    /// A part of the distribution that only some endpoints receive, such as `esm-infra`,
    /// `esm-apps`, `fips` of Ubuntu Pro or `eus` of RHEL; `nil` for what all receive.
    public var channel: String?

    /// A release.
    public init(distribution: String, release: String, channel: String? = nil) {
        self.distribution = distribution
        self.release = release
        self.channel = channel
    }
}
