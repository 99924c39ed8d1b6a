import Fleet
import TestSupport
import Testing

@testable import ToolOutputs

struct DnfReaderTests {
    @Test func `rows are read in columns of any width, and when they go on in the next line`() {
        let found = reading(
            .dnfCheckUpdate,
            """
            Letzte Prüfung auf abgelaufene Metadaten: vor 0:00:04 am Sa 21 Nov 2026 08:43:20 UTC.

            a.x86_64    1:2.0-3.el9     updates
            a-name-that-is-longer-than-its-column.noarch
                        2.0~rc1-3.el9   updates
            b+.i686     3^git1-1.fc40   copr:copr.example.org:group:name
            c.aarch64   4-1
             updates
            """)
        #expect(found.unparsed.isEmpty)
        #expect(
            found.shown == [
                "a - > 1:2.0-3.el9", "a-name-that-is-longer-than-its-column - > 2.0~rc1-3.el9",
                "b+ - > 3^git1-1.fc40", "c - > 4-1",
            ])
        #expect(found.updates.map(\.architecture) == ["x86_64", "noarch", "i686", "aarch64"])
        #expect(found.updates.map(\.origin).last == "updates")
    }

    @Test(arguments: ["Obsoleting Packages", "Veraltete Pakete", "廃止されたパッケージ"])
    func `what replaces what is no update, in any language`(heading: String) {
        let found = reading(
            .dnfCheckUpdate,
            """
            a.x86_64          2-1   updates
            \(heading)
            new.x86_64        2-1   updates
                old.x86_64    1-1   @System
                older.x86_64  1-0   @base
            new2.noarch       3-1   updates
                old2.noarch   1-1   installed
            """)
        #expect(found.unparsed.isEmpty && found.shown == ["a - > 2-1"])
        #expect(found.replacements?.map(\.package.name) == ["new", "new2"])
        #expect(
            found.replacements?.map { $0.replaces.map(\.name) } == [["old", "older"], ["old2"]])
    }

    @Test(arguments: [
        "Last metadata expiration check: 1:20:49 ago on Fri 22 Dec 2023.",
        "Security: kernel-core-5-1 is the currently running version",
        "Security: kernel-core-6-1.x86_64 is an installed security update",
        "Loaded plugins: fastestmirror, langpacks",
        " * base: mirror.example.org", "Updating Subscription Management repositories.",
        "Repositories loaded.",
        "AlmaLinux 9 - Updates                            17 MB/s |  26 kB     00:00    ",
        "No security updates needed, but 41 updates available",
        " AlmaLinux 9 - Updates                  100% |  11.5 MiB/s |  35.2 KiB |  00m00s",
        "              : subscription-manager",
        "250 packages excluded due to repository priority protections", "",
    ])
    func `what dnf says besides is neither an update nor an unread line`(line: String) {
        let found = reading(.dnfCheckUpdate, "\(line)\na.x86_64 2-1 updates\n\(line)\n")
        #expect(found.unparsed.isEmpty && found.shown == ["a - > 2-1"])
    }

    @Test(arguments: [
        "Error: Failed to download metadata for repo 'bad'", ">>> Curl error (7): refused",
        "a.x86_64 2-1 updates more",
        "a.x86_64 updates", "a.x86_64", "a.x86_64 2-1", "-rf.x86_64 2-1 updates",
        "a.weird 2-1 updates", "This Updating package",
        "Errors during downloading metadata",
        "http://x.example.org/repomd.xml: [Errno 14] HTTP Error 404",
        "failure: repodata/repomd.xml from base: [Errno 256] No more mirrors to try.",
    ])
    func `a row that cannot be read, and a fault, are shown`(line: String) {
        let found = reading(
            .dnfCheckUpdate, "b.x86_64 2-1 updates\n\n\(line)\n\nc.x86_64 2-1 updates\n")
        #expect(found.unparsed == [line] && found.shown == ["b - > 2-1", "c - > 2-1"])
    }

    @Test func `dnf 5 says the same as JSON`() {
        let found = reading(
            .dnfCheckUpdate,
            #"{"upgrades":[{"name":"a","arch":"x86_64","evr":"1:2-1","repository":"u"}, {"name":"-b","arch":"x86_64","evr":"1-1"}]}"#
        )
        #expect(found.shown == ["a - > 1:2-1"] && found.unparsed.count == 1)
        #expect(reading(.dnfCheckUpdate, "{\"upgrades\":[").unparsed == ["{\"upgrades\":["])
    }

    @Test func `rows of dnf 4 and dnf 5 become advisories, one each`() {
        let four = reading(
            .dnfUpdateinfo,
            """
            i ALSA-2023:0340  Moderate/Sec.  bash-5.1.8-6.el9_1.x86_64
              RHBA-2024:1     bugfix         a-1:2-3.el9.noarch
              RHBA-2024:1     bugfix         b-1:2-3.el9.noarch
              CVE-2024-3661   Kritisch/Sich. c-2-1.x86_64
            updateinfo list done
            """)
        #expect(four.unparsed.isEmpty)
        #expect(four.advisories.map(\.id) == ["ALSA-2023:0340", "RHBA-2024:1", "CVE-2024-3661"])
        #expect(four.advisories.map(\.severity) == [.moderate, nil, .critical])
        #expect(four.advisories.map(\.kind) == ["security", "bugfix", "security"])
        #expect(four.advisories.map(\.isInstalled) == [true, nil, nil])
        #expect(four.advisories[1].packages.map(\.name) == ["a", "b"])
        #expect(four.advisories[2].vulnerabilities == ["CVE-2024-3661"])
        let five = reading(
            .dnfUpdateinfo,
            """
            Name                   Type        Severity       Package              Issued
            FEDORA-2018-318f184000 bugfix      none     glibc-2.28-26.fc29.x86_64 2019-01-17 00:00:00
            DNF-D-2022-9           security                    D-1-1.x86_64 1970-01-01 00:00:00
            """)
        #expect(five.unparsed.isEmpty && five.advisories.map(\.kind) == ["bugfix", "security"])
        #expect(five.advisories.map(\.severity) == [.unrated, nil])
    }

    @Test func `the long forms are read by their order where the keys are translated`() {
        let found = reading(
            .dnfUpdateinfo,
            """
            ===============================================================================
              Wichtig: a security update
            ===============================================================================
            Aktualisierungskennung: RHSA-2024:1
                               Typ: Sicherheit
                      Aktualisiert: 2026-06-11 00:00:00
                              CVEs: CVE-2026-1933
                                  : CVE-2026-2340
                      Beschreibung: Text: with a colon
                                  : Low
                    Schweregrad: Important

            """)
        #expect(found.unparsed.isEmpty && found.advisories.count == 1)
        let advisory = found.advisories.first
        #expect(advisory?.id == "RHSA-2024:1" && advisory?.severity == .important)
        #expect(advisory?.vulnerabilities == ["CVE-2026-1933", "CVE-2026-2340"])
        #expect(advisory?.title == "Wichtig: a security update")
    }

    @Test(arguments: [
        "RHSA-1 Important/Sec. bash", "RHSA-1 Important/Sec.", "Error: no", "a b c d",
    ])
    func `a row of advisories that cannot be read is shown`(line: String) {
        #expect(reading(.dnfUpdateinfo, line).unparsed == [line])
    }
}

