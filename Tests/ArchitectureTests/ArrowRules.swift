/// The laws about who may know whom.
enum ArrowRules {
    /// The manifest holds the arrows that the page's table holds: none more, none fewer.
    static func manifestAgrees(_ manifest: Manifest, with page: ArchitecturePage) -> [Violation] {
        var found: [Violation] = []
        for module in manifest.modules {
            guard let row = page.modules[module.name] else {
                found.append(
                    Violation(
                        Manifest.path,
                        "module \(module.name) is not in the table of \(ArchitecturePage.path)",
                        do: "Give it a row: its layer, what it may import, what it holds."))
                continue
            }
            let named = row.arrows.union(row.thirdParty)
            let declared = module.arrows.union(module.thirdParty)
            for name in declared.subtracting(named).sorted() {
                found.append(
                    Violation(
                        Manifest.path,
                        "\(module.name) depends on \(name), which its row does not allow",
                        do:
                            "Remove the dependency, or change \(ArchitecturePage.path):\(row.line) if it is right."
                    ))
            }
            for name in named.subtracting(declared).sorted() {
                found.append(
                    Violation(
                        ArchitecturePage.path, row.line,
                        "\(module.name) may import \(name), but Package.swift does not say so",
                        do: "Remove it from the row, or add the dependency."))
            }
        }
        let known = Set(manifest.modules.map(\.name))
        for row in page.modules.values.sorted(by: { $0.line < $1.line })
        where !known.contains(row.name) {
            found.append(
                Violation(
                    ArchitecturePage.path, row.line, "there is no module \(row.name)",
                    do: "Remove the row."))
        }
        return found
    }

    /// Arrows go down, or sideways within a layer without a cycle.
    static func arrowsGoDown(_ page: ArchitecturePage) -> [Violation] {
        var found: [Violation] = []
        for row in page.modules.values.sorted(by: { $0.line < $1.line }) {
            for name in row.arrows.sorted() {
                guard let target = page.modules[name] else {
                    found.append(
                        Violation(
                            ArchitecturePage.path, row.line,
                            "\(row.name) names \(name), which has no row",
                            do: "Third-party modules stand in their own column."))
                    continue
                }
                if target.layer > row.layer {
                    found.append(
                        Violation(
                            ArchitecturePage.path, row.line,
                            "\(row.name) (layer \(row.layer)) points up at \(name) (layer \(target.layer))",
                            do: "Let the lower module define a port that the higher one fulfils."))
                }
            }
            if reaches(row.name, from: row.arrows, page) {
                found.append(
                    Violation(
                        ArchitecturePage.path, row.line, "\(row.name) reaches itself",
                        do: "Cut the cycle: move what both need into a lower module."))
            }
        }
        return found
    }

    /// Every import is one that the page allows; an import of a transitive dependency compiles, so
    /// only this test sees it.
    static func imports(_ sources: [SwiftSource], _ page: ArchitecturePage) -> [Violation] {
        sources.flatMap { source -> [Violation] in
            guard let row = page.modules[source.module] else { return [] }
            let platform = page.platform[row.layer] ?? []
            let allowed = row.arrows.union(row.thirdParty).union(platform)
            return source.imports.filter { !allowed.contains($0.module) && $0.module != "Swift" }
                .map {
                    Violation(
                        source.path, $0.line,
                        "\(row.name) (layer \(row.layer)) may not import \($0.module)",
                        do:
                            "Keep it out, or allow it in \(ArchitecturePage.path) and Package.swift if it is right."
                    )
                }
        }
    }

    /// An arrow that no file uses is a promise that nobody needs.
    static func noDeadArrows(
        _ manifest: Manifest, _ sources: [SwiftSource]
    ) -> [Violation] {
        manifest.modules.compactMap { module -> Violation? in
            let files = sources.filter { $0.module == module.name }
            let used = Set(files.flatMap(\.imports).map(\.module))
            let dead = module.arrows.union(module.thirdParty).subtracting(used).sorted()
            if dead.isEmpty { return nil }
            return Violation(
                Manifest.path,
                "\(module.name) depends on \(dead.joined(separator: ", ")) and imports it nowhere",
                do: "Remove it here and from \(ArchitecturePage.path).")
        }
    }

    private static func reaches(_ goal: String, from start: Set<String>, _ page: ArchitecturePage)
        -> Bool
    {
        var seen: Set<String> = []
        var open = Array(start)
        while let name = open.popLast() {
            if name == goal { return true }
            if seen.insert(name).inserted { open += page.modules[name]?.arrows ?? [] }
        }
        return false
    }
}

extension SwiftSource {
    /// The modules that the file imports, with the line of each.
    var imports: [(module: String, line: Int)] {
        words.indices.compactMap { index in
            guard words[index].text == "import", index + 1 < words.count else { return nil }
            let kinds: Set = [
                "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
            ]
            let next =
                kinds.contains(words[index + 1].text) && index + 2 < words.count
                ? index + 2 : index + 1
            guard words[next].line == words[index].line else { return nil }
            return (words[next].text, words[index].line)
        }
    }
}
