import Fleet

/// The CVSS score of a vulnerability for which several vectors were published, and the rating that
/// goes with it.
struct BaseScore: Hashable {
    /// From 0 to 10.
    let value: Double
    /// The rating by the scale of the vector's version; `unrated` for a score of 0.
    let severity: Severity

    /// The score of the first vector that can be read: feeds put the most trusted first. It is what
    /// publishers print beside the vector: the base score, and in version 4 the one score of all
    /// that the vector says.
    static func first(of vectors: [String]) -> BaseScore? {
        for text in vectors {
            guard let vector = try? CVSSVector(text) else { continue }
            let value = vector.version == .v4 ? vector.score : vector.baseScore
            var severity = Severity(baseScore: value)
            // NVD's scale for version 2, which has none of its own, ends with “high”.
            if vector.version == .v2, severity == .critical { severity = .important }
            return BaseScore(value: value, severity: severity)
        }
        return nil
    }
}
