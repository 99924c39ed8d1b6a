import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// What dnf 4, dnf 5 and rpm below them print when they cannot go on, told apart. The texts are
/// those of the C locale.
struct DnfComplaint {
    let lines: [String]
    let status: Int32

    /// dnf's status when it was told not to wait for a lock (dnf(8)).
    private static let locked: Int32 = 200

    /// The first cause that is found, those that explain others before those that follow from
    /// them; `nil` when none is known. A failed script counts whatever the status is: rpm goes on
    /// after it, and dnf 4 says "Complete!".
    var verdict: RunVerdict? {
        if let script = RpmScripts.failure(in: lines) { return script }
        guard status != 0 else { return nil }
        return lock ?? space ?? signature ?? hash ?? held ?? missing ?? dependency ?? network
    }

    private func first(_ texts: String...) -> String? {
        lines.first { line in texts.contains { line.contains($0) } }
    }

    /// The names of packages in a line, as `name-version-release.architecture`, perhaps with
    /// quotation marks or `.rpm` around.
    private static func packages(_ line: String) -> [String] {
        TextLines.words(line).compactMap { word in
            var text = word.filter { !"\"'()[],;:".contains($0) || $0 == ":" }
            while text.hasSuffix(":") || text.hasSuffix(".") { text.removeLast() }
            if text.hasSuffix(".rpm") { text = String(text.dropLast(4)) }
            return RpmName(text.split(separator: "/").last ?? text[...])?.name
        }
    }

    private func culprits(_ texts: String...) -> [String] {
        lines.filter { line in texts.contains { line.contains($0) } }.flatMap(Self.packages)
    }

    private var lock: RunVerdict? {
        let line = first(
            "Failed to obtain", "is already running", "waiting for process", "Waiting for process",
            "can't create transaction lock", "Another transaction is in progress")
        guard status == Self.locked || line != nil else { return nil }
        let words = TextLines.words(line ?? "")
        let number = words.firstIndex(of: "pid").map { $0 + 1 }
        let pid = number.flatMap { $0 < words.count ? words[$0].filter(\.isNumber) : nil }
        let holder = pid.map { "pid \($0)" } ?? "another program"
        return RunVerdict(failure: .lockHeld, sentence: holder)
    }

    private var space: RunVerdict? {
        RpmSpace.shortage(in: lines)
            ?? first("No space left on device", "more space needed on", "Not enough free space")
            .map { ToolVerdict.of(.diskFull, $0) }
    }

    private var signature: RunVerdict? {
        let texts = [
            "is not signed", "GPG check FAILED", "Signature verification failed",
            "OpenPGP check for package", "public key is not installed", "keys already installed",
            "repomd.xml GPG signature verification error",
            "OpenPGP check for repository",
        ]
        let found = lines.filter { line in texts.contains { line.contains($0) } }
        guard let line = found.first(where: { !Self.packages($0).isEmpty }) ?? found.first else {
            return nil
        }
        return ToolVerdict.of(.signature, line, culprits: found.flatMap(Self.packages))
    }

    private var hash: RunVerdict? {
        first(
            "checksum doesn't match", "Checksum error", "digest mismatch", "checksum mismatch",
            "Package checksum", "does not match the expected"
        ).map { ToolVerdict.of(.hashMismatch, $0, culprits: Self.packages($0)) }
    }

    private var held: RunVerdict? {
        first(
            "matches only packages excluded by versionlock", "matches only excluded packages",
            "filtered out by exclude filtering"
        ).map {
            ToolVerdict.of(
                .held, $0,
                culprits: culprits(
                    "matches only packages excluded", "matches only excluded",
                    "filtered out by exclude"))
        }
    }

