import Fleet
import Testing

@testable import ToolOutputs

/// Forms that the tools take on other systems, with other options, and when they are disturbed.
extension UnseenOutputTests {
    static let otherForms: [Case] = aptForms + dnfForms + linuxForms + applicationForms

    private static let aptForms: [Case] = [
        Case(
            testDescription: "apt says below each package what it is", tool: .aptListUpgradable,
            text: """
                Listing...
                tool/stable 1.1 amd64 [upgradable from: 1.0]
                  client/server tool [with brackets]

                other/stable 2.1 all [upgradable from: 2.0]
                  Another tool

                """, updates: ["tool 1.0 > 1.1", "other 2.0 > 2.1"]),
        Case(
            testDescription: "what is left of a package has no name of its own in Russian",
            tool: .aptListUpgradable,
            text: "Вывод списка… Готово\nold/now 1.0 amd64 [остались файлы настроек]\n", updates: []
        ),
        Case(
            testDescription: "a login's banner stands around the list", tool: .aptListUpgradable,
            text: """
                *** System restart required ***
                tool/stable 1.1 amd64 [upgradable from: 1.0]
                Connection to host.example.org closed.
                """, updates: ["tool 1.0 > 1.1"], unread: 2),
        Case(
            testDescription: "a wheel turned while apt waited", tool: .aptListUpgradable,
            text: "-\u{8}\\\u{8}|\u{8}tool/stable 1.1 amd64 [upgradable from: 1.0]\n",
            updates: ["tool 1.0 > 1.1"]),
        Case(
            testDescription: "a note in Chinese goes on below wide blanks", tool: .aptGetSimulate,
            text: """
                注意：这只是一次模拟！
                　　　apt-get 需要 root 特权进行实际的执行。
                升级了 1 个软件包，新安装了 0 个软件包，要卸载 0 个软件包，有 0 个软件包未被升级。
                Inst tool [1.0-1] (1.0-2 Lab:1/stable [amd64])
                """, updates: ["tool 1.0-1 > 1.0-2"]),
        Case(
            testDescription: "an error in capital letters is no note", tool: .aptGetSimulate,
            text: """
                1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
                Inst tool [1.0-1] (1.0-2 Lab:1/stable [amd64])
                ERROR: the disk is full
                错误：无法打开
                """, updates: ["tool 1.0-1 > 1.0-2"], unread: 2),
    ]

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: width - text.utf8.count) + text
    }

    private static let dnfForms: [Case] = [
        Case(
            testDescription: "tdnf writes its columns from the right to the left",
            tool: .dnfCheckUpdate,
            text: right("lab-updates", 80) + "\r" + right("1.1-2.ph5", 50) + "\rtool.x86_64\n",
            updates: ["tool - > 1.1-2.ph5"]),
        Case(
            testDescription: "tdnf's JSON is an array", tool: .dnfCheckUpdate,
            text: #"[{"Name":"tool","Arch":"noarch","Evr":"1:1.1-2.ph5","Repo":"lab"}]"#,
            updates: ["tool - > 1:1.1-2.ph5"]),
        Case(
            testDescription: "an array without packages is no empty list", tool: .dnfCheckUpdate,
            text: #"["tool", {"Nevra": "tool-1-1.noarch"}]"#, updates: [], unread: 2),
        Case(
            testDescription: "the first dnf 5 with JSON had no heading above its updates",
            tool: .dnfCheckUpdate,
            text: #"""
                Updating and loading repositories:
                Repositories loaded.
                {"": [{"name":"tool","arch":"x86_64","evr":"1.1-2","repository":"lab"}],
                 "Available packages": [{"name":"x","arch":"x86_64","evr":"1-1"}]}
                """#, updates: ["tool - > 1.1-2"], unread: 1),
        Case(
            testDescription: "dnf 5 loads its sources in another language", tool: .dnfCheckUpdate,
            text: """
                Mise à jour et chargement des dépôts :
                 Lab                                    100% |   1.2 MiB/s |   3.4 MiB |  00m03s
                Dépôts chargés.
                Available upgrades (available for upgrade)
                tool.x86_64   1.1-2   lab
                """, updates: ["tool - > 1.1-2"]),
        Case(
            testDescription: "words between rows are no heading", tool: .dnfCheckUpdate,
            text: "one.x86_64 1-1 lab\nTimed out\ntwo.x86_64 2-1 lab\n",
            updates: ["one - > 1-1", "two - > 2-1"], unread: 1),
        Case(
            testDescription: "a line with a time of day is no sentence about the sources",
            tool: .dnfCheckUpdate,
            text:
                "Jan 1 10:00:01 host lab: no answer\ntool-1-1.x86_6… 2026-01-01 10:00:00 updates: lab\n",
            updates: [], unread: 2),
    ]

    private static let linuxForms: [Case] = [
        Case(
            testDescription: "checkupdates could not fetch", tool: .pacmanQu,
            text: "==> ERROR: Cannot fetch updates\n", updates: [], unread: 1),
        Case(
            testDescription: "checkupdates could not fetch, in German", tool: .pacmanQu,
            text: "==> FEHLER: Aktualisierungen fehlen\n", updates: [], unread: 1),
        Case(
            testDescription: "apk says below each package what it is", tool: .apkVersion,
            text: """
                tool-1.1-r0 x86_64 {tool} (MIT AND (A OR B)) [upgradable from: tool-1.0-r0]
                  A tool for the lab
                  <https://lab.example.org/>

                WARNING: opening index failed
                """, updates: ["tool 1.0-r0 > 1.1-r0"], unread: 1),
        Case(
            testDescription: "apk broke off within a version", tool: .apkVersion,
            text: "one-1.0-r0 < 1.1-r0\ntwo-2.0-r0 < 2.1", updates: ["one 1.0-r0 > 1.1-r0"],
            unread: 1),
        Case(
            testDescription: "flatpak broke off within a row", tool: .flatpakUpdates,
            text: "org.lab.Writer\t2.1\tstable\tlab\norg.lab.Viewer\t3.",
            updates: [
                "org.lab.Writer - > 2.1"
            ], unread: 1),
        Case(
            testDescription: "snap has nothing to do in French", tool: .snapRefreshList,
            text: "Tous les paquets Snaps sont à jour.\n", updates: []),
        Case(
            testDescription: "somebody's paste made one blank of many, and cut a version",
            tool: .snapRefreshList,
            text:
                "Name Version Rev Size Publisher Notes\ntool 1.1 12 3MB lab -\nmore 2.… 13 3MB lab -\n",
            updates: ["tool - > 1.1"], unread: 1),
        Case(
            testDescription: "flatpak prints JSON", tool: .flatpakUpdates,
            text: #"""
                [{"name": "Writer", "application_id": "org.lab.Writer", "version": "2.1",
                  "branch": "stable", "origin": "lab"}, {"name": "no identifier"}]
                """#, updates: ["org.lab.Writer - > 2.1"], unread: 1),
        Case(
            testDescription: "below a heading an empty cell of flatpak moves no other",
            tool: .flatpakUpdates,
            text: """
                Name      Application ID     Version Branch  Origin
                Writer    org.lab.Writer     2.1     stable  lab
                Platform  org.lab.Platform           46      lab
                """, updates: ["org.lab.Writer - > 2.1", "org.lab.Platform - > -"]),
        Case(
            testDescription: "flatpak's libraries warn", tool: .flatpakUpdates,
            text: """
                ** (flatpak update:1): WARNING **: 10:00:00.000: org.lab.Broken failed
                Fehler: Laden von org.lab.Broken fehlgeschlagen
                Writer org.lab.Writer 2.1 stable x86_64
                Suche nach Aktualisierungen …
                """, updates: ["org.lab.Writer - > 2.1"], unread: 2),
        Case(
            testDescription: "flatpak ticked a row that is done", tool: .flatpakUpdates,
            text: " 1. [✓] org.lab.Writer    stable    u    lab    < 1.2 MB\n",
            updates: ["org.lab.Writer - > -"]),
        Case(
            testDescription: "a platform beside the application is not its reference",
            tool: .flatpakUpdates,
            text: "org.lab.Writer\tx86_64\tstable\tlab\t2.1\torg.lab.Platform/x86_64/46\n",
            updates: ["org.lab.Writer - > 2.1"]),
        Case(
            testDescription: "needrestart broke off within a line", tool: .needrestartB,
            text: "NEEDRESTART-VER: 3.6\nNEEDRESTART-SVC:\n", updates: [], unread: 1),
        Case(
            testDescription: "a file without a word is no system", tool: .osRelease, text: "",
            updates: [], unread: 1),
    ]

    private static let applicationForms: [Case] = [
        Case(
            testDescription: "Chocolatey heads its rows", tool: .chocoOutdated,
            text: "Id|Version|AvailableVersion|Pinned\ntool|1.0|1.1|false\n",
            updates: ["tool 1.0 > 1.1"]),
        Case(
            testDescription: "Chocolatey counts more than is there", tool: .chocoOutdated,
            text: "tool|1.0|1.1|false\nChocolatey has determined 2 package(s) are outdated.\n",
            updates: ["tool 1.0 > 1.1"], unread: 1),
        Case(
            testDescription: "Chocolatey broke off before its count", tool: .chocoOutdated,
            text: "Outdated Packages\n\ntool|1.0|1.1|false\nlongnam...|1.0|1.1|false\n",
            updates: ["tool 1.0 > 1.1"], unread: 2),
        Case(
            testDescription: "a version of the store holds a blank, and another was cut",
            tool: .masOutdated,
            text: "497799835  Editor   (15.0 beta 3 -> 15.1)\n409201541 Writer (13.1 -> 13.…)\n",
            updates: ["497799835 15.0 beta 3 > 15.1"], unread: 1),
        Case(
            testDescription: "winget counts more than is there", tool: .wingetUpgrade,
            text: """
                Name Id       Version Available Source
                --------------------------------------
                Tool Lab.Tool 1.0     1.1       winget
                2 upgrades available.
                """, updates: ["Lab.Tool 1.0 > 1.1"], unread: 1),
        Case(
            testDescription: "winget broke off within a row", tool: .wingetUpgrade,
            text: """
                Name  Id        Version Available Source
                ----------------------------------------
                Tool  Lab.Tool  1.0     1.1       winget
                Other Lab.Other 1.0     1.
                """, updates: ["Lab.Tool 1.0 > 1.1"], unread: 1),
        Case(
            testDescription: "softwareupdate broke off within an entry",
            tool: .softwareupdateList,
            text: "* Label: Tool-1.1\n\tTitle: Tool, Version: 1.", updates: [], unread: 2),
        Case(
            testDescription: "a shell's words behind winget's table are not winget's",
            tool: .wingetUpgrade,
            text: """
                Name Id       Version Available Source
                --------------------------------------
                Tool Lab.Tool 1.0     1.1       winget
                Доступны обновления: 1.
                Connection to host.example.org closed.
                """, updates: ["Lab.Tool 1.0 > 1.1"], unread: 1),
        Case(
            testDescription: "winget broke off below its heading", tool: .wingetUpgrade,
            text: "Name Id       Version Available Source\n-------------------------\n",
            updates: [], unread: 2),
    ]
}

struct OtherFormTests {
    @Test func `one package in detail has no count in front, and a key may have many values`() {
        let one = """
            Tool [Lab.Tool]
            Version: 1.0
            Product Code:
              {A}
              {B}
            Origin Source: winget
            Available Upgrades:
              winget [1.1]
            """
        let found = reading(.wingetList, one)
        #expect(found.unparsed.isEmpty && found.shown == ["Lab.Tool 1.0 > 1.1"])
        #expect(found.packages.map(\.name) == ["Lab.Tool"])
        let both = "(1/2) \(one)\n(2/2) Other [Lab.Other]\nバージョン: 2.0\n"
        let two = reading(.wingetList, both)
        #expect(two.unparsed.isEmpty && two.packages.map(\.version) == ["1.0", "2.0"])
    }

    @Test func `what stands below Obsoleting packages says what it replaces, as JSON too`() {
        for heading in ["obsoleting_packages", "Obsoleting packages"] {
            let found = reading(
                .dnfCheckUpdate,
                #"""
                {"\#(heading)": [{"name":"new","arch":"noarch","evr":"2-1","repository":"lab",
                  "obsoletes":[{"name":"old","arch":"noarch","evr":"1-1","repository":"@System"}]}]}
                """#)
            #expect(found.updates.isEmpty && found.packages.isEmpty && found.unparsed.isEmpty)
            #expect(found.replacements?.map(\.package.name) == ["new"])
            #expect(found.replacements?.first?.replaces.map(\.name) == ["old"])
        }
    }

    @Test(arguments: [
        "PHSA-1 Security tool-1.1-2.ph5.x86_64.rpm\nPHSA-1 Security rpms/more-1-1.ph5.noarch.rpm\n",
        """
               Name : tool-1.1-2.ph5.x86_64.rpm
          Update ID : PHSA-1
               Type : Security
            Updated : Thu Jan 1 2026
        Needs Reboot: 1
        Description : Mends {'CVE-2026-1000'}
        and more
               Name : more-1-1.ph5.noarch.rpm
          Update ID : PHSA-1
               Type : Security
            Updated : Thu Jan 1 2026
        Needs Reboot: 1
        Description :

        """,
        #"[{"Type":"Security","UpdateID":"PHSA-1","Packages":["tool-1.1-2.ph5.x86_64.rpm","more-1-1.ph5.noarch.rpm"]}]"#,
    ])
    func `advisories of tdnf are read in each of its forms`(text: String) {
        let found = reading(.dnfUpdateinfo, text)
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(found.advisories.map(\.id) == ["PHSA-1"])
        #expect(found.advisories.first?.kind == "security")
        #expect(found.advisories.first?.packages.map(\.name) == ["tool", "more"])
        if text.contains("CVE") {
            #expect(found.advisories.first?.vulnerabilities == ["CVE-2026-1000"])
            #expect(found.advisories.first?.needsRestart == true)
        }
    }

    @Test(arguments: [
        "12 Security notice(s)\n1 Bugfix notice(s)\n", #"{"Security":12,"Bugfix":1}"#,
        "Résumé des mises à jour : disponible\n    12 notice(s) de sécurité\n",
        "更新信息概要：available\n    12 安全通告\n",
    ])
    func `counts are read in any language`(text: String) {
        let found = reading(.dnfUpdateinfo, text)
        #expect(found.unparsed.isEmpty && found.fields?.values.contains("12") == true)
    }

    @Test(arguments: [
        ("RHSA-1 Wichtig/Sicherheit tool-1-1.noarch", Severity.important),
        ("RHSA-1 Sécurité/Niveau critique. tool-1-1.noarch", .critical),
        ("RHSA-1 中レベル/セキュリティ tool-1-1.noarch", .moderate),
        ("RHSA-1 Mniej ważne/bezpieczeństwa tool-1-1.noarch", .low),
        ("RHSA-1 secu Impo tool-1-1.noarch 2026-01-01 10:00:00", .important),
    ])
    func `a rating is read in other languages, and cut by a narrow window`(
        row: String, severity: Severity
    ) {
        let found = reading(.dnfUpdateinfo, row)
        #expect(found.advisories.first?.severity == severity && found.unparsed.isEmpty)
        #expect(found.advisories.first?.kind == "security")
    }

    @Test func `an advisory whose identifier was cut is shown, though a time stands in its row`() {
        let row = "FEDORA-2026-… secu… Impo… tool-1-1.x86_64 2026-01-01 10:00:00"
        let found = reading(.dnfUpdateinfo, row)
        #expect(found.unparsed == [row] && found.advisories.isEmpty)
    }

    @Test func `what is said within an advisory's block is none of its lines`() {
        let found = reading(
            .dnfUpdateinfo,
            """
            ===============================================
              Important: a security update
            ===============================================
              Update ID: RHSA-1
                   Type: security
            stdin: is not a tty
                   CVEs: CVE-2026-1000
                       : CVE-2026-1001
               Severity: Important

            """)
        #expect(found.unparsed == ["stdin: is not a tty"])
        #expect(found.advisories.first?.vulnerabilities == ["CVE-2026-1000", "CVE-2026-1001"])
        #expect(found.advisories.first?.severity == .important)
    }

    @Test func `a release that policy keeps back is held`() {
        let found = reading(
            .fwupdJSON,
            #"""
            {"Devices": [{"DeviceId": "362301da643102b9f38477387e2193e57abaa590", "Version": "1",
              "Releases": [{"Version": "2", "Flags": ["is-upgrade", "blocked-approval"]}]}]}
            """#)
        #expect(found.updates.map(\.isHeld) == [true])
    }

    @Test func `the release that runs is none that is missing`() {
        let found = reading(
            .fwupdJSON,
            #"""
            {"Devices": [{"Name": "Dock", "Version": "1.2", "Releases": [{"Version": "1.2"}],
              "DeviceId": "362301da643102b9f38477387e2193e57abaa590"}]}
            """#)
        #expect(found.updates.isEmpty && found.packages.count == 1 && found.unparsed.isEmpty)
    }

    @Test(arguments: ToolOutput.allCases)
    func `a long run of noise gives no packages, and is shown`(tool: ToolOutput) {
        let noise = String(repeating: "noise 12:00:00 of [x] {y} | z…\n", count: 2_000)
        let found = reading(tool, noise)
        #expect(found.updates.isEmpty && found.packages.isEmpty && found.advisories.isEmpty)
        #expect(!found.unparsed.isEmpty)
    }
}
