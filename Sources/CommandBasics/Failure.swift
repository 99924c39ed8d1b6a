import AgentCore
package import AgentProtocol
import AgentTransport
import Calendar
import Feeds
import Foundation
import ServerRecords
import Trust
import Versions

/// The one place where an error becomes a sentence and an exit status.
package struct Failure: Error {
    /// How the command line ends.
    package enum Status: Int32 {
        /// Done, and the answer is no.
        case no = 1
        /// Wrong use, or input that cannot be read; nothing was written.
        case wrongUse = 2
        /// It could not be done.
        case couldNot = 3
    }

    package let status: Status
    package let text: String

    /// A failure in words: what happened, and what to do.
    package init(_ status: Status, _ message: String, nextStep: String, code: String? = nil) {
        self.init(status, sentence: "\(message) \(nextStep)" + (code.map { " (\($0))" } ?? ""))
    }

    private init(_ status: Status, sentence: String) {
        self.status = status
        text = sentence
    }

    /// An error as a failure; `nil` for those of the argument parser.
    package init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let problem as ServerProblem: self.init(problem)
        case let refusal as Refusal:
            self.init(
                Self.status(of: refusal.kind), refusal.message, nextStep: refusal.nextStep,
                code: refusal.code)
        case let error as TrustError:
            self.init(.couldNot, error.message, nextStep: error.nextStep, code: error.code)
        case let refusal as VerificationRefusal:
            self.init(.wrongUse, refusal.message, nextStep: refusal.nextStep, code: refusal.code)
        case let failure as ScanFailure:
            self.init(.couldNot, failure.message, nextStep: failure.nextStep, code: failure.code)
        case let failure as StateFolderFailure:
            self.init(.couldNot, failure.message, nextStep: failure.nextStep, code: failure.code)
        case let failure as LedgerUnavailable: self.init(failure)
        case let fault as TransportFault:
            self.init(.couldNot, fault.message, nextStep: fault.nextStep, code: fault.code)
        case let failure as LinkFailure: self.init(failure)
        case let error as ZoneError:
            self.init(
                .wrongUse, error.message, nextStep: error.nextStep, code: error.code.rawValue)
        case let error as FeedError:
            self.init(
                error.code == .unreadable ? .couldNot : .wrongUse, error.message,
                nextStep: error.nextStep, code: "E_FEED")
        case let error as VersionError:
            self.init(.wrongUse, sentence: "\(error.description) (\(error.code))")
        default: return nil
        }
    }

    private init(_ problem: ServerProblem) {
        let status: Status = [400, 404, 413].contains(problem.status) ? .wrongUse : .couldNot
        self.init(
            status, problem.body.message, nextStep: problem.body.nextStep, code: problem.body.code)
    }

    private init(_ failure: LinkFailure) {
        switch failure {
        case .refused(_, let problem):
            self.init(.couldNot, problem.message, nextStep: problem.nextStep, code: problem.code)
        case .unreachable(let words), .malformed(let words):
            self.init(
                .couldNot, "This machine's agent cannot talk to the server: \(words).",
                nextStep: "Check that nothing between them intercepts the connection.",
                code: "E_AGENT_LINK")
        case .busy(let seconds):
            self.init(
                .couldNot, "The server is busy.", nextStep: "Try again in \(seconds) s.",
                code: "E_BUSY")
        }
    }

    private init(_ failure: LedgerUnavailable) {
        let nextStep =
            switch failure.reason {
            case .newerSchema: "Use the version of Patchbay that made it, or a newer one."
            case .corrupt: "Restore the latest backup (patchbay backup restore)."
            case .diskFull: "Free space on its disk."
            case .busy: "Stop the other program that uses it, then try again."
            case .unreachable: "Check that it runs and that its address is right."
            case .overloaded, .other: "Try again; if it stays, read the words above."
            }
        self.init(.couldNot, "The database cannot be used: \(failure.detail)", nextStep: nextStep)
    }

    private static func status(of kind: Refusal.Kind) -> Status {
        switch kind {
        case .malformed, .notFound, .tooLarge: .wrongUse
        case .unauthenticated, .forbidden, .conflict, .gone, .wrongVersion, .tooMany, .unavailable:
            .couldNot
        }
    }
}

/// A server's answer that was no success.
package struct ServerProblem: Error {
    package let status: Int
    package let body: ProblemBody

    package init(status: Int, body: ProblemBody) {
        self.status = status
        self.body = body
    }
}
