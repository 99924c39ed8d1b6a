/// What a run's supervisor writes into the log of a package's script that it has ended because it
/// hung. The package manager goes on then: it takes the script for one that failed.
public struct HangWord: Hashable, Sendable {
    private static let beginning = "patchbay-agent: nothing was printed for "
    private static let end = "; the script at work was ended."
    private static let open = " s, at work on "
    private static let plainEnd = " s"

    /// For how long nothing had been printed, in seconds.
    public var seconds: Int64
    /// The file of the package that the package manager was at work on; empty where that cannot be
    /// told from outside.
    public var file = ""
    /// What stood before it on the same line: a question without a line of its own, say.
    public var before = ""

    /// Word of a script that printed nothing for so long.
    public init(seconds: Int64, file: String = "") {
        self.seconds = seconds
        self.file = file
    }

    /// The line of the log.
    public var line: String {
        let place = file.isEmpty ? Self.plainEnd : "\(Self.open)\(file)"
        return "\(Self.beginning)\(seconds)\(place)\(Self.end)"
    }

    /// Reads such a line.
    public init?(line: some StringProtocol) {
        guard line.hasSuffix(Self.end) else { return nil }
        var head = Substring(line).dropLast(Self.end.count)
        if let place = head.firstRange(of: Self.open) {
            file = String(head[place.upperBound...])
            head = head[..<place.lowerBound]
        } else if head.hasSuffix(Self.plainEnd) {
            head = head.dropLast(Self.plainEnd.count)
        } else {
            return nil
        }
        let digits = head.reversed().prefix { ("0"..."9").contains($0) }
        let rest = head.dropLast(digits.count)
        guard let seconds = Int64(String(digits.reversed())), rest.hasSuffix(Self.beginning) else {
            return nil
        }
        self.seconds = seconds
        before = String(rest.dropLast(Self.beginning.count))
    }
}
