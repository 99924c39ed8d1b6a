import Foundation
import Testing

/// Each law is broken on purpose in a made-up tree, and must notice; a clean neighbour must pass.
@Suite struct `The laws themselves` {
    private static let page = ArchitecturePage(
        text: """
            | layer | module | may import | third party | holds |
            |---|---|---|---|---|
            | 0 | `Fleet` | | | words |
            | 1 | `Policy` | `Fleet` | | decisions |
            | 4 | `Store` | `Fleet` `Policy` | `GRDB` | rows |

            | layer | platform |
            |---|---|
            | 0 | none |
            | 1 | none |
            | 4 | `Foundation` |
            """)

    private func source(_ text: String, in module: String = "Policy") -> SwiftSource {
        SwiftSource(path: "Sources/\(module)/File.swift", text: text)
    }

    @Test func `the page's tables are read`() throws {
        let store = try #require(Self.page.modules["Store"])
        #expect(
            store.layer == 4 && store.arrows == ["Fleet", "Policy"] && store.thirdParty == ["GRDB"])
        #expect(store.line == 5)
        #expect(Self.page.platform == [0: [], 1: [], 4: ["Foundation"]])
    }

    @Test(arguments: [
        ("Policy", "import Store", "import Fleet"),
        ("Policy", "public import GRDB", "public import Fleet"),
        ("Policy", "@testable import Foundation", "// import Foundation"),
        ("Store", "import NIO", "import GRDB"),
        ("Fleet", "import struct Foundation.Date", "let text = \"import Foundation\""),
    ])
    func `an import that no row allows is found`(module: String, bad: String, good: String) {
        let found = ArrowRules.imports([source("\n" + bad, in: module)], Self.page)
        #expect(found.map(\.line) == [2])
        #expect(ArrowRules.imports([source(good, in: module)], Self.page).isEmpty)
    }

    @Test
    func `a manifest that differs from the page is found on both sides, and so is a dead arrow`()
        throws
    {
        let json = """
            {"targets": [
              {"name": "Fleet", "path": "Sources/Fleet", "dependencies": []},
              {"name": "Policy", "path": "Sources/Policy", "dependencies": [{"byName": ["Store", null]}]},
              {"name": "Store", "path": "Sources/Store", "dependencies": [
                {"byName": ["Fleet", null]}, {"target": ["Policy", null]},
                {"product": ["GRDB", "GRDB.swift", null, null]}]},
              {"name": "Extra", "path": "Sources/Extra", "dependencies": []},
              {"name": "PolicyTests", "path": "Tests/PolicyTests", "dependencies": []}]}
            """
        let manifest = try Manifest(json: Data(json.utf8))
        let faults = ArrowRules.manifestAgrees(manifest, with: Self.page).map(\.fault)
        #expect(
            faults == [
                "Policy depends on Store, which its row does not allow",
                "Policy may import Fleet, but Package.swift does not say so",
                "module Extra is not in the table of docs/architecture.md",
            ])
        let store = source("import Fleet\nimport Policy\n", in: "Store")
        #expect(
            ArrowRules.noDeadArrows(manifest, [store]).map(\.fault) == [
                "Policy depends on Store and imports it nowhere",
                "Store depends on GRDB and imports it nowhere",
            ])
    }

    @Test func `an arrow that goes up or round is found`() {
        let page = ArchitecturePage(
            text: "| 0 | `A` | `B` | | |\n| 1 | `B` | `C` | | |\n| 1 | `C` | `B` `D` | | |\n")
        let faults = ArrowRules.arrowsGoDown(page).map(\.fault)
        #expect(
            faults == [
                "A (layer 0) points up at B (layer 1)", "B reaches itself",
                "C names D, which has no row",
                "C reaches itself",
            ])
        #expect(ArrowRules.arrowsGoDown(Self.page).isEmpty)
    }

    @Test(arguments: [
        ("let t = Date()", 0), ("let t = Date.now", 0), ("f(.now)", 2),
        ("ContinuousClock().now", 1),
        ("Int.random(in: 0...9)", 2), ("list.shuffled()", 0), ("SystemRandomNumberGenerator()", 0),
        ("FileManager.default", 2), ("ProcessInfo.processInfo", 1), ("try! f()", 5),
        ("fatalError(\"no\")", 5),
        ("final class A: @unchecked Sendable {}", 4), ("nonisolated(unsafe) var a = 1", 3),
        ("print(1)", 4),
        ("Task { await f() }", 3), ("Task.detached { }", 0), ("Task(priority: .low) { }", 3),
        ("// TODO: later", 5),
    ])
    func `a banned symbol is found`(code: String, layer: Int) {
        #expect(!SymbolRules.check(source("\n\n" + code), layer: layer).isEmpty, "\(code)")
        #expect(SymbolRules.check(source("\n\n" + code), layer: layer).allSatisfy { $0.line == 3 })
    }

    @Test(arguments: [
        ("let t = Date()", 4), ("decide(context.now)", 1), ("f(now: now)", 0),
        ("Date(milliseconds: 1)", 0),
        ("Int.random(in: 0...9, using: &generator)", 0),
        ("list.shuffled(\n  using: &generator)", 0),
        ("try? f()", 0), ("print(1)", 5), ("pretty.print(1)", 1), ("func print(_ a: Int) {}", 1),
        ("fingerprint(1)", 1),
        ("Task { await f() }", 4), ("try await Task.sleep(for: a)", 3), ("Task.isCancelled", 3),
        ("// Date() is not for us", 0), ("\"\"\"\nDate() \\(a + \")\")\n\"\"\"", 0),
        ("#\"try! \"a\" \"#", 0),
        ("/* a /* Date() */ try! */", 0), ("let `try! this` = 1", 0),
    ])
    func `what only looks banned is left alone`(code: String, layer: Int) {
        #expect(SymbolRules.check(source(code), layer: layer) == [], "\(code)")
    }

    @Test func `what is too long is found where it begins`() {
        let body = String(repeating: "    a()\n", count: 69)
        #expect(SizeRules.check(source("func f(\n) {\n\(body.dropLast(16))}\n")).isEmpty)
        #expect(
            SizeRules.check(
                source("\nfunc f<A>(a: (A) -> B = { }) throws(E) -> A where A: B {\n\(body)}\n")
            ).map(\.line) == [2])
        #expect(SizeRules.check(source("struct S {\ninit() {\n\(body)}\n}\n")).map(\.line) == [2])
        #expect(SizeRules.check(source("var a: Int {\n\(body)}\n")).map(\.line) == [1])
        #expect(
            SizeRules.check(source("protocol P { func f() -> A\nvar a: B { get } }\n\(body)"))
                .isEmpty)
        #expect(SizeRules.check(source(String(repeating: "\n", count: 500))).isEmpty)
        #expect(SizeRules.check(source(String(repeating: "\n", count: 501))).count == 1)
        #expect(
            SizeRules.check(source("a\n" + String(repeating: "b", count: 111))).map(\.line) == [2])
        let wide = String(repeating: "b", count: 111)
        #expect(SizeRules.check(source("\n/// \(wide)")).map(\.line) == [2])
        #expect(SizeRules.check(source("fail(\"\(wide)\")")).isEmpty)
        let methods = String(repeating: "func f()\n", count: 9)
        #expect(SizeRules.check(source("\nprotocol P {\n\(methods)}\n")).map(\.line) == [2])
    }

    @Test func `an empty module and an overgrown one are found`() {
        let big = source("struct A {}" + String(repeating: "\n", count: 8_001), in: "Store")
        let sources = [big, source("// nothing\n", in: "Policy"), source("enum A {}", in: "Fleet")]
        let found = SizeRules.checkModules(["Fleet", "Policy", "Store"], sources)
        #expect(found.map(\.file) == ["Sources/Policy", "Sources/Store"])
    }

    @Test func `a type with a word that we do not say is found`() {
        #expect(NamingRules.camelWords("HTTPClientError2") == ["HTTP", "Client", "Error2"])
        let bad = source(
            "struct HostFacts {}\nfinal class NodeList {}\nenum DeviceState {}\nactor A {}\n")
        #expect(NamingRules.check(bad).map(\.line) == [1, 2, 3])
        let good = source(
            "struct Hostname {}\nstruct DeviceKey {}\nprotocol EndpointReading {}\n// struct Host\n"
        )
        #expect(NamingRules.check(good) == [])
    }
}
