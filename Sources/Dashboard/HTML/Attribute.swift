import Fleet

/// An attribute of an element. Its name stands in the source; its value is escaped when it is
/// rendered.
struct Attribute: Sendable {
    /// What the attribute says.
    enum Value: Sendable {
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
    let name: StaticString
    /// What it says.
    let value: Value

    init(_ name: StaticString, _ value: String) {
        self.name = name
        self.value = .text(value)
    }

    /// The picture that it refers to, if it does.
    var icon: Icon? {
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
    static func href(_ place: Place) -> Attribute { Attribute("href", place.text) }
    static func action(_ place: Place) -> Attribute { Attribute("action", place.text) }
    static func formaction(_ place: Place) -> Attribute { Attribute("formaction", place.text) }
    static func src(_ place: Place) -> Attribute { Attribute("src", place.text) }

    static func id(_ text: String) -> Attribute { Attribute("id", text) }
    static func name(_ text: String) -> Attribute { Attribute("name", text) }
    static func value(_ text: String) -> Attribute { Attribute("value", text) }
    static func type(_ text: StaticString) -> Attribute { Attribute("type", "\(text)") }
    static func form(_ id: String) -> Attribute { Attribute("form", id) }
    static func forField(_ id: String) -> Attribute { Attribute("for", id) }
    static func title(_ text: String?) -> Attribute { Attribute("title", ifAny: text) }
    static func lang(_ text: StaticString) -> Attribute { Attribute("lang", "\(text)") }
    static func role(_ text: StaticString) -> Attribute { Attribute("role", "\(text)") }
    static func rel(_ text: StaticString) -> Attribute { Attribute("rel", "\(text)") }
    static func method(_ text: StaticString) -> Attribute { Attribute("method", "\(text)") }
    static func content(_ text: String) -> Attribute { Attribute("content", text) }
    static func httpEquiv(_ text: StaticString) -> Attribute { Attribute("http-equiv", "\(text)") }
    static func charset(_ text: StaticString) -> Attribute { Attribute("charset", "\(text)") }
    static func scope(_ text: StaticString) -> Attribute { Attribute("scope", "\(text)") }
    static func colspan(_ count: Int) -> Attribute { Attribute("colspan", String(count)) }
    static func datetime(_ time: Timestamp) -> Attribute { Attribute("datetime", time.description) }
    static func placeholder(_ text: String) -> Attribute { Attribute("placeholder", text) }
    static func autocomplete(_ text: StaticString) -> Attribute {
        Attribute("autocomplete", "\(text)")
    }
    static func minlength(_ count: Int) -> Attribute { Attribute("minlength", String(count)) }
    static func maxlength(_ count: Int) -> Attribute { Attribute("maxlength", String(count)) }
    static func min(_ count: Int) -> Attribute { Attribute("min", String(count)) }
    static func max(_ count: Int) -> Attribute { Attribute("max", String(count)) }
    static func formnovalidate() -> Attribute { Attribute("formnovalidate", isPresent: true) }
    static func rows(_ count: Int) -> Attribute { Attribute("rows", String(count)) }
    static func spellcheck(_ text: StaticString) -> Attribute {
        Attribute("spellcheck", "\(text)")
    }
    static func formmethod(_ text: StaticString) -> Attribute {
        Attribute("formmethod", "\(text)")
    }
    static func tabindex(_ place: Int) -> Attribute { Attribute("tabindex", String(place)) }
    /// A text that is read as code by a program, such as the page's own script.
    static func data(_ name: DataName, _ value: String = "") -> Attribute {
        Attribute(name.attribute, value)
    }

    static func checked(_ isPresent: Bool = true) -> Attribute {
        Attribute("checked", isPresent: isPresent)
    }
    static func selected(_ isPresent: Bool) -> Attribute {
        Attribute("selected", isPresent: isPresent)
    }
    static func disabled(_ isPresent: Bool = true) -> Attribute {
        Attribute("disabled", isPresent: isPresent)
    }
    static func required() -> Attribute { Attribute("required", isPresent: true) }
    static func hidden() -> Attribute { Attribute("hidden", isPresent: true) }
    static func open(_ isPresent: Bool) -> Attribute { Attribute("open", isPresent: isPresent) }
    static func autofocus() -> Attribute { Attribute("autofocus", isPresent: true) }
    static func deferred() -> Attribute { Attribute("defer", isPresent: true) }

    // ARIA
    static func ariaLabel(_ text: String) -> Attribute { Attribute("aria-label", text) }
    static func ariaHidden() -> Attribute { Attribute("aria-hidden", "true") }
    static func ariaCurrent(_ text: String?) -> Attribute { Attribute("aria-current", ifAny: text) }
    static func ariaSort(_ text: String?) -> Attribute { Attribute("aria-sort", ifAny: text) }
    static func ariaLive(_ text: StaticString) -> Attribute { Attribute("aria-live", "\(text)") }
    static func ariaLabelledBy(_ id: String) -> Attribute { Attribute("aria-labelledby", id) }
    static func ariaDescribedBy(_ id: String?) -> Attribute {
        Attribute("aria-describedby", ifAny: id)
    }

    // SVG geometry, in user units
    static func viewBox(_ text: String) -> Attribute { Attribute("viewBox", text) }
    static func width(_ text: String) -> Attribute { Attribute("width", text) }
    static func height(_ text: String) -> Attribute { Attribute("height", text) }
    static func x(_ text: String) -> Attribute { Attribute("x", text) }
    static func y(_ text: String) -> Attribute { Attribute("y", text) }
    static func d(_ text: StaticString) -> Attribute { Attribute("d", "\(text)") }
    static func symbol(_ icon: Icon) -> Attribute { Attribute("href", icon: icon) }
    static func preserveAspectRatio(_ text: StaticString) -> Attribute {
        Attribute("preserveAspectRatio", "\(text)")
    }
}

/// The names by which the page's script finds what it makes better.
enum DataName: String {
    case theme, live, fragment, label, copy, submit, select, selectAll, filter, poll

    var attribute: StaticString {
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
