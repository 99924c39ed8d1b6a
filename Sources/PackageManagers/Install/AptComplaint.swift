import AgentCore
import Fleet
import Rollout
import ToolOutputs

/// What apt and dpkg print when they cannot go on, told apart. The texts are those of the C locale.
struct AptComplaint {
    private let lines: [String]

    init(_ lines: [String]) {
        self.lines = lines
    }

    /// The first cause that is found, those that explain others before those that follow from them;
    /// `nil` when none is known.
    var verdict: RunVerdict? {
        locked ?? interrupted ?? noSpace ?? wrongHash ?? unauthenticated ?? notFound ?? held
            ?? dependencies
            ?? failedScript ?? notFetched
    }

    /// The first line with one of the texts; an error's line before a warning's.
    private func first(_ texts: String...) -> String? {
        let found = lines.filter { line in texts.contains { line.contains($0) } }
        return found.first { $0.hasPrefix("E: ") } ?? found.first
    }

    private func verdict(_ failure: FailureClass, _ culprits: [String], _ line: String)
        -> RunVerdict
    {
        let words =
            line.hasPrefix("E: ") || line.hasPrefix("W: ") ? String(line.dropFirst(3)) : line
        return RunVerdict(
            failure: failure, culprits: unique(culprits),
            sentence: AptVerdict.quote(TextLines.trimmed(words)))
    }

    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { PackageName(apt: $0) != nil && seen.insert($0).inserted }
    }

    /// `E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 23 (perl)`
    private var locked: RunVerdict? {
        guard
            let line = first(
                "Could not get lock", "frontend lock was locked by another process",
                "Unable to acquire the dpkg frontend lock")
        else { return nil }
        let words = TextLines.words(line)
        if let place = words.firstIndex(of: "process"), place + 2 < words.count,
            words[place + 2].hasPrefix("(")
        {
            let name = words[place + 2].filter { $0 != "(" && $0 != ")" && $0 != "." }
            return RunVerdict(failure: .lockHeld, sentence: "\(name) (pid \(words[place + 1]))")
        }
        return RunVerdict(failure: .lockHeld, sentence: "another program")
    }

    private var interrupted: RunVerdict? {
        first("dpkg was interrupted").map { verdict(.interruptedPackageManager, [], $0) }
    }

    private var noSpace: RunVerdict? {
        first("No space left on device", "You don't have enough free space").map {
            // These did not fit; the others may.
            verdict(.diskFull, unfinished, $0)
        }
    }

    /// The packages that dpkg says it could not go on with.
    private var unfinished: [String] {
        let prefix = "dpkg: error processing "
        return unique(
            lines.filter { $0.hasPrefix(prefix) }.compactMap {
                Self.processed($0.dropFirst(prefix.count))
            })
    }

    private var wrongHash: RunVerdict? {
        guard let line = first("Hash Sum mismatch", "Hash mismatch", "File has unexpected size")
        else { return nil }
        let bad = lines.filter {
            $0.contains("Hash Sum mismatch") || $0.contains("File has unexpected size")
        }
        return verdict(.hashMismatch, bad.compactMap(Self.fetchedPackage), line)
    }

    private var unauthenticated: RunVerdict? {
        guard
            let line = first(
                "unauthenticated packages", "packages cannot be authenticated", "BADSIG",
                "NO_PUBKEY", "EXPKEYSIG", "REVKEYSIG", "is not signed")
        else { return nil }
        let listed = names(below: "packages cannot be authenticated!")
        return verdict(
            .signature, listed,
            lines.first { line in
                ["BADSIG", "NO_PUBKEY", "EXPKEYSIG", "REVKEYSIG"].contains { line.contains($0) }
            } ?? line)
    }

    /// `E: Version '9.9' for 'labgood' was not found`, and a 404 for a version that the mirror no
    /// longer has.
    private var notFound: RunVerdict? {
        let missing = lines.filter { $0.hasPrefix("E: Version '") && $0.hasSuffix("was not found") }
        if let line = missing.first {
            return verdict(
                .versionNotAvailable, missing.compactMap { Self.quotedName($0, after: "' for '") },
                line)
        }
        if let line = first("E: Unable to locate package") {
            return verdict(.versionNotAvailable, [TextLines.words(line).last ?? ""], line)
        }
        let gone = lines.filter { $0.hasPrefix("E: Failed to fetch") && $0.contains("404") }
        return gone.first.map {
            verdict(.versionNotAvailable, gone.compactMap(Self.fetchedPackage), $0)
        }
    }

    private var held: RunVerdict? {
        first("Held packages were changed").map {
            verdict(.held, names(below: "The following held packages will be changed:"), $0)
        }
    }

    /// apt indents each package below the heading with one space: ` labdep : Depends: labgood (>=
    /// 9) but 1.0 is to be installed`
    private var dependencies: RunVerdict? {
        guard
            let line = first(
                "unmet dependencies", "you have held broken packages",
                "Packages need to be removed but remove is disabled",
                "Unable to correct problems")
        else { return nil }
        let broken = lines.filter { $0.hasPrefix(" ") && Self.isRelation($0) }
        let names = broken.compactMap { line in
            TextLines.words(line).first?.split(separator: ":").first.map(String.init)
        }
        return verdict(.dependency, names, broken.first ?? line)
    }

    /// `dpkg: error processing package labfail (--configure):`, with the script's own words above
    /// it.
    private var failedScript: RunVerdict? {
        let prefix = "dpkg: error processing "
        let places = lines.indices.filter { lines[$0].hasPrefix(prefix) }
        guard let place = places.first else { return nil }
        let culprits = places.compactMap { Self.processed(lines[$0].dropFirst(prefix.count)) }
        let reason = place + 1 < lines.count ? TextLines.trimmed(lines[place + 1]) : ""
        let isScript = reason.contains("script subprocess")
        let own =
            isScript && place > 0 && !lines[place - 1].hasPrefix("Setting up ")
            ? " (\(TextLines.trimmed(lines[place - 1])))" : ""
        return RunVerdict(
            failure: isScript || reason.contains("conffile") ? .maintainerScript : .other,
            culprits: unique(culprits),
            sentence: AptVerdict.quote("\(culprits.first ?? "A package"): \(reason)\(own)."))
    }

    private var notFetched: RunVerdict? {
        first(
            "E: Failed to fetch", "Temporary failure resolving", "Could not connect to",
            "Unable to connect to",
            "Could not resolve", "Connection timed out", "Connection failed"
        ).map { verdict(.network, [], $0) }
    }

    /// The names on the indented lines below a heading.
    private func names(below heading: String) -> [String] {
        guard let place = lines.firstIndex(where: { $0.contains(heading) }) else { return [] }
        let block = lines[(place + 1)...].prefix { $0.hasPrefix(" ") }
        return block.flatMap { line in
            let words = TextLines.words(line)
            let listed =
                words.dropFirst().first?.hasPrefix("(") == true ? Array(words.prefix(1)) : words
            return listed.compactMap { $0.split(separator: ":").first.map(String.init) }
        }
    }

    private static func isRelation(_ line: String) -> Bool {
        [" : Depends:", " : PreDepends:", " : Conflicts:", " : Breaks:", " : Recommends:"].contains
        { line.contains($0) }
    }

    private static func quotedName(_ line: String, after mark: String) -> String? {
        let characters = Array(line)
        let pattern = Array(mark)
        guard characters.count >= pattern.count else { return nil }
        for start in 0...(characters.count - pattern.count)
        where Array(characters[start..<start + pattern.count]) == pattern {
            let name = characters[(start + pattern.count)...].prefix { $0 != "'" }
            return name.split(separator: ":").first.map { String($0) }
        }
        return nil
    }

    /// The package of `E: Failed to fetch http://deb.example.org/pool/labgood_2.0_all.deb  404  Not
    /// Found`.
    private static func fetchedPackage(_ line: String) -> String? {
        guard let address = TextLines.words(line).first(where: { $0.hasSuffix(".deb") }),
            let file = address.split(separator: "/").last
        else { return nil }
        return file.split(separator: "_").first.map(String.init)
    }

    /// `package labfail (--configure):` or `archive /var/cache/apt/archives/labfail_2.0_all.deb
    /// (--unpack):`
    static func processed(_ rest: Substring) -> String? {
        let words = rest.split(separator: " ")
        guard words.count >= 2 else { return nil }
        if words[0] == "archive" {
            return AptStep.package(
                ofFile: String(words[1]), isNumbered: words[1].contains("/apt-dpkg-install-"))
        }
        return words[1].split(separator: ":").first.map(String.init)
    }
}
