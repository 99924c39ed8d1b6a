import AgentCore
import Fleet
import Rollout
import ToolOutputs

/// What Homebrew prints when something fails. It goes on with the rest, and its status tells
/// neither what failed nor always that something did.
struct HomebrewComplaint {
    let lines: [String]
    let status: Int32

    /// The first complaint whose cause is known, else the first line that says `Error:`.
    var verdict: RunVerdict? {
        for (failure, texts) in Self.words {
            guard
                let place = lines.firstIndex(where: { line in
                    let plain = line.lowercased()
                    return texts.contains { plain.contains($0) }
                })
            else { continue }
            return verdict(failure, at: place)
        }
        guard let place = lines.firstIndex(where: { Self.isError($0) }) else { return nil }
        return verdict(.other, at: place)
    }

    private func verdict(_ failure: FailureClass, at place: Int) -> RunVerdict {
        RunVerdict(
            failure: failure, culprits: culprit(at: place).map { [$0] } ?? [],
            sentence: MacWords.quote(Self.plain(lines[place])))
    }

    /// What a line blames: the name in front of it (`Error: git: …`), else what was at work.
    private func culprit(at place: Int) -> String? {
        let line = Self.plain(lines[place])
        if let colon = line.firstIndex(of: ":") {
            let name = String(line[..<colon])
            if Self.isError(lines[place]), !name.contains(" "), PackageName(name, of: .brew) != nil
            {
                return HomebrewNames.short(name)
            }
        }
        for line in lines[..<place].reversed() {
            for verb in ["==> Upgrading ", "==> Installing Cask ", "==> Fetching "]
            where line.hasPrefix(verb) {
                let words = TextLines.words(line.dropFirst(verb.count))
                // `==> Upgrading 2 outdated packages:` names none.
                guard let name = words.first, !Grammar.isNumber(name) else { continue }
                return HomebrewNames.short(name)
            }
        }
        return nil
    }

    private static func isError(_ line: String) -> Bool { line.hasPrefix("Error: ") }

    private static func plain(_ line: String) -> String {
        let text = TextLines.trimmed(line)
        return isError(text) ? String(text.dropFirst("Error: ".count)) : text
    }

    /// The causes before what follows from them.
    private static let words: [(FailureClass, [String])] = [
        (
            .lockHeld,
            [
                "has already locked", "already in progress", "another active homebrew",
                "is already running",
            ]
        ),
        (.diskFull, ["no space left on device"]),
        (.hashMismatch, ["sha256 mismatch", "sha-256 mismatch", "checksum mismatch"]),
        (.signature, ["attestation verification failed", "invalid signature", "bad signature"]),
        (
            .network,
            [
                "curl: (", "could not resolve host", "failed to download", "download failed",
                "couldn't connect to server",
            ]
        ),
        (
            .refused,
            [
                "running homebrew as root", "a password is required", "a terminal is required",
                "permission denied", "operation not permitted", "is not writable",
            ]
        ),
        (.held, [" is pinned"]),
        (
            .versionNotAvailable,
            ["no available formula", "no cask with this name", "no formulae or casks"]
        ),
        (.maintainerScript, ["post-install step did not complete", "postinstall step did not"]),
    ]
}
