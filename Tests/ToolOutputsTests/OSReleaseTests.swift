import Fleet
import Foundation
import TestSupport
import Testing

@testable import ToolOutputs

struct OSReleaseTests {
    private func file(_ text: String) -> OSReleaseFile { OSReleaseFile(Array(text.utf8)) }

    @Test(arguments: [
        ("NAME=Debian", "Debian"), ("NAME=\"A B\"", "A B"), ("NAME='A \"B\"'", "A \"B\""),
        ("NAME=\"a\\\"b\\\\c\\$d\\`e\"", "a\"b\\c$d`e"), ("NAME=\"a\\nb\"", "a\\nb"), ("NAME=", ""),
        ("  NAME=\"x\"  ", "x"), ("NAME=Wind River Linux", "Wind River Linux"),
        ("NAME=a\\ b", "a b"),
        ("NAME=\"Größe\"\r", "Größe"), ("NAME=first\nNAME=second", "second"),
    ])
    func `a value is unquoted as a shell would`(text: String, value: String) {
        let file = file(text)
        #expect(file.fields["NAME"] == value)
        #expect(file.unparsed.isEmpty)
    }

    @Test(arguments: [
        "NAME", "NAME=deb\u{0}ian", "NAME=\"a\u{1B}[2Jb\"", "NAME=\"open", "2NAME=x", "NA ME=x",
        "=x", "NAME=\"a\" b", "NAME='a",
        "ubuntu-16.04.txt",
    ])
    func `a line that is no assignment is shown`(text: String) {
        #expect(file("ID=x\n\(text)\n").unparsed == [text])
        #expect(file("ID=x\n\(text)\n").fields["ID"] == "x")
    }

    @Test func `what is not said has the defaults of the manual page`() {
        let system = file("# nothing\n\n").operatingSystem
        #expect(system.id == "linux" && system.name == "Linux" && system.versionId.isEmpty)
        #expect(system.codename == nil && system.idLike.isEmpty)
    }

    @Test(.requires(.sharedData))
    func `every collected file is read without a line left over`() throws {
        var count = 0
        for folder in ["os-release", "os-release-zoo"] {
            let root = Places.sharedData.appending(path: folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
            where !name.hasSuffix(".md") && !name.hasSuffix(".not-supported") {
                let bytes = Array(try Data(contentsOf: root.appending(path: name)))
                // Files that are only the name of another (a symbolic link copied as text) hold no
                // assignment.
                guard bytes.contains(UInt8(ascii: "=")) else { continue }
                let file = OSReleaseFile(bytes)
                #expect(file.unparsed.isEmpty, "\(folder)/\(name): \(file.unparsed)")
                #expect(!file.operatingSystem.id.isEmpty, "\(name)")
                count += 1
            }
        }
        #expect(count > 200)
    }
}
