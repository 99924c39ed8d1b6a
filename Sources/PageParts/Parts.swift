package import Fleet
package import HTMLTree
package import ServerRecords

// Pieces that several pages are made of.

extension Chrome {
    /// A time as seen from now, with the instant itself on hover.
    package func time(_ instant: Timestamp) -> HTML {
        timeTag(.datetime(instant.wholeSeconds), .title(Words.absolute(instant))) {
            Words.relative(instant, to: now)
        }
    }

    /// A time, or a word where there is none.
    package func time(_ instant: Timestamp?, or word: String) -> HTML {
        instant.map(time) ?? span(class: "dim") { word }
    }

    /// The field by which the server knows that a form came from its own page.
    package var csrfField: HTML { input(.type("hidden"), .name("csrf"), .value(csrfToken)) }

    /// A form that does something, with what it must carry.
    package func postForm(
        _ place: Place, class classes: StaticString? = nil, _ attributes: [Attribute] = [],
        @HTMLBuilder content: () -> HTML
    ) -> HTML {
        let own = [Attribute.method("post"), .action(place)] + attributes
        let all = (classes.map { [Attribute("class", "\($0)")] } ?? []) + own
        return .element(form, all, [csrfField, content()])
    }

    /// A button that does something harmless or that can be undone.
    package func postButton(_ words: String, _ icon: Icon, to place: Place) -> HTML {
        postForm(place) {
            button(.type("submit")) {
                icon.drawn(); span { words }
            }
        }
    }
}

/// What kind of note it is.
package enum NoteKind { case bad, warn, ok, plain }

/// A sentence that stands out.
package func note(_ kind: NoteKind, _ icon: Icon, @HTMLBuilder content: () -> HTML) -> HTML {
    let inner = HTML.pieces {
        icon.drawn()
        div { content() }
    }
    switch kind {
    case .bad: return div(class: "note bad", .role("alert")) { inner }
    case .warn: return div(class: "note warn") { inner }
    case .ok: return div(class: "note ok", .role("status")) { inner }
    case .plain: return div(class: "note") { inner }
    }
}

/// A refusal: what happened, and what to do.
package func problem(_ refusal: Refusal?) -> HTML? {
    refusal.map { refusal in
        note(.bad, .bad) {
            strong { refusal.message }
            " "
            refusal.nextStep
        }
    }
}

/// The first line of a page: where it is, what it is called, what can be done.
package func pageTitle(
    _ words: String, crumb: (String, Place)? = nil, @HTMLBuilder below: () -> HTML = { .nothing },
    @HTMLBuilder actions: () -> HTML = { .nothing }
) -> HTML {
    header(class: "title") {
        div {
            if let crumb {
                p(class: "crumb") { a(.href(crumb.1)) { crumb.0 } }
            }
            h1 { words }
            below()
        }
        div(class: "acts") { actions() }
    }
}

/// What stands where a list would be: what is missing, and how it comes.
package func empty(
    _ words: String, @HTMLBuilder content: () -> HTML = { .nothing }
) -> HTML {
    div(class: "empty") {
        h2 { words }
        content()
    }
}

/// A fact with its name.
package func fact(_ name: String, @HTMLBuilder content: () -> HTML) -> HTML {
    div {
        dt { name }
        dd { content() }
    }
}

/// One column of a table.
package struct Column {
    package var name: String
    package var isNumber = false
    /// Where the column's name leads, and whether the table is ordered by it: `ascending` or
    /// `descending`.
    package var order: (place: Place, current: String?)?

    package init(
        _ name: String, isNumber: Bool = false, order: (place: Place, current: String?)? = nil
    ) {
        self.name = name
        self.isNumber = isNumber
        self.order = order
    }

    package var heading: HTML {
        let attributes: [Attribute] =
            (isNumber ? [Attribute("class", "num")] : []) + [
                .scope("col"), .ariaSort(order?.current),
            ]
        return .element(th, attributes, [inner])
    }

    private var inner: HTML {
        guard let order else { return .text(name) }
        return a(.href(order.place)) {
            name
            if let current = order.current {
                (current == "ascending" ? Icon.up : Icon.down).drawn()
            }
        }
    }
}

