package import HTMLTree
import ServerRecords

/// The parts of the navigation.
package enum Section: CaseIterable {
    case overview, endpoints, updates, vulnerabilities, policies, feeds, deployments, enrolment,
        tenants, users, audit, account
}

/// A page with everything around it. A page that moves is loaded again every `refreshSeconds` by a
/// browser without scripts.
package func layout(
    _ words: String, section: Section?, chrome: Chrome, refreshSeconds: Int? = nil,
    @HTMLBuilder content: () -> HTML
) -> HTML {
    let whole = HTML.pieces {
        a(class: "skip", .href(Place.here.at("main"))) { "Skip to the content" }
        div(class: "shell") {
            header(class: "side") {
                a(class: "brand", .href(.overview)) {
                    Icon.brand.drawn()
                    span { "Patchbay" }
                }
                navigation(section, chrome)
                who(section, chrome)
            }
            main(.id("main"), .tabindex(-1)) {
                if let notice = chrome.notice {
                    note(.ok, .ok) { notice.sentence }
                }
                content()
            }
        }
    }
    return document(words, theme: chrome.theme, refreshSeconds: refreshSeconds, whole)
}

/// A page with nothing around it, for people who have not signed in.
package func barePage(_ words: String, theme: Chrome.Theme, @HTMLBuilder content: () -> HTML)
    -> HTML
{
    document(
        words, theme: theme, refreshSeconds: nil,
        main(class: "bare", .id("main")) {
            p(class: "brand") {
                Icon.brand.drawn()
                span { "Patchbay" }
            }
            content()
        })
}

extension Place {
    /// This very page.
    package static let here = Place(path: "")
}

private func document(
    _ words: String, theme: Chrome.Theme, refreshSeconds: Int?, _ content: HTML
) -> HTML {
    HTML.pieces {
        HTML.constant("<!doctype html>")
        html(.lang("en"), .data(.theme, theme.rawValue)) {
            head {
                meta(.charset("utf-8"))
                title { "\(words) · Patchbay" }
                meta(.name("viewport"), .content("width=device-width, initial-scale=1"))
                meta(.name("color-scheme"), .content("light dark"))
                link(.rel("stylesheet"), .href(Asset.stylesheet.place))
                link(.rel("icon"), .type("image/svg+xml"), .href(Asset.icon.place))
                script(.src(Asset.script.place), .deferred())
                if let refreshSeconds {
                    noscript { meta(.httpEquiv("refresh"), .content(String(refreshSeconds))) }
                }
            }
            body {
                Icon.sprite(content.icons.union(Icon.ofStates))
                hatch
                content
            }
        }
    }
}

private func navigation(_ current: Section?, _ chrome: Chrome) -> HTML {
    let look: [(Section, String, Icon, Place)] = [
        (.overview, "Overview", .overview, .overview),
        (.endpoints, "Endpoints", .endpoint, .endpoints),
        (.updates, "Missing updates", .update, .updates),
        (.vulnerabilities, "Vulnerabilities", .shield, .vulnerabilities),
        (.policies, "Policies", .policy, .policies),
        (.deployments, "Deployments", .deployment, .deployments),
    ]
    var manage: [(Section, String, Icon, Place)] = []
    if chrome.may(.enrol) { manage.append((.enrolment, "Enrolment", .enrolment, .enrolment)) }
    manage.append((.feeds, "Feeds", .download, .feeds))
    manage.append((.tenants, "Tenants", .tenant, .tenants))
    if chrome.may(.administer) { manage.append((.users, "Users", .person, .users)) }
    if chrome.may(.readAudit) { manage.append((.audit, "Audit", .audit, .audit)) }
    func entry(_ each: (Section, String, Icon, Place)) -> HTML {
        a(.href(each.3), .ariaCurrent(each.0 == current ? "page" : nil)) {
            each.2.drawn()
            each.1
        }
    }
    return nav(.ariaLabel("Main")) {
        look.map(entry)
        span(class: "gap")
        manage.map(entry)
    }
}

private func who(_ current: Section?, _ chrome: Chrome) -> HTML {
    div(class: "who") {
        chrome.postForm(.theme, class: "theme", [.ariaLabel("Theme")]) {
            input(.type("hidden"), .name("back"), .value(chrome.path))
            for (theme, icon, words) in [
                (Chrome.Theme.auto, Icon.auto, "Theme as the system's"),
                (.light, .sun, "Light theme"),
                (.dark, .moon, "Dark theme"),
            ] {
                button(
                    .type("submit"), .name("theme"), .value(theme.rawValue), .ariaLabel(words),
                    .title(words),
                    Attribute("aria-pressed", theme == chrome.theme ? "true" : "false")
                ) { icon.drawn() }
            }
        }
        a(.href(.account), .ariaCurrent(current == .account ? "page" : nil)) {
            Icon.person.drawn()
            span { chrome.userName }
        }
        chrome.postForm(.signOut) {
            button(class: "quiet", .type("submit")) {
                Icon.out.drawn()
                span { "Sign out" }
            }
        }
    }
}
