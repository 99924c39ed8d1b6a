import Advisories
import Fleet

/// endoflife.date's products: the API v1 (`result` with `releases`), the older API (a list of
/// cycles, whose product only the file's name tells), and the project's own front matter.
enum EndOfLifeProducts {
    /// A record is one cycle. Products come as elements of `result`, or as members by their name.
    static let reading = JSONReading(counting: .endOfLife, name: { $0.text("name") }) {
        value, key, collector in
        let product = try key ?? value.required("name")
        let urls = packageURLs(value["identifiers"])
        for release in try value.array("releases") {
            try collector.attempt("\(product) \(name(release) ?? "?")") {
                [.endOfLifeCycle(try cycle(release, of: product, urls))]
            }
        }
    }

    /// One product in an object under `result`.
    static let resultReading = JSONReading(counting: .endOfLife) { value, key, collector in
        guard let result = value["result"], result.isObject else {
            throw RecordFault("no “result”")
        }
        try reading.read(result, key, collector)
    }

    /// One cycle that names its product: `{"identifier": …, "item": {"product", "name", …}}`.
    static let itemReading = JSONReading(.endOfLife, name: { $0.text("identifier") }) { value in
        guard let item = value["item"] else { throw RecordFault("no “item”") }
        let product = try item.required("product")
        return [.endOfLifeCycle(try cycle(item, of: product, packageURLs(item["identifiers"])))]
    }

    /// Cycles of one product, in the older API's list.
    static func cycles(of product: String) -> JSONReading {
        JSONReading(.endOfLife, name: { name($0) }) { value in
            [.endOfLifeCycle(try cycle(value, of: product, []))]
        }
    }

    /// Whether a value looks like a product.
    static func isProduct(_ value: JSONValue) -> Bool {
        guard let release = value["releases"]?.first else { return false }
        return name(release) != nil && ["eol", "eolFrom", "isEol"].contains { release[$0] != nil }
    }

    /// Whether a value looks like a cycle of the older API.
    static func isCycle(_ value: JSONValue) -> Bool {
        value["cycle"]?.textOrNumber != nil && value["eol"] != nil
    }

    private static func name(_ value: JSONValue) -> String? {
        ["name", "releaseCycle", "cycle"].lazy.compactMap { value[$0]?.textOrNumber }.first
    }

    private static func cycle(
        _ value: JSONValue, of product: String, _ urls: [String]
    ) throws -> EndOfLifeCycle {
        try requireObject(value)
        guard let name = name(value) else { throw RecordFault("no name of the cycle") }
        // A cycle that nobody has said an end of is supported until then.
        let end = try end(value, ["eolFrom", "eol"], "isEol") ?? .open
        var cycle = EndOfLifeCycle(product: product, cycle: name, endOfLife: end)
        cycle.codename = value.text("codename")?.lowercased()
        cycle.released = try FeedTime.read(value, "releaseDate")
        cycle.activeSupport = try self.end(value, ["eoasFrom", "eoas", "support"], "isEoas")
        cycle.extendedSupport = try self.end(
            value, ["eoesFrom", "eoes", "extendedSupport"], "isEoes")
        cycle.latest = value["latest"]?.text("name") ?? value.text("latest")
        cycle.packageURLs = urls
        return cycle
    }

    /// A date; or `true` and `false`, which under keys of ends mean that it is over or is not.
    private static func end(
        _ value: JSONValue, _ keys: [String], _ flagKey: String
    ) throws -> SupportEnd? {
        for key in keys {
            guard let member = value[key] else { continue }
            if let flag = member.flag {
                // `support: true` says that it goes on; `eol: true` that it has ended.
                return flag == key.hasPrefix("eo") ? .ended : .open
            }
            guard let text = member.text, let time = FeedTime.read(text) else {
                throw RecordFault("“\(key)” is no date")
            }
            return .on(time)
        }
        return value[flagKey]?.flag.map { $0 ? .ended : .open }
    }

    private static func packageURLs(_ identifiers: JSONValue?) -> [String] {
        guard let identifiers else { return [] }
        return identifiers.elements.compactMap { entry in
            if entry.text("type") == "purl" { return entry.text("id") }
            return entry.text("purl")
        }
    }
}
