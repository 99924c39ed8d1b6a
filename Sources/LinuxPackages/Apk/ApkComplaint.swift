import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// What apk prints when something went wrong, told apart; the words are those of apk 2 and 3.
///
/// Its status is the number of packages that are broken at the end, those of earlier runs among
/// them: a status that no error of this run explains is no failure of this run.
struct ApkComplaint {
    let lines: [String]
    let status: Int32

    /// What it means; `nil` where nothing of it is known.
    var verdict: RunVerdict? {
        var verdict = lock ?? hook ?? failure ?? earlier
        let notes = self.notes
        if verdict == nil, status == 0, !notes.isEmpty {
            verdict = RunVerdict(failure: nil, sentence: "apk reported success.")
        }
        verdict?.notes += notes
        return verdict
    }

    /// apk's own words where they stand for nothing that is known; `nil` where it complained of
    /// nothing. They say more than its last line, which counts.
    var unknown: RunVerdict? {
        status == 0 ? nil : errors.first.map { ToolVerdict.of(.other, $0) }
    }

    private static let start = "ERROR: "

    /// What apk complained of, without the word before it.
    private var errors: [String] {
        lines.filter { $0.hasPrefix(Self.start) }.map { String($0.dropFirst(Self.start.count)) }
    }

    private var lock: RunVerdict? {
        errors.contains { $0.hasPrefix("Unable to lock database") }
            ? RunVerdict(failure: .lockHeld, sentence: "another apk") : nil
    }

    // MARK: - Programs that apk runs

    /// A script of a package, or a hook of the endpoint's, that failed.
    private struct FailedProgram {
        /// The package; `nil` for a hook.
        var package: String?
        var program: String
        var ending: String
        /// The line that it printed last.
        var words = ""
    }

    private static let scripts: Set = [
        "pre-install", "post-install", "pre-upgrade", "post-upgrade", "pre-deinstall",
        "post-deinstall", "trigger",
    ]

    /// `labfail-2.0-r0.post-upgrade: script exited with error 3`, and with a folder before it in
    /// apk 3.
    private func program(_ place: Int) -> FailedProgram? {
        let line = lines[place]
        guard line.hasPrefix(Self.start) else { return nil }
        let text = line.dropFirst(Self.start.count)
        guard let colon = text.firstRange(of: ": ") else { return nil }
        let ending = text[colon.upperBound...]
        guard ending.contains("exited with error") || ending.contains("killed by signal"),
            let file = text[..<colon.lowerBound].split(separator: "/").last
        else { return nil }
        let above = place > 0 ? Self.plain(lines[place - 1]) : ""
        var failed = FailedProgram(program: String(file), ending: String(ending))
        if !above.hasPrefix("Executing "), ApkPlan.Row(above) == nil { failed.words = above }
        if let dot = file.lastIndex(of: "."),
            Self.scripts.contains(String(file[dot...].dropFirst()))
        {
            failed.package = Self.name(file[..<dot])
        }
        return failed
    }

    private var failedPrograms: [FailedProgram] { lines.indices.compactMap(program) }

    /// A hook that says no before anything is changed; one that fails afterwards changes nothing.
    private var hook: RunVerdict? {
        guard status != 0, !lines.contains(where: { ApkPlan.Row($0) != nil }),
            let hook = failedPrograms.first(where: { $0.package == nil })
        else { return nil }
        return RunVerdict(
            failure: .other,
            sentence: "The endpoint's own hook \(hook.program) stopped apk before anything was "
                + "changed: \(hook.ending)\(Self.remark(hook.words)).")
    }

    // MARK: - Errors of packages, and of all of it

    /// What apk's words stand for. The first that fits counts.
    private static let meanings: [(FailureClass, [String])] = [
        (.diskFull, ["No space left on device", "Disk quota exceeded"]),
        (.signature, ["UNTRUSTED signature", "BAD signature", "signature block error"]),
        (
            .hashMismatch,
            [
                "BAD archive", "integrity error", "file format is invalid", "v2 package format",
                "package file format error", "does not contain expected data",
                "unexpected end of file", "ADB ",
            ]
        ),
        (
            .versionNotAvailable,
            [
                "package mentioned in index not found", "HTTP 404", "could not find a repo",
                "' not found",
            ]
        ),
        (
            .network,
            [
                "temporary error", "network ", "DNS", "could not connect", "timed out", "TLS: ",
                "HTTP ", "remote server returned", "Connection refused", "unreachable",
                "Connection reset", "stale/unavailable repositories",
            ]
        ),
        (
            .dependency,
            [
                "unable to select packages", "trying to overwrite", "missing repository tags",
                "unable to select package",
            ]
        ),
    ]

    private static func meaning(_ line: String) -> FailureClass? {
        meanings.first { $0.1.contains { line.contains($0) } }?.0
    }

