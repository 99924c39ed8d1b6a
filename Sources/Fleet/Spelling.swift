/// What was probably meant by a word that is not known.
public enum Spelling {
    /// Words longer than this are not compared, in characters: nobody mistypes one.
    private static let longest = 64

    /// The nearest of the known words; `nil` when none is near. Upper and lower case are the same.
    public static func nearest(to word: String, among known: [String]) -> String? {
        let word = word.lowercased()
        // A third of the letters may be wrong, but never more than three.
        let limit = max(1, min(3, word.count / 3))
        return
            known
            .map { (word: $0, distance: distance(word, $0.lowercased())) }
            .filter { $0.distance <= limit }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
    }

    /// How many letters must be added, dropped, changed or swapped with their neighbour
    /// (optimal string alignment).
    static func distance(_ lhs: String, _ rhs: String) -> Int {
        let left = Array(lhs.prefix(longest))
        let right = Array(rhs.prefix(longest))
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var before: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var next = [row]
            for column in 1...right.count {
                let change = left[row - 1] == right[column - 1] ? 0 : 1
                var best = min(last[column] + 1, next[column - 1] + 1, last[column - 1] + change)
                if row > 1, column > 1, left[row - 1] == right[column - 2],
                    left[row - 2] == right[column - 1]
                {
                    best = min(best, before[column - 2] + 1)
                }
                next.append(best)
            }
            (before, last) = (last, next)
        }
        return last[right.count]
    }
}
