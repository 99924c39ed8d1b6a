import Fleet
import Foundation
import TestSupport
import Testing

@testable import ToolOutputs

/// Tools of macOS and Windows but winget.
struct ApplicationReaderTests {
    @Test func `Homebrew's formulae and casks are read`() {
        let found = reading(
            .brewOutdatedJSON,
            """
            Warning: You are using macOS 12.
            {"formulae": [{"name": "git", "installed_versions": ["2.42.0", "2.43.0"], "current_version": "2.44.0", "pinned": true},
                          {"name": "owner/tap/tool@2", "installed_versions": ["1_1"], "current_version": "1_2", "pinned": false}],
             "casks": [{"name": "lg", "installed_versions": "5.33,cV8, 5.47,yi5", "current_version": "5.48,uYX"}, {"name": "-x", "current_version": "1"}]}
            """)
        #expect(
            found.shown == [
                "git 2.43.0 > 2.44.0", "owner/tap/tool@2 1_1 > 1_2", "lg 5.47,yi5 > 5.48,uYX",
            ])
        #expect(found.updates.map(\.isHeld) == [true, nil, nil] && found.unparsed.count == 1)
        #expect(reading(.brewOutdatedJSON, "{\"formulae\": []").unparsed == ["{\"formulae\": []"])
        #expect(reading(.brewOutdatedJSON, "").unparsed == [""])
        #expect(reading(.brewOutdatedJSON, "{\"formulae\": [], \"casks\": []}").unparsed.isEmpty)
    }

    @Test func `softwareupdate's entries are read in its new form`() {
        let found = reading(
            .softwareupdateList,
            """
            Software Update Tool

            Finding available software
            2024-09-09 11:07:46.969 softwareupdate[25532:32872565] XType: com.apple.fonts is not accessible.
            Software Update found the following new or updated software:
            * Label: macOS Tahoe 26.5-25F71
            \tTitle: macOS, Tahoe: 26.5, Version: 26.5, Size: 3690218KiB, Recommended: YES, Action: restart,\u{20}
            * Label: Safari-1
                Title: Safari, Version: 1, Size: 1K, Recommended: NO, Deferred: YES,
            """)
        #expect(
            found.unparsed.isEmpty
                && found.shown == ["macOS Tahoe 26.5-25F71 - > 26.5", "Safari-1 - > 1"])
        let first = found.updates.first
        #expect(
            first?.displayName == "macOS, Tahoe: 26.5" && first?.needsRestart == true
                && first?.bytes == 3_690_218 * 1024)
        #expect(first?.details?["recommended"] == "yes" && found.updates.last?.isHeld == true)
    }

    @Test(arguments: [
        (
            "   * OS X Update-10.11.6\n\tOS X 更新 (10.11.6), 471282K [recommended] [restart]",
            "OS X Update-10.11.6", "10.11.6", "OS X 更新", true, "yes"
        ),
        ("   - iCal-1.0.2\n    iCal, (1.0.2), 6520K", "iCal-1.0.2", "1.0.2", "iCal", nil, "no"),
        (
            "   * iPhoto-2.0\n\tiPhoto, 2.0, 34100K [recommended]", "iPhoto-2.0", "2.0", "iPhoto",
            nil, "yes"
        ),
        (
            "   * B\n    B (10.14.4.1), 328394K, [recommended] [shut down]", "B", "10.14.4.1", "B",
            true, "yes"
        ),
        (
            "   * T (x) y-8.2\n\tT (x) y (8.2), 150374K [recommended]", "T (x) y-8.2", "8.2",
            "T (x) y", nil, "yes"
        ),
    ])
    func `softwareupdate's entries are read in its old form`(
        text: String, label: String, version: String, title: String, restart: Bool?,
        recommended: String
    ) {
        let found = reading(.softwareupdateList, text)
        #expect(found.unparsed.isEmpty && found.updates.map(\.name) == [label])
        let update = found.updates.first
        #expect(update?.candidate == version && update?.displayName == title)
        #expect(update?.needsRestart == restart && update?.details?["recommended"] == recommended)
    }

    @Test(arguments: [
        "   * Label without more", "* Label: x\n\tTitle: y, Size: 3K,",
        "Can't load data from the Software Update server", "\tTitle: x, Version: 1,",
    ])
    func `half an entry, and an error, are shown`(text: String) {
        let found = reading(.softwareupdateList, text)
        #expect(!found.unparsed.isEmpty && found.updates.isEmpty)
    }

    @Test(arguments: [
        "409183694 Keynote (11.0 -> 12.0)", "  409183694   Keynote  (11.0 -> 12.0)",
        "409183694 Keynote (Beta) (11.0 -> 12.0)",
        "409183694 Keynote (12.0)",
        #"{"adamID":409183694,"name":"Keynote","newVersion":"12.0","version":"11.0"}"#,
    ])
    func `mas names applications by the store's number`(line: String) {
        let found = reading(.masOutdated, "Warning: something\n\(line)\n")
        #expect(found.unparsed.isEmpty && found.updates.map(\.name) == ["409183694"])
        #expect(
            found.updates.first?.candidate == "12.0"
                && found.updates.first?.displayName?.hasPrefix("Keynote") == true)
    }

    @Test(arguments: [
        "Error: no network", "409183694 Keynote", "Keynote (1 -> 2)", "409183694 Keynote (1 -> )",
        #"{"adamID":1}"#,
    ])
    func `what is no row of mas is shown`(line: String) {
        #expect(reading(.masOutdated, line).unparsed.count == 1)
    }

    @Test func `Chocolatey's rows are read with and without its words`() {
        let found = reading(
            .chocoOutdated,
            """
            Chocolatey v2.3.0
            2 validations performed. 1 success(es), 1 warning(s), and 0 error(s).
            Outdated Packages
             Output is package name | current version | available version | pinned?

            obs-studio.install|30.1.2|30.2.3|false
            held|1.0|2.0-beta1|true
            gone|1.0|1.0|false

            Chocolatey has determined 2 package(s) are outdated.
            """)
        #expect(
            found.unparsed.isEmpty
                && found.shown == ["obs-studio.install 30.1.2 > 30.2.3", "held 1.0 > 2.0-beta1"])
        #expect(
            found.updates.map(\.isHeld) == [nil, true] && found.packages.map(\.name) == ["gone"])
    }

    @Test(arguments: [
        "a|1|2", "a|1|2|maybe", "-a|1|2|false", "a|x|2|false",
        "The remote server returned an error",
    ])
    func `what is no row of Chocolatey is shown`(line: String) {
        #expect(reading(.chocoOutdated, line).unparsed == [line])
    }

    private static let found = #"""
        {"Title": "2026-03 Update (KB5079473)", "Identity": {"UpdateID": "11072231-1710-cf53-27ac-435a7a97c643", "RevisionNumber": 3},
         "KBArticleIDs": %@, "MsrcSeverity": "Important", "Categories": [{"Name": "Sicherheitsupdates", "CategoryID": "0FA1201D-4330-4FA8-8AE9-B877473B6441"}],
         "IsInstalled": false, "IsHidden": true, "InstallationBehavior": {"RebootBehavior": 1}, "MaxDownloadSize": 486587126,
         "CveIDs": ["CVE-2026-23667"], "LastDeploymentChangeTime": "/Date(1773165600000)/", "Deadline": null}
        """#

    @Test(arguments: [
        #"["5079473"]"#, #""5079473""#, "5079473", #"{"value": ["5079473"], "Count": 1}"#,
        #"["KB5079473"]"#,
    ])
    func `a Windows update is named by its article, however PowerShell writes the list`(
        articles: String
    ) {
        let text = Self.found.replacing("%@", with: articles)
        for document in [text, "[\(text)]", "\u{FEFF}[\(text)]"] {
            let found = reading(.wuaJSON, document)
            #expect(found.unparsed.isEmpty)
            #expect(found.shown == ["KB5079473 - > 11072231-1710-cf53-27ac-435a7a97c643.3"])
            let update = found.updates.first
            #expect(
                update?.severity == .important && update?.classes == [.security]
                    && update?.isHeld == true)
            #expect(
                update?.needsRestart == true
                    && update?.details?["changed"] == "2026-03-10T18:00:00Z")
            #expect(found.advisories.first?.vulnerabilities == ["CVE-2026-23667"])
        }
    }

    @Test func `a driver without an article is named by its identifier`() {
        let text = Self.found.replacing(" (KB5079473)", with: "")
        let found = reading(.wuaJSON, text.replacing("%@", with: "[]"))
        #expect(found.updates.map(\.name) == ["11072231-1710-cf53-27ac-435a7a97c643"])
    }

    @Test(arguments: [
        "", "[{}]", "Exception from HRESULT: 0x80240438", "[{\"Title\": \"x\"}]",
        "[{\"Title\": \"x\", \"KBArticleIDs\": [\"1;rm\"]}]", "[[",
    ])
    func `what is no Windows update is shown`(text: String) {
        let found = reading(.wuaJSON, text)
        #expect(!found.unparsed.isEmpty && found.updates.isEmpty)
    }

    @Test func `UTF-16, as Windows PowerShell redirects it, is read`() {
        let text = "a|1.0|2.0|false\r\n"
        func bytes(of unit: UInt16, isLittle: Bool) -> [UInt8] {
            let both = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return isLittle ? both : both.reversed()
        }
        let little: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { bytes(of: $0, isLittle: true) }
        let big: [UInt8] = [0xFE, 0xFF] + text.utf16.flatMap { bytes(of: $0, isLittle: false) }
        for bytes in [little, big] {
            #expect(ToolOutput.chocoOutdated.read(bytes).shown == ["a 1.0 > 2.0"])
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            (ToolOutput.brewOutdatedJSON, "tool-outputs/macos/brew-outdated-json-v2.json", 2),
            (.brewOutdatedJSON, "tool-outputs/mpm/homebrew-L423.txt", 2),
            (.brewOutdatedJSON, "tool-outputs/mpm/homebrew-L471.txt", 5),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-10.11-zh-title.txt", 1),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-10.13-clt.txt", 3),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-10.14-mojave.txt", 4),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-10.8-firmware.txt", 3),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-12.1-five.txt", 5),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-26.5-mini.txt", 2),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-26.7-and-27.txt", 3),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-list-munki-L11.txt", 3),
            (.softwareupdateList, "tool-outputs/macos/softwareupdate-none.txt", 0),
            (.masOutdated, "tool-outputs/mpm/mas-L160.txt", 2),
            (.chocoOutdated, "tool-outputs/choco/outdated-v2.3.txt", 3),
            (.chocoOutdated, "tool-outputs/choco/outdated-r-same-version.txt", 1),
        ])
    func `recorded output is read whole`(tool: ToolOutput, file: String, updates: Int) throws {
        let found = tool.read(try shared(file))
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(found.updates.count == updates)
    }

    private struct Truth: Decodable {
        var kb: String
        var title: String
        var severity: String
        var cves: [String]
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            "search-2025-12-apps", "search-2026-01-client", "search-2026-03-server",
            "search-2026-03-single-object",
        ])
    func `constructed answers of Windows Update are read as their truth says`(name: String) throws {
        let folder = "tool-outputs-constructed/windows-update"
        let truth = try JSONDecoder().decode(
            [Truth].self, from: Data(try shared("\(folder)/\(name).expected.json")))
        let found = ToolOutput.wuaJSON.read(try shared("\(folder)/\(name).json"))
        #expect(found.unparsed.isEmpty && found.updates.map(\.name) == truth.map { "KB\($0.kb)" })
        #expect(found.updates.map(\.displayName) == truth.map(\.title))
        #expect(found.updates.map(\.severity) == truth.map { Severity(vendorWord: $0.severity) })
        // The answers hold the first forty only.
        for (update, expected) in zip(found.updates, truth) {
            #expect(update.vulnerabilities == Array(expected.cves.prefix(40)))
        }
    }
}
