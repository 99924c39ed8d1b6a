import AgentCore
import Fleet
import Rollout
import ToolOutputs

/// Reads from a run's log what dpkg could not go on with, each package with its own cause: dpkg goes
/// on with the others after each.
struct AptBlames {
    private let lines: [String]
    private static let error = "dpkg: error processing "

    init(_ lines: [String]) {
        self.lines = lines
    }

    /// Each package once, in the order of the log.
    var all: [PackageBlame] {
        var found: [PackageBlame] = []
        for place in lines.indices where lines[place].hasPrefix(Self.error) {
            guard let blame = blame(at: place),
                !found.contains(where: { $0.name == blame.name })
            else { continue }
            found.append(blame)
        }
        return found
    }

    /// `dpkg: error processing package labfail (--configure):`, with the reason on the next line
    /// and what was printed before it.
    private func blame(at place: Int) -> PackageBlame? {
        let rest = lines[place].dropFirst(Self.error.count)
        guard let name = AptComplaint.processed(rest), PackageName(apt: name) != nil else {
            return nil
        }
        let reason = place + 1 < lines.count ? TextLines.trimmed(lines[place + 1]) : ""
        let (step, said) = before(place)
        // While it is being unpacked dpkg goes back to the old version by itself.
        let version =
            rest.contains("(--configure)") && step?.name == name ? step?.version : nil
        let own = said.last { HangWord(line: $0) == nil }.map { TextLines.trimmed($0) }
        if let word = said.compactMap({ HangWord(line: $0) }).last {
            let last = word.before.isEmpty ? own : word.before
            return PackageBlame(
                name: name, version: version, failure: .hung,
                sentence: Self.hung(name, word.seconds, last: last))
        }
        let isScript = reason.contains("script subprocess")
        let words = isScript && own != nil ? "\(reason) (\(own ?? ""))" : reason
        if reason.hasPrefix("dependency problems") {
            return PackageBlame(
                name: name, failure: .dependency,
                sentence: AptVerdict.quote("\(name): \(reason)\(own.map { " (\($0))" } ?? "")."))
        }
        let isFull = words.contains("No space left on device")
        return PackageBlame(
            name: name, version: version,
            failure: isFull
                ? .diskFull
                : isScript || reason.contains("conffile") ? .maintainerScript : .other,
            sentence: AptVerdict.quote("\(name): \(words)."))
    }

    /// The step that a complaint belongs to, and what was printed since.
    private func before(_ place: Int) -> (step: AptStep?, said: [String]) {
        var said: [String] = []
        for index in lines[..<place].indices.reversed() {
            let line = lines[index]
            if let step = AptStep(line: line) { return (step, said.reversed()) }
            // What stands below another complaint is its reason.
            if line.hasPrefix(Self.error) {
                return (nil, Array(said.reversed().dropFirst()))
            }
            if !TextLines.trimmed(line).isEmpty { said.append(line) }
        }
        return (nil, said.reversed())
    }

    /// What is told of a script that was ended.
    static func hung(_ name: String, _ seconds: Int64, last: String?) -> String {
        let words =
            last.map { "its last line: \"\(AptVerdict.quote($0))\"." } ?? "it had said nothing."
        return "\(name): its script printed nothing for \(seconds) s and was ended; \(words)"
    }
}
