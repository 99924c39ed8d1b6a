import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// What pacman prints when it cannot go on, told apart. The texts are those of the C locale.
struct PacmanComplaint {
    let lines: [String]
    let status: Int32

    /// A package's failing script ends with status 0, and counts all the same.
    var verdict: RunVerdict? {
        if let script { return script }
        guard status != 0 else { return nil }
        return lock ?? broken ?? space ?? signature ?? hash ?? missing ?? dependency ?? files
            ?? network
    }

    private func first(_ texts: String...) -> String? {
        lines.first { line in texts.contains { line.contains($0) } }
    }

    private static func plain(_ line: String) -> String {
        let text = TextLines.trimmed(line)
        for prefix in ["error: ", ":: ", "warning: "] where text.hasPrefix(prefix) {
            return String(text.dropFirst(prefix.count))
        }
        return text
    }

    /// The package that was at work stands above: `upgrading labfail...`
    private var script: RunVerdict? {
        let signal = "command terminated by signal "
        var blames: [PackageBlame] = []
        var isNameless = false
        for place in lines.indices {
            let ended = lines[place].firstRange(of: signal)
            guard ended != nil || lines[place].contains("command failed to execute correctly")
            else { continue }
            guard let name = Self.atWork(lines[..<place]) else {
                isNameless = true
                continue
            }
            let above = lines[..<place].last { HangWord(line: $0) == nil }.map(Self.plain) ?? ""
            let own = above.isEmpty || above.hasSuffix("...") ? nil : above
            if let ended,
                EndedScripts.isEnded("signal \(lines[place][ended.upperBound...])", in: lines)
            {
                blames.append(EndedScripts.blame(name, own, in: lines))
                continue
            }
            let killed = ended == nil ? "" : ": \(Self.plain(lines[place]))"
            blames.append(
                PackageBlame(
                    name: name, failure: .maintainerScript,
                    sentence: ToolVerdict.quote(
                        "\(name): its own script failed\(killed)\(own.map { " (\($0))" } ?? "")."))
            )
        }
        return ToolVerdict.of(blames)
            ?? (isNameless
                ? ToolVerdict.of(.maintainerScript, "A package: its own script failed.") : nil)
    }

    /// `error: problem occurred while upgrading labgood`, with the cause above it. What was unpacked
    /// stays, and pacman lists the new version as if all of it were there.
    private var broken: RunVerdict? {
        let mark = "problem occurred while "
        var blames: [PackageBlame] = []
        for (place, line) in lines.enumerated() {
            guard let found = line.firstRange(of: mark),
                let word = TextLines.words(line[found.upperBound...]).last,
                let name = PackageName(word, of: .pacman)?.text
            else { continue }
            let above = place > 0 ? Self.plain(lines[place - 1]) : Self.plain(line)
            blames.append(
                PackageBlame(
                    name: name,
                    failure: above.contains("No space left on device") ? .diskFull : .other,
                    sentence: ToolVerdict.quote(
                        "\(name): \(above). pacman may list the new version all the same: "
                            + "`pacman -S \(name)` on the endpoint puts it in anew.")))
        }
        return ToolVerdict.of(blames)
    }

    private static func atWork(_ lines: ArraySlice<String>) -> String? {
        for line in lines.reversed() {
            for verb in ["upgrading ", "installing ", "downgrading ", "reinstalling "] {
                guard let range = line.firstRange(of: verb), line.hasSuffix("...") else { continue }
                return String(line[range.upperBound...].dropLast(3))
            }
        }
        return nil
    }

    private var lock: RunVerdict? {
        first("unable to lock database", "could not lock database").map { _ in
            RunVerdict(failure: .lockHeld, sentence: "another pacman")
        }
    }

    private var space: RunVerdict? {
        first("not enough free disk space", "too full", "No space left on device").map {
            ToolVerdict.of(.diskFull, Self.plain($0))
        }
    }

    private var signature: RunVerdict? {
        let texts = [
            "missing required signature", "PGP signature", "is unknown trust", "is invalid",
            "is marginal trust", "required key missing", ".sig'", ".sig:",
        ]
        let found = lines.filter { line in texts.contains { line.contains($0) } }
        guard let line = found.first(where: { $0.contains("error: ") }) ?? found.first else {
            return nil
        }
        return ToolVerdict.of(
            .signature, Self.plain(line),
            culprits: found.flatMap { Self.files($0) + [Self.subject($0)].compactMap { $0 } })
    }

    private var hash: RunVerdict? {
        first("invalid or corrupted package (checksum)", "File is corrupted").map {
            ToolVerdict.of(
                .hashMismatch, Self.plain($0),
                culprits: Self.files($0) + [Self.subject($0)].compactMap { $0 })
        }
    }

    private var missing: RunVerdict? {
        let unknown = lines.filter { $0.contains("target not found: ") }
        if let line = unknown.first {
            return ToolVerdict.of(
                .versionNotAvailable, Self.plain(line),
                culprits: unknown.compactMap { line in
                    line.split(separator: ":").last.map { TextLines.trimmed($0) }?
                        .split(separator: "=").first.map(String.init)
                })
        }
        // wget, where it downloads in pacman's place, names the address in the line above.
        if let place = lines.firstIndex(where: { $0.contains(" ERROR 404: ") }), place > 0 {
            let address = lines[place - 1]
            return ToolVerdict.of(
                .versionNotAvailable, "404 Not Found: \(TextLines.trimmed(address))",
                culprits: Self.files(address))
        }
        guard let line = first("error: 404"), line.contains(".pkg.tar") else { return nil }
        return ToolVerdict.of(.versionNotAvailable, Self.plain(line), culprits: Self.files(line))
    }

    /// `:: unable to satisfy dependency 'labgood>=9' required by labdep`
    private var dependency: RunVerdict? {
        let found = lines.filter {
            $0.contains("unable to satisfy dependency") || $0.contains("breaks dependency")
                || $0.contains("are in conflict")
        }
        if let line = found.first {
            let culprits = found.compactMap { line -> String? in
                let words = TextLines.words(line)
                guard let place = words.lastIndex(of: "by"), place + 1 < words.count else {
                    return nil
                }
                return words[place + 1]
            }
            return ToolVerdict.of(.dependency, Self.plain(line), culprits: culprits)
        }
        return first("could not satisfy dependencies", "conflicting dependencies").map {
            ToolVerdict.of(.dependency, Self.plain($0))
        }
    }

    private var files: RunVerdict? {
        first("exists in filesystem", "conflicting files").map {
            ToolVerdict.of(
                .dependency, Self.plain($0), culprits: [Self.subject($0)].compactMap { $0 })
        }
    }

    private var network: RunVerdict? {
        first("failed retrieving file", "failed to retrieve", "Could not resolve", "timed out").map
        {
            ToolVerdict.of(.network, Self.plain($0))
        }
    }

    /// `error: labgood: …`; what stands in front of an address's colon names no package.
    private static func subject(_ line: String) -> String? {
        guard !line.contains("://") else { return nil }
        let name = plain(line).split(separator: ":").first.map { TextLines.trimmed($0) } ?? ""
        return PackageName(name, of: .pacman)?.text
    }

    /// The package of `'labgood-2.0-1-any.pkg.tar.zst.sig'`.
    private static func files(_ line: String) -> [String] {
        line.split(separator: "'").compactMap { part in
            guard part.contains(".pkg.tar"), let file = part.split(separator: "/").last else {
                return nil
            }
            let parts = file.split(separator: "-")
            return parts.count > 3 ? parts.dropLast(3).joined(separator: "-") : nil
        }
    }
}
