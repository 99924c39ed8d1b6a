/// The shapes of recipes; docs/recipes.md says what their parts mean.
extension NamedSchema {
    private static let recipeDocument = NamedSchema(
        "RecipeDocument",
        [
            "name": .string, "title": .optional(.string), "version": .string,
            "purpose": .oneOf(["security", "bugfix", "feature"]), "detect": .string,
            "installed": .object([
                "program": .optional(.array(.string)), "file": .optional(.string),
                "pattern": .string,
            ]),
            "install": .optional(
                .object([
                    "form": .oneOf(["file", "tar", "tar.gz", "tar.xz", "zip", "deb", "rpm"]),
                    "from": .string, "sha256": .string, "size": .integer,
                    "versions": .optional(.string), "link": .optional(.string),
                    "strip": .optional(.integer), "package": .optional(.string),
                    "blocking": .optional(.array(.string)),
                    "services": .optional(.array(.string)),
                ])),
        ])

    static let recipeWish = NamedSchema(
        "RecipeWish",
        ["tenant": .optional(.identifier("tnt")), "recipe": .named(recipeDocument)])

    static let recipe = NamedSchema(
        "Recipe",
        [
            "name": .string, "scope": .string, "version": .integer, "expiresAt": .time,
            "isSigned": .boolean, "digest": .string, "recipe": .optional(.named(recipeDocument)),
            "fault": .optional(.string),
        ])

    static let recipeList = list("RecipeList", of: recipe)
}
