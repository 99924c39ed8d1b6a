import AgentCore
public import Rollout
import SystemFiles

extension SystemProbes {
    /// The longest run of a probe's script, in seconds, whatever is signed: five minutes.
    static let longestScriptSeconds = 300
    /// How much of what a script prints is told, in characters.
    private static let longestWords = 300
    private static let folder = "probe-scripts"

    /// Runs a signed script with its interpreter and nothing else: the two words of the argument
    /// vector are the interpreter and the script's file, which only the agent can read. Its output
    /// is cut off at 1 MiB, and it is killed with its children when its time is over.
    public func run(_ script: SignedScript) async -> ProbeResult {
        func result(_ isPassed: Bool, _ words: String) -> ProbeResult {
            ProbeResult(
                probe: "script:\(script.name)", isPassed: isPassed,
                sentence: "Script \(script.name) \(words)")
        }
        guard let state else { return result(false, "cannot be run here.") }
        let file = "\(Self.folder)/\(script.name)"
        do {
            try state.replace(file, with: Array(script.text.utf8))
        } catch {
            return result(false, "was not run: \(error.message)")
        }
        defer { try? state.remove(file) }
        guard Files.exists(script.interpreter) else {
            return result(false, "was not run: there is no \(script.interpreter).")
        }
        let seconds = min(script.timeoutSeconds, Self.longestScriptSeconds)
        guard
            let output = await ProgramOutput.of(
                [script.interpreter, "\(state.path)/\(file)"], patience: Int64(seconds) * 1000)
        else { return result(false, "did not end within \(seconds) s, and was ended.") }
        let line = output.text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        let words = line.isEmpty ? "." : ": \(line.prefix(Self.longestWords))"
        return output.status == 0
            ? result(true, "passed\(words)")
            : result(false, "ended with status \(output.status)\(words)")
    }
}
