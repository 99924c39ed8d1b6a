import Fleet
import TestSupport
import Testing

@testable import ToolOutputs

/// Damaged output of every tool: nothing crashes, and names stay names.
struct ReaderMutationTests {
    private static let samples: [(ToolOutput, PackageManagerName?, String)] = [
        (
            .dnfCheckUpdate, .dnf,
            "a.x86_64  1:2-3.el9  updates\nlong-name.noarch\n   2-1 u\nObsoleting Packages\nn.i686 1-1 u\n   o.i686 1-0 @b\n"
        ),
        (
            .dnfCheckUpdate, .dnf,
            "{\"upgrades\":[{\"name\":\"a\",\"arch\":\"x86_64\",\"evr\":\"1:2-1\",\"repository\":\"u\"}]}\n"
        ),
        (
            .dnfUpdateinfo, nil,
            "i A-1:2 Low/Sec. a-1-1.noarch\n====\n t\n====\n Update ID: A-1\n  Type: x\n CVEs: CVE-2026-1000\n   : y\n"
        ),
        (
            .zypperListUpdatesXML, .zypper,
            "<?xml version='1.0'?>\n<stream><update-list><update kind=\"package\" name=\"a\" edition=\"2-1\" arch=\"x86_64\"/></update-list></stream>\n"
        ),
        (.pacmanQu, .pacman, "a 1-1 -> 2-1\nlinux 6.1-1 -> 6.2-1 [ignored]\n"),
        (
            .apkVersion, .apk,
            "Installed:  Available:\na-1-r0 < 2-r0 @edge\nb-1-r0 = 1-r0\nc-2-r1 x86_64 {c} (MIT) [upgradable from: c-1-r0]\n"
        ),
        (
            .snapRefreshList, .snap,
            "Name  Version  Rev  Size  Publisher  Notes\nfirefox  157  9036  275MB  mozilla✓  -\n"
        ),
        (
            .flatpakUpdates, .flatpak,
            "GIMP\torg.gimp.GIMP\t2.10\tstable\tx86_64\nX  org.a.B  1  stable  x86_64\n"
        ),
        (
            .fwupdJSON, .fwupd,
            "{\"Devices\":[{\"Name\":\"x\",\"DeviceId\":\"08d460be0f1f9f128413f816022a6439e0078018\",\"Version\":\"1\",\"Releases\":[{\"Version\":\"2\"}]}]}\n"
        ),
        (
            .brewOutdatedJSON, .brew,
            "{\"formulae\":[{\"name\":\"git\",\"installed_versions\":[\"1\"],\"current_version\":\"2\"}],\"casks\":[]}\n"
        ),
        (
            .softwareupdateList, nil,
            "* Label: a-1\n\tTitle: a, Version: 1, Size: 3KiB, Recommended: YES, Action: restart,\n   * b-2\n\tb (2), 3K [restart]\n"
        ),
        (
            .masOutdated, .mas,
            "409183694 Keynote (11.0 -> 12.0)\n{\"adamID\":409183694,\"name\":\"K\",\"newVersion\":\"2\"}\n"
        ),
        (
            .wingetUpgrade, .winget,
            "   - \r   | \rName   Id      Version   Available Source\r\n------------------------------------------\r\n钉钉   A.B     < 1.2     1.2       winget\r\nX      C.D…    1         2         winget\r\n2 upgrades available.\r\n"
        ),
        (
            .wingetList, nil,
            "(1/2) Git [Git.Git]\nVersion: 2\nAvailable Upgrades:\n  winget [2.45.1]\n"
        ),
        (
            .wuaJSON, .windowsUpdate,
            "[{\"Title\":\"x\",\"Identity\":{\"UpdateID\":\"11072231-1710-cf53-27ac-435a7a97c643\",\"RevisionNumber\":1},\"KBArticleIDs\":[\"5079473\"],\"LastDeploymentChangeTime\":\"/Date(1)/\"}]\n"
        ),
        (.chocoOutdated, .chocolatey, "Chocolatey v2\na|1|2|false\nb|1|2|true\n"),
        (
            .needrestartB, nil,
            "NEEDRESTART-VER: 3\nNEEDRESTART-KSTA: 1\nNEEDRESTART-SVC: a.service\n"
        ),
        (
            .aptGetSimulate, .apt,
            "Reading package lists... Done\nInst a1 [1:1.0-1] (1:2.0-1 D:12/s [amd64])\n1 upgraded, 0 newly, 0 to remove and 0 not.\n"
        ),
        (.osRelease, nil, "NAME=\"A B\"'c' # d\nID='x'\nVERSION_ID=12\n"),
    ]

    private func damaged(_ text: String, using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        let signs = Array("\n\r\t -|<>[]{}():,.\"'…/\\\u{1B}0A".utf8)
        for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(signs.randomElement(using: &generator) ?? 0, at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 20))
            default:
                bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
            }
        }
        return bytes
    }

    @Test(arguments: Seeds.all)
    func `damaged output never gives a name that could be an option or a command`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for (tool, manager, text) in Self.samples {
            for _ in 0..<60 {
                let bytes = damaged(text, using: &generator)
                let found = tool.read(bytes)
                for update in found.updates {
                    #expect(
                        !update.name.hasPrefix("-") && !update.name.isEmpty,
                        "seed \(seed): \(bytes)")
                    guard let manager else { continue }
                    #expect(
                        PackageName(update.name, of: manager) != nil,
                        "seed \(seed), \(tool): \(update.name)")
                }
            }
        }
    }

    @Test func `each sample is read whole before it is damaged`() {
        for (tool, _, text) in Self.samples {
            let found = reading(tool, text)
            #expect(found.unparsed.allSatisfy { $0.contains("…") }, "\(tool): \(found.unparsed)")
        }
    }

    @Test(arguments: ToolOutput.allCases)
    func `a foreign text is shown and gives no packages`(tool: ToolOutput) {
        for text in [
            "This is a wrapper of your administrator's!", "#!/bin/sh\necho 1\nexit",
            "<html><body>502 Bad Gateway</body></html>",
        ] {
            let found = reading(tool, text)
            #expect(found.updates.isEmpty && found.packages.isEmpty && found.advisories.isEmpty)
            #expect(!found.unparsed.isEmpty, "\(tool): \(text)")
        }
    }

    @Test(arguments: ToolOutput.allCases)
    func `long, deep and empty input ends`(tool: ToolOutput) {
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 50_000),
            String(repeating: "a", count: 300_000),
            String(repeating: "<a>", count: 50_000), String(repeating: "\n", count: 100_000), "",
            String(repeating: "a.x86_64\n", count: 20_000),
            "x " + String(repeating: "9", count: 5_000) + " 1",
        ] {
            _ = reading(tool, text)
        }
    }
}
