/// Names of one vulnerability in several databases.
///
/// OSV's `aliases` are symmetric and transitive (OSV schema, "aliases field"), but each record tells
/// only some of them, and often only one of two tells the other. Names that are joined in any way
/// are one vulnerability: it is called by its CVE id where there is one, else by one of the names,
/// which does not depend on the order of records.
struct AliasTable {
    /// By name, a name nearer to the one that stands for all.
    private var parents: [String: String] = [:]

    /// Whether nothing was joined.
    var isEmpty: Bool { parents.isEmpty }

    /// Whether a name was joined with another.
    func contains(_ name: String) -> Bool { parents[name] != nil }

    /// Takes that two names are those of one vulnerability.
    mutating func join(_ one: String, _ other: String) {
        for name in [one, other] where parents[name] == nil { parents[name] = name }
        let (first, second) = (root(of: one), root(of: other))
        if first != second { parents[first] = second }
    }

    /// What each name is called by, but for those that are called so already. Names that are joined
    /// with several CVE ids stay what they are: which of them is meant is not known.
    mutating func names() -> [String: String] {
        var classes: [String: [String]] = [:]
        for name in Array(parents.keys) { classes[root(of: name), default: []].append(name) }
        var names: [String: String] = [:]
        for members in classes.values {
            let entries = members.filter(Self.isCVE)
            guard entries.count < 2, let name = entries.first ?? Self.preferred(members) else {
                continue
            }
            for member in members where member != name { names[member] = name }
        }
        return names
    }

    static func isCVE(_ name: String) -> Bool { name.hasPrefix("CVE-") }

    /// GitHub's names are known to most people and databases; of equals the least.
    private static func preferred(_ names: [String]) -> String? {
        names.filter { $0.hasPrefix("GHSA-") }.min() ?? names.min()
    }

    /// The name that stands for all that a name is joined with. The way to it is made shorter as it
    /// is gone: a hostile feed may join names in one long row.
    private mutating func root(of name: String) -> String {
        var root = name
        while let next = parents[root], next != root {
            parents[root] = parents[next]
            root = next
        }
        return root
    }
}

extension AdvisoryIndex {
    /// Calls vulnerabilities that have no CVE id by one name, of all that records join.
    ///
    /// - Parameter aliases: by the place of a notice, its other names that are no CVE ids.
    mutating func joinAliases(_ aliases: [Int: [String]]) {
        if aliases.isEmpty { return }
        var table = AliasTable()
        for (place, names) in aliases {
            for name in names { table.join(notices[place].id, name) }
        }
        // A notice on one vulnerability is another name of it.
        for notice in notices where notice.vulnerabilityCount == 1 && table.contains(notice.id) {
            let number = noticeVulnerabilities[Int(notice.firstVulnerability)]
            let name = vulnerabilities[number]
            if name != notice.id { table.join(notice.id, name) }
        }
        let names = table.names()
        for place in noticeVulnerabilities.indices {
            let name = vulnerabilities[noticeVulnerabilities[place]]
            guard !AliasTable.isCVE(name), let joined = names[name] else { continue }
            noticeVulnerabilities[place] = vulnerabilities.number(of: joined)
        }
    }
}
