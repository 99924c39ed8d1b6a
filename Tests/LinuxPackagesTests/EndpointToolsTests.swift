import Fleet
import LinuxPackages
import Testing

/// Which tools an endpoint has.
struct EndpointToolsTests {
    /// A system: its os-release, what lies there, and the tools that it has.
    struct System: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let id: String
        let like: [String]
        let files: Set<String>
        let native: PackageManagerName?
        var hasFlatpak = false
        var hasSnap = false
        var hasFwupd = false
    }

    private static let apt = ["/usr/bin/apt-get", "/var/lib/dpkg/status"]
    private static let dnf = ["/usr/bin/dnf", "/var/lib/rpm/rpmdb.sqlite"]
    private static let zypper = ["/usr/bin/zypper", "/usr/lib/sysimage/rpm/Packages.db"]
    private static let pacman = ["/usr/bin/pacman", "/var/lib/pacman/local"]
    private static let apk = ["/sbin/apk", "/lib/apk/db/installed"]
    private static let snap = ["/usr/bin/snap", "/var/lib/snapd/state.json"]
    private static let flatpak = ["/usr/bin/flatpak", "/var/lib/flatpak/repo/config"]

    static let systems = [
        System(
            testDescription: "a plain Debian", id: "debian", like: [], files: Set(apt),
            native: .apt),
        System(
            testDescription: "a Debian on which dnf, rpm and pacman merely lie", id: "debian",
            like: [], files: Set(apt + dnf + pacman), native: .apt),
        System(
            testDescription: "a Fedora with dpkg and apt", id: "fedora", like: [],
            files: Set(apt + dnf), native: .dnf),
        System(
            testDescription: "a rebuild that calls itself like Fedora", id: "rebuilt",
            like: ["rhel", "fedora"], files: Set(dnf), native: .dnf),
        System(
            testDescription: "an openSUSE that has dnf too", id: "opensuse-leap",
            like: ["suse", "opensuse"], files: Set(zypper + dnf), native: .zypper),
        System(
            testDescription: "an Arch with flatpak", id: "arch", like: [],
            files: Set(pacman + flatpak), native: .pacman, hasFlatpak: true),
        System(
            testDescription: "a flatpak without an installation for everybody", id: "debian",
            like: [], files: Set(apt + ["/usr/bin/flatpak"]), native: .apt),
        System(
            testDescription: "an Alpine", id: "alpine", like: [], files: Set(apk), native: .apk),
        System(
            testDescription: "a newer Alpine, whose database has moved", id: "alpine", like: [],
            files: ["/usr/bin/apk", "/usr/lib/apk/db/installed"], native: .apk),
        System(
            testDescription: "a Debian with apk lying there", id: "debian", like: [],
            files: Set(apt + apk), native: .apt),
        System(
            testDescription: "an Ubuntu with snaps", id: "ubuntu", like: ["debian"],
            files: Set(apt + snap), native: .apt, hasSnap: true),
        System(
            testDescription: "a Debian with fwupd", id: "debian", like: [],
            files: Set(apt + ["/usr/bin/fwupdmgr", "/run/dbus/system_bus_socket"]), native: .apt,
            hasFwupd: true),
        System(
            testDescription: "fwupd without a bus, on which its service would answer",
            id: "debian", like: [], files: Set(apt + ["/usr/bin/fwupdmgr"]), native: .apt),
        System(
            testDescription: "a snap without its service", id: "ubuntu", like: ["debian"],
            files: Set(apt + ["/usr/bin/snap"]), native: .apt),
        System(
            testDescription: "an unknown system with one tool", id: "somebody", like: [],
            files: Set(pacman), native: .pacman),
        System(
            testDescription: "an unknown system with two tools", id: "somebody", like: [],
            files: Set(pacman + apt), native: nil),
        System(
            testDescription: "a Debian whose database is gone, with pacman lying there",
            id: "debian", like: [], files: Set(["/usr/bin/apt-get"] + pacman), native: nil),
    ]

    @Test(arguments: systems)
    func `The native tool is the one that the system says it is made with`(_ system: System) {
        let tools = EndpointTools(
            system: OperatingSystem(
                id: system.id, versionId: "", name: system.id, codename: nil, idLike: system.like)
        ) { system.files.contains($0) }
        #expect(tools.native == system.native)
        #expect(tools.hasFlatpak == system.hasFlatpak)
        #expect(tools.hasSnap == system.hasSnap)
        #expect(tools.all.contains(.snap) == system.hasSnap)
        #expect(tools.all.contains(.fwupd) == system.hasFwupd)
        #expect(tools.all.first == system.native || system.native == nil)
    }
}
