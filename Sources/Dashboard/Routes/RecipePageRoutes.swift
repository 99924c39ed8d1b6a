import Administration
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import PolicyDocument
import RecipePages
import ServerRecords
import SignedRecipes
import Trust

extension Dashboard {
    /// The largest form, in bytes: as much as the reader of recipes takes, three times as long in a
    /// form's encoding.
    private static let recipeBodyLimit = 3 * 262_144

    static let recipeRoutes: [Route] = [
        page(
            Place.recipes.path, .principal(.view), "Recipes of applications.",
            query: [tenantField]
        ) { visit in
            try await recipes(visit, tenant: try visit.call.queryIdentifier("tenant"))
        },
        action(
            Place.recipes.path, .principal(.administer), "Saves recipes, or checks their text.",
            bodyLimit: recipeBodyLimit
        ) { visit, form in
            // Forms send the ends of lines as the network has them.
            let yaml = (form["yaml"] ?? "").replacing("\r\n", with: "\n")
            let file = RecipeFile.read(Array(yaml.utf8), named: "recipes")
            var editing = RecipeEditing(
                tenant: form["tenant"].flatMap(TenantID.init), yaml: yaml,
                remarks: file.diagnostics.map { PolicyRemark($0) }, isCheck: form["do"] == "check")
            guard file.isUsable, !editing.isCheck else {
                return .html(try await recipes(visit, editing).rendered())
            }
            do {
                let saved = try await visit.useCases.saveRecipes(
                    file.recipes, tenant: editing.tenant, by: visit.principal)
                let areSigned = saved.allSatisfy(\.isSigned)
                return .redirect(to: .recipes, areSigned ? .recipesChanged : .recipesWait)
            } catch let refusal as Refusal {
                editing.refused = refusal
                return .html(
                    try await recipes(visit, editing).rendered(), status: refusal.kind.httpStatus)
            }
        },
        action(
            Place.dropRecipe.path, .principal(.administer),
            "Withdraws a recipe; what is installed stays."
        ) { visit, form in
            do {
                let word = try await visit.useCases.withdrawRecipe(
                    form["name"] ?? "", tenant: form["tenant"].flatMap(TenantID.init),
                    by: visit.principal)
                return .redirect(to: .recipes, word.isSigned ? .recipesChanged : .recipesWait)
            } catch let refusal as Refusal {
                return .html(
                    try await recipes(visit, RecipeEditing(refused: refusal)).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
    ]

    private static func recipes(
        _ visit: Visit, _ editing: RecipeEditing = RecipeEditing(), tenant: TenantID? = nil
    ) async throws -> HTML {
        let all = try await visit.useCases.recipes(by: visit.principal)
        // What holds for all tenants holds for each of them.
        let shown = all.filter { recipe in
            guard let tenant else { return true }
            return DocumentScope(recipe.scope)?.includes(tenant) ?? false
        }
        return recipesPage(shown, tenant: tenant, editing: editing, chrome: visit.chrome)
    }
}

extension PolicyRemark {
    /// What the reader of recipes says.
    fileprivate init(_ diagnostic: Diagnostic) {
        self.init(
            isError: diagnostic.severity == .error, line: diagnostic.line,
            column: diagnostic.column, message: diagnostic.message)
    }
}