    private var failure: RunVerdict? {
        let programs = failedPrograms.filter { $0.package != nil }
        let told = errors.compactMap { line in Self.meaning(line).map { (line, $0) } }
        guard let (first, meaning) = told.first else {
            return programs.first.map { Self.script($0, of: programs) }
        }
        // The one with a package before it says it best; the one above is about a file.
        let best = told.first { $0.1 == meaning && Self.subject($0.0) != nil }?.0 ?? first
        var culprits = told.compactMap { Self.subject($0.0) } + programs.compactMap(\.package)
        if meaning == .dependency { culprits += selected }
        if meaning == .versionNotAvailable { culprits += told.compactMap { Self.quoted($0.0) } }
        var verdict = ToolVerdict.of(meaning, best + blockBelow(best), culprits: culprits)
        verdict.blames = blames(told, programs)
        return verdict
    }

    /// Each package with its own cause: apk goes on with the others where one fails.
    private func blames(
        _ told: [(String, FailureClass)], _ programs: [FailedProgram]
    ) -> [PackageBlame]? {
        var blames = told.compactMap { line, meaning in
            Self.subject(line).map {
                PackageBlame(name: $0, failure: meaning, sentence: ToolVerdict.quote(line))
            }
        }
        blames += programs.compactMap(Self.blame)
        return blames.isEmpty ? nil : blames
    }

    private static func blame(_ program: FailedProgram) -> PackageBlame? {
        program.package.map {
            PackageBlame(name: $0, failure: .maintainerScript, sentence: sentence(program))
        }
    }

    private static func script(_ first: FailedProgram, of all: [FailedProgram]) -> RunVerdict {
        var verdict = ToolVerdict.of(
            .maintainerScript, sentence(first), culprits: all.compactMap(\.package))
        verdict.blames = all.compactMap(blame)
        return verdict
    }

    private static func sentence(_ program: FailedProgram) -> String {
        "\(program.package ?? "A package"): its own script failed "
            + "(\(program.program): \(program.ending)\(remark(program.words)))."
    }

    private static func remark(_ words: String) -> String {
        words.isEmpty ? "" : "; it said: \(words)"
    }

    /// The lines below `unable to select packages:`, two blanks in.
    private var block: [String] {
        guard let place = lines.firstIndex(where: { $0.contains("unable to select packages:") })
        else { return [] }
        return lines[(place + 1)...].prefix { $0.hasPrefix("  ") }.map { String($0) }
    }

    /// The packages that such a block is about.
    private var selected: [String] {
        block.filter { !$0.hasPrefix("    ") && $0.hasSuffix(":") }.compactMap { line in
            let word = TextLines.trimmed(line).dropLast()
            return Self.name(word.split(separator: " ").first ?? word)
        }
    }

    private func blockBelow(_ line: String) -> String {
        guard line.contains("unable to select packages:") else { return "" }
        return " " + block.map { TextLines.trimmed($0) }.joined(separator: " ")
    }

    /// Packages that were broken before keep the status from being 0.
    private var earlier: RunVerdict? {
        let hooks = failedPrograms.count { $0.package == nil }
        guard status != 0, errors.count == hooks,
            let end = lines.last(where: { ApkPlan.isEnd($0) }),
            let count = ApkPlan.errors(end)
        else { return nil }
        return RunVerdict(
            failure: nil, sentence: "apk reported success.",
            notes: [
                "apk counts \(count) error\(count == 1 ? "" : "s") of earlier runs: packages whose "
                    + "own script or files failed then. `apk fix` mends them."
            ])
    }

    /// What is no failure, or not the one that is told.
    private var notes: [String] {
        let hooks = failedPrograms.filter { $0.package == nil }.map {
            "The endpoint's own hook \($0.program) failed: \($0.ending)."
        }
        let triggers = failedPrograms.filter { $0.program.hasSuffix(".trigger") }.map {
            "\($0.package ?? "A package"): its trigger failed: \($0.ending)."
        }
        let files = lines.compactMap { line -> String? in
            guard line.contains("Installing file to "), line.hasSuffix(".apk-new"),
                let file = TextLines.words(line).last
            else { return nil }
            return "A configuration file was changed here: the package manager wrote "
                + "\(file.hasPrefix("/") ? "" : "/")\(file)."
        }
        return (hook == nil ? hooks : []) + triggers + files
    }

    // MARK: - Names

    /// What a line is about: `labgood-2.0-r0: BAD archive`.
    private static func subject(_ line: String) -> String? {
        guard let colon = line.firstRange(of: ": ") else { return nil }
        return name(line[..<colon.lowerBound])
    }

    /// `Package 'labgood' not found`
    private static func quoted(_ line: String) -> String? {
        let parts = line.split(separator: "'", omittingEmptySubsequences: false)
        return parts.count == 3 ? PackageName(String(parts[1]), of: .apk)?.text : nil
    }

    /// The package of `labgood-2.0-r0`.
    private static func name(_ text: some StringProtocol) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 2, let last = parts.last, last.hasPrefix("r"),
            Grammar.isNumber(last.dropFirst()),
            let first = parts[parts.count - 2].utf8.first, Grammar.isDigit(first)
        else { return nil }
        return PackageName(parts.dropLast(2).joined(separator: "-"), of: .apk)?.text
    }

    /// apk 3 sets a sign before what scripts print.
    private static func plain(_ line: String) -> String {
        let text = TextLines.trimmed(line)
        return text.hasPrefix("* ") ? String(text.dropFirst(2)) : text
    }
}
