import Fleet
import PackageManagers
import Rollout
import Testing
import ToolOutputs

@testable import LinuxPackages

/// What the tools show before they act, as real ones printed it.
struct PlanTests {
    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static let fourth = """
        Last metadata expiration check: 0:00:13 ago on Sun Nov 22 00:53:18 2026.
        Dependencies resolved.

         Problem: cannot install the best update candidate for package labdep-1.0-1.noarch
          - nothing provides labgood >= 9 needed by labdep-2.0-1.noarch
        ================================================================================
         Package               Architecture     Version             Repository     Size
        ================================================================================
        Installing:
         kernel-core           noarch           99.0-1              lab           6.0 k
        Upgrading:
         labgood               noarch           2.0-1               lab           6.2 k
         a-package-with-a-name-too-long-for-its-column
                               x86_64           1:3.0-2.el9         lab           1.3 M
        Installing dependencies:
         labextra              noarch           1.0-1               lab           6.3 k
        Skipping packages with broken dependencies:
         labdep                noarch           2.0-1               lab           6.3 k

        Transaction Summary
        ================================================================================
        Install  2 Packages

        Total download size: 25 k
        Operation aborted.
        """

    @Test func `The plan of dnf 4 is read to its end`() {
        let reading = DnfPlanReader(lines(Self.fourth))
        #expect(reading.isWhole)
        #expect(reading.plan.changed.map(\.name).count == 2)
        #expect(reading.plan.changed.last?.version == "1:3.0-2.el9")
        #expect(reading.plan.added.map(\.name) == ["kernel-core", "labextra"])
        #expect(reading.plan.removed == [])
        #expect(reading.plan.download == 25 * 1024)
        #expect(
            reading.plan.skipped["labdep"]
                == "nothing provides labgood >= 9 needed by labdep-2.0-1.noarch")
    }

    private static let fifth = """
        Updating and loading repositories:
        Repositories loaded.
        Package                Arch   Version  Repository      Size
        Upgrading:
         labgood               noarch 0:2.0-1  lab         10.0   B
           replacing labgood   noarch 0:1.0-1  <unknown>   10.0   B
         labnew                noarch 0:2.0-1  lab         10.0   B
           replacing labold    noarch 0:1.0-1  <unknown>   10.0   B
        Installing dependencies:
         labextra              noarch 0:1.0-1  lab         10.0   B

        Transaction Summary:
         Installing:         2 packages

        Total size of inbound packages is 25 KiB. Need to download 25 KiB.
        After this operation, 15 B extra will be used (install 35 B, remove 20 B).
        Operation aborted by the user.
        """

    @Test func `The plan of dnf 5 tells what is replaced by a package of another name`() {
        let reading = DnfPlanReader(lines(Self.fifth))
        #expect(reading.isWhole)
        #expect(reading.plan.changed.map(\.version) == ["2.0-1", "2.0-1"])
        #expect(reading.plan.removed == ["labold"])
        #expect(reading.plan.added.map(\.name) == ["labextra"])
        #expect(reading.plan.download == 25 * 1024)
        #expect(reading.plan.growth == 15)
    }

    /// As dnf 4.14 shows it in the test bed; the second section after dnf's own source.
    @Test func `Streams of modules in a plan of dnf are no packages`() {
        let reading = DnfPlanReader(
            lines(
                """
                Dependencies resolved.
                ================================================================================
                 Package              Architecture      Version            Repository      Size
                ================================================================================
                Upgrading:
                 labmodule            noarch            2.0-1              lab            6.3 k
                Enabling module streams:
                 labstream                              1
                Switching module streams:
                 labother             1                 2.0                3.0

                Transaction Summary
                ================================================================================
                Upgrade  1 Package

                Total size: 6.3 k
                Operation aborted.
                """))
        #expect(reading.isWhole)
        #expect(reading.plan.changed.map(\.name) == ["labmodule"])
        #expect(reading.plan.removed == [] && reading.plan.added == [])
    }

    @Test func `Output without a plan is no plan`() {
        #expect(!DnfPlanReader(lines("Error: something new")).isWhole)
        #expect(DnfPlanReader(lines("Nothing to do.")).isWhole)
        #expect(!ZypperPlanReader(Array("cannot speak".utf8)).isWhole)
    }

    @Test func `The plan of zypper is read, and a removal in it`() {
        let text = """
            <?xml version='1.0'?>
            <stream>
            <install-summary download-size="19244" space-usage-diff="10" packages-to-change="3">
            <to-upgrade>
            <solvable type="package" name="labgood" edition="2.0-1" arch="noarch" edition-old="1.0-1" arch-old="noarch" summary="x"><description>d</description></solvable>
            </to-upgrade>
            <to-remove>
            <solvable type="package" name="labold" edition="1.0-1" arch="noarch" summary="x"/>
            </to-remove>
            </install-summary>
            </stream>
            """
        let reading = ZypperPlanReader(Array(text.utf8))
        #expect(reading.isWhole)
        #expect(reading.plan.changed.map(\.name) == ["labgood"])
        #expect(reading.plan.removed == ["labold"])
        #expect(reading.plan.download == 19244)
    }

    @Test func `zypper's problem and its locks are read`() {
        let problem = """
            <?xml version='1.0'?>
            <stream>
            <prompt id="1">
            <description>Problem: nothing provides labgood &gt;= 9 needed by labdep-2.0-1.noarch
             Solution 1: do not install labdep-2.0-1.noarch
            </description>
            </prompt>
            </stream>
            """
        #expect(
            ZypperPlanReader(Array(problem.utf8)).problem
                == "nothing provides labgood >= 9 needed by labdep-2.0-1.noarch")
        let locks = """
            <?xml version='1.0'?><stream><locks size="1"><lock number="1"><name>labheld</name><type>package</type></lock></locks></stream>
            """
        #expect(ZypperPlanReader(Array(locks.utf8)).locks == ["labheld"])
    }

    @Test func `A patch's packages are read from what it conflicts with`() {
        let text = """
            Information for patch LAB-2026:0002:
            ------------------------------------
            Name        : LAB-2026:0002
            Status      : needed
            Description :
                A bugfix update of labbug
            Provides    : patch:LAB-2026:0002 = 1
            Conflicts   : labbug < 2.0-1
                          labbug.x86_64 < 2.0-1
            """
        let packages = ZypperPatches.packages(lines(text))
        #expect(packages["LAB-2026:0002"]?.map(\.name) == ["labbug", "labbug"])
        #expect(packages["LAB-2026:0002"]?.last?.architecture == "x86_64")
    }

    @Test func `flatpak's rows become packages with their commit`() {
        let text =
            "org.lab.Good\t2.0\tstable\tx86_64\tlab\t7e95432f61a5\t138 bytes\n"
            + "org.lab.Platform\t\t1\tx86_64\tlab\t1f19530a0108\n"
            + "org.lab.Platform\t\t2\tx86_64\tlab\t2f19530a0108\nnonsense\n"
        let reading = FlatpakRows(Array(text.utf8))
        #expect(
            reading.rows.map(\.name)
                == ["org.lab.Good", "org.lab.Platform//1", "org.lab.Platform//2"])
        #expect(reading.rows.map(\.version).first == "2.0@7e95432f61a5")
        #expect(reading.rows.first?.bytes == 138)
        #expect(reading.unparsed == ["nonsense"])
        #expect(reading.rows.allSatisfy { PackageName($0.name, of: .flatpak) != nil })
    }

    @Test(arguments: [
        ("org.lab.Held", true), ("app/org.lab.Held//stable", true), ("org.lab.*", true),
        ("org.*.Held", true), ("org.lab.Other", false), ("org.lab.Held/aarch64", false),
        ("runtime/org.lab.Held/x86_64/beta", false),
    ])
    func `A mask covers what its pattern says`(mask: String, covers: Bool) throws {
        let row = try #require(
            FlatpakRows(Array("org.lab.Held\t\tstable\tx86_64\tlab\t7e95432f61a5".utf8)).rows.first)
        #expect(FlatpakMask.covers(mask, row) == covers)
    }

    @Test func `The sources in .repo files are those that are switched on`() {
        var sources = RpmSources()
        sources.add(
            Array(
                """
                # a comment
                [main]
                gpgcheck=1
                [baseos]
                name=Base
                baseurl=https://rpm.example.org/base
                  https://other.example.org/base
                [debug]
                enabled=0
                [mirrored]
                metalink=https://mirrors.example.org/meta
                """.utf8))
        #expect(
            sources.sources.map(\.name) == [
                "baseos https://rpm.example.org/base",
                "mirrored https://mirrors.example.org/meta",
            ])
        #expect(sources.unparsed == [])
    }
}
