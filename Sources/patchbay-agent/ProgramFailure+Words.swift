import AgentCore
import AgentProtocol
import AgentTransport
import Trust

extension ProgramFailure {
    /// What happened and what to do about it, in one line.
    static func words(for error: any Error) -> String {
        switch error {
        case let failure as StateFolderFailure:
            "\(failure.message) \(failure.nextStep) (\(failure.code))"
        case let failure as ScanFailure: "\(failure.message) \(failure.nextStep) (\(failure.code))"
        case let failure as LinkFailure: words(for: failure)
        case let failure as TransportFault: failure.description
        case let failure as TrustError: failure.description
        default: String(describing: error)
        }
    }

    private static func words(for failure: LinkFailure) -> String {
        switch failure {
        case .unreachable(let words):
            "The server cannot be reached: \(words). Run patchbay-agent doctor to find the failing step."
        case .refused(let status, let problem):
            "\(problem.message) \(problem.nextStep) (\(status) \(problem.code))"
        case .busy(let seconds):
            "The server is busy. Try again in \(seconds) s."
        case .malformed(let words):
            "The server's answer is not one of the agent protocol: \(words). Check the address, "
                + "and that server and agent are of one version."
        }
    }
}
