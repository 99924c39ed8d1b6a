import Fleet
import Foundation
import Recipes
import Testing

/// What a recipe says, and what follows from what was seen.
struct RecipeTests {
    private let recipe = Recipe(
        name: "labtool", version: "2.1.0", purpose: .security, detect: "/opt/labtool/bin/labtool",
        installed: .init(file: "/opt/labtool/VERSION"))

    @Test(arguments: [
        ("labtool 2.0.1\n", "labtool *", "2.0.1"),
        ("Welcome\n  labtool 2.0.1 (built today)\n", "labtool *", "2.0.1"),
        ("2.0.1", "*", "2.0.1"), ("\n2.0.1\r\n", "*", "2.0.1"),
        ("JAVA_VERSION=\"21.0.5\"", "JAVA_VERSION=\"*\"", "21.0.5"),
        ("Client Version: v1.30.2+k3s1", "Client Version: v*", "1.30.2+k3s1"),
        ("version v2", "version *", nil), ("labtool", "labtool *", nil), ("", "*", nil),
        ("2.0,1", "*", nil), ("other 1\nlabtool 2\nlabtool 3", "labtool *", "2"),
        ("labtool 2.0.1)", "labtool *", nil), ("labtool (2.0.1)", "labtool (*)", "2.0.1"),
        (String(repeating: "9", count: 101), "*", nil), ("2", "**", nil), ("2", "", nil),
    ])
    func `the version stands where the pattern has its star`(
        text: String, pattern: String, version: String?
    ) {
        #expect(RecipeVersion.find(in: text, by: pattern) == version)
    }

    @Test(arguments: [
        ("2.0.9", true), ("2.1.0", false), ("2.1", false), ("2.10.0", false), ("1", true),
    ])
    func `an older version is a missing update`(installed: String, isMissing: Bool) throws {
        let update = recipe.update(from: installed, isSigned: true)
        #expect((update != nil) == isMissing)
        guard let update else { return }
        #expect(update.key == recipe.package(installed).key)
        #expect(update.candidate == "2.1.0")
        #expect(update.classes == [.security])
        #expect(update.installability == .keptBack)
        #expect(update.reason == Recipe.notInstalled)
    }