/// Output of the real dnf 4, dnf 5, yum and zypper.
@Suite(.requires(.sharedData))
struct RecordedRpmTests {
    @Test(arguments: [
        ("tool-outputs-live/dnf4/dnf4-check-update.out", 41, 0),
        ("tool-outputs-live/dnf4/dnf4-check-update-de.out", 41, 0),
        ("tool-outputs-live/dnf4/dnf4-check-update-q.out", 41, 0),
        ("tool-outputs-live/dnf4/dnf4-check-update-none.out", 0, 0),
        ("tool-outputs-live/dnf4/dnf4-list-upgrades.out", 41, 0),
        ("tool-outputs-live/dnf5/dnf5-check-upgrade.out", 41, 0),
        ("tool-outputs-live/dnf5/dnf5-check-upgrade-json.out", 41, 0),
        ("tool-outputs-live/dnf5/dnf5-list-upgrades.out", 41, 0),
        ("scenarios/almalinux9/expected-dnf-check-update.txt", 41, 0),
        ("scenarios/almalinux9/expected-dnf5-upgrades.json", 41, 0),
        ("tool-outputs/osconfig-fixtures/centos-7-1.yum-check-update.stdout", 41, 1),
        ("tool-outputs/osconfig-fixtures/rhel-7-1.yum-check-update.stdout", 16, 1),
        ("tool-outputs/osconfig-fixtures/rocky8-8.yum-check-update.stdout", 184, 16),
        ("tool-outputs/puppet-fixtures/yum_yum-check-update-broken-notices.txt", 178, 0),
        ("tool-outputs/puppet-fixtures/yum_yum-check-update-obsoletes.txt", 178, 6),
        ("tool-outputs/yum/azlpe-check-update-L1578.txt", 1, 1),
        ("tool-outputs/yum/azlpe-check-update-L930.txt", 2, 0),
        ("tool-outputs/dnf5/azlpe-check-update-L697.txt", 5, 0),
        ("tool-outputs/tdnf/azlpe-security-list-updates-L592.txt", 1, 0),
    ])
    func `a list of updates is read whole`(file: String, updates: Int, replacements: Int) throws {
        let found = ToolOutput.dnfCheckUpdate.read(try shared(file))
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(found.updates.count == updates && (found.replacements ?? []).count == replacements)
    }

