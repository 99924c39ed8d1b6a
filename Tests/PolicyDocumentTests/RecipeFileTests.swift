import Fleet
import Foundation
import PolicyDocument
import Recipes
import TestSupport
import Testing

/// Recipes as people write them.
struct RecipeFileTests {
    private static let sound = """
        patchbay: recipe/v1
        name: labtool
        version: 2.1.0
        detect: /opt/labtool/bin/labtool
        installed: {file: /opt/labtool/VERSION}

        """

    private func read(_ text: String) -> RecipeFile {
        RecipeFile.read(Array(text.utf8), named: "f")
    }

    /// The sound recipe with one line in the place of its own.
    private func with(_ line: String) -> String {
        let key = line.prefix { $0 != ":" } + ":"
        var lines = Self.sound.split(separator: "\n").filter { !$0.hasPrefix(key) }
        lines.append(Substring(line))
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func `a recipe is read as it is written`() throws {
        let file = read(
            with("installed: {program: [/opt/labtool/bin/labtool, --version], pattern: \"v*\"}"))
        #expect(file.diagnostics.isEmpty)
        let recipe = try #require(file.recipes.first)
        #expect(
            recipe.installed
                == .init(program: ["/opt/labtool/bin/labtool", "--version"], pattern: "v*"))
        #expect(recipe.purpose == .feature)
        #expect(recipe.fault == nil)
    }

    @Test(arguments: [
        (
            "version: latest",
            "f:5:10: the version must begin with a digit and hold letters, digits and .+~:_- only, not “latest”"
        ),
        ("name: Lab Tool", "f:5:7: the name must be 1 to 64 of a-z, 0-9, - and ., not “Lab Tool”"),
        ("detect: opt/x", "f:5:9: “detect” must be an absolute path, not “opt/x”"),
        ("detect: /opt/../x", "f:1:1: the recipe cannot be used: “detect” leads back with “..”"),
        (
            "installed: {program: [labtool]}",
            "f:5:23: the program must be an absolute path, not “labtool”; there is no shell"
        ),
        (
            "installed: {file: /a, program: [/b]}",
            "f:5:23: “installed” has “program” or “file”, not more than one of them"
        ),
        (
            "installed: {file: /a, pattern: v}",
            "f:5:32: the pattern must hold one “*”, where the version stands"
        ),
        (
            "class: urgent",
            "f:6:8: the class cannot be “urgent”; known are security, bugfix, feature"
        ),
        ("detct: x", "f:6:1: the recipe has no key “detct”; did you mean “detect”?"),
        ("patchbay: recipe/v2", "f:5:11: “patchbay” must be “recipe/v1”, not “recipe/v2”"),
    ])
    func `what is wrong is told where it stands`(line: String, message: String) {
        let file = read(with(line))
        #expect(file.diagnostics.map(\.description).contains(message), "\(file.diagnostics)")
        #expect(!file.isUsable)
    }

    private static let install = """
        install:
          form: tar.gz
          from: https://example.org/labtool.tar.gz
          sha256: 0f343b0931126a20f133d67c2b018a3b0f343b0931126a20f133d67c2b018a3b
          size: 1048576
          versions: /opt/labtool-versions
          link: /opt/labtool
          strip: 1
          blocking: labtoold
          services: [labtool.service]

        """

    @Test func `an installation is read as it is written`() throws {
        let file = read(Self.sound + Self.install)
        #expect(file.diagnostics.isEmpty, "\(file.diagnostics)")
        let install = try #require(file.recipes.first?.install)
        #expect(install.form == .tarGzip)
        #expect(install.size == 1_048_576)
        #expect(install.strip == 1)
        #expect(install.blocking == ["labtoold"])
        #expect(install.services == ["labtool.service"])
        #expect(file.recipes.first?.fault == nil)
    }

    @Test(arguments: [
        ("form: tar.gz", "form: pkg", "f:7:9: the form cannot be “pkg”"),
        ("size: 1048576", "size: 1 MB", "f:10:9: the size must be a whole number from 1 to"),
        ("strip: 1", "stripe: 1", "“install” has no key “stripe”; did you mean “strip”?"),
        (
            "  link: /opt/labtool\n", "",
            "the recipe cannot be used: “versions” or “link” is missing"
        ),
        ("https://example.org", "ftp://example.org", "the recipe cannot be used: “from” is not"),
    ])
    func `what is wrong with an installation is told`(
        line: String, wrong: String, message: String
    ) {
        let file = read(Self.sound + Self.install.replacingOccurrences(of: line, with: wrong))
        #expect(!file.isUsable)
        #expect(
            file.diagnostics.contains { $0.description.contains(message) },
            "\(file.diagnostics)")
    }

    @Test func `an empty file and a name that stands twice are errors`() {
        #expect(!read("").isUsable)
        let twice = read("\(Self.sound)---\n\(Self.sound)")
        #expect(twice.diagnostics.count == 1)
        #expect(!twice.isUsable)
    }

    @Test func `docs/recipes.md and the examples are read without a word`() throws {
        let page = try String(
            contentsOf: Places.packageRoot.appending(path: "docs/recipes.md"), encoding: .utf8)
        let lines = page.components(separatedBy: "\n")
        let example = lines.drop { $0 != "```yaml" }.dropFirst().prefix { $0 != "```" }
        #expect(read(example.joined(separator: "\n")).diagnostics.isEmpty)
        let folder = Places.packageRoot.appending(path: "Examples/recipes")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count == 6)
        for name in names {
            let bytes = try Data(contentsOf: folder.appending(path: name))
            let file = RecipeFile.read(Array(bytes), named: name)
            #expect(file.diagnostics.isEmpty, "\(file.diagnostics)")
            #expect(file.recipes.count == 1)
        }
    }
}
