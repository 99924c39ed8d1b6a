import ToolOutputs

/// What apk says that it would do (`--simulate`): `(1/2) Upgrading name@tag (1.0-r0 -> 2.0-r0)`.
struct ApkPlan {
    private(set) var plan = ChangePlan()
    /// Whether apk came to its end: a plan that breaks off is none.
    private(set) var isWhole = false

    init(_ lines: [String]) {
        for line in lines {
            if Self.isEnd(line) {
                isWhole = true
            } else if let row = Row(line) {
                take(row)
            }
        }
    }

    /// `OK: 9 MiB in 8 packages`, or `1 error; 9 MiB in 8 packages`: apk counts every package whose
    /// script or files failed at any time before, in what it only simulates too.
    static func isEnd(_ line: String) -> Bool {
        line.hasPrefix("OK: ") || errors(line) != nil
    }

    /// How many errors a last line counts; `nil` when it is no such line.
    static func errors(_ line: String) -> Int? {
        let words = TextLines.words(line)
        guard words.count > 2, words[1] == "error;" || words[1] == "errors;" else { return nil }
        return Int(words[0])
    }

    private mutating func take(_ row: Row) {
        guard row.name != ApkWorld.back else { return }
        let change = ChangePlan.Change(name: row.name, architecture: "", version: row.to)
        switch row.verb {
        case "Installing": plan.added.append(change)
        case "Purging": plan.removed.append(row.name)
        case "Downgrading":
            plan.goBack(to: change)
        // Another build of the same version, the same once more, or a word of a later apk.
        default: plan.changed.append(change)
        }
    }

    /// One row.
    struct Row: Hashable {
        var verb: String
        var name: String
        /// The version that it has now; empty for one that comes or goes.
        var from = ""
        var to: String

        init?(_ line: String) {
            // apk 3 fills the number up: `( 1/12)`.
            guard line.hasPrefix("("), let end = line.firstIndex(of: ")") else { return nil }
            let count = line[..<end].dropFirst().split(separator: "/").map { TextLines.trimmed($0) }
            let words = TextLines.words(line[end...].dropFirst())
            guard count.count == 2, count.allSatisfy({ Int($0) != nil }),
                let place = words.firstIndex(where: { $0.hasPrefix("(") }), place > 1
            else { return nil }
            name = String(words[place - 1].prefix { $0 != "@" })
            let rest = words[place...].joined(separator: " ")
            guard rest.hasSuffix(")"), !name.isEmpty else { return nil }
            let versions = rest.dropFirst().dropLast().split(separator: " ").map(String.init)
            switch versions.count {
            case 1: to = versions[0]
            case 3 where versions[1] == "->": (from, to) = (versions[0], versions[2])
            default: return nil
            }
            verb = words[place - 2]
        }
    }
}

/// The versions that repositories have, by `apk policy`: a name's heading, its versions two blanks
/// in, and where each comes from four blanks in.
enum ApkOffers {
    static func read(_ bytes: [UInt8]) -> [String: Set<String>] {
        var offers: [String: Set<String>] = [:]
        var (name, version) = ("", "")
        for line in TextLines.strings(bytes) where !TextLines.trimmed(line).isEmpty {
            if line.hasPrefix("    ") {
                // Beside repositories apk names its own database of what is installed.
                if line.contains("://") || TextLines.trimmed(line).hasPrefix("/") {
                    offers[name, default: []].insert(version)
                }
            } else if line.hasPrefix("  ") {
                version = TextLines.trimmed(line).split(separator: ":").first.map(String.init) ?? ""
            } else {
                name = TextLines.words(line).first ?? ""
            }
        }
        return offers
    }
}
