import Fleet
import ToolOutputs

/// Reads what `apt-get update` printed.
///
/// Its exit status does not tell: with a broken signature or no connection it warns, goes on with
/// the old index, and ends with 0.
struct AptRefreshReading: Hashable, Sendable {
    /// Sources whose release file came, or had not changed.
    private(set) var answered: Set<String> = []
    /// Sources that failed, with apt's words.
    private(set) var errors: [String: String] = [:]
    /// Errors that name no source, such as a lock.
    private(set) var generalErrors: [String] = []

    private let sources: [AptSource]

    /// Reads both streams of a refresh of these sources.
    init(_ result: CommandOutput, sources: [AptSource]) {
        self.sources = sources
        var failing: AptSource?
        for line in TextLines.strings(result.output) {
            if line.hasPrefix(" "), let source = failing {
                errors[source.refreshKey] = TextLines.trimmed(line)
            }
            failing = readProgress(line)
        }
        for line in TextLines.strings(result.errorOutput) { readComplaint(line) }
        for key in errors.keys { answered.remove(key) }
        if result.status != 0, errors.isEmpty, generalErrors.isEmpty {
            generalErrors = ["apt-get update ended with status \(result.status)"]
        }
    }

    /// `Get:1 http://deb.example.org/debian bookworm InRelease [151 kB]`; returns the source of an
    /// `Err:` line, whose words follow.
    private mutating func readProgress(_ line: String) -> AptSource? {
        let words = TextLines.words(line)
        guard words.count >= 4, let colon = words[0].firstIndex(of: ":") else { return nil }
        let address = AptSource(address: words[1], suite: words[2], components: []).refreshKey
        guard let source = sources.first(where: { $0.refreshKey == address }) else { return nil }
        switch words[0][..<colon] {
        case "Hit", "Get":
            if words[3] == "InRelease" || words[3] == "Release" {
                answered.insert(source.refreshKey)
            }
            return nil
        case "Err":
            errors[source.refreshKey] = errors[source.refreshKey] ?? line
            return source
        default: return nil
        }
    }

    /// Warnings that mean a source was not refreshed; others (an old keyring, a duplicate entry) do
    /// not.
    private static let failingWarnings = [
        "GPG error", "Failed to fetch", "signature verification", "is not signed",
        "is no longer signed", "does not have a Release file", "is expired", "is not valid yet",
        "changed its",
    ]

    private mutating func readComplaint(_ line: String) {
        let isError = line.hasPrefix("E:")
        guard isError || line.hasPrefix("W:") else { return }
        let text = TextLines.trimmed(line.dropFirst(2))
        let isFailure = isError || Self.failingWarnings.contains { text.contains($0) }
        guard isFailure else { return }
        let named = sources.filter { names($0, in: text) }
        if named.isEmpty {
            if isError { generalErrors.append(text) }
            return
        }
        // The reason of a missing signature is in the warning before the error that only says "is
        // not signed".
        for source in named where errors[source.refreshKey] == nil || text.contains("GPG error") {
            errors[source.refreshKey] = text
        }
    }

    private func names(_ source: AptSource, in text: String) -> Bool {
        if source.suite.hasSuffix("/") {
            return text.contains("\(source.address) \(source.suite)")
                || text.contains("\(source.address)/\(source.suite)")
                || text.contains("\(source.address)/ \(source.suite)")
        }
        return text.contains("\(source.address) \(source.suite) ")
            || text.contains("\(source.address)/dists/\(source.suite)/")
    }

    /// Whether the refresh could not begin because another program holds the lock on the indexes.
    var isLocked: Bool {
        generalErrors.contains {
            $0.contains("Could not get lock") || $0.contains("Unable to lock")
        }
    }

    /// The report that follows, keeping from the last one when each source last succeeded.
    func report(at now: Timestamp, after last: RefreshReport?) -> RefreshReport {
        var outcomes: [String: RefreshReport.Outcome] = [:]
        for source in sources {
            let key = source.refreshKey
            let before = last?.outcomes[key]?.succeededAt
            if answered.contains(key) {
                outcomes[key] = .init(succeededAt: now)
            } else {
                let words =
                    errors[key] ?? generalErrors.first ?? "apt-get update said nothing of it"
                outcomes[key] = .init(
                    succeededAt: before, error: String(words.prefix(Self.longest)))
            }
        }
        return RefreshReport(attemptedAt: now, outcomes: outcomes)
    }

    /// Characters of apt's words that are kept; a signature error with several keys has about 400.
    private static let longest = 600
}
