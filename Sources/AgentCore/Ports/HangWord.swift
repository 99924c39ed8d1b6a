/// What a run's supervisor writes into the log of a package's script that it has ended because it
/// hung. The package manager goes on then: it takes the script for one that failed.
public struct HangWord: Hashable, Sendable {
    private static let beginning = "patchbay-agent: nothing was printed for "
    private static let end = " s; the script at work was ended."

    /// For how long nothing had been printed, in seconds.
    public var seconds: Int64
    /// What stood before it on the same line: a question without a line of its own, say.
    public var before = ""

    /// Word of a script that printed nothing for so long.
    public init(seconds: Int64) {
        self.seconds = seconds
    }

    /// The line of the log.
    public var line: String { "\(Self.beginning)\(seconds)\(Self.end)" }

    /// Reads such a line.
    public init?(line: some StringProtocol) {
        guard line.hasSuffix(Self.end) else { return nil }
        let head = line.dropLast(Self.end.count)
        let digits = head.reversed().prefix { ("0"..."9").contains($0) }
        let rest = head.dropLast(digits.count)
        guard let seconds = Int64(String(digits.reversed())), rest.hasSuffix(Self.beginning) else {
            return nil
        }
        self.seconds = seconds
        before = String(rest.dropLast(Self.beginning.count))
    }
}