/// A table with its name for screen readers.
package func dataTable(
    _ name: String, _ columns: [Column], first: HTML? = nil, rows: [HTML], id: String? = nil
) -> HTML {
    table {
        caption { name }
        thead {
            tr {
                first
                columns.map(\.heading)
            }
        }
        HTML.element(tbody, id.map { [.id($0)] } ?? [], rows)
    }
}

/// The heading over checkboxes: a checkbox for all of them where scripts run.
package let pickHeading = th(class: "pick", .scope("col")) {
    span(class: "vh") { "Choose" }
    label { input(.type("checkbox"), .hidden(), .data(.selectAll), .ariaLabel("Choose all")) }
}

/// A checkbox in a row.
package func pick(
    _ name: String, _ value: String, says words: String, isOn: Bool = false, isPossible: Bool = true
) -> HTML {
    td(class: "pick") {
        if isPossible {
            label {
                input(
                    .type("checkbox"), .name(name), .value(value), .checked(isOn), .data(.select),
                    .ariaLabel(words))
            }
        }
    }
}

/// What an update is for.
package func classTags(_ classes: [UpdateClass]) -> HTML {
    .group(
        classes.map { each in
            each == .security
                ? span(class: "tag sec") { each.word } : span(class: "tag") { each.word }
        })
}

/// Two versions and the way between them.
package func versions(_ from: String, _ to: String) -> HTML {
    HTML.pieces {
        span(class: "dim") { from }
        " → "
        to
    }
}

/// A command with a button that copies it.
package func command(_ text: String, id: String) -> HTML {
    div(class: "cmd") {
        code(.id(id)) { text }
        button(class: "quiet", .type("button"), .hidden(), .data(.copy, id)) {
            Icon.copy.drawn()
            span { "Copy" }
        }
    }
}

/// A search field that `/` leads to.
package func searchField(_ value: String?, says words: String) -> HTML {
    div(class: "find") {
        Icon.search.drawn()
        input(
            .type("search"), .name("search"), .value(value ?? ""), .placeholder(words),
            .ariaLabel(words),
            .maxlength(200))
        kbd(.ariaHidden()) { "/" }
    }
}

/// A field that a person does not see; nothing when there is no value.
package func hidden(_ name: String, _ value: String?) -> HTML? {
    value.map { input(.type("hidden"), .name(name), .value($0)) }
}

/// A choice among values; the first stands for all.
package func choice(
    _ name: String, says words: String, _ options: [(value: String, words: String)],
    chosen: String?,
    class classes: StaticString? = nil
) -> HTML {
    select(class: classes, .name(name), .ariaLabel(words)) {
        for each in options {
            option(.value(each.value), .selected(each.value == chosen ?? "")) { each.words }
        }
    }
}

/// A filter that is on, and the way to take it off.
package func chip(_ words: String, off place: Place) -> HTML {
    a(class: "chip", .href(place), .ariaLabel("Remove the filter: \(words)")) {
        words
        Icon.close.drawn()
    }
}

extension Chrome {
    /// The choice of a tenant, where there are several.
    package func tenantChoice(_ chosen: TenantID?) -> HTML? {
        guard tenants.count > 1 else { return nil }
        return choice(
            "tenant", says: "Tenant", [("", "All tenants")] + tenants.map { ($0.id.text, $0.name) },
            chosen: chosen?.text)
    }
}

/// Who did something, as people say it: `user:anna` is anna.
package func person(_ actor: String) -> String {
    switch ActorName(actor) {
    case .user(let name): name
    case .endpoint: "the endpoint"
    case .token, nil: actor
    }
}
