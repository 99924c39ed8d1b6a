import Fleet
import Testing

/// Names of every package manager.
struct PackageNameTests {
    @Test(arguments: [
        (PackageManagerName.apk, "ca-certificates-bundle"), (.apk, ".build-deps"),
        (.apt, "libstdc++6"),
        (.brew, "openssl@3"), (.brew, "owner/tap/tool"), (.chocolatey, "7zip.commandline"),
        (.dnf, "NetworkManager-libnm"), (.dnf, "gcc-c++"), (.zypper, "libopenssl1_1"),
        (.flatpak, "org.gimp.GIMP"), (.flatpak, "org.freedesktop.Platform.GL.default"),
        (.fwupd, "362301da643102b9f38477387e2193e57abaa590"), (.mas, "409183694"),
        (.pacman, "gtk-sharp-2"), (.pacman, "lib32-gcc-libs"), (.snap, "firefox"),
        (.snap, "lxd_one"),
        (.softwareupdate, "Command Line Tools (macOS El Capitan version 10.11) for Xcode-8.2"),
        (.application, "Microsoft Teams (work or school)"),
        (.windowsUpdate, "KB5079473"), (.windowsUpdate, "11072231-1710-CF53-27ac-435a7a97c643"),
        (.cargo, "cargo-audit"), (.gem, "net-http2"), (.npm, "@angular/cli"), (.npm, "JSONStream"),
        (.pip, "Flask"), (.pip, "zope.interface"),
        (.winget, "Microsoft.VCRedist.2015+.x64"), (.winget, "9N0DX20HK701"),
        (.winget, "CursorAI,Inc.Cursor"), (.winget, "Vendor.R&D"), (.winget, "A&B.Tool!x"),
    ])
    func `a package manager's own name is taken`(manager: PackageManagerName, name: String) {
        #expect(PackageName(name, of: manager)?.text == name)
    }

    @Test(arguments: PackageManagerName.allCases)
    func `no name is an option, a path or a command`(manager: PackageManagerName) {
        for name in [
            "", "-y", "--all", "a;b", "a$(b)", "a`b`", "a|b", "a&b", "a>b", "a\nb", "a\tb", "a\0b",
            "*", "~", "../a",
            "/etc/passwd", "a\\b", "\"a\"", "'a'", " a", "a\u{202E}b",
            String(repeating: "a", count: 256),
        ] {
            #expect(PackageName(name, of: manager) == nil, "\(manager): \(name.debugDescription)")
        }
    }

    @Test(arguments: [
        (PackageManagerName.brew, "a/b"), (.flatpak, "org.gimp"),
        (.fwupd, "362301DA643102b9f38477387e2193e57abaa590"),
        (.mas, "Keynote"), (.snap, "Firefox"), (.snap, "123"), (.snap, "a--b"), (.snap, "a-"),
        (.npm, "a/b"), (.npm, "@a"), (.npm, "@/b"), (.npm, "@a/b/c"), (.npm, "a@1"),
        (.cargo, "a.b"),
        (.windowsUpdate, "KB12a4"),
        (.windowsUpdate, "5079473"), (.winget, "Microsoft Edge"), (.winget, "A.B…"),
        (.winget, "9N&"), (.dnf, "a b"),
        (.pacman, ".a"),
    ])
    func `a name of another shape is not taken`(manager: PackageManagerName, name: String) {
        #expect(PackageName(name, of: manager) == nil)
    }
}
