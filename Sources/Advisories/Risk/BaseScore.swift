/// The CVSS base score of a vulnerability for which several vectors were published.
enum BaseScore {
    /// The score of the first vector that can be read: feeds put the most trusted first.
    static func first(of vectors: [String]) -> Double? {
        nil
    }
}
