import Fleet
import Testing
import Versions

@testable import Advisories

/// Packages of winget and Homebrew, and the products that vulnerability sources speak of.
struct ProductIdentityTests {
    @Test(arguments: [
        ("winget", "Mozilla.Firefox", "mozilla:firefox"),
        ("winget", "mozilla.firefox", "mozilla:firefox"),
        ("winget", "Mozilla.Firefox.ESR", "mozilla:firefox_esr"),
        ("winget", "Mozilla.Firefox.DeveloperEdition", nil),
        ("winget", "Python.Python.3.12", "python:python"), ("winget", "Somebody.Firefox", nil),
        ("winget", "firefox", nil), ("homebrew", "firefox", "mozilla:firefox"),
        ("homebrew", "openssl@3", "openssl:openssl"), ("homebrew", "openssl", nil),
        ("chocolatey", "Firefox", "mozilla:firefox"), ("chocolatey", "firefox-dev", nil),
        ("chocolatey", "git.install", "git-scm:git"), ("chocolatey", "python3-x", nil),
        ("homebrew", "curlie", nil), ("PyPI", "firefox", nil), ("winget", "", nil),
    ])
    func `only packages of the table have a product`(
        _ world: String, _ package: String, _ expected: String?
    ) {
        #expect(ProductIdentity(package: package, in: world)?.product == expected)
    }

    @Test(arguments: [
        ("mozilla", "firefox", "mozilla:firefox"),
        ("Mozilla", "Firefox ESR", "mozilla:firefox_esr"),
        ("Microsoft", "Visual Studio Code", "microsoft:visual_studio_code"),
        ("curl", "curl", "haxx:curl"), ("n/a", "n/a", nil), ("mozilla", "focus", nil),
    ])
    func `products are told by their names in CPEs and CVE records`(
        _ vendor: String, _ product: String, _ expected: String?
    ) {
        #expect(ProductIdentity.product(vendor: vendor, product: product) == expected)
    }

    @Test(arguments: [
        ("homebrew", "3.4.0_1", "3.4.0"), ("homebrew", "3.4.0", "3.4.0"),
        ("homebrew", "1.2.3,456", "1.2.3"), ("homebrew", "7.1.1-39_2", "7.1.1-39"),
        ("homebrew", "1.1.1w", "1.1.1w"), ("homebrew", "_1", "_1"), ("homebrew", "a_b", "a_b"),
        ("winget", "1.2_3", "1.2_3"),
    ])
    func `a revision of Homebrew's own is no part of the product's version`(
        _ world: String, _ version: String, _ expected: String
    ) {
        #expect(ProductIdentity.productVersion(version, in: world) == expected)
    }

    private func found(
        _ manager: PackageManagerName, _ name: String, _ version: String,
        _ events: [VersionEvent], by authority: AdvisorySource.Authority = .aggregator
    ) -> [Finding] {
        let affected = [("winget", Ecosystem.winget), ("homebrew", .generic)].map { world, order in
            AffectedPackage(
                scope: .ecosystem(world), order: order, name: "openssl:openssl", counting: .source,
                ranges: [AffectedRange(events)])
        }
        let record = FeedRecord.advisory(
            Advisory(
                id: "CVE-2026-9", source: AdvisorySource(name: "nvd", authority: authority),
                vulnerabilities: ["CVE-2026-9"], affected: affected))
        let package = Package(
            manager: manager, name: name, version: version, architecture: "", source: name,
            sourceVersion: version)
        return report([record], [SoftwareRow(package)]).findings
    }

    @Test(
        arguments: [
            (PackageManagerName.brew, "openssl@3", "3.0.7_1", Finding.State.fixAvailable),
            (.brew, "openssl@3", "3.0.8", nil), (.brew, "libressl", "3.0.7", nil),
            (.winget, "ShiningLight.OpenSSL.Light", "3.0.7", .fixAvailable),
            (.winget, "FireDaemon.OpenSSL", "3.0.8", nil), (.winget, "cURL.cURL", "3.0.7", nil),
        ] as [(PackageManagerName, String, String, Finding.State?)])
    func `what is said of a product is found in its packages, and says how sure that is`(
        _ manager: PackageManagerName, _ name: String, _ version: String,
        _ expected: Finding.State?
    ) {
        let found = found(manager, name, version, [.introduced("3.0.0"), .fixed("3.0.8")])
        #expect(found.map(\.state) == [expected].compactMap(\.self))
        guard let finding = found.first else { return }
        #expect(finding.package == name && finding.installed == version)
        #expect(finding.fixedIn == "3.0.8")
        #expect(
            finding.reason
                == "An update mends it. The feeds call this product openssl:openssl; the package is "
                + "built by others from its source, which may differ.")
    }

    /// Chocolatey writes `24.08` as `24.8.0`.
    @Test(arguments: [("24.8.0", 0), ("24.7.0", 1), ("24.7.0.20240801", 1), ("24.9.0", 0)])
    func `Chocolatey's packages are matched by their products`(version: String, count: Int) {
        let record = FeedRecord.advisory(
            Advisory(
                id: "CVE-2026-9", source: AdvisorySource(name: "nvd", authority: .aggregator),
                vulnerabilities: ["CVE-2026-9"],
                affected: [
                    AffectedPackage(
                        scope: .ecosystem("chocolatey"),
                        order: ProductIdentity.order(in: "chocolatey"), name: "7-zip:7-zip",
                        counting: .source, ranges: [.before(fix: "24.08")])
                ]))
        let package = Package(
            manager: .chocolatey, name: "7zip.install", version: version, architecture: "",
            source: "7zip.install", sourceVersion: version)
        #expect(report([record], [SoftwareRow(package)]).findings.count == count)
    }

    @Test func `the last version that is affected is known, and no fix`() {
        let found = found(
            .brew, "openssl@3", "3.0.7_2", [.introduced("3.0.0"), .lastAffected("3.0.7")])
        #expect(found.map(\.state) == [.noFix])
        #expect(found.first?.reason.hasPrefix("No version that mends it is known. ") == true)
    }

    @Test func `every product of the table has a package, and every package one product`() {
        let products = ProductIdentity.worlds.flatMap { world in
            ["mozilla:firefox", "git-scm:git"].map {
                ProductIdentity.worlds(of: $0).contains(world)
            }
        }
        #expect(products.allSatisfy { $0 })
        #expect(ProductIdentity.worlds(of: "rarlab:winrar") == ["winget", "chocolatey"])
        #expect(ProductIdentity.worlds(of: "nobody:nothing").isEmpty)
    }
}
