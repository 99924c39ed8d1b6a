import Fleet

/// What was probably meant by a word that is not known.
enum Guess {
    /// `; did you mean “rings”?`, or the known words when there are few, or nothing.
    static func clause(for word: String, of known: [String]) -> String {
        if let nearest = Spelling.nearest(to: word, among: known) {
            return "; did you mean “\(nearest)”?"
        }
        guard !known.isEmpty, known.count <= listed else { return "" }
        return "; known are " + known.joined(separator: ", ")
    }

    /// The same without the list.
    static func nearest(to word: String, of known: [String]) -> String {
        Spelling.nearest(to: word, among: known).map { "; did you mean “\($0)”?" } ?? ""
    }

    /// How many known words a message may list.
    private static let listed = 24
}
