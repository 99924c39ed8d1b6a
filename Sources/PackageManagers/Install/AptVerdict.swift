import AgentCore
import Rollout

/// Reads from a run's ending and log why it failed and which packages are to blame.
enum AptVerdict {
    /// The longest piece of apt's words in a sentence, in characters.
    private static let longestQuote = 400

    static func read(_ run: RunPlan, _ ending: RunEnding, _ log: String) -> RunVerdict {
        let lines = log.split(separator: "\n").map(String.init)
        var verdict: RunVerdict
        switch ending {
        case .exited(0):
            verdict = RunVerdict(failure: nil, sentence: "apt reported success.")
        case .exited(let status):
            verdict =
                AptComplaint(lines).verdict
                ?? RunVerdict(
                    failure: .other,
                    sentence: "apt ended with status \(status)\(quoted(lastWords(lines)))")
        case .signalled(let number):
            verdict = RunVerdict(
                failure: .interrupted,
                sentence: "The package manager was ended by signal \(number).")
        case .hung(let lastLine):
            verdict = RunVerdict(
                failure: .hung, culprits: packageAtWork(lines).map { [$0] } ?? [],
                sentence:
                    "The package manager printed nothing for \(run.inactivityLimitSeconds) s and "
                    + "was ended; its last line: \(quote(lastLine))"
            )
        case .vanished:
            verdict = RunVerdict(
                failure: .interrupted,
                sentence: "The run was cut off by a reboot, a power cut or a kill before it ended.")
        case .notStarted(let reason):
            verdict = RunVerdict(failure: .other, sentence: reason)
        }
        verdict.notes += notes(lines)
        return verdict
    }

    /// Kept configuration files, packages that came along as dependencies, and shutdowns that a
    /// package scheduled.
    private static func notes(_ lines: [String]) -> [String] {
        var notes: [String] = []
        var file: Substring?
        for (place, line) in lines.enumerated() {
            if let word = ShutdownWord(line: line) {
                notes.append(word.note(packageAtWork(Array(lines[..<place]))))
            } else if line.hasPrefix("Configuration file '") {
                file = line.dropFirst("Configuration file '".count).prefix { $0 != "'" }
            } else if line.contains("==> Keeping old config file"), let kept = file {
                notes.append(
                    "The configuration file \(kept) was changed here and is kept; the package's "
                        + "own is \(kept).dpkg-dist."
                )
                file = nil
            } else if line.hasPrefix("Selecting previously unselected package ") {
                let name = line.dropFirst("Selecting previously unselected package ".count)
                    .dropLast()
                notes.append(
                    "The package \(name) was newly installed, because an update depends on it.")
            }
        }
        return notes
    }

    /// The package that dpkg worked on when the log ended.
    private static func packageAtWork(_ lines: [String]) -> String? {
        for line in lines.reversed() {
            for prefix in ["Setting up ", "Unpacking ", "Processing triggers for "]
            where line.hasPrefix(prefix) {
                let name = line.dropFirst(prefix.count).prefix { $0 != " " && $0 != ":" }
                return name.isEmpty ? nil : String(name)
            }
        }
        return nil
    }

    private static func lastWords(_ lines: [String]) -> String? {
        lines.last { $0.hasPrefix("E: ") } ?? lines.last { !$0.isEmpty }
    }

    private static func quoted(_ words: String?) -> String {
        words.map { ": \(quote($0))" } ?? "."
    }

    static func quote(_ words: some StringProtocol) -> String {
        words.count > longestQuote ? "\(words.prefix(longestQuote))…" : String(words)
    }
}
