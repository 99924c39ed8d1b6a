import Fleet

/// The text of evidence: what a machine under attack has written may hold anything.
public enum EvidenceText {
    /// A line as a bundle holds it: characters that show nothing or mislead are written as
    /// `\u{…}`, and what is beyond the bound is cut, with `…` in its place.
    ///
    /// - Parameters:
    ///   - text: what was read.
    ///   - limit: the bound, in bytes as JSON.
    /// - Returns: the line.
    public static func line(_ text: String, limit: Int = EvidenceLimits.lineBytes) -> String {
        let isClean = text.unicodeScalars.allSatisfy { !$0.isMisleading }
        if isClean, jsonBytes(of: text) <= limit { return text }
        var result = String.UnicodeScalarView()
        // The mark of a cut takes three bytes, the quotation marks and the comma three more.
        var left = limit - 6
        for scalar in text.unicodeScalars {
            let shown: String.UnicodeScalarView =
                scalar.isMisleading
                ? "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
                : String.UnicodeScalarView([scalar])
            left -= shown.reduce(0) { $0 + jsonBytes(of: $1) }
            guard left >= 0 else {
                result.append("…")
                break
            }
            result.append(contentsOf: shown)
        }
        return String(result)
    }

    /// How many bytes a line takes in a bundle's JSON, quotation marks and comma included.
    static func jsonBytes(of text: String) -> Int {
        var bytes = 3
        for byte in text.utf8 {
            // `"` and `\` are written as two, control characters as six at most.
            bytes += byte < 0x20 ? 6 : byte == 0x22 || byte == 0x5C ? 2 : 1
        }
        return bytes
    }

    private static func jsonBytes(of scalar: Unicode.Scalar) -> Int {
        scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
    }
}

/// Collects the lines of one section within its bounds.
public struct EvidenceLines: Sendable {
    /// The lines so far.
    public private(set) var lines: [String] = []
    /// Whether a line did not fit any more.
    public private(set) var isFull = false
    /// How many bytes they take as JSON.
    public private(set) var bytes = 0
    private let limit: Int

    /// No lines yet.
    ///
    /// - Parameter room: what is left of the bundle, in bytes as JSON.
    public init(room: Int = EvidenceLimits.sectionBytes) {
        limit = min(room, EvidenceLimits.sectionBytes)
    }

    /// Adds a line.
    ///
    /// - Parameter text: what was read.
    /// - Returns: whether it fitted; no further line is taken once one has not.
    @discardableResult
    public mutating func add(_ text: String) -> Bool {
        guard !isFull else { return false }
        let line = EvidenceText.line(text)
        let size = EvidenceText.jsonBytes(of: line)
        guard bytes + size <= limit else {
            isFull = true
            return false
        }
        bytes += size
        lines.append(line)
        return true
    }

    /// The section that they make.
    ///
    /// - Parameters:
    ///   - name: its kind.
    ///   - isCut: whether its reader has stopped before the end.
    ///   - failure: why it could not be read whole.
    /// - Returns: the section.
    public func section(
        _ name: EvidenceSection.Name, isCut: Bool = false, failure: String? = nil
    ) -> EvidenceSection {
        EvidenceSection(
            name, lines: lines, isTruncated: isFull || isCut,
            failure: failure.map { EvidenceText.line($0, limit: EvidenceLimits.failureBytes) })
    }
}
