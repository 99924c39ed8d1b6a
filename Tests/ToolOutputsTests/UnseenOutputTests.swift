import Foundation
import Testing

@testable import ToolOutputs

/// Outputs as tools of other ages, languages and surroundings print them, made by hand after what
/// those tools are known to write.
///
/// Each is compared with what a person reads in it: its updates, how many lines cannot be read, and
/// that nothing else is taken for an update.
struct UnseenOutputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var tool: ToolOutput
        var text: String
        var updates: [String]
        var unread = 0
    }

    static let cases: [Case] = [
        Case(
            testDescription: "apt lists what is left of a removed package",
            tool: .aptListUpgradable,
            text: "Listing... Done\nold/now 1.0-1 amd64 [residual-config]\n", updates: []),
        Case(
            testDescription: "apt 3 spells its errors out", tool: .aptListUpgradable,
            text: "Error: Could not open lock file /var/lib/apt/lists/lock\n", updates: [],
            unread: 1),
        Case(
            testDescription: "a shell has no apt", tool: .aptListUpgradable,
            text: "bash: apt: command not found\n", updates: [], unread: 1),
        Case(
            testDescription: "a foreign package names its architecture", tool: .aptListUpgradable,
            text: "libz1:i386/stable 1.3-2 i386 [upgradable from: 1.3-1]\n",
            updates: ["libz1 1.3-1 > 1.3-2"]),
        Case(
            testDescription: "a subscription's offer has packages below it", tool: .aptGetSimulate,
            text: """
                Reading package lists...
                The following security updates require Ubuntu Pro with 'esm-apps' enabled:
                  libviewer1 viewer
                Learn more about Ubuntu Pro at https://ubuntu.com/pro
                1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
                Inst tool [1.0-1] (1.0-2 Lab:1/stable [amd64])
                Conf tool (1.0-2 Lab:1/stable [amd64])
                """, updates: ["tool 1.0-1 > 1.0-2"]),
        Case(
            testDescription: "pacman's bars and a version with a sign", tool: .pacmanQu,
            text: """
                :: Synchronizing package databases...
                 extra   8.4 MiB  12.1 MiB/s 00:01 [################] 100%
                 core  132.0 KiB   1.2 MiB/s 00:00 [--------C o  o ]  61%
                tool 1.0.r3@abc-1 -> 1.1-1
                """, updates: ["tool 1.0.r3@abc-1 > 1.1-1"]),
        Case(
            testDescription: "a snap that was built here has no size", tool: .snapRefreshList,
            text: """
                Name  Version  Rev  Size   Publisher  Notes
                mine  1.2      x3   -      -          held
                core  20       244  67MB   lab✓       base
                """, updates: ["mine - > 1.2", "core - > 20"]),
        Case(
            testDescription: "flatpak tells of platforms that ended", tool: .flatpakUpdates,
            text: """
                Info: runtime org.lab.Platform branch 44 is end-of-life, with reason:
                   Version 44 is no longer supported, please move on.
                Info: applications using this runtime:
                   org.lab.Writer
                org.lab.Viewer\t2.0\tstable\tx86_64\tlab
                """, updates: ["org.lab.Viewer - > 2.0"]),
        Case(
            testDescription: "flatpak of another age names who needs an ended platform",
            tool: .flatpakUpdates,
            text: """
                Looking for updates…
                Info: (pinned) org.lab.Sdk//3.34 is end-of-life, with reason:
                   Move on, please.
                Info: org.lab.Platform//3.32 is end-of-life, with reason:
                   Ask its maker.
                Applications using this runtime:
                   org.lab.Hexagon
                Info: app org.lab.Old branch stable is end-of-life, in favor of org.lab.New
                Replace? [Y/n]: n

                        ID                Branch    Op    Remote    Download
                 1. [✓] org.lab.Writer    stable    u     lab       1.2 MB / 120.3 MB
                """, updates: ["org.lab.Writer - > -"]),
        Case(
            testDescription: "below words that nobody knows stands no update",
            tool: .flatpakUpdates,
            text: """
                Aplikacije koje ovo koriste:
                   org.lab.Hexagon

                org.lab.Viewer\t2.0\tstable\tx86_64\tlab
                """, updates: ["org.lab.Viewer - > 2.0"], unread: 2),
        Case(
            testDescription: "a reference that somebody has joined to its row",
            tool: .flatpakUpdates,
            text: """
                Ref                                  Commit          Download Size
                app/org.lab.Viewer/x86_64/stable     a1b2c3d4e5f6    120.3 MB
                org.lab.Platform/x86_64/6.7 deadbeef0123 300.1 MB
                """, updates: ["org.lab.Viewer - > a1b2c3d4e5f6"], unread: 1),
        Case(
            testDescription: "flatpak 1.18 has nothing", tool: .flatpakUpdates,
            text: "Looking for updates…\n\nNothing to update.\n", updates: []),
        Case(
            testDescription: "Chocolatey advertises", tool: .chocoOutdated,
            text: """
                tool|1.0.0|1.1.0|false

                Chocolatey has determined 1 package(s) are outdated.

                Did you know the proceeds of Pro (and some proceeds from other
                 licensed editions) go into bettering the community infrastructure?
                 Your support ensures an active community, keeps Chocolatey tip top,
                 plus it nets you some awesome features!
                 https://example.org/compare
                """, updates: ["tool 1.0.0 > 1.1.0"]),
        Case(
            testDescription: "brew brings itself up to date first", tool: .brewOutdatedJSON,
            text: """
                ==> Auto-updating Homebrew...
                Adjust how often this is run with `$HOMEBREW_AUTO_UPDATE_SECS`.
                ==> New Formulae
                alpha    beta

                You have 1 outdated formula installed.
                {"formulae": [{"name": "tool", "installed_versions": ["1.0"],
                  "current_version": "1.1", "pinned": false}], "casks": []}
                """, updates: ["tool 1.0 > 1.1"]),
        Case(
            testDescription: "softwareupdate was not there at all", tool: .softwareupdateList,
            text: "", updates: [], unread: 1),
        Case(
            testDescription: "Chocolatey minds a pending restart", tool: .chocoOutdated,
            text: """
                Chocolatey v2.3.0
                2 validations performed. 1 success(es), 1 warning(s), and 0 error(s).

                Validation Warnings:
                 - A pending system reboot request has been detected, however, this is
                   being ignored due to the current Chocolatey configuration.  If you
                   want to halt when this occurs, then either set the global feature
                   using:
                     choco feature enable --name="exitOnRebootDetected"
                   or pass the option --exit-when-reboot-detected.

                Outdated Packages
                 Output is package name | current version | available version | pinned?

                tool|1.0.0|1.1.0|false

                Chocolatey has determined 1 package(s) are outdated.
                """, updates: ["tool 1.0.0 > 1.1.0"]),
        Case(
            testDescription: "another script names an update by its article", tool: .wuaJSON,
            text: """
                {"Title": "Servicing stack", "KB": "KB5031539", "Size": "11MB"}
                """, updates: ["KB5031539 - > -"]),
    ]

    @Test(arguments: cases + otherForms)
    func `what a person reads in an output is what is read`(example: Case) {
        let found = reading(example.tool, example.text)
        #expect(found.shown == example.updates)
        #expect(found.unparsed.count == example.unread, "\(found.unparsed)")
        #expect(found.packages.isEmpty && found.advisories.isEmpty)
    }

    @Test(arguments: cases)
    func `ends of lines, colours and a mark of order change nothing`(example: Case) {
        let plain = reading(example.tool, example.text)
        let coloured = example.text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "\u{1B}[1m\($0)\u{1B}[0m" }.joined(separator: "\r\n")
        // JSON is no text for terminals: no tool colours it when it writes into a file.
        if !example.text.contains("{\"") {
            #expect(reading(example.tool, coloured).shown == plain.shown)
        }
        let windows = example.text.replacing("\n", with: "\r\n")
        #expect(example.tool.read([0xEF, 0xBB, 0xBF] + Array(windows.utf8)).shown == plain.shown)
        let units = Array(windows.utf16)
        let little = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(example.tool.read([0xFF, 0xFE] + little).shown == plain.shown)
        #expect(example.tool.read([0xFE, 0xFF] + big).shown == plain.shown)
        guard units.count >= 8 else { return }
        #expect(example.tool.read(little).shown == plain.shown)
        #expect(example.tool.read(big).shown == plain.shown)
    }

    /// winget's own languages are known by their headings; these are not among them.
    @Test(arguments: [
        ["Navn", "Id", "Version", "Tilgængelig", "Kilde"],
        ["Nazwa", "Identyfikator", "Wersja", "Dostępne", "Źródło"],
        ["Nimi", "Tunnus", "Versio", "Käytettävissä", "Lähde"],
        ["Název", "ID", "Verze", "Dostupné", "Zdroj"],
    ])
    func `a table with one row is read in a language that winget does not speak`(
        heading: [String]
    ) {
        let text =
            WingetReaderTests.table([heading, ["Tool", "Lab.Tool", "2.40", "2.43", "winget"]])
            + "1 update is there.\r\n"
        let found = reading(.wingetUpgrade, text)
        #expect(found.shown == ["Lab.Tool 2.40 > 2.43"])
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
    }

    @Test func `a row that was measured otherwise than its heading is read from its end`() {
        let text = """
            Name         Id          Version Available Source
            -------------------------------------------------
            Alpha        Lab.Alpha   1.0     1.1       winget
            ที่นี่ Tool       Lab.Tool     < 2.0   2.1       winget
            Long…          Lab.VeryLon…  1.0     1.1       winget
            1 package(s) have version numbers that cannot be determined.
            """
        let found = reading(.wingetUpgrade, text)
        #expect(found.shown == ["Lab.Alpha 1.0 > 1.1", "Lab.Tool < 2.0 > 2.1"])
        #expect(found.truncated?.map(\.name) == ["Lab.VeryLon…"])
        #expect(found.unparsed.count == 1, "\(found.unparsed)")
    }

    @Test func `a rule that somebody shortened loses no row`() {
        let text = """
            Name    Id        Version Available Source
            ------------------------------------------
            Tool    Lab.Tool  1.0     1.1       winget
            Other   Lab.Other 1.0     1.1       msstore
            2 upgrades available.
            """
        let found = reading(.wingetUpgrade, text)
        #expect(found.updates.map(\.name) == ["Lab.Tool", "Lab.Other"])
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
    }
}