    @Test(arguments: [
        "tool-outputs/yum/azlpe-output-L1304.txt", "tool-outputs/yum/azlpe-output-L1324.txt",
        "tool-outputs/yum/azlpe-output-L1344.txt", "tool-outputs/yum/azlpe-output-L841.txt",
        "tool-outputs/tdnf/azlpe-output-L865.txt", "tool-outputs-live/dnf4/dnf4-err-badrepo.err",
        "tool-outputs-live/dnf5/dnf5-err-badrepo.err",
    ])
    func `a fault is never an empty list`(file: String) throws {
        #expect(!ToolOutput.dnfCheckUpdate.read(try shared(file)).unparsed.isEmpty)
    }

    @Test func `dnf 4 and dnf 5 say the same, in every form and language`() throws {
        let forms = [
            "dnf4/dnf4-updateinfo-info.out", "dnf4/dnf4-updateinfo-info-de.out",
            "dnf4/dnf4-updateinfo-info-security-v.out",
            "dnf5/dnf5-advisory-info.out", "dnf5/dnf5-advisory-info-json.out",
        ]
        let all = try forms.map {
            ToolOutput.dnfUpdateinfo.read(try shared("tool-outputs-live/\($0)"))
        }
        for (form, found) in zip(forms, all) {
            #expect(found.unparsed.isEmpty && found.advisories.count == 72, "\(form)")
            #expect(Self.summary(found) == Self.summary(all[0]), "\(form)")
        }
        let zypper = ToolOutput.zypperListPatchesXML.read(
            try shared("tool-outputs-live/zypper/zypper-x-lp.out"))
        #expect(Self.summary(zypper) == Self.summary(all[0]) && zypper.unparsed.isEmpty)
        for name in [
            "dnf4/dnf4-updateinfo-list.out", "dnf5/dnf5-advisory-list.out",
            "dnf5/dnf5-advisory-list-json.out",
        ] {
            let list = ToolOutput.dnfUpdateinfo.read(try shared("tool-outputs-live/\(name)"))
            #expect(Set(list.advisories.map(\.id)) == Set(all[0].advisories.map(\.id)), "\(name)")
            #expect(list.advisories.count == 72 && list.unparsed.isEmpty, "\(name)")
        }
    }

    private static func summary(_ reading: ToolReading) -> Set<String> {
        Set(
            reading.advisories.map {
                "\($0.id) \($0.severity?.rawValue ?? "-") \(Set($0.vulnerabilities).sorted())"
            })
    }

    @Test func `no row of a list of advisories is lost`() throws {
        let files = [
            "tool-outputs-live/dnf4/dnf4-updateinfo-list-all.out",
            "tool-outputs-live/dnf4/dnf4-updateinfo-list-cve.out",
            "tool-outputs-live/dnf4/dnf4-updateinfo-after.out",
            "tool-outputs-live/dnf5/dnf5-advisory-list-cve.out",
            "tool-outputs/dnf/ci-updateinfo-L498-advisory-list.txt",
            "tool-outputs/dnf/ci-updateinfo-L28-advisory-list.txt",
            "tool-outputs/dnf/ci-updateinfo-L410-advisory-list-with-bz.txt",
        ]
        for file in files {
            let bytes = try shared(file)
            let rows = TextLines.strings(bytes).filter {
                TextLines.words($0).contains { RpmName($0) != nil }
            }
            let found = ToolOutput.dnfUpdateinfo.read(bytes)
            let pairs = Set(
                rows.map { row in
                    let words = TextLines.words(row).filter { $0 != "i" }
                    return words[0] + (words.first { RpmName($0) != nil } ?? "")
                })
            #expect(found.unparsed.isEmpty, "\(file): \(found.unparsed)")
            #expect(found.advisories.reduce(0) { $0 + $1.packages.count } == pairs.count, "\(file)")
        }
    }

    @Test(arguments: [
        ("zypper-x-lu.out", 41, true), ("zypper-x-lu-de.out", 41, true),
        ("zypper-x-lu-none.out", 0, true), ("zypper-x-lu-badrepo.out", 40, false),
    ])
    func `zypper's lists are read, and its errors shown`(file: String, updates: Int, isWhole: Bool)
        throws
    {
        let found = ToolOutput.zypperListUpdatesXML.read(
            try shared("tool-outputs-live/zypper/\(file)"))
        #expect(found.updates.count == updates && found.unparsed.isEmpty == isWhole)
        #expect(
            found.updates.allSatisfy { !$0.installed.isEmpty && $0.origin == "updates" || !isWhole }
        )
    }

    @Test(arguments: [
        "zypper-x-pchk.out", "zypper-x-refresh.out", "zypper-x-lr.out", "zypper-x-info-patch.out",
    ])
    func `what holds no list is no empty list`(file: String) throws {
        #expect(
            !ToolOutput.zypperListUpdatesXML.read(try shared("tool-outputs-live/zypper/\(file)"))
                .unparsed.isEmpty)
    }
}
