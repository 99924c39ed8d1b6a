package import Fleet

/// An attribute of an element. Its name stands in the source; its value is escaped when it is
/// rendered.
package struct Attribute: Sendable {
    /// What the attribute says.
    package enum Value: Sendable {
        /// `name="value"`
        case text(String)
        /// `name` alone.
        case present
        /// A picture of the page's sprite.
        case icon(Icon)
        /// Not there at all.
        case absent
    }

    /// The name.
    package let name: StaticString
    /// What it says.
    package let value: Value

    package init(_ name: StaticString, _ value: String) {
        self.name = name
        self.value = .text(value)
    }

    /// The picture that it refers to, if it does.
    package var icon: Icon? {
        if case .icon(let icon) = value { icon } else { nil }
    }

    private init(_ name: StaticString, icon: Icon) {
        self.name = name
        value = .icon(icon)
    }

    private init(_ name: StaticString, isPresent: Bool) {
        self.name = name
        value = isPresent ? .present : .absent
    }

    private init(_ name: StaticString, ifAny value: String?) {
        self.name = name
        self.value = value.map { .text($0) } ?? .absent
    }
}

extension Attribute {
    /// Where a link leads: always a place of this site.
    package static func href(_ place: Place) -> Attribute { Attribute("href", place.text) }
    package static func action(_ place: Place) -> Attribute { Attribute("action", place.text) }
    package static func formaction(_ place: Place) -> Attribute {
        Attribute("formaction", place.text)
    }
    package static func src(_ place: Place) -> Attribute { Attribute("src", place.text) }

    package static func id(_ text: String) -> Attribute { Attribute("id", text) }
    package static func name(_ text: String) -> Attribute { Attribute("name", text) }
    package static func value(_ text: String) -> Attribute { Attribute("value", text) }
    package static func type(_ text: StaticString) -> Attribute { Attribute("type", "\(text)") }
    package static func form(_ id: String) -> Attribute { Attribute("form", id) }
    package static func forField(_ id: String) -> Attribute { Attribute("for", id) }
    package static func title(_ text: String?) -> Attribute { Attribute("title", ifAny: text) }
    package static func lang(_ text: StaticString) -> Attribute { Attribute("lang", "\(text)") }
    package static func role(_ text: StaticString) -> Attribute { Attribute("role", "\(text)") }
    package static func rel(_ text: StaticString) -> Attribute { Attribute("rel", "\(text)") }
    package static func method(_ text: StaticString) -> Attribute { Attribute("method", "\(text)") }
    package static func content(_ text: String) -> Attribute { Attribute("content", text) }
    package static func httpEquiv(_ text: StaticString) -> Attribute {
        Attribute("http-equiv", "\(text)")
    }
    package static func charset(_ text: StaticString) -> Attribute {
        Attribute("charset", "\(text)")
    }
    package static func scope(_ text: StaticString) -> Attribute { Attribute("scope", "\(text)") }
    package static func colspan(_ count: Int) -> Attribute { Attribute("colspan", String(count)) }
    package static func datetime(_ time: Timestamp) -> Attribute {
        Attribute("datetime", time.description)
    }
    package static func placeholder(_ text: String) -> Attribute { Attribute("placeholder", text) }
    package static func autocomplete(_ text: StaticString) -> Attribute {
        Attribute("autocomplete", "\(text)")
    }
    package static func minlength(_ count: Int) -> Attribute {
        Attribute("minlength", String(count))
    }
    package static func maxlength(_ count: Int) -> Attribute {
        Attribute("maxlength", String(count))
    }
    package static func min(_ count: Int) -> Attribute { Attribute("min", String(count)) }
    package static func max(_ count: Int) -> Attribute { Attribute("max", String(count)) }
    package static func formnovalidate() -> Attribute {
        Attribute("formnovalidate", isPresent: true)
    }
    /// The list of suggestions of a field.
    package static func list(_ id: String?) -> Attribute { Attribute("list", ifAny: id) }
    package static func rows(_ count: Int) -> Attribute { Attribute("rows", String(count)) }
    package static func spellcheck(_ text: StaticString) -> Attribute {
        Attribute("spellcheck", "\(text)")
    }
    package static func formmethod(_ text: StaticString) -> Attribute {
        Attribute("formmethod", "\(text)")
    }
    package static func tabindex(_ place: Int) -> Attribute { Attribute("tabindex", String(place)) }
    /// A text that is read as code by a program, such as the page's own script.
    package static func data(_ name: DataName, _ value: String = "") -> Attribute {
        Attribute(name.attribute, value)
    }

    package static func checked(_ isPresent: Bool = true) -> Attribute {
        Attribute("checked", isPresent: isPresent)
    }
    package static func selected(_ isPresent: Bool) -> Attribute {
        Attribute("selected", isPresent: isPresent)
    }
    package static func disabled(_ isPresent: Bool = true) -> Attribute {
        Attribute("disabled", isPresent: isPresent)
    }
    package static func required() -> Attribute { Attribute("required", isPresent: true) }
    package static func hidden() -> Attribute { Attribute("hidden", isPresent: true) }
    package static func open(_ isPresent: Bool) -> Attribute {
        Attribute("open", isPresent: isPresent)
    }
    package static func autofocus() -> Attribute { Attribute("autofocus", isPresent: true) }
    package static func deferred() -> Attribute { Attribute("defer", isPresent: true) }

    // ARIA
    package static func ariaLabel(_ text: String) -> Attribute { Attribute("aria-label", text) }
    package static func ariaHidden() -> Attribute { Attribute("aria-hidden", "true") }
    package static func ariaCurrent(_ text: String?) -> Attribute {
        Attribute("aria-current", ifAny: text)
    }
    package static func ariaSort(_ text: String?) -> Attribute {
        Attribute("aria-sort", ifAny: text)
    }
    package static func ariaLive(_ text: StaticString) -> Attribute {
        Attribute("aria-live", "\(text)")
    }
    package static func ariaLabelledBy(_ id: String) -> Attribute {
        Attribute("aria-labelledby", id)
    }
    package static func ariaInvalid(_ isPresent: Bool) -> Attribute {
        Attribute("aria-invalid", ifAny: isPresent ? "true" : nil)
    }
    package static func ariaDescribedBy(_ id: String?) -> Attribute {
        Attribute("aria-describedby", ifAny: id)
    }

    // SVG geometry, in user units
    package static func viewBox(_ text: String) -> Attribute { Attribute("viewBox", text) }
    package static func width(_ text: String) -> Attribute { Attribute("width", text) }
    package static func height(_ text: String) -> Attribute { Attribute("height", text) }
    package static func x(_ text: String) -> Attribute { Attribute("x", text) }
    package static func y(_ text: String) -> Attribute { Attribute("y", text) }
    package static func d(_ text: StaticString) -> Attribute { Attribute("d", "\(text)") }
    package static func symbol(_ icon: Icon) -> Attribute { Attribute("href", icon: icon) }
    package static func preserveAspectRatio(_ text: StaticString) -> Attribute {
        Attribute("preserveAspectRatio", "\(text)")
    }
}

/// The names by which the page's script finds what it makes better.
package enum DataName: String {
    case theme, live, fragment, label, copy, submit, select, selectAll, filter, poll

    package var attribute: StaticString {
        switch self {
        case .theme: "data-theme"
        case .live: "data-live"
        case .fragment: "data-fragment"
        case .label: "data-label"
        case .copy: "data-copy"
        case .submit: "data-submit"
        case .select: "data-select"
        case .selectAll: "data-select-all"
        case .filter: "data-filter"
        case .poll: "data-poll"
        }
    }
}
