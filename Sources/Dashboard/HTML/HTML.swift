/// A piece of a page as a value: built from elements and text, escaped when it is rendered, and
/// only then.
///
/// There is no way to put a computed string into a page unescaped: `constant` takes what the
/// compiler has seen.
enum HTML: Sendable {
    /// Text; every character that means something in HTML is escaped.
    case text(String)
    /// An element with its attributes and what it holds.
    case element(Tag, [Attribute], [HTML])
    /// Pieces one after another.
    case group([HTML])
    /// Markup that stands in the source as it is.
    case constant(StaticString)

    /// Nothing.
    static let nothing = HTML.group([])

    /// The piece that a builder's closure describes.
    static func pieces(@HTMLBuilder _ content: () -> HTML) -> HTML { content() }
}

/// Puts the statements of a closure together into one piece of a page.
@resultBuilder
enum HTMLBuilder {
    /// Text stands for itself.
    static func buildExpression(_ text: String) -> HTML { .text(text) }
    /// A piece stands for itself.
    static func buildExpression(_ piece: HTML) -> HTML { piece }
    /// A piece that may be missing.
    static func buildExpression(_ piece: HTML?) -> HTML { piece ?? .group([]) }
    /// Pieces one after another.
    static func buildExpression(_ pieces: [HTML]) -> HTML { .group(pieces) }
    /// The statements in their order.
    static func buildBlock(_ pieces: HTML...) -> HTML { .group(pieces) }
    /// `if` without `else`.
    static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .group([]) }
    /// `if`.
    static func buildEither(first: HTML) -> HTML { first }
    /// `else`.
    static func buildEither(second: HTML) -> HTML { second }
    /// `for`.
    static func buildArray(_ pieces: [HTML]) -> HTML { .group(pieces) }
}