    @Test func `only a signed recipe that says how installs anything`() throws {
        var able = recipe
        able.install = Self.archive
        let update = try #require(
            able.update(from: "1", isSigned: true, wayBack: .packageDowngrade))
        #expect(update.installability == .installable)
        #expect(update.reason == nil)
        #expect(update.wayBack == .packageDowngrade)
        #expect(update.bytes == 12)
        let local = try #require(able.update(from: "1", isSigned: false))
        #expect(local.installability == .keptBack)
        #expect(local.reason == Recipe.notSigned)
        #expect(local.wayBack == .noWay)
    }

    private static let archive = Recipe.Installation(
        .tarGzip, from: "https://example.org/labtool-2.1.0.tar.gz",
        sha256: String(repeating: "a0", count: 32), size: 12, versions: "/opt/labtool-versions",
        link: "/opt/labtool", strip: 1, blocking: ["/opt/labtool/bin/labtoold", "labtool"],
        services: ["labtool.service"])

    @Test func `an installation that could do harm has a fault`() {
        func fault(_ change: (inout Recipe.Installation) -> Void) -> String? {
            var changed = recipe
            var install = Self.archive
            change(&install)
            changed.install = install
            return changed.fault
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.from = "ftp://example.org/x" } != nil)
        #expect(fault { $0.from = "https://name:secret@example.org/x" } != nil)
        #expect(fault { $0.from = "https://" } != nil)
        #expect(fault { $0.from = "https://example.org/a b" } != nil)
        #expect(fault { $0.sha256 = String(repeating: "A0", count: 32) } != nil)
        #expect(fault { $0.sha256 = "" } != nil)
        #expect(fault { $0.size = 0 } != nil)
        #expect(fault { $0.size = Recipe.Installation.largestSize + 1 } != nil)
        #expect(fault { $0.versions = nil } != nil)
        #expect(fault { $0.link = "/usr" } != nil)
        #expect(fault { $0.link = "/" } != nil)
        for path in [
            "/usr/bin", "/usr/local/bin", "/etc/systemd", "/var/lib", "/run/x", "/proc/1/x",
        ] {
            #expect(fault { $0.link = path } != nil, "\(path)")
        }
        #expect(fault { $0.link = "/usr/local/bin/labtool" } == nil)
        #expect(fault { $0.link = "/usr/lib/labtool" } == nil)
        #expect(fault { $0.link = "opt/x" } != nil)
        #expect(fault { $0.link = "/opt/./x" } != nil)
        #expect(fault { $0.link = "/opt/../etc" } != nil)
        #expect(fault { $0.versions = "/opt/labtool/versions" } != nil)
        #expect(fault { $0.link = "/opt/labtool-versions/x" } != nil)
        #expect(fault { $0.strip = 4 } != nil)
        #expect(fault { $0.form = .file } != nil)
        #expect(fault { $0.package = "labtool" } != nil)
        #expect(fault { $0.form = .deb } != nil)
        #expect(fault { $0.blocking = ["a b"] } != nil)
        #expect(fault { $0.blocking = ["/opt/../x"] } != nil)
        #expect(fault { $0.blocking = Array(repeating: "x", count: 17) } != nil)
        #expect(fault { $0.services = ["--now"] } != nil)
        #expect(fault { $0.services = ["x.timer"] } != nil)
        let deb = { (name: String?) in
            Recipe.Installation(
                .deb, from: Self.archive.from, sha256: Self.archive.sha256, size: 1, package: name)
        }
        #expect(fault { $0 = deb("labtool") } == nil)
        for name in [nil, "x", "-x", "Lab", "lab tool"] {
            #expect(fault { $0 = deb(name) } != nil, "\(name ?? "none")")
        }
        let rpm = { (name: String?) in
            Recipe.Installation(
                .rpm, from: Self.archive.from, sha256: Self.archive.sha256, size: 1, package: name)
        }
        for name in ["labtool", "Lab_Tool", "lab++"] {
            #expect(fault { $0 = rpm(name) } == nil, "\(name)")
        }
        for name in [nil, "-x", "--root", "lab tool", "lab/tool", ""] {
            #expect(fault { $0 = rpm(name) } != nil, "\(name ?? "none")")
        }
        var both = rpm("labtool")
        both.link = "/opt/labtool"
        #expect(fault { $0 = both }?.contains("rpm knows where its files go") == true)
    }

    @Test func `a sound recipe survives its JSON`() throws {
        #expect(recipe.fault == nil)
        let bytes = try JSONEncoder().encode(recipe)
        #expect(try JSONDecoder().decode(Recipe.self, from: bytes) == recipe)
    }

    @Test func `what could do harm has a fault`() {
        func fault(_ change: (inout Recipe) -> Void) -> String? {
            var changed = recipe
            change(&changed)
            return changed.fault
        }
        #expect(fault { $0.name = "../x" } != nil)
        #expect(fault { $0.name = "-x" } != nil)
        #expect(fault { $0.version = "latest" } != nil)
        #expect(fault { $0.detect = "opt/x" } != nil)
        #expect(fault { $0.detect = "/opt/../etc/x" } != nil)
        #expect(fault { $0.detect = "/opt/\u{7}" } != nil)
        #expect(fault { $0.installed = .init(program: []) } != nil)
        #expect(fault { $0.installed = .init(program: ["sh", "-c", "x"]) } != nil)
        #expect(fault { $0.installed = .init(program: ["/bin/x", "a\nb"]) } != nil)
        #expect(
            fault {
                $0.installed = .init(program: Array(repeating: "/bin/x", count: 17))
            } != nil)
        #expect(fault { $0.installed.program = ["/bin/x"] } != nil)
        #expect(fault { $0.installed.pattern = "v" } != nil)
        #expect(fault { $0.installed.pattern = "*.*" } != nil)
    }
}
