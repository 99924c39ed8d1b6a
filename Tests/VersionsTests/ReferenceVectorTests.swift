import TestSupport
import Testing
import Versions

/// Recorded verdicts of the tools themselves, of their own tests, and of OSV.
struct ReferenceFile: Sendable, CustomTestStringConvertible {
    let name: String
    let ecosystem: Ecosystem
    /// Rows that are known to be otherwise here, each for a reason in docs/versions.md.
    let otherwise: Set<String>

    init(_ name: String, _ ecosystem: Ecosystem, otherwise: Set<String> = []) {
        self.name = name
        self.ecosystem = ecosystem
        self.otherwise = otherwise
    }

    var testDescription: String { "\(name), \(ecosystem.rawValue)" }

    static let all = [
        ReferenceFile("dpkg-Dpkg_Version.tsv", .deb),
        // libapt's own test compares bare fragments; a hyphen alone is no version to dpkg.
        ReferenceFile(
            "dpkg-apt-compareversion.tsv", .deb, otherwise: ["- < .", "p < -", "a < -", "z < -"]),
        ReferenceFile("oracle-dpkg-real.tsv", .deb),
        ReferenceFile("osv-debian-generated.tsv", .deb),
        ReferenceFile("osv-debian.tsv", .deb),
        ReferenceFile("univers-deb.tsv", .deb),
        ReferenceFile("oracle-rpm-real.tsv", .rpm),
        ReferenceFile("osv-redhat.tsv", .rpm),
        ReferenceFile("rpm-libsolv-caret.tsv", .rpm),
        ReferenceFile("rpm-nevra-claircore.tsv", .rpm),
        ReferenceFile("rpm-rpmvercmp-oddities.tsv", .rpm),
        ReferenceFile("rpm-rpmvercmp.tsv", .rpm),
        ReferenceFile("apk-version.data.tsv", .apk),
        ReferenceFile("vers-alpine.tsv", .apk),
        ReferenceFile("osv-alpine-generated.tsv", .apk),
        ReferenceFile("osv-alpine.tsv", .apk, otherwise: ["1-r = 1-r0", ".2 > .1", "c = c"]),
        ReferenceFile("oracle-pacman-real.tsv", .pacman),
        ReferenceFile("pacman-vercmptest.tsv", .pacman),
        ReferenceFile("vers-alpm.tsv", .pacman),
        ReferenceFile("osv-semver.tsv", .semver),
        ReferenceFile("semver-node-comparisons.tsv", .semver),
        ReferenceFile("semver-node-equality-loose.tsv", .semver),
        ReferenceFile("pep440-packaging.tsv", .pep440),
        ReferenceFile("winget-versions.tsv", .winget),
        ReferenceFile("osv-rubygems.tsv", .rubygems),
        ReferenceFile("osv-rubygems-generated.tsv", .rubygems),
        ReferenceFile("osv-nuget.tsv", .nuget),
        ReferenceFile(
            "vers-nuget.tsv", .nuget,
            otherwise: [
                "1.0.0-BETA > 1.0.0-beta2",
                "1.0.0-BETA.X.y.5.77.0+AA > 1.0.0-beta.x.y.5.79.0+aa",
                "1.0.0-BETA.X.y.5.79.0+AA > 1.0.0-beta.x.y.5.790.0+abc",
            ]),
        ReferenceFile("osv-maven.tsv", .maven),
        ReferenceFile(
            "osv-maven-generated.tsv", .maven,
            otherwise: [
                "1.2.67.sec10 < 1.2.67_noneautotype", "1.2.48.sec10 < 1.2.48_noneautotype",
            ]),
        ReferenceFile("vers-maven.tsv", .maven),
        // Composer has rules of its own; the generic order stands in for them.
        ReferenceFile("osv-packagist.tsv", .generic),
        ReferenceFile(
            "osv-packagist-generated.tsv", .generic,
            otherwise: [
                "v4.4 < v4.4.0-beta", "0.9.3-b < 0.9.3", "0.7.19a < 0.7.19",
                "v1.9.0-ALPHA.1 = v1.9.0-BETA.1", "v1.9.0-BETA.1 < v1.9.0-ALPHA.2",
                "v1.9.0-ALPHA.2 = v1.9.0-BETA.2",
            ]),
        ReferenceFile("vers-openssl.tsv", .generic, otherwise: ["3.0.0 < 3.0.0"]),
    ]
}

@Suite(.requires(.sharedData)) struct `Agreement with recorded verdicts` {
    @Test(arguments: ReferenceFile.all)
    func `every verdict is confirmed, except those that are explained`(file: ReferenceFile) throws {
        let rows = try Vectors.rows(of: file.name)
        #expect(rows.count >= 8)
        var otherwise: Set<String> = []
        for row in rows {
            try #require(row.count == 3, "\(file.name): \(row)")
            let sign = (try? file.ecosystem.compare(row[0], row[2]))?.sign
            let agrees = row[1] == "!=" ? sign == "<" || sign == ">" : sign == row[1]
            if !agrees { otherwise.insert(row.joined(separator: " ")) }
        }
        #expect(otherwise == file.otherwise, "\(file.name)")
    }

    /// OSV also orders what PyPI took before PEP 440. `packaging` refuses such texts, and so does
    /// this; whatever can be read stands as OSV has it.
    @Test(arguments: [("osv-pypi.tsv", 6), ("osv-pypi-generated.tsv", 27)])
    func `Python versions stand as OSV has them, or are none`(file: String, none: Int) throws {
        var refused = 0
        for row in try Vectors.rows(of: file) {
            guard let order = try? Ecosystem.pep440.compare(row[0], row[2]) else {
                refused += 1
                continue
            }
            #expect(order.sign == row[1], "\(row)")
        }
        #expect(refused == none)
    }

    @Test func `what PEP 440 normalises equals its normal form, and the rest is refused`() throws {
        var (read, refused) = (0, 0)
        for row in try Vectors.rows(of: "pep440-normalization.tsv") where row.count == 2 {
            if row[1] == "INVALID" {
                refused += 1
                #expect(throws: VersionError.self) { try Ecosystem.pep440.check(row[0]) }
            } else if !row[0].isEmpty, !row[1].isEmpty {
                // One row holds a line end, and so stands in two lines.
                read += 1
                #expect(try Ecosystem.pep440.compare(row[0], row[1]) == .equal, "\(row)")
            }
        }
        #expect(read >= 100)
        #expect(refused == 6)
    }
}
