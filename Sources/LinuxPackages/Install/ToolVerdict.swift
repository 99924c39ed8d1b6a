import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// Reads from a run's ending and log why it failed and which packages are to blame.
struct ToolVerdict {
    let tool: any LockListTool

    func read(_ run: RunPlan, _ ending: RunEnding, _ log: String) -> RunVerdict {
        let lines = log.split(separator: "\n").map(String.init)
        let status: Int32 = if case .exited(let status) = ending { status } else { 0 }
        var verdict =
            ending.verdict(silentSeconds: run.inactivityLimitSeconds) { Self.quote($0) }
            ?? ended(status, lines)
        verdict.notes += Self.notes(lines)
        return verdict
    }

    /// A tool's words count even when its status says that all went well.
    private func ended(_ status: Int32, _ lines: [String]) -> RunVerdict {
        if let verdict = tool.complaint(status: status, lines: lines) { return verdict }
        let name = tool.manager.rawValue
        guard status != 0 else {
            return RunVerdict(failure: nil, sentence: "\(name) reported success.")
        }
        let words = lines.last { !TextLines.trimmed($0).isEmpty }.map { ": \(Self.quote($0))" }
        return RunVerdict(
            failure: .other, sentence: "\(name) ended with status \(status)\(words ?? ".")")
    }

    /// Configuration files of which two versions lie side by side now, and shutdowns that a package
    /// scheduled.
    private static func notes(_ lines: [String]) -> [String] {
        var notes = lines.compactMap { ShutdownWord(line: $0)?.note(nil) }
        notes += lines.compactMap { HangWord(line: $0) }.map {
            "A script printed nothing for \($0.seconds) s and was ended; the other packages went on "
                + "without it."
        }
        for line in lines {
            for ending in [".rpmnew", ".rpmsave", ".pacnew", ".pacsave"] {
                guard
                    let file = TextLines.words(line).first(where: {
                        $0.hasPrefix("/") && $0.hasSuffix(ending)
                    })
                else { continue }
                notes.append(
                    "A configuration file was changed here: the package manager wrote \(file).")
            }
        }
        return notes
    }

    static func quote(_ words: some StringProtocol) -> String {
        let text = TextLines.trimmed(words)
        return text.count > ToolRunner.longestQuote
            ? "\(text.prefix(ToolRunner.longestQuote))…" : text
    }

    /// A verdict with a tool's own words.
    static func of(
        _ failure: FailureClass, _ line: String, culprits: [String] = []
    ) -> RunVerdict {
        var seen: Set<String> = []
        return RunVerdict(
            failure: failure, culprits: culprits.filter { seen.insert($0).inserted },
            sentence: quote(line))
    }
}

extension ToolVerdict {
    /// What it means that these packages' own scripts failed; `nil` without any.
    static func of(_ blames: [PackageBlame]) -> RunVerdict? {
        guard let cause = blames.first(where: { $0.failure == .hung }) ?? blames.first else {
            return nil
        }
        var verdict = of(cause.failure, cause.sentence, culprits: blames.map(\.name))
        verdict.blames = blames
        return verdict
    }
}

/// Scripts that hung and were ended by the run's supervisor, while the tool went on.
enum EndedScripts {
    /// The signals by which that is done.
    private static let signals = ["signal 15", "signal 9"]

    /// Whether a script that ended like this is one of them. Tools that keep their words back tell
    /// it in another order, so that the supervisor's word may stand anywhere.
    static func isEnded(_ ending: some StringProtocol, in lines: [String]) -> Bool {
        signals.contains { signal in
            ending.hasPrefix(signal) && ending.dropFirst(signal.count).first?.isNumber != true
        } && lines.contains { HangWord(line: $0) != nil }
    }

    /// What is told of it.
    static func blame(_ name: String, _ own: String?, in lines: [String]) -> PackageBlame {
        let seconds = lines.lazy.compactMap { HangWord(line: $0)?.seconds }.first ?? 0
        let words = own.map { "its last line: \"\($0)\"." } ?? "it had said nothing."
        return PackageBlame(
            name: name, failure: .hung,
            sentence: ToolVerdict.quote(
                "\(name): its script printed nothing for \(seconds) s and was ended; \(words)"))
    }

    /// What is told of one that the tool itself says nothing of.
    static func blame(_ name: String, after seconds: Int64) -> PackageBlame {
        PackageBlame(
            name: name, failure: .hung,
            sentence: "\(name): its script printed nothing for \(seconds) s and was ended.")
    }
}

/// Reads from a run's log what it is doing.
enum ToolProgress {
    private static let installing = [
        "Upgrading", "Installing", "upgrading ", "installing ", "Updating ", "Running scriptlet",
    ]
    private static let downloading = ["Downloading", "Retrieving", "Total "]

    /// The step that the last telling line stands for; `nil` when there is none yet.
    static func read(_ log: String) -> RunStep? {
        for line in log.split(separator: "\n").reversed() {
            let text = TextLines.trimmed(line)
            if installing.contains(where: text.contains) {
                return RunStep(phase: .installing, sentence: "\(ToolVerdict.quote(text)).")
            }
            if downloading.contains(where: text.contains) || text.contains("downloading...") {
                return RunStep(phase: .downloading, sentence: "Downloads packages.")
            }
        }
        return nil
    }
}
