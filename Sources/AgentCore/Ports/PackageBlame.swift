public import Rollout

/// A package that a run could not go on with, with its own cause: of several that fail in one run
/// each is told with its own words, and what was only cut off is none of them.
public struct PackageBlame: Hashable, Sendable, Codable {
    /// The package.
    public var name: String
    /// The version that was at work; `nil` where the words do not tell it, and where the package
    /// manager went back to the old one.
    public var version: String?
    /// Why.
    public var failure: FailureClass
    /// One sentence, with the package manager's own words.
    public var sentence: String

    /// A package that a run could not go on with.
    public init(name: String, version: String? = nil, failure: FailureClass, sentence: String) {
        self.name = name
        self.version = version
        self.failure = failure
        self.sentence = sentence
    }

    /// By what a package is known that is left as it is: its version too, where that is known, since
    /// a newer one may mend it.
    public var mark: String { Self.mark(name, version) }

    /// The mark of a package in a version; without one, of the package in any.
    public static func mark(_ name: String, _ version: String?) -> String {
        version.map { "\(name)=\($0)" } ?? name
    }

    /// Whether a package in a version is one of those marked.
    public static func isMarked(_ name: String, _ version: String, in marks: Set<String>) -> Bool {
        marks.contains(mark(name, nil)) || marks.contains(mark(name, version))
    }
}

extension RunVerdict {
    /// What it says of one package; `nil` when it says nothing.
    public func blame(of name: String) -> PackageBlame? {
        blames?.first { $0.name == name }
    }

    /// The packages that the run has left broken: those that are blamed with a cause of their own;
    /// else, when a script failed or hung, those that are blamed at all.
    var broken: [PackageBlame] {
        if let blames { return blames }
        guard let failure, failure == .maintainerScript || failure == .hung else { return [] }
        return culprits.map { PackageBlame(name: $0, failure: failure, sentence: sentence) }
    }
}
