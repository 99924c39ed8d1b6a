import Foundation
import TestSupport
import Testing

/// The tree as it stands is held against docs/architecture.md. Every failure names the file, the
/// line and what to do.
@Suite struct `The house` {
    private let root = Places.packageRoot
    private let page: ArchitecturePage
    private let sources: [SwiftSource]

    init() throws {
        page = try ArchitecturePage(root: root)
        sources = try SwiftSource.all(below: "Sources", of: root)
        try #require(!sources.isEmpty && !page.modules.isEmpty && !page.platform.isEmpty)
    }

    @Test func `the manifest holds the arrows of the table`() async throws {
        expectNone(ArrowRules.manifestAgrees(try await Manifest.load(root: root), with: page))
    }

    @Test func `no arrow goes up, and none comes back`() {
        expectNone(ArrowRules.arrowsGoDown(page))
    }

    @Test func `every import is allowed`() {
        expectNone(ArrowRules.imports(sources, page))
    }

    @Test func `no arrow is dead`() async throws {
        expectNone(ArrowRules.noDeadArrows(try await Manifest.load(root: root), sources))
    }

    @Test func `no module reaches for what its layer must not know`() {
        expectNone(
            sources.flatMap { source in
                page.layer(of: source.module).map { SymbolRules.check(source, layer: $0) } ?? []
            })
    }

    @Test func `no file, function, line, port or module is too large, and no module is empty`()
        throws
    {
        let others = try SwiftSource.all(below: "Tests", of: root)
        // Those of C libraries have no Swift file of their own.
        let libraries: Set = ["CBzip2", "CLibPQ", "CLZMA", "CZlib", "CZstandard"]
        let modules = page.modules.values.map(\.name).filter { !libraries.contains($0) }
        expectNone(
            (sources + others).flatMap(SizeRules.check) + SizeRules.checkModules(modules, sources))
    }

    @Test func `types are named with the words of the house`() {
        expectNone(sources.flatMap(NamingRules.check))
    }

    @Test func `each module says in its README what it is for`() {
        expectNone(
            page.modules.keys.sorted().compactMap { name -> Violation? in
                let path = "Sources/\(name)/README.md"
                let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
                let lines = (text ?? "").split(separator: "\n")
                if lines.first == "# \(name)", lines.count >= 2 { return nil }
                return Violation(
                    path, "it does not say what \(name) is for",
                    do:
                        "Begin with \"# \(name)\"; say what it holds, what it may import, what it must never do."
                )
            })
    }

    private func expectNone(
        _ violations: [Violation], _ location: SourceLocation = #_sourceLocation
    ) {
        for violation in violations {
            Issue.record(Comment(rawValue: violation.description), sourceLocation: location)
        }
    }
}
