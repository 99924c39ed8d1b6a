/// The CVSS score of a vulnerability for which several vectors were published.
enum BaseScore {
    /// The score of the first vector that can be read: feeds put the most trusted first. It is what
    /// publishers print beside the vector: the base score, and in version 4 the one score of all
    /// that the vector says.
    static func first(of vectors: [String]) -> Double? {
        for text in vectors {
            guard let vector = try? CVSSVector(text) else { continue }
            return vector.version == .v4 ? vector.score : vector.baseScore
        }
        return nil
    }
}
