import Fleet
import ToolOutputs

/// A formula or a cask.
enum HomebrewKind: String, Hashable, Sendable, CaseIterable {
    case formula
    case cask

    /// The option that stands for it.
    var option: String { "--\(rawValue)" }
}

/// `brew list --versions`: a name and the versions that lie side by side, the newest last.
struct HomebrewList: Sendable {
    /// Names with their newest version.
    private(set) var versions: [String: String] = [:]
    private(set) var unparsed: [String] = []

    init(_ bytes: [UInt8]) {
        for line in TextLines.strings(bytes) {
            // `(!)` stands behind a name whose cask is not known any more.
            let words = TextLines.words(line).filter { $0 != "(!)" }
            guard let name = words.first else { continue }
            guard words.count > 1, let version = words.last,
                PackageName(name, of: .brew) != nil, MacVersion.isPlain(version)
            else {
                unparsed.append(line)
                continue
            }
            versions[name] = version
        }
    }
}

/// The names of an inventory: a formula and a cask may have the same, as `docker` has.
struct HomebrewNames: Sendable {
    let formulae: Set<String>

    /// The name in an inventory. Of taps only the last part counts, as in Homebrew's own lists.
    func name(_ token: String, _ kind: HomebrewKind) -> String {
        let short = Self.short(token)
        return kind == .cask && formulae.contains(short) ? "homebrew/cask/\(short)" : short
    }

    /// `tool` of `owner/tap/tool`.
    static func short(_ token: String) -> String {
        token.split(separator: "/").last.map(String.init) ?? token
    }
}

/// `brew upgrade --dry-run`: what would get another version, `name 1.0 -> 1.1` a line.
struct HomebrewPlan: Hashable, Sendable {
    /// The last parts of their names, and the version of each.
    private(set) var upgrades: [String: String] = [:]

    init(_ lines: [String]) {
        for line in lines {
            let words = TextLines.words(line)
            guard let arrow = words.firstIndex(of: "->"), arrow > 0, arrow + 1 < words.count,
                PackageName(words[0], of: .brew) != nil
            else { continue }
            upgrades[HomebrewNames.short(words[0])] = words[arrow + 1]
        }
    }
}
