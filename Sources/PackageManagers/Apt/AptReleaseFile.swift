import Fleet
import SystemFiles
import ToolOutputs

/// The dates in a `Release` or `InRelease` file, and when the endpoint's copy was written.
struct AptReleaseFile: Hashable, Sendable {
    /// `Date`: when the source was made.
    var date: Timestamp?
    /// `Valid-Until`: after it apt refuses the index.
    var validUntil: Timestamp?
    /// When the copy was last modified, by the server's word or by the endpoint's clock.
    var modified: Timestamp

    /// The fields stand before the lists of digests, which fill the rest of the file.
    private static let headBytes = 16_384

    /// The copy of a source's file in apt's folder of indexes; `nil` when there is none.
    init?(prefix: String, in folder: String) {
        for name in ["InRelease", "Release"] {
            let path = "\(folder)/\(prefix)\(name)"
            guard let status = Files.status(path), status.isRegular,
                let bytes = Files.bytes(path, limit: Self.headBytes)
            else { continue }
            self.init(bytes, modified: status.modified)
            return
        }
        return nil
    }

    /// Reads a file's beginning.
    init(_ bytes: [UInt8], modified: Timestamp) {
        self.modified = modified
        ControlFile(["Date", "Valid-Until"]).paragraphs(bytes) { values, _ in
            if let text = values[0] { date = Self.timestamp(text) }
            if let text = values[1] { validUntil = Self.timestamp(text) }
        }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Fri, 20 Nov 2026 00:12:41 UTC`, always in UTC (the archive's own format, which differs from
    /// RFC 5322 in the zone's name only).
    static func timestamp(_ text: String) -> Timestamp? {
        let words = TextLines.words(text)
        guard words.count >= 5, let day = Int(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: words[2])
        else { return nil }
        return Timestamp("\(words[3])-\(two(month + 1))-\(two(day))T\(two(words[4]))Z")
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Some archives write the hour with one digit.
    private static func two(_ time: String) -> String { time.utf8.count == 7 ? "0\(time)" : time }
}
