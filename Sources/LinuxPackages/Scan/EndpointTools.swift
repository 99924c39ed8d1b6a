public import Fleet
import PackageManagers
import SystemFiles

/// Which package tools an endpoint has, told by facts.
///
/// An endpoint has one native tool, which owns the files of its system: it follows from what the
/// system says it is (os-release), and must be there with its database. Another native tool that
/// merely lies there (a Debian with dnf installed, a Fedora with dpkg) is not the endpoint's.
/// flatpak, snapd and fwupd stand beside any of them.
public struct EndpointTools: Hashable, Sendable {
    /// The tool that owns the system's files; `nil` when none could be told.
    public let native: PackageManagerName?
    /// Whether flatpak manages applications for the whole endpoint.
    public let hasFlatpak: Bool

    /// Whether snapd is there.
    public let hasSnap: Bool

    /// Whether fwupd is there, and the bus on which its service answers.
    public let hasFwupd: Bool

    /// All with which something is installed, the native one first.
    public var all: [PackageManagerName] {
        (native.map { [$0] } ?? []) + (hasFlatpak ? [.flatpak] : []) + (hasSnap ? [.snap] : [])
            + (hasFwupd ? [.fwupd] : [])
    }

    /// Which tools these facts tell of.
    ///
    /// - Parameters:
    ///   - system: what os-release says.
    ///   - exists: whether something stands at a path of the endpoint.
    public init(system: OperatingSystem, exists: (String) -> Bool) {
        let families = [system.id] + system.idLike
        let present = Self.natives.filter { $0.isPresent(exists) }
        native =
            present.first { tool in families.contains { tool.families.contains($0) } }?.manager
            // A system of an unknown family: its tool is told only when there is no doubt.
            ?? (present.count == 1 && !Self.isKnown(families) ? present.first?.manager : nil)
        hasFlatpak =
            exists("/usr/bin/flatpak") && exists("/var/lib/flatpak/repo/config")
        hasSnap = exists("/usr/bin/snap") && exists("/var/lib/snapd/state.json")
        hasFwupd = exists("/usr/bin/fwupdmgr") && exists("/run/dbus/system_bus_socket")
    }

    /// Looks at the system in a folder; empty for this machine.
    public static func read(root: String) -> EndpointTools {
        EndpointTools(system: SystemFacts(root: root).operatingSystem) {
            Files.exists("\(root)\($0)")
        }
    }

    /// What must be there for a tool to be a system's own.
    private struct Native {
        let manager: PackageManagerName
        /// Identifiers in os-release.
        let families: Set<String>
        /// One of these programs.
        let programs: [String]
        /// One of these parts of its database.
        let databases: [String]

        func isPresent(_ exists: (String) -> Bool) -> Bool {
            programs.contains(where: exists) && databases.contains(where: exists)
        }
    }

    private static let rpmDatabases = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"].flatMap { folder in
        ["rpmdb.sqlite", "Packages", "Packages.db"].map { "\(folder)/\($0)" }
    }

    private static let natives = [
        Native(
            manager: .apt, families: ["debian", "ubuntu", "raspbian", "devuan"],
            programs: ["/usr/bin/apt-get"], databases: ["/var/lib/dpkg/status"]),
        // Before dnf: openSUSE has both, and zypper is its own.
        Native(
            manager: .zypper, families: ["suse", "opensuse", "sles", "sled", "sle-micro"],
            programs: ["/usr/bin/zypper"], databases: rpmDatabases),
        Native(
            manager: .dnf,
            families: [
                "fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn", "azurelinux",
                "mariner", "photon",
            ],
            programs: ["/usr/bin/dnf5", "/usr/bin/dnf", "/usr/bin/dnf-3"],
            databases: rpmDatabases),
        Native(
            manager: .pacman, families: ["arch", "archarm", "manjaro", "endeavouros"],
            programs: ["/usr/bin/pacman"], databases: ["/var/lib/pacman/local"]),
        Native(
            manager: .apk, families: ["alpine", "postmarketos", "wolfi", "chainguard"],
            programs: ["/sbin/apk", "/usr/bin/apk", "/usr/sbin/apk"],
            databases: ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"]),
    ]

    private static func isKnown(_ families: [String]) -> Bool {
        natives.contains { tool in families.contains { tool.families.contains($0) } }
    }
}
