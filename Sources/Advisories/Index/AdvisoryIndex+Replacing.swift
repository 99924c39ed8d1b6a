/// Parts of an index that change every day and touch no package: they are replaced without reading
/// the other feeds again.
extension AdvisoryIndex {
    /// An index with another catalogue of known exploited vulnerabilities, and the vulnerabilities
    /// of which the two say something different.
    public func replacing(
        knownExploited entries: some Sequence<KnownExploited>
    ) -> (index: AdvisoryIndex, changed: Set<String>) {
        var next = self
        next.exploited = Dictionary(
            entries.map { ($0.vulnerability, $0) }, uniquingKeysWith: KnownExploited.joined)
        return (next, Self.changed(exploited, next.exploited) { $0 == $1 })
    }

    /// An index with other probabilities, and the vulnerabilities of which the two say something
    /// different.
    public func replacing(
        exploitProbabilities entries: some Sequence<ExploitProbability>
    ) -> (index: AdvisoryIndex, changed: Set<String>) {
        var next = self
        next.probabilities = Dictionary(
            entries.map { ($0.vulnerability, $0) }, uniquingKeysWith: ExploitProbability.later)
        return (
            next,
            Self.changed(probabilities, next.probabilities, by: ExploitProbability.sayTheSame)
        )
    }

    /// The vulnerabilities of the catalogue.
    public var knownExploitedNames: Set<String> { Set(exploited.keys) }

    /// An index in which nothing stands.
    public static let empty = AdvisoryIndex()

    private static func changed<Value>(
        _ old: [String: Value], _ new: [String: Value], by sayTheSame: (Value, Value) -> Bool
    ) -> Set<String> {
        var names: Set<String> = []
        for (name, value) in new where !(old[name].map { sayTheSame($0, value) } ?? false) {
            names.insert(name)
        }
        for name in old.keys where new[name] == nil { names.insert(name) }
        return names
    }
}
