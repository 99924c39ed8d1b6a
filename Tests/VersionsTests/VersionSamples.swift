import TestSupport

/// Makes versions for property tests: mostly sensible ones, often close to each other, some odd.
struct VersionSamples {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Pieces that the order treats differently; put together they collide often, which is what a
    /// property test needs.
    private static let pieces = [
        "0", "1", "00", "01", "9", "10", "123", "a", "b", "Z", "rc", "~", "~~", "+", ".", "..",
        "+b", "~bpo", "deb12u",
    ]

    /// A version that dpkg compares without a word of warning.
    mutating func wellFormed() -> String {
        var text =
            Bool.random(using: &generator) ? "" : "\(Int.random(in: 0...2, using: &generator)):"
        text += "\(Int.random(in: 0...2, using: &generator))" + piecesInARow(0...4)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: return text
        case 1: return text + "-" + piecesInARow(1...1) + "-" + piecesInARow(1...3)
        default: return text + "-" + piecesInARow(1...3)
        }
    }

    /// Any short text of the bytes that the grammar looks at, and some that it does not know.
    mutating func arbitrary() -> String {
        let alphabet = Array("0123456789aAzZ~+.-:_ @\t")
        let count = Int.random(in: 0...12, using: &generator)
        return String(
            (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        )
    }

    /// A text near `text`: one place removed, doubled or replaced. Never empty: dpkg takes that for
    /// "no version".
    mutating func neighbour(of text: String) -> String {
        var characters = Array(text)
        guard !characters.isEmpty else { return "0" }
        let place = Int.random(in: 0..<characters.count, using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0 where characters.count > 1: characters.remove(at: place)
        case 0, 1: characters.insert(characters[place], at: place)
        default: characters[place] = "0~a.".randomElement(using: &generator) ?? "0"
        }
        return String(characters)
    }

    private mutating func piecesInARow(_ range: ClosedRange<Int>) -> String {
        (0..<Int.random(in: range, using: &generator))
            .map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &generator)] }
            .joined()
    }
}
