/// Finds the word that somebody probably meant.
public enum Suggestion {
    /// The longest word that is looked at, in bytes: no name in a policy is longer, and the search
    /// takes the product of two lengths.
    private static let maximumLength = 64

    /// The candidate with the smallest edit distance to `word`, upper and lower case being the same;
    /// `nil` when even the nearest differs in more than a third of its letters, and at least two.
    /// Of two equally near, the first stands.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String?
    {
        let wanted = Array(word.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= maximumLength else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where candidate.utf8.count <= maximumLength {
            let other = Array(candidate.lowercased().utf8)
            let distance = editDistance(wanted, other)
            guard distance <= max(2, other.count / 3), distance < max(wanted.count, other.count)
            else { continue }
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// How many letters must be put in, taken out, exchanged, or swapped with their neighbour, to
    /// make one word of the other (optimal string alignment).
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    last[column + 1] + 1, current[column] + 1,
                    last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
