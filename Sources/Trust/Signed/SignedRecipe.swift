public import Recipes

/// A recipe of an application: what endpoints download and install by it, and from where.
public struct SignedRecipe: RoleDocument {
    /// The kind of document.
    public static let type = "recipe"
    /// Whose keys sign it: what a recipe brings runs on endpoints, as a script does.
    public static let role = TrustRole.script

    /// The application's name.
    public var name: String
    /// The recipe; `nil` to withdraw the one of this name.
    public var recipe: Recipe?

    /// A recipe.
    public init(_ recipe: Recipe) {
        name = recipe.name
        self.recipe = recipe
    }

    /// The word that endpoints do not go by the recipe of a name any more.
    public init(withdrawing name: String) {
        self.name = name
    }

    /// The name of its document: names of documents hold no “.”, those of recipes no “_”.
    public var documentName: String { Self.documentName(name) }

    /// The name of the document of a recipe.
    public static func documentName(_ name: String) -> String {
        String(name.map { $0 == "." ? "_" : $0 })
    }

    /// The name of the recipe of a document, for people where the document itself cannot be read.
    public static func name(ofDocument name: String) -> String {
        String(name.map { $0 == "_" ? "." : $0 })
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        guard Recipe.isName(name) else { return "its name is not 1 to 63 of a-z, 0-9, - and ." }
        guard let recipe else { return nil }
        return recipe.name == name ? recipe.fault : "its recipe has another name"
    }
}
