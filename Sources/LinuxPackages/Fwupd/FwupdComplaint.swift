import AgentCore
import Fleet
import Rollout
import ToolOutputs

/// What fwupd's errors mean, by their numbers (`FwupdError`), which are the same in every language.
struct FwupdComplaint {
    let lines: [String]
    let status: Int32

    private static let classes: [Int64: FailureClass] = [
        7: .hashMismatch, 8: .versionNotAvailable, 10: .dependency, 11: .signature,
        18: .hashMismatch, 20: .lockHeld, 21: .network,
    ]
    /// The version is in already, or there is nothing to do: the scan says what is there.
    private static let quiet: Set<Int64> = [2, FirmwareError.nothingToDo]

    var verdict: RunVerdict? {
        let text = lines.filter { !$0.hasPrefix("+ ") }.joined(separator: "\n")
        guard status != 0, let error = FirmwareDocuments(Array(text.utf8)).error else { return nil }
        if Self.quiet.contains(error.code) {
            return RunVerdict(failure: nil, sentence: "fwupd: \(ToolVerdict.quote(error.message))")
        }
        if error.code == 20 {
            return RunVerdict(
                failure: .lockHeld, sentence: "fwupd (\(ToolVerdict.quote(error.message)))")
        }
        let isFull = ["No space left", "not enough space", "no space"].contains {
            error.message.contains($0)
        }
        return ToolVerdict.of(
            isFull ? .diskFull : Self.classes[error.code] ?? .other, error.message,
            culprits: [culprit].compactMap { $0 })
    }

    /// The device whose command was the last: each has its own, and the run notes it before it
    /// starts.
    private var culprit: String? {
        for line in lines.reversed() {
            let words = TextLines.words(line)
            guard words.first == "+", let place = words.firstIndex(of: "install"),
                words.count > place + 1
            else { continue }
            return PackageName(words[place + 1], of: .fwupd)?.text
        }
        return nil
    }
}
