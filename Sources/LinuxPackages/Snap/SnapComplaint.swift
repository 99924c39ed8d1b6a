import AgentCore
import Fleet
import Rollout
import ToolOutputs

/// What `snap` prints when snapd could not do it, told apart; the words are those of snapd's source.
struct SnapComplaint {
    let lines: [String]
    let status: Int32

    private static let meanings: [(FailureClass, [String])] = [
        (.lockHeld, ["change in progress"]),
        (.blockedByProcess, ["has running apps", "has running hooks"]),
        (.diskFull, ["due to low disk space", "no space left on device"]),
        (
            .signature,
            ["no matching signatures found", "cannot verify snap", "cannot find signatures"]
        ),
        (.hashMismatch, ["sha3-384 mismatch", "does not have the expected size"]),
        (.maintainerScript, ["(run hook "]),
        (
            .versionNotAvailable,
            ["not available (see", "not available as specified", "not available on channel"]
                + ["\" not found", "is not installed", "no snap found"]
        ),
        (.held, ["validation set", "validation-set"]),
        (.dependency, ["classic confinement", "repeat the command including"]),
        (
            .network,
            ["unable to contact snap store", "network error", "timeout", "no such host"]
                + ["connection refused", "cannot communicate with server", "too many requests"]
        ),
    ]

    var verdict: RunVerdict? {
        guard status != 0 else { return reboot }
        // What follows the first line belongs to it: the tasks that failed.
        guard let start = lines.firstIndex(where: { $0.hasPrefix("error: ") }) else { return nil }
        let text = lines[start...].map { TextLines.trimmed($0) }.filter { !$0.isEmpty }
            .joined(separator: " ")
        let words = text.dropFirst("error: ".count)
        guard
            let meaning = Self.meanings.first(where: { $0.1.contains { words.contains($0) } })?.0
        else { return nil }
        if meaning == .lockHeld {
            return RunVerdict(failure: .lockHeld, sentence: "snapd (\(ToolVerdict.quote(words)))")
        }
        return ToolVerdict.of(meaning, String(words), culprits: [culprit].compactMap { $0 })
    }

    /// The snap whose command was the last: each has its own, and the run notes it before it starts.
    private var culprit: String? {
        for line in lines.reversed() {
            let words = TextLines.words(line)
            guard words.first == "+",
                let place = words.firstIndex(where: { $0 == "refresh" || $0 == "revert" }),
                words.count > place + 1
            else { continue }
            return PackageName(words[place + 1], of: .snap)?.text
        }
        return quoted
    }

    /// The name in `snap "lab"` or `cannot refresh "lab"`.
    private var quoted: String? {
        for line in lines {
            for sign in ["snap \"", "refresh \"", "revert \""] {
                guard let range = line.firstRange(of: sign) else { continue }
                let name = String(line[range.upperBound...].prefix { $0 != "\"" })
                if let name = PackageName(name, of: .snap) { return name.text }
            }
        }
        return nil
    }

    /// It is done, and snapd says that it reboots.
    private var reboot: RunVerdict? {
        lines.first { $0.contains("snapd is about to ") }.map {
            RunVerdict(
                failure: nil, sentence: "snap reported success.", notes: [TextLines.trimmed($0)])
        }
    }
}
