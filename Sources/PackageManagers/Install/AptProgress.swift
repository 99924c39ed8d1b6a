import AgentCore
import Rollout

/// Reads from a run's log what it is doing.
enum AptProgress {
    /// The part of the whole that downloading counts for, in percent: on most links it is the
    /// shorter part.
    private static let downloadPart = 10

    /// The step that the last telling line stands for; `nil` when there is none yet.
    static func read(_ log: String, updates: Int) -> RunStep? {
        var step: RunStep?
        var done = 0
        let steps = max(1, updates) * 2
        for line in log.split(separator: "\n") {
            if line.hasPrefix("Get:") {
                let words = line.split(separator: " ")
                let name = words.count > 4 ? " \(words[4])" : ""
                step = RunStep(phase: .downloading, sentence: "Downloads\(name).")
            } else if line.hasPrefix("Need to get ") {
                step = RunStep(phase: .downloading, sentence: "Downloads packages.", percent: 0)
            } else if let name = name(after: "Unpacking ", in: line) {
                done += 1
                step = working("Unpacks \(name).", done, steps)
            } else if let name = name(after: "Setting up ", in: line) {
                done += 1
                step = working("Sets up \(name).", done, steps)
            } else if let name = name(after: "Processing triggers for ", in: line) {
                step = working("Processes triggers of \(name).", done, steps)
            }
        }
        return step
    }

    /// The last step may still be under way, so the count is of what has begun, and 100 is never
    /// reached here.
    private static func working(_ sentence: String, _ begun: Int, _ steps: Int) -> RunStep {
        let share = min(begun, steps) * (99 - downloadPart) / steps
        return RunStep(phase: .installing, sentence: sentence, percent: downloadPart + share)
    }

    /// `labgood (2.0)` of `Unpacking labgood (2.0) over (1.0) ...`; the architecture of foreign
    /// packages stays.
    private static func name(after prefix: String, in line: Substring) -> String? {
        guard line.hasPrefix(prefix) else { return nil }
        let words = line.dropFirst(prefix.count).split(separator: " ")
        guard let name = words.first, let version = words.dropFirst().first, version.hasPrefix("(")
        else {
            return nil
        }
        return "\(name) \(version.drop { $0 == "(" }.prefix { $0 != ")" })"
    }
}
