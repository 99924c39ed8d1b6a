package import Administration
package import Fleet
package import HTMLTree
package import PageParts
import Recipes
package import ServerRecords
package import SignedRecipes

/// Recipes that somebody is writing, or one that somebody withdraws, on their page.
package struct RecipeEditing {
    /// Whose endpoints they are for; `nil` for all.
    package var tenant: TenantID?
    /// The text as it was typed.
    package var yaml: String
    /// What is to be said about the text.
    package var remarks: [PolicyRemark]
    /// Whether only the text's check was asked for.
    package var isCheck: Bool
    /// Why it was not done.
    package var refused: Refusal?

    /// What is typed.
    package init(
        tenant: TenantID? = nil, yaml: String = "", remarks: [PolicyRemark] = [],
        isCheck: Bool = false, refused: Refusal? = nil
    ) {
        self.isCheck = isCheck
        self.tenant = tenant
        self.yaml = yaml
        self.remarks = remarks
        self.refused = refused
    }
}

/// The recipes by which endpoints find and update applications that no package manager knows: all,
/// or those that a tenant's endpoints go by.
package func recipesPage(
    _ recipes: [RecipeSummary], tenant: TenantID? = nil, editing: RecipeEditing = RecipeEditing(),
    chrome: Chrome
) -> HTML {
    policyFrame(
        .recipes,
        below:
            "Applications that no package manager knows: where they are, which version is the newest, and how it is brought in. Policies treat it like any other update.",
        tenant: tenant, refused: editing.refused, chrome: chrome
    ) {
        tenantFilter(.recipes, tenant, chrome)
        remarkList(editing.remarks)
        if editing.isCheck, editing.remarks.isEmpty {
            note(.plain, .ok) { "Nothing is wrong with the text. It is not saved yet." }
        }
        if recipes.isEmpty {
            empty("No recipes") {
                p {
                    "Endpoints show what their package managers know. A recipe makes them look for a program in /opt, a single binary, or a package that its vendor offers for download."
                }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Recipes",
                    [
                        Column("Application"), Column("Newest version"), Column("For"),
                        Column("State"), Column("Brought in as"), Column("Until"), Column(""),
                    ],
                    rows: recipes.map { row($0, chrome) })
            }
        }
        if chrome.may(.administer) { recipeForm(editing, chrome) }
    }
}

private func row(_ summary: RecipeSummary, _ chrome: Chrome) -> HTML {
    let recipe = summary.recipe
    return tr {
        th {
            a(.href(Place.updates.with("search", summary.name))) { recipe?.title ?? summary.name }
            if recipe?.title != nil { p(class: "dim") { summary.name } }
        }
        td(class: "ver") {
            if let recipe {
                recipe.version
                " "
                classTags([recipe.purpose])
            } else {
                summary.fault == nil ? "Withdrawn" : "Unknown"
            }
        }
        td { owner(of: summary).map(chrome.tenantName) ?? "All tenants" }
        td {
            summary.look.drawn()
            if let fault = summary.fault {
                p(class: "why") { "This version of Patchbay: \(fault)." }
            }
        }
        td(class: "why") { recipe.map(source) }
        td {
            if chrome.now < summary.expiresAt {
                chrome.time(summary.expiresAt)
            } else {
                span(class: "why") { "Expired: save it anew." }
            }
        }
        td {
            if chrome.may(.administer), recipe != nil || summary.fault != nil {
                chrome.postForm(.dropRecipe) {
                    hidden("tenant", owner(of: summary)?.text ?? "")
                    hidden("name", summary.name)
                    button(
                        class: "quiet", .type("submit"),
                        .ariaLabel("Withdraw the recipe of \(summary.name)")
                    ) { "Withdraw" }
                }
            }
        }
    }
}

private func owner(of summary: RecipeSummary) -> TenantID? { TenantID(summary.scope) }

private func source(_ recipe: Recipe) -> HTML {
    guard let install = recipe.install else {
        return .text("Only found: Patchbay installs nothing of it")
    }
    return .pieces {
        install.form.rawValue
        " of "
        Words.size(install.size)
        ", from "
        // Not a link: a page leads to no other site.
        span(class: "ver") { install.from }
    }
}

private func recipeForm(_ editing: RecipeEditing, _ chrome: Chrome) -> HTML {
    chrome.postForm(.recipes, class: "sum part editor") {
        div(class: "head") { h2 { "Add recipes, or their next versions" } }
        p(class: "dim") {
            "A recipe of the same name is replaced. What it brings in runs on endpoints: compare the SHA-256 with the one that the vendor has published."
        }
        div(class: "field") {
            label(.forField("recipe-tenant")) { "For" }
            select(.id("recipe-tenant"), .name("tenant")) {
                option(.value(""), .selected(editing.tenant == nil)) { "All tenants" }
                for each in chrome.tenants {
                    option(.value(each.id.text), .selected(editing.tenant == each.id)) {
                        each.name
                    }
                }
            }
        }
        div(class: "field") {
            label(.forField("recipe-yaml")) { "The recipes, in YAML" }
            textarea(
                class: "yaml", .id("recipe-yaml"), .name("yaml"), .rows(18), .spellcheck("false"),
                .autocomplete("off"), .required(), Attribute("wrap", "off")
            ) {
                editing.yaml.isEmpty ? example : editing.yaml
            }
        }
        div(class: "acts") {
            button(.type("submit"), .name("do"), .value("save")) { "Save" }
            button(class: "quiet", .type("submit"), .name("do"), .value("check")) { "Check" }
        }
    }
}

/// A recipe that only finds an application: it can be saved as it stands and changes nothing.
private let example = """
    patchbay: recipe/v1
    name: labtool
    title: Lab Tool
    version: 2.1.0
    detect: /opt/labtool/bin/labtool
    installed: {program: [/opt/labtool/bin/labtool, --version], pattern: "labtool *"}

    """

extension RecipeSummary {
    /// How it stands.
    fileprivate var look: StateLook {
        if fault != nil { return StateLook(kind: .bad, icon: .bad, word: "Cannot be read") }
        return isSigned
            ? StateLook(kind: .ok, icon: .ok, word: "Signed")
            : StateLook(kind: .warn, icon: .queued, word: "Waits for signatures")
    }
}
