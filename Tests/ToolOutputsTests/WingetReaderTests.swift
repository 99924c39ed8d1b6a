import Fleet
import Foundation
import TestSupport
import Testing

@testable import ToolOutputs

struct WingetReaderTests {
    /// A table as winget makes one: cells filled up by the columns that they take.
    static func table(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in
            rows.map { DisplayWidth.of($0[column]) }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            zip(cells, widths).enumerated().map { index, pair in
                index == cells.count - 1
                    ? pair.0
                    : pair.0 + String(repeating: " ", count: pair.1 - DisplayWidth.of(pair.0))
            }.joined(separator: " ")
        }
        let rule = String(repeating: "-", count: widths.reduce(0, +) + widths.count - 1)
        return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\r\n")
            + "\r\n"
    }

    private static let rows = [
        ["Microsoft Edge", "Microsoft.Edge", "1.0", "1.1", "winget"],
        ["集核云软盘  x64", "Ardisk.Ardisk", "< 173.1.0.13333", "173.1.0.13333", "winget"],
        [
            "Visual C++ 2015-2022 Redis…", "Microsoft.VCRedist.2015+.x64", "Unknown", "2.0",
            "winget",
        ],
        ["Terminal 😀", "9N0DX20HK701", "1.20", "1.21", "msstore"],
    ]

    @Test(
        arguments: WingetWords.headings + [["Naam", "Id", "Versie", "Nieuwe versie", "Bron", ""]])
    func `a table is read in every language`(heading: [String]) {
        let text =
            "   - \r   \\ \r" + Self.table([Array(heading.prefix(5))] + Self.rows)
            + "4 upgrades available.\r\n"
        let found = reading(.wingetUpgrade, text)
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(
            found.shown == [
                "Microsoft.Edge 1.0 > 1.1", "Ardisk.Ardisk < 173.1.0.13333 > 173.1.0.13333",
                "Microsoft.VCRedist.2015+.x64 Unknown > 2.0", "9N0DX20HK701 1.20 > 1.21",
            ])
        #expect(found.updates.map(\.displayName) == Self.rows.map(\.first))
        #expect(found.updates.map(\.origin) == Self.rows.map(\.last))
    }

    @Test func `signs that winget's schema allows in identifiers are read`() {
        let ids = ["A&B.Tool!x", "Vendor.R&D"]
        let rows = ids.map { ["Tool", $0, "1.0", "1.1", "winget"] }
        let text = Self.table([["Name", "Id", "Version", "Available", "Source"]] + rows)
        let reading = ToolOutput.wingetUpgrade.read(Array(text.utf8))
        #expect(reading.updates.map(\.name) == ids && reading.unparsed.isEmpty)
    }

    @Test(arguments: ["A&B", "-x.R&D", "Vendor.a|b", "Vendor.a\\&b", "a&\u{202E}.b"])
    func `other signs name no package of winget`(id: String) {
        let text = Self.table([
            ["Name", "Id", "Version", "Available", "Source"], ["Tool", id, "1.0", "1.1", "winget"],
        ])
        let reading = ToolOutput.wingetUpgrade.read(Array(text.utf8))
        #expect(reading.updates.isEmpty && reading.unparsed.count == 1)
    }

    @Test(arguments: [
        ToolOutput.wingetUpgrade, .wingetList, .zypperListUpdatesXML, .zypperListPatchesXML,
        .wuaJSON, .fwupdJSON,
    ])
    func `a tool that says nothing is not read as nothing to do`(tool: ToolOutput) {
        for silence in ["", "\n", " \r\n\r\n"] {
            #expect(!tool.read(Array(silence.utf8)).unparsed.isEmpty)
        }
    }

    @Test func `a row that was cut short names nothing`() {
        let text = Self.table([
            WingetWords.headings[0].dropLast(),
            ["A", "Some.Long…", "1.0", "1.1", "winget"], ["B", "Some.B", "1.0.…", "1.1", "winget"],
            ["C", "Some.C", "1.0", "1.1", "winget"],
        ])
        let found = reading(.wingetUpgrade, text)
        #expect(
            found.shown == ["Some.C 1.0 > 1.1"]
                && found.truncated?.map(\.displayName) == ["A", "B"])
        #expect(found.unparsed.count == 2 && found.unparsed.allSatisfy { $0.contains("…") })
    }

    @Test(arguments: [
        "The following packages have an upgrade available, but require explicit targeting for upgrade:",
        "다음 패키지에는 업그레이드를 사용할 수 있지만 업그레이드를 위해 명시적 대상 지정이 필요합니다.",
    ])
    func `what must be named is told apart, alone too`(sentence: String) {
        let heading = Array(WingetWords.headings[0].dropLast())
        let second =
            sentence + "\r\n"
            + Self.table([heading, ["Steam", "Valve.Steam", "2.10", "3.0", "winget"]])
        let both = reading(
            .wingetUpgrade,
            Self.table([heading] + Self.rows) + "4 upgrades available.\r\n\r\n" + second)
        #expect(both.unparsed.isEmpty && both.updates.map(\.isHeld) == [nil, nil, nil, nil, true])
        let alone = reading(.wingetUpgrade, second)
        #expect(alone.unparsed.isEmpty && alone.updates.map(\.isHeld) == [true])
    }

    @Test func `a list has packages, with empty columns and software that winget did not install`()
    {
        let found = reading(
            .wingetList,
            Self.table([
                ["Name", "Id", "Version", "Source"], ["Edge", "Microsoft.Edge", "1.0", "winget"],
                ["Some Game", "ARP\\Machine\\X64\\Steam App 220", "1.2.3", ""],
                ["X", "MSIX\\Microsoft.X_1.0_x64__8wekyb", "1.0", ""],
            ]))
        #expect(found.unparsed.isEmpty && found.updates.isEmpty)
        #expect(
            found.packages.map(\.name) == [
                "Microsoft.Edge", "ARP\\Machine\\X64\\Steam App 220",
                "MSIX\\Microsoft.X_1.0_x64__8wekyb",
            ])
        let few = reading(
            .wingetList,
            Self.table([["Name", "Id", "Version"], ["Edge", "Microsoft.Edge", "1.0"]]))
        #expect(few.packages.map(\.version) == ["1.0"] && few.unparsed.isEmpty)
    }

    @Test func `an unreadable row among others is shown`() {
        let text = Self.table([Array(WingetWords.headings[0].dropLast())] + Self.rows)
        var lines = text.components(separatedBy: "\r\n")
        lines.insert("Something that is no row at all", at: 3)
        let found = reading(.wingetUpgrade, lines.joined(separator: "\r\n"))
        #expect(found.unparsed == ["Something that is no row at all"] && found.updates.count == 4)
    }

    @Test(arguments: [
        "No installed package found matching input criteria.", "Kein verfügbares Upgrade gefunden.",
        "利用可能なアップグレードが見つかりませんでした。",
        "   - \r   \\ \r\nNo applicable upgrade found.",
    ])
    func `the sentence that there is nothing is an answer`(text: String) {
        #expect(reading(.wingetUpgrade, text).unparsed.isEmpty)
    }

    @Test(arguments: [
        "Failed when searching source: winget",
        "0x8a15000f : Data required by the source is missing", "Ein Fehler.",
        "Do you agree to all the source agreements terms?",
        "Failed in attempting to update the source: winget",
    ])
    func `any other sentence is no empty table`(text: String) {
        #expect(reading(.wingetUpgrade, text).unparsed == [text])
    }

    private struct Truth: Decodable {
        struct Shown: Decodable { var name, id, version, available, source: String }
        var id: String
        var shown: Shown
        var isCut: Bool {
            [shown.id, shown.version, shown.available].contains { $0.contains("…") }
        }
    }

    @Test(.requires(.sharedData)) func `constructed tables are read as their truth says`() throws {
        let folder = "tool-outputs-constructed/winget"
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Places.sharedData.appending(path: folder).path
        )
        .filter { $0.hasSuffix(".txt") }.sorted()
        #expect(names.count >= 13)
        for name in names {
            let truth = try JSONDecoder().decode(
                [Truth].self, from: Data(try shared("\(folder)/\(name.dropLast(4)).expected.json")))
            let found = ToolOutput.wingetUpgrade.read(try shared("\(folder)/\(name)"))
            let whole = truth.filter { !$0.isCut }.map(\.shown)
            #expect(found.updates.map(\.name) == whole.map(\.id), "\(name)")
            #expect(found.updates.map(\.installed) == whole.map(\.version), "\(name)")
            #expect(found.updates.map(\.candidate) == whole.map(\.available), "\(name)")
            #expect(found.updates.map(\.displayName) == whole.map(\.name), "\(name)")
            #expect(found.updates.map(\.origin) == whole.map(\.source), "\(name)")
            let cut = truth.filter(\.isCut).map(\.shown.id)
            #expect(
                (found.truncated ?? []).map(\.name) == cut && found.unparsed.count == cut.count,
                "\(name)")
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            ("winget/upgrade-de-DE-two-tables.txt", 3), ("winget/upgrade-en-9.txt", 9),
            ("winget/upgrade-en-less-than-version.txt", 2),
            ("winget/upgrade-en-spinner-two-tables-crlf.txt", 5),
            ("winget/upgrade-en-v1.30-msix.txt", 1),
            ("winget/upgrade-zh-CN-cjk-truncated.txt", 11), ("mpm/winget-L321.txt", 2),
        ])
    func `recorded tables are read whole`(file: String, updates: Int) throws {
        let found = ToolOutput.wingetUpgrade.read(try shared("tool-outputs/\(file)"))
        #expect(found.unparsed.isEmpty && found.updates.count == updates, "\(found.unparsed)")
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            ("winget/list-ko-KR-vcredist.txt", 2, 1), ("mpm/winget-L282.txt", 2, 0),
            ("mpm/winget-L321.txt", 2, 2),
        ])
    func `recorded lists are read whole`(file: String, packages: Int, updates: Int) throws {
        let found = ToolOutput.wingetList.read(try shared("tool-outputs/\(file)"))
        #expect(
            found.unparsed.isEmpty && found.packages.count == packages
                && found.updates.count == updates)
    }
}
