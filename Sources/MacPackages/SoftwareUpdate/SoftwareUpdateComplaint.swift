import AgentCore
import Fleet
import Rollout
import ToolOutputs

/// What softwareupdate prints when it does not do what it was told. Its status is 0 all the same
/// where an update is not there, and often where a download failed.
struct SoftwareUpdateComplaint {
    let lines: [String]

    /// What the words mean; `nil` when none of them is a complaint.
    var verdict: RunVerdict? {
        for (failure, texts) in Self.words {
            if let line = first(texts) {
                return RunVerdict(failure: failure, sentence: MacWords.quote(line))
            }
        }
        return nil
    }

    /// Whether it says that the update takes effect with a restart.
    var asksForRestart: Bool {
        first(["restart your computer", "restart immediately", "restart is required"]) != nil
    }

    private func first(_ texts: [String]) -> String? {
        lines.first { line in
            let plain = line.lowercased().replacing("\u{2019}", with: "'")
            return texts.contains { plain.contains($0) }
        }
    }

    /// The causes before what follows from them.
    private static let words: [(FailureClass, [String])] = [
        (
            .diskFull,
            [
                "not enough free", "not enough space", "not enough disk", "no space left",
                "insufficient space",
            ]
        ),
        (
            .network,
            [
                "internet connection appears to be offline", "network connection was lost",
                "could not connect", "can't connect", "couldn't connect", "request timed out",
                "nsurlerrordomain", "unable to reach",
            ]
        ),
        (.signature, ["signature", "untrusted certificate", "not signed"]),
        (
            .refused,
            [
                "failed to authenticate", "must be run as root", "should not be run with sudo",
                "not authorized",
            ]
        ),
        (.versionNotAvailable, ["no such update", "no updates are available"]),
        (
            .other,
            [
                "error downloading", "error installing", "install failed", "failed with error",
                "couldn't communicate with a helper", "update not found",
            ]
        ),
    ]
}