    private var missing: RunVerdict? {
        if let line = first("Status code: 404", "error: 404", "HTTP 404"),
            !Self.packages(line).isEmpty || line.contains(".rpm")
        {
            return ToolVerdict.of(.versionNotAvailable, line, culprits: Self.packages(line))
        }
        return first("No match for argument", "Unable to find a match", "No packages marked").map {
            ToolVerdict.of(.versionNotAvailable, $0, culprits: culprits("No match for argument"))
        }
    }

    private var dependency: RunVerdict? {
        // The clause below a problem says more than the problem's own line.
        guard
            let line = first("nothing provides", "conflicts with", " requires ", "file conflicts")
                ?? first("cannot install", "conflicting requests", "obsoletes")
        else { return nil }
        let clause = TextLines.trimmed(line)
        return ToolVerdict.of(
            .dependency, clause.hasPrefix("- ") ? String(clause.dropFirst(2)) : clause,
            culprits: culprits("nothing provides", "best update candidate", "conflicts with"))
    }

    private var network: RunVerdict? {
        first(
            "Curl error", "Failed to download metadata", "Cannot download",
            "All mirrors were tried", "Usable URL not found", "No more mirrors to try",
            "Could not resolve host"
        ).map { ToolVerdict.of(.network, $0) }
    }
}

/// Packages for which rpm has found too little room before it began with them.
enum RpmSpace {
    private static let start = "installing package "
    private static let ends = [" more space on the ", " more inodes on the "]

    /// `installing package labgood-2.0-1.noarch needs 4KB more space on the /usr filesystem`; none
    /// of the packages of a transaction goes in then, and all but these may.
    static func shortage(in lines: [String]) -> RunVerdict? {
        var blames: [PackageBlame] = []
        for line in lines {
            guard let found = line.firstRange(of: start),
                ends.contains(where: { line.contains($0) }),
                let word = TextLines.words(line[found.upperBound...]).first,
                let name = RpmName(word[...])?.name, !blames.contains(where: { $0.name == name })
            else { continue }
            blames.append(
                PackageBlame(
                    name: name, failure: .diskFull,
                    sentence: ToolVerdict.quote("\(line[found.lowerBound...]).")))
        }
        return ToolVerdict.of(blames)
    }
}

/// Packages' own scripts that failed while rpm went on.
enum RpmScripts {
    private static let mark = "scriptlet failed, "

    /// `warning: %post(labfail-2.0-1.noarch) scriptlet failed, exit status 1`, or `signal 15`
    static func failure(in lines: [String]) -> RunVerdict? {
        var blames: [PackageBlame] = []
        for (place, line) in lines.enumerated() {
            guard let found = line.firstRange(of: mark), let open = line.firstIndex(of: "("),
                let close = line[open...].firstIndex(of: ")"),
                let package = RpmName(line[line.index(after: open)..<close])
            else { continue }
            let own = message(above: place, in: lines)
            if EndedScripts.isEnded(line[found.upperBound...], in: lines) {
                blames.append(EndedScripts.blame(package.name, own, in: lines))
                continue
            }
            let words = TextLines.trimmed(line[(line.firstIndex(of: "%") ?? open)...])
            let sentence = "\(package.name): \(words)\(own.map { " (\($0))" } ?? "")."
            blames.append(
                PackageBlame(
                    name: package.name, failure: .maintainerScript,
                    sentence: ToolVerdict.quote(sentence)))
        }
        return ToolVerdict.of(blames)
    }

    /// The script's own words stand above, with dnf 5's marks in front.
    private static func message(above place: Int, in lines: [String]) -> String? {
        for line in lines[..<place].reversed().prefix(3) {
            let text = TextLines.trimmed(line.drop { $0 == ">" || $0 == " " })
            if text.isEmpty || HangWord(line: line) != nil { continue }
            let isFrame =
                text.contains("scriptlet") || text.contains("Scriptlet") || text.contains(" : ")
                || text.contains("100% |") || text.hasPrefix("rpm: ")
                || text.hasPrefix("Additional rpm output")
            return isFrame ? nil : ToolVerdict.quote(text)
        }
        return nil
    }
}
