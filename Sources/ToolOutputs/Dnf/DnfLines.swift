/// What dnf, yum and tdnf print beside their answers.
enum DnfLines {
    /// Whether a line, trimmed, is known and says nothing about packages. What stands here in
    /// English is printed by plug-ins, which are not all translated.
    static func isKnown(_ line: ToolLine) -> Bool {
        let text = line.trimmed
        return known.contains(text) || isProgress(text) || Grammar.isRule(text)
            || isExpirationCheck(line)
    }

    /// `Last metadata expiration check: 0:12:10 ago on Tue 14 Nov 2023 10:00:00 AM CET.` in any
    /// language: a sentence with a duration, a day and a time, and neither a package nor a row cut
    /// short. A log's line has one time.
    private static func isExpirationCheck(_ line: ToolLine) -> Bool {
        let text = line.trimmed
        guard Grammar.holdsTime(text), !isFault(text), text.first?.isLetter == true,
            !text.contains("…"), text.contains("年") || times(text) >= 2
        else { return false }
        return line.words.allSatisfy { RpmName($0) == nil && RpmName.named($0) == nil }
    }

    /// How many times of day or durations there are: `0:12:10`, `10.00.00`.
    private static func times(_ text: String) -> Int {
        let runs = text.utf8.split { !Grammar.isDigit($0) && !":.".utf8.contains($0) }
        return runs.count { run in
            let parts = run.split { !Grammar.isDigit($0) }
            return parts.count == 3 && parts.allSatisfy { $0.count <= 2 }
        }
    }

    /// The places of the two lines between which dnf 5 says what it downloads, in any language: the
    /// first ends with a colon, the last with a full stop, and nothing but progress is between them.
    static func loading(_ lines: [ToolLine]) -> Set<Int> {
        let said = Array(
            lines.indices.lazy.filter {
                !lines[$0].isBlank && !isProgress(lines[$0].trimmed)
                    && !lines[$0].trimmed.hasPrefix("Total")
            }.prefix(2))
        guard said.count >= 2 else { return [] }
        let (first, last) = (lines[said[0]].trimmed, lines[said[1]].trimmed)
        guard isWords(first.dropLast(), atMost: 10), ":：".contains(first.last ?? " "),
            isWords(last.dropLast(), atMost: 6), ".。।".contains(last.last ?? " "),
            !isFault(first), !isFault(last)
        else { return [] }
        return [said[0], said[1]]
    }

    private static func isWords(_ text: Substring, atMost count: Int) -> Bool {
        let words = text.split(separator: " ")
        return (1...count).contains(words.count)
            && text.allSatisfy { $0.isLetter || " ,'’-".contains($0) }
    }

    /// What keeps the answer from being the whole truth.
    static func isFault(_ text: String) -> Bool {
        [
            "Error", "error:", "Errors ", "Failed ", "Cannot ", "failure: ", "[FAILED]", ">>>",
            "Ignoring repositories", "Killed", "Terminated", "Aborted",
        ]
        .contains(where: text.hasPrefix) && !known.contains(text)
    }

    /// A download: ` 17 MB/s |  26 kB     00:00`, or dnf 5's `100% |  11.5 MiB/s | …`.
    private static func isProgress(_ text: String) -> Bool {
        text.contains("B/s |") || (text.contains("% |") && text.contains("|  00m"))
            || (text.contains("|") && endsInMinutes(text))
    }

    /// `… | 3.6 kB  00:00`
    private static func endsInMinutes(_ text: String) -> Bool {
        let parts = (TextLines.words(text).last ?? "").split(separator: ":")
        return parts.count == 2 && parts.allSatisfy { $0.utf8.count == 2 && Grammar.isNumber($0) }
    }

    private static let known = KnownLines(
        beginnings: [
            "Loaded plugin", "Loading mirror speeds", "Determining fastest mirrors", "* ", ": ",
            "Updating Subscription Management", "Unable to read consumer identity",
            "This system is ", "Not root, Subscription Management", "Uploading ",
            "Cannot upload ", "Failed to set locale", "Repodata is over", "Last metadata",
            "Updating and loading repositories", "Repositories loaded", "Security: ",
            "Update notice ", "You should report this problem", "If you are the owner",
            "To help pinpoint", "No security updates needed", "No packages marked",
            "Limiting package lists", "No advisory found",
            "To address this issue please refer", "If above article doesn't help",
            "No packages needed", "0 updates.", "Waiting for process",
            "Another app is currently holding", "Existing lock", "Added ", "Modular dependency",
            "Problem", "- nothing provides", "- conflicting requests", "Skipping unreadable",
            "Red Hat Subscription", "Refreshing ", "Metadata cache", "Excluding ", "Warning:",
            "WARNING:", "warning:", "A newer release of", "Available Versions:", "Version 20",
            "Run the following command", "dnf upgrade --releasever", "Release notes:",
            "http://", "https://", "The following packages have", "Running in chroot",
            "Subscription Manager is operating", "Installed products updated", "Delta RPMs",
            "DNF version:", "cachedir:", "User-Agent:", "repo: using cache", "Base command:",
            "Extra commands:", "YUM version:", "Command:", "Installroot:", "Releasever:",
            "[MIRROR]",
            "Skipping security plugin", "Needed ", "Setting up ",
        ],
        endings: [
            "packages excluded due to repository priority protections",
            "packages excluded due to repository protections", "updateinfo list done",
            "updateinfo info done", "updateinfo summary done",
            "from repo removed (updateinfo)", "is missing name in configuration, using id",
        ],
        parts: [
            "package(s) needed for security, out of", "packages needed for security, out of",
            "updates available, but ", ": using metadata from ",
            "More information: ", " not updated: ",
        ])
}
