import Administration
import ControlPlane
import Fleet
import ServerRecords
import SignedRecipes

/// Recipes of applications that no package manager knows.
enum RecipeRoutes {
    /// The largest recipe, in bytes: its longest texts together have 40 KiB.
    private static let bodyLimit = 131_072

    static let all: [Route] = [
        Route(
            .get, "/api/v1/recipes", permission: .principal(.view),
            summary: "The recipes by which endpoints find and update applications.",
            response: .recipeList
        ) { call in
            .json(ItemList(items: try await call.useCases.recipes(by: try call.principal())))
        },
        Route(
            .post, "/api/v1/recipes", permission: .principal(.administer),
            summary: "Saves the next version of a recipe; in sealed mode it waits for operators.",
            request: .recipeWish, response: .recipe, bodyLimit: bodyLimit
        ) { call in
            .json(
                try await call.useCases.saveRecipe(try call.decode(), by: try call.principal()))
        },
        Route(
            .delete, "/api/v1/recipes/{name}", permission: .principal(.administer),
            summary: "Withdraws a recipe; what is installed stays.",
            query: [
                QueryParameter(
                    "tenant", .identifier("tnt"), "The recipe of this tenant, not of all.")
            ],
            response: .recipe
        ) { call in
            .json(
                try await call.useCases.withdrawRecipe(
                    call.parameters["name"] ?? "", tenant: try call.queryIdentifier("tenant"),
                    by: try call.principal()))
        },
    ]
}
