package import HTMLTree
package import PageParts
package import ServerRecords

/// Signing in. `back` is where the person wanted to go.
package func signInPage(
    name: String = "", back: String?, refused: Refusal? = nil, notice: Notice? = nil,
    theme: Chrome.Theme
) -> HTML {
    barePage("Sign in", theme: theme) {
        if let notice { note(.ok, .ok) { notice.sentence } }
        problem(refused)
        form(.method("post"), .action(.signIn)) {
            div(class: "head") { h1 { "Sign in" } }
            hidden("back", back)
            div(class: "field") {
                label(.forField("name")) { "Name" }
                input(
                    .type("text"), .id("name"), .name("name"), .value(name), .required(),
                    .autocomplete("username"), name.isEmpty ? .autofocus() : .checked(false))
            }
            div(class: "field") {
                label(.forField("password")) { "Password" }
                input(
                    .type("password"), .id("password"), .name("password"), .required(),
                    .autocomplete("current-password"), name.isEmpty ? .checked(false) : .autofocus()
                )
            }
            button(class: "main", .type("submit")) { "Sign in" }
        }
        p(class: "dim small part") {
            "The first administrator is made on the server's own machine; a lost password is replaced there with "
            code { "patchbay admin reset-password" }
            "."
        }
    }
}

/// One's own account.
package func accountPage(
    role: String, mustChange: Bool, refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    layout("Account", section: .account, chrome: chrome) {
        pageTitle(chrome.userName) {
            p(class: "dim") { role }
        } actions: {
            a(class: "button quiet", .href(.roles)) { "What each role may do" }
        }
        problem(refused)
        if mustChange {
            note(.warn, .warn) { "This password was made by the program. Choose your own now." }
        }
        chrome.postForm(.password, class: "sum") {
            div(class: "head") { h2 { "Change the password" } }
            // Password managers want to know whose password it is.
            input(
                .type("text"), .name("name"), .value(chrome.userName), .autocomplete("username"),
                .hidden(),
                .ariaLabel("Name"))
            div(class: "field") {
                label(.forField("current")) { "Present password" }
                input(
                    .type("password"), .id("current"), .name("current"), .required(),
                    .autocomplete("current-password"))
            }
            div(class: "field") {
                label(.forField("new")) { "New password" }
                input(
                    .type("password"), .id("new"), .name("new"), .required(), .minlength(12),
                    .autocomplete("new-password"), .ariaDescribedBy("new-hint"))
                small(.id("new-hint")) { "At least 12 characters; a few unrelated words are best." }
            }
            div(class: "field") {
                label(.forField("again")) { "New password again" }
                input(
                    .type("password"), .id("again"), .name("again"), .required(), .minlength(12),
                    .autocomplete("new-password"))
            }
            button(class: "main", .type("submit")) { "Change the password" }
        }
        p(class: "dim") {
            "Other browsers that are signed in with the old password are signed out."
        }
    }
}
