package import AgentCore
import Rollout

extension RunEnding {
    /// What an ending means that is the same for every package tool; `nil` for one by exit status,
    /// whose meaning is the tool's own.
    package func verdict(
        silentSeconds: Int64, quoting quote: (String) -> String
    ) -> RunVerdict? {
        switch self {
        case .exited: nil
        case .signalled(let number):
            RunVerdict(
                failure: .interrupted,
                sentence: "The package manager was ended by signal \(number).")
        case .hung(let lastLine):
            RunVerdict(
                failure: .hung,
                sentence:
                    "The package manager printed nothing for \(silentSeconds) s "
                    + "and was ended; its last line: \(quote(lastLine))")
        case .vanished:
            RunVerdict(
                failure: .interrupted,
                sentence: "The run was cut off by a reboot, a power cut or a kill before it ended.")
        case .notStarted(let reason): RunVerdict(failure: .other, sentence: reason)
        }
    }
}
