import AgentCore
import Rollout
import ToolOutputs

/// What Chocolatey's status and words mean. It speaks English alone.
struct ChocolateyComplaint {
    let name: String
    let status: Int32
    let lines: [String]

    /// Chocolatey's own: it ended because a reboot is waited for, before (350) or after (1604) it
    /// did something (`exitOnRebootDetected`).
    private static let rebootBefore: Int32 = 350
    private static let rebootAfter: Int32 = 1604
    /// Its word for "nothing to do", where `useEnhancedExitCodes` is on.
    private static let nothingToDo: Int32 = 2

    var verdict: RunVerdict {
        switch status {
        case Self.rebootBefore:
            return failure(.other, "it does nothing before the endpoint has been rebooted")
        case Self.rebootAfter:
            return failure(
                .interrupted, "it ended because a reboot is waited for in the middle of the work")
        case 0, Self.nothingToDo:
            // It leaves a pinned package alone, and ends well.
            if let line = self.line("is pinned. Skipping") { return failure(.held, line) }
            if let line = self.line("was not found with the source(s) listed") {
                return failure(.versionNotAvailable, line)
            }
            return RunVerdict(failure: nil, sentence: "Chocolatey reported success.")
        default: break
        }
        if let code = InstallerCode.known[status] {
            guard let failure = code.failure else {
                return RunVerdict(
                    failure: nil, sentence: "Chocolatey reported success (\(status)).",
                    notes: code.needsReboot ? ["\(name): \(code.clause) (\(status))."] : [])
            }
            return self.failure(failure, "\(code.clause) (\(status))")
        }
        return byWords
    }

    private var byWords: RunVerdict {
        for (failure, words) in Self.words {
            for word in words {
                if let line = self.line(word) { return self.failure(failure, line) }
            }
        }
        let last = lines.last { !TextLines.trimmed($0).isEmpty && !$0.hasPrefix("+ ") }
        return failure(
            .other,
            "it ended with status \(status)\(last.map { ": \(AskedProgram.quote($0))" } ?? "")")
    }

    /// In the order in which one explains the other: a download that failed makes the package's
    /// script fail.
    private static let words: [(FailureClass, [String])] = [
        (.diskFull, ["not enough space on the disk"]),
        (.hashMismatch, ["hashes do not match", "Checksum for"]),
        (
            .network,
            [
                "Unable to load the service index", "Unable to connect to the remote server",
                "remote name could not be resolved", "No such host is known",
                "The operation has timed out", "Failed to fetch results from V2 feed",
                "An error occurred while sending the request",
            ]
        ),
        (.lockHeld, ["being used by another process"]),
        (.dependency, ["Unable to resolve dependency", "dependency conflict"]),
        (.versionNotAvailable, ["was not found with the source(s) listed"]),
        (.versionNotAvailable, ["is not installed. Cannot upgrade"]),
        (.maintainerScript, ["was NOT successful", "not successful"]),
    ]

    private func line(_ words: String) -> String? {
        lines.first { $0.contains(words) }.map { AskedProgram.quote($0) }
    }

    private func failure(_ failure: FailureClass, _ words: String) -> RunVerdict {
        let end = words.hasSuffix(".") ? "" : "."
        if failure == .lockHeld {
            // The sentence is the holder's name.
            return RunVerdict(
                failure: failure, culprits: [name], sentence: "another installer (\(words))")
        }
        return RunVerdict(
            failure: failure, culprits: [name], sentence: "Chocolatey, \(name): \(words)\(end)")
    }
}
