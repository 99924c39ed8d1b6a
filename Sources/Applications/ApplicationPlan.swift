package import Recipes

/// What one run does with one application: all that its program must know, since it may go on when
/// the agent has ended.
package struct ApplicationPlan: Hashable, Sendable, Codable {
    /// The recipe.
    package var recipe: Recipe
    /// The version that is installed.
    package var from: String
    /// The version that is to be.
    package var to: String
    /// The agent's folder for applications.
    package var store: String

    package init(recipe: Recipe, from: String, to: String, store: String) {
        self.recipe = recipe
        self.from = from
        self.to = to
        self.store = store
    }

    /// Why it cannot be acted upon, as a clause; `nil` when it can.
    package var fault: String? {
        if let fault = recipe.fault { return fault }
        guard recipe.install != nil else { return "the recipe does not say how it is installed" }
        // Versions become the names of folders.
        guard RecipeVersion.isVersion(from), RecipeVersion.isVersion(to), from != to else {
            return "its versions are none"
        }
        return store.hasPrefix("/") ? nil : "its store is no absolute path"
    }
}

/// Why an application was not brought in.
package struct ApplicationFault: Error, Hashable, Sendable {
    /// The kind of fault; each is a failure class of the same name.
    package enum Kind: String, Sendable, CaseIterable {
        case network, hashMismatch, diskFull, dependency, blockedByProcess, maintainerScript
        case lockHeld, versionNotAvailable, signature, refused, other
    }

    /// The kind.
    package var kind: Kind
    /// One sentence.
    package var sentence: String

    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }

    private static let mark = "patchbay-application"

    /// The line that the run's program prints of it.
    package var line: String {
        let plain = sentence.map { $0.isNewline ? " " : $0 }
        return "\(Self.mark): \(kind.rawValue): \(String(plain))"
    }

    /// Reads such a line.
    package init?(line: some StringProtocol) {
        let parts = line.split(separator: ": ", maxSplits: 2).map { String($0) }
        guard parts.count == 3, parts[0] == Self.mark, let kind = Kind(rawValue: parts[1]) else {
            return nil
        }
        self.init(kind, parts[2])
    }
}
