import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// zypper's exit statuses (zypper(8), section "EXIT CODES").
enum ZypperStatus {
    static let problem: Int32 = 4
    static let locked: Int32 = 7
    static let commit: Int32 = 8
    static let updatesNeeded: Int32 = 100
    static let securityNeeded: Int32 = 101
    static let rebootNeeded: Int32 = 102
    static let restartNeeded: Int32 = 103
    static let notFound: Int32 = 104
    static let onSignal: Int32 = 105
    static let sourcesSkipped: Int32 = 106
    static let scriptFailed: Int32 = 107

    /// Whether the answer beside it is whole: 100 and 101 say that there are updates.
    static func isAnswer(_ status: Int32) -> Bool { [0, 100, 101, 102, 103].contains(status) }
}

/// What zypper means by its status and its words.
struct ZypperComplaint {
    let lines: [String]
    let status: Int32

    /// `nil` when all went well, or when nothing is known of the failure.
    var verdict: RunVerdict? {
        if let scripts { return scripts }
        switch status {
        case 0: return nil
        // These two speak of what else is missing.
        case ZypperStatus.updatesNeeded, ZypperStatus.securityNeeded:
            return RunVerdict(failure: nil, sentence: "zypper reported success.")
        case ZypperStatus.rebootNeeded:
            return RunVerdict(
                failure: nil, sentence: "zypper reported success.",
                notes: ["zypper says that the endpoint must reboot."])
        case ZypperStatus.restartNeeded:
            // zypper has updated itself and asks to be run once more for the rest.
            return RunVerdict(
                failure: .interrupted,
                sentence: "zypper updated itself and asks to be started again.")
        case ZypperStatus.locked:
            return RunVerdict(failure: .lockHeld, sentence: holder)
        case ZypperStatus.notFound:
            return ToolVerdict.of(
                .versionNotAvailable, line("No provider of", "not found") ?? "It was not found.",
                culprits: quotedNames("No provider of"))
        case ZypperStatus.onSignal:
            return RunVerdict(failure: .interrupted, sentence: "zypper was ended by a signal.")
        case ZypperStatus.sourcesSkipped:
            return RunVerdict(
                failure: nil, sentence: "zypper reported success.",
                notes: ["zypper left out package sources that it could not refresh."])
        case ZypperStatus.scriptFailed:
            return ToolVerdict.of(.maintainerScript, "A package's own script failed.")
        default: return space ?? signature ?? hash ?? solver ?? network
        }
    }

    /// Scripts that failed, and those that were ended because they hung: of these zypper tells only
    /// where the script took the signal for a failure, and the run's supervisor which package rpm
    /// was at work on.
    private var scripts: RunVerdict? {
        var blames = RpmScripts.failure(in: lines)?.blames ?? []
        for word in lines.compactMap({ HangWord(line: $0) }) {
            guard let name = packages(word.file).first,
                !blames.contains(where: { $0.name == name && $0.failure == .hung })
            else { continue }
            blames.removeAll { $0.name == name }
            blames.append(EndedScripts.blame(name, after: word.seconds))
        }
        return ToolVerdict.of(blames)
    }

    private func line(_ texts: String...) -> String? {
        lines.first { line in texts.contains { line.contains($0) } }.map { TextLines.trimmed($0) }
    }

    /// `System management is locked by the application with pid 123 (zypper).`
    private var holder: String {
        let words = TextLines.words(line("locked by the application") ?? "")
        guard let place = words.firstIndex(of: "pid"), place + 2 < words.count else {
            return "another program"
        }
        let name = words[place + 2].filter { !"().".contains($0) }
        return "\(name.split(separator: "/").last ?? "a program") (pid \(words[place + 1]))"
    }

    /// The names in `'labgood.noarch=9.9-1'`.
    private func quotedNames(_ mark: String) -> [String] {
        lines.filter { $0.contains(mark) }.compactMap { line in
            let parts = line.split(separator: "'", omittingEmptySubsequences: false)
            guard parts.count > 2, let name = parts[1].split(separator: "=").first else {
                return nil
            }
            let text = TextLines.trimmed(name)
            return RpmName.named(text)?.name ?? text
        }
    }

    private var space: RunVerdict? {
        RpmSpace.shortage(in: lines)
            ?? line("No space left on device", "Not enough free space", "more space needed").map {
                ToolVerdict.of(.diskFull, $0)
            }
    }

    private var signature: RunVerdict? {
        let texts = [
            "is not signed", "Signature verification failed", "File is unsigned",
            "Public key is not available", "signed with an unknown key",
        ]
        let found = lines.filter { line in texts.contains { line.contains($0) } }
        guard let line = found.last else { return nil }
        return ToolVerdict.of(.signature, line, culprits: found.flatMap(packages))
    }

    private var hash: RunVerdict? {
        line("Digest verification failed", "wrong digest", "checksum mismatch").map {
            ToolVerdict.of(.hashMismatch, $0, culprits: packages($0))
        }
    }

    private var solver: RunVerdict? {
        guard
            let line = line(
                "nothing provides", "conflicting requests", "conflicts with",
                "cannot install", "requires", "a lock holds it")
        else { return nil }
        if line.contains("a lock holds it") { return ToolVerdict.of(.held, line) }
        return ToolVerdict.of(.dependency, line, culprits: packages(line))
    }

    private var network: RunVerdict? {
        if let line = line("not found on medium", "File '"), line.contains(".rpm") {
            return ToolVerdict.of(.versionNotAvailable, line, culprits: packages(line))
        }
        return line(
            "Curl error", "Could not resolve", "Connection failed", "Timeout exceeded",
            "Download (curl) error", "Valid metadata not found", "not found on medium"
        ).map { ToolVerdict.of(.network, $0) }
    }

    private func packages(_ line: String) -> [String] {
        TextLines.words(line).compactMap { word in
            var text = word.filter { !"\"'()[],;".contains($0) }
            while text.hasSuffix(":") || text.hasSuffix(".") { text.removeLast() }
            if text.hasSuffix(".rpm") { text = String(text.dropLast(4)) }
            return RpmName(text.split(separator: "/").last ?? text[...])?.name
        }
    }
}
