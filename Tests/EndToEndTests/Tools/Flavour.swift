import Fleet
import Foundation
import Testing

/// A system with another package tool than apt alone, or another release of Debian, as
/// `testbed/lab light --flavour` makes it.
struct Flavour: Sendable, CustomTestStringConvertible {
    /// The test bed's name of it.
    let name: String
    /// Its number in the lab.
    let number: Int
    /// The tool.
    let manager: PackageManagerName
    /// The version that endpoints begin with, where it has one that can be told beforehand.
    var first = "1.0-1"
    /// The version on offer.
    var second = "2.0-1"
    /// An update that goes in.
    var good = "labgood"
    /// One that someone on the endpoint holds.
    var held = "labheld"
    /// One whose package is not signed; apt has signed indexes instead.
    var unsigned: String? = "labunsigned"
    /// One whose dependencies cannot be met.
    var keptBack: String? = "labdep"
    /// One that fails, by its own script where the tool has scripts, and one that goes in beside
    /// it.
    var failing: (bad: String, other: String?) = ("labfail", "labplain")
    /// One whose script never ends, and one that goes in after it.
    var hanging: (bad: String, other: String)? = ("labhang", "labnext")
    /// What installs a package that takes half a minute, so that the lock is held meanwhile.
    var slow: [String]?
    /// One that the endpoint's configuration excludes.
    var excluded: String?
    /// One that is installed as a kernel.
    var kernel: String?
    /// One of a module's stream, beside which the source has another with a newer version.
    var modular: String?
    /// One whose first version can still be had.
    var back = "labback"
    /// One whose first version cannot.
    var lost = "labbug"
    /// Whether the tool takes an older version from a file, so that it needs no source for it.
    var keepsFiles = true
    /// Whether the tool knows what updates are for.
    var hasAdvisories = false
    /// Whether a vendor's package of rpm is tried here.
    var hasVendor = false
    /// What the names of the lab's sources begin with.
    var sources = "lab "
    /// Whether this machine's C library is newer than its own, so that only the static agent runs.
    var needsStaticAgent = false
    /// Asks the tool itself for a package's version.
    let version: @Sendable (String) -> [String]

    var testDescription: String { name }

    /// A release of Debian.
    private static func debian(_ release: Int, number: Int, isOlder: Bool) -> Flavour {
        Flavour(
            name: "debian\(release)", number: number, manager: .apt, first: "1.0", second: "2.0",
            unsigned: nil, failing: ("labfail", "labdaemon"), hanging: nil, back: "labconf",
            lost: "labsec",
            sources: "http://", needsStaticAgent: isOlder,
            version: { ["/usr/bin/dpkg-query", "-W", "-f=${Version}", $0] })
    }

    private static let rpm: @Sendable (String) -> [String] = {
        ["/usr/bin/rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", $0]
    }

    static let all = [
        Flavour(
            name: "dnf4", number: 11, manager: .dnf,
            slow: ["/usr/bin/dnf", "-y", "upgrade", "labslow"], excluded: "labexcluded",
            kernel: "kernel-core", modular: "labmodule", hasAdvisories: true, hasVendor: true,
            version: rpm),
        Flavour(
            name: "dnf5", number: 12, manager: .dnf,
            slow: ["/usr/bin/dnf5", "-y", "upgrade", "labslow"], excluded: "labexcluded",
            kernel: "kernel-core", modular: "labmodule", hasAdvisories: true, hasVendor: true,
            version: rpm),
        Flavour(
            name: "zypper", number: 13, manager: .zypper,
            slow: ["/usr/bin/zypper", "--non-interactive", "--no-refresh", "install", "labslow"],
            kernel: "kernel-core", hasAdvisories: true, hasVendor: true, version: rpm),
        Flavour(
            name: "pacman", number: 14, manager: .pacman,
            slow: ["/usr/bin/pacman", "-S", "--noconfirm", "labslow"],
            version: { ["/usr/bin/pacman", "-Q", $0] }),
        Flavour(
            name: "flatpak", number: 15, manager: .flatpak, first: "", second: "",
            good: "org.lab.Good", held: "org.lab.Held", unsigned: "org.lab.Unsigned",
            keptBack: nil, failing: ("org.lab.Broken", nil), hanging: nil, back: "org.lab.Back",
            lost: "org.lab.Lost", keepsFiles: false,
            version: { ["/usr/bin/flatpak", "info", "--system", "--show-commit", $0] }),
        debian(11, number: 16, isOlder: true),
        debian(13, number: 17, isOlder: false),
    ]

    /// Those that `PATCHBAY_FLAVOURS` asks for; all without it.
    static let asked: [Flavour] = {
        let names = ProcessInfo.processInfo.environment["PATCHBAY_FLAVOURS"] ?? ""
        let words = names.split(separator: ",")
        return words.isEmpty ? all : all.filter { words.contains($0.name[...]) }
    }()
}
