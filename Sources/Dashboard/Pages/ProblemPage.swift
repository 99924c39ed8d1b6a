import HTMLTree
import PageParts
import ServerRecords

/// A page for what could not be done: what happened, and what to do.
func problemPage(_ refusal: Refusal, chrome: Chrome?, theme: Chrome.Theme) -> HTML {
    let words = refusal.kind == .notFound ? "Not found" : "That did not work"
    let content = HTML.pieces {
        pageTitle(words)
        problem(refusal)
        p(class: "dim") { code { refusal.code } }
        p(class: "acts part") { a(class: "button", .href(.overview)) { "To the overview" } }
    }
    guard let chrome else { return barePage(words, theme: theme) { content } }
    return layout(words, section: nil, chrome: chrome) { content }
}
