import Administration
import Fleet
import HTMLTree
import RecipePages
import Recipes
import ServerRecords

@testable import SignedRecipes

extension AllPages {
    /// The page about recipes.
    static let recipes: [(name: String, page: HTML)] = [
        (
            "recipes",
            recipesPage(
                RecipeSamples.all,
                editing: RecipeEditing(
                    tenant: Samples.tenant, yaml: "name: labtool\n",
                    remarks: [
                        PolicyRemark(
                            isError: true, line: 1, column: 1,
                            message: "the recipe says no “patchbay: recipe/v1”")
                    ]),
                chrome: Samples.chrome("/recipes"))
        ),
        ("recipes-empty", recipesPage([], chrome: Samples.chrome("/recipes", role: .viewer))),
    ]
}

/// Recipes in each state.
private enum RecipeSamples {
    static func summary(_ name: String, _ change: (inout RecipeSummary) -> Void) -> RecipeSummary {
        var summary = RecipeSummary(
            name: name, scope: "all", version: 3,
            expiresAt: Samples.now.adding(seconds: 300 * 86_400), isSigned: true,
            digest: String(repeating: "ab", count: 32),
            recipe: Recipe(
                name: name, title: "Lab Tool", version: "2.1.0", purpose: .security,
                detect: "/opt/labtool/bin/labtool",
                installed: .init(file: "/opt/labtool/VERSION"),
                install: .init(
                    .tarGzip, from: "https://downloads.example.org/labtool-2.1.0.tar.gz",
                    sha256: String(repeating: "0", count: 64), size: 1_048_576,
                    versions: "/opt/labtool-versions", link: "/opt/labtool")))
        change(&summary)
        return summary
    }

    static let all = [
        summary("labtool") { _ in },
        summary("found-only") {
            $0.scope = Samples.tenant.text
            $0.isSigned = false
            $0.recipe?.title = nil
            $0.recipe?.install = nil
        },
        summary("withdrawn") {
            $0.isSigned = false
            $0.recipe = nil
        },
        summary("unreadable") {
            $0.recipe = nil
            $0.fault = "it cannot be read: its size is none"
            $0.expiresAt = Samples.ago(days: 1)
        },
    ]
}
