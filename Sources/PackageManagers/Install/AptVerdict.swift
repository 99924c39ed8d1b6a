import AgentCore
import Rollout

/// Reads from a run's ending and log why it failed and which packages are to blame.
struct AptVerdict {
    /// The longest piece of apt's words in a sentence, in characters.
    private static let longestQuote = 400

    private let run: RunPlan
    private let lines: [String]

    init(_ run: RunPlan, _ log: String) {
        self.run = run
        lines = log.split(separator: "\n").map(String.init)
    }

    func read(_ ending: RunEnding) -> RunVerdict {
        var verdict: RunVerdict
        switch ending {
        case .exited(0):
            verdict = RunVerdict(failure: nil, sentence: "apt reported success.")
        case .exited(let status): verdict = failed(status)
        case .signalled(let number):
            verdict = RunVerdict(
                failure: .interrupted,
                sentence: "The package manager was ended by signal \(number).")
        case .hung(let lastLine): verdict = hung(lastLine)
        case .vanished:
            verdict = RunVerdict(
                failure: .interrupted,
                sentence: "The run was cut off by a reboot, a power cut or a kill before it ended.")
        case .notStarted(let reason):
            verdict = RunVerdict(failure: .other, sentence: reason)
        }
        verdict.notes += Self.notes(lines)
        return verdict
    }

    /// Where dpkg names packages, each has its own cause, and the first is the run's, unless apt
    /// says more of the whole.
    private func failed(_ status: Int32) -> RunVerdict {
        let blames = AptBlames(lines).all
        var verdict =
            AptComplaint(lines).verdict
            ?? RunVerdict(
                failure: .other,
                sentence: "apt ended with status \(status)\(Self.quoted(Self.lastWords(lines)))")
        guard let first = blames.first else { return verdict }
        if verdict.failure == .maintainerScript || verdict.failure == .other {
            let cause = blames.first { $0.failure == .hung } ?? first
            verdict.failure = cause.failure
            verdict.sentence = cause.sentence
        }
        let names = blames.map(\.name)
        verdict.culprits = names + verdict.culprits.filter { !names.contains($0) }
        verdict.blames = blames
        return verdict
    }

    /// The whole run was ended, because no script could be found to be at work, or too many hung.
    private func hung(_ lastLine: String) -> RunVerdict {
        let sentence =
            "The package manager printed nothing for \(run.inactivityLimitSeconds) s and "
            + "was ended; its last line: \(Self.quote(lastLine))"
        var blames = AptBlames(lines).all
        if let step = AptStep.last(in: lines), !blames.contains(where: { $0.name == step.name }) {
            blames.append(
                PackageBlame(
                    name: step.name, version: step.version, failure: .hung, sentence: sentence))
        }
        var verdict = RunVerdict(
            failure: .hung, culprits: blames.map(\.name), sentence: sentence)
        verdict.blames = blames.isEmpty ? nil : blames
        return verdict
    }

    /// Kept configuration files, packages that came along as dependencies, scripts that were ended,
    /// and shutdowns that a package scheduled.
    private static func notes(_ lines: [String]) -> [String] {
        var notes: [String] = []
        var file: Substring?
        for (place, line) in lines.enumerated() {
            if let word = ShutdownWord(line: line) {
                notes.append(word.note(AptStep.last(in: lines[..<place])?.name))
            } else if let word = HangWord(line: line) {
                let name = AptStep.last(in: lines[..<place])?.name ?? "a package"
                notes.append(
                    "A script of \(name) printed nothing for \(word.seconds) s and was ended; the "
                        + "other packages went on without it.")
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
