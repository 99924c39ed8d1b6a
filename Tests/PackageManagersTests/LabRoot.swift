import Foundation

/// A root folder with a dpkg database and apt indexes written by hand: every kind of update there
/// is, decided by the real apt.
struct LabRoot {
    let folder: URL

    init(in folder: URL) throws {
        self.folder = folder
        try write(Self.sources, to: "etc/apt/sources.list.d/lab.sources")
        try write(Self.preferences, to: "etc/apt/preferences.d/pins")
        try write("PRETTY_NAME=\"Lab\"\nID=debian\nVERSION_ID=\"12\"\n", to: "etc/os-release")
        try write("lab\n", to: "etc/hostname")
        // apt draws the lots of a phased update from it, and takes part in no phases without it.
        try write("0123456789abcdef0123456789abcdef\n", to: "etc/machine-id")
        try write(Self.status, to: "var/lib/dpkg/status")
        try write("", to: "var/lib/apt/lists/partial/.keep")
        for (suite, label, packages) in Self.suites {
            let prefix = "deb.example.org_lab_dists_\(suite)_"
            let release = """
                Origin: Debian
                Label: \(label)
                Suite: \(suite)
                Codename: \(suite)
                Version: 12
                Date: Fri, 20 Nov 2026 00:12:41 UTC
                Architectures: amd64 i386
                Components: main

                """
            try write(release, to: "var/lib/apt/lists/\(prefix)Release")
            try write(packages, to: "var/lib/apt/lists/\(prefix)main_binary-amd64_Packages")
        }
    }

    /// Writes a file below the root; its folders are made.
    func write(_ text: String, to path: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private static let sources = """
        Types: deb
        URIs: http://deb.example.org/lab
        Suites: stable stable-security stable-backports
        Components: main
        Trusted: yes

        """

    private static let preferences = """
        Package: *
        Pin: release n=stable-backports
        Pin-Priority: 100

        Package: labpinned
        Pin: release n=stable
        Pin-Priority: -1

        Package: labpinned
        Pin: release a=now
        Pin-Priority: 500

        """

    static let status = [
        installed("dpkg", "1.21"), installed("labgood", "1.0"), installed("labsecure", "1.0-1"),
        installed("labnew", "1.0"), installed("labunmet", "1.0"), installed("labclash", "1.0"),
        installed("labold", "1.0"), installed("labpinned", "1.0"), installed("labphased", "1.0"),
        installed("labbackport", "1.0"), installed("labcurrent", "1.0"),
        installed("labheld", "1.0", state: "hold ok installed"),
        installed("labhalf", "2.0", state: "install ok half-configured"),
        installed("labgone", "1.0", state: "deinstall ok config-files"),
        installed("labsource", "1:1.0-1+b2", more: "Source: labsrc (1:1.0-1)\n"),
        installed("labforeign", "1.0", architecture: "i386", more: "Multi-Arch: same\n"),
    ].joined()

    private static func installed(
        _ name: String, _ version: String, state: String = "install ok installed",
        architecture: String = "amd64", more: String = ""
    ) -> String {
        """
        Package: \(name)
        Status: \(state)
        Architecture: \(architecture)
        Version: \(version)
        \(more)Description: for tests
         Status: not a field


        """
    }

    private static func offered(_ name: String, _ version: String, size: Int, more: String = "")
        -> String
    {
        """
        Package: \(name)
        Version: \(version)
        Architecture: amd64
        Maintainer: Lab <lab@example.org>
        Filename: pool/\(name)_\(version).deb
        Size: \(size)
        SHA256: \(String(repeating: "ab", count: 32))
        \(more)Description: for tests


        """
    }

    private static let suites: [(String, String, String)] = [
        (
            "stable", "Debian",
            [
                offered("labgood", "2.0", size: 2001), offered("labsecure", "1.2-1", size: 2002),
                offered("labnew", "2.0", size: 2003, more: "Depends: labextra\n"),
                offered("labextra", "1.0", size: 2004),
                offered("labunmet", "2.0", size: 2005, more: "Depends: labgood (>= 9)\n"),
                offered("labclash", "2.0", size: 2006, more: "Conflicts: labold\n"),
                offered("labpinned", "2.0", size: 2007),
                offered("labphased", "2.0", size: 2008, more: "Phased-Update-Percentage: 0\n"),
                offered("labheld", "2.0", size: 2009), offered("labcurrent", "1.0", size: 2010),
                offered("labbackport", "1.0", size: 2013),
            ].joined()
        ),
        ("stable-security", "Debian-Security", offered("labsecure", "1.1-1", size: 2011)),
        ("stable-backports", "Debian Backports", offered("labbackport", "2.0~bpo", size: 2012)),
    ]
}
