import Fleet
import Testing

@Suite struct `Packages that are not the distribution's` {
    private static let origins: [(String, PackageManagerName, String?, String?)] = [
        ("debian", PackageManagerName.apt, "Debian:12.15/oldstable", nil),
        ("debian", .apt, "Debian-Security:12/oldstable-security", nil),
        ("debian", .apt, "Debian Backports:/bookworm-backports", "Debian Backports"),
        ("debian", .apt, "Docker CE:bookworm", "Docker CE"),
        ("debian", .apt, "aptly:12/x, Debian:12/stable", nil),
        ("debian", .apt, nil, nil), ("debian", .npm, "Docker CE:x", nil),
        ("ubuntu", .apt, "Ubuntu:22.04/jammy-updates", nil),
        ("ubuntu", .apt, "UbuntuESM:22.04/jammy-infra-security", nil),
        ("ubuntu", .apt, "PPA for git:22.04/jammy", "PPA for git"),
        ("kali", .apt, "Kali:x", nil), ("rocky", .dnf, "Rocky Enterprise Software Foundation", nil),
        ("rocky", .dnf, "Fedora Project", "Fedora Project"), ("rhel", .dnf, "Red Hat, Inc.", nil),
        ("opensuse-leap", .zypper, "SUSE LLC <https://www.suse.com/>", nil),
        (
            "opensuse-leap", .zypper, "obs://build.opensuse.org/home:me",
            "obs://build.opensuse.org/home:me"
        ),
        ("nobody", .dnf, "Anyone", nil),
    ]

    private func package(
        _ name: String, _ origin: String?, _ manager: PackageManagerName
    ) -> Package {
        Package(
            manager: manager, name: name, version: "1", architecture: "amd64", source: name,
            sourceVersion: "1", origin: origin)
    }

    @Test(arguments: Self.origins)
    func `are told by label or vendor`(
        _ id: String, _ manager: PackageManagerName, _ origin: String?, _ source: String?
    ) {
        let os = OperatingSystem(id: id, versionId: "1", name: id)
        let found = ForeignPackages.among([package("a", origin, manager)], of: os)
        #expect(found.map(\.source) == (source.map { [$0] } ?? []))
    }

    @Test func `are counted by their source, the largest first`() {
        let os = OperatingSystem(id: "debian", versionId: "12", name: "Debian")
        let packages = [
            package("a", "Docker CE:bookworm", .apt), package("b", "nodesource:nodistro", .apt),
            package("c", "Docker CE:bookworm", .apt), package("d", "Debian:12/stable", .apt),
        ]
        #expect(
            ForeignPackages.among(packages, of: os) == [
                ForeignPackages(source: "Docker CE", packages: 2),
                ForeignPackages(source: "nodesource", packages: 1),
            ])
    }

    @Test(arguments: [
        ("rocky", PackageManagerName.dnf, [nil, "Rocky Enterprise Software Foundation", nil], 2),
        ("opensuse-leap", .zypper, ["", "SUSE LLC <https://www.suse.com/>"], 1),
        // Where no vendor at all is told, vendors were not asked for.
        ("rocky", .dnf, [nil, nil], 0), ("nobody", .dnf, [nil, "Anyone"], 0),
        ("debian", .apt, [nil, "Debian:12/stable"], 0),
    ])
    func `are those without a vendor where an rpm of the distribution has one`(
        _ id: String, _ manager: PackageManagerName, _ origins: [String?], _ count: Int
    ) {
        let os = OperatingSystem(id: id, versionId: "9", name: id)
        let packages = origins.enumerated().map { package("p\($0.offset)", $0.element, manager) }
        #expect(
            ForeignPackages.among(packages, of: os)
                == (count > 0 ? [ForeignPackages(source: "no vendor", packages: count)] : []))
    }
}
