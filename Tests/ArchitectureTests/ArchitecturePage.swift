import Foundation

/// The tables of docs/architecture.md, which are the law: what each module may import.
struct ArchitecturePage {
    static let path = "docs/architecture.md"

    /// One row of the table of modules.
    struct Module {
        let name: String
        let layer: Int
        /// Modules of the project that it may import.
        let arrows: Set<String>
        /// Modules of other packages that it may import.
        let thirdParty: Set<String>
        let line: Int
    }

    let modules: [String: Module]
    /// Modules of the platform that a layer may import, by layer.
    let platform: [Int: Set<String>]

    init(text: String) {
        var modules: [String: Module] = [:]
        var platform: [Int: Set<String>] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let cells = Self.cells(of: line)
            guard let first = cells.first, let layer = Int(first) else { continue }
            if cells.count == 2 {
                platform[layer] = Self.names(in: cells[1])
            } else if cells.count == 5, let name = Self.names(in: cells[1]).first {
                modules[name] = Module(
                    name: name, layer: layer, arrows: Self.names(in: cells[2]),
                    thirdParty: Self.names(in: cells[3]), line: index + 1)
            }
        }
        self.modules = modules
        self.platform = platform
    }

    init(root: URL) throws {
        self.init(text: try String(contentsOf: root.appending(path: Self.path), encoding: .utf8))
    }

    /// The layer of a module; `nil` for one that the page does not know.
    func layer(of module: String) -> Int? {
        modules[module]?.layer
    }

    private static func cells(of line: Substring) -> [String] {
        guard line.hasPrefix("|") else { return [] }
        return line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// The names between backticks.
    private static func names(in cell: String) -> Set<String> {
        let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
        return Set(parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
    }
}
