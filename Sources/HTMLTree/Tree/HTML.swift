/// A piece of a page as a value: built from elements and text, escaped when it is rendered, and
/// only then.
///
/// There is no way to put a computed string into a page unescaped: `constant` takes what the
/// compiler has seen.
package enum HTML: Sendable {
    /// Text; every character that means something in HTML is escaped.
    case text(String)
    /// An element with its attributes and what it holds.
    case element(Tag, [Attribute], [HTML])
    /// Pieces one after another.
    case group([HTML])
    /// Markup that stands in the source as it is.
    case constant(StaticString)

    /// Nothing.
    package static let nothing = HTML.group([])

    /// The piece that a builder's closure describes.
    package static func pieces(@HTMLBuilder _ content: () -> HTML) -> HTML { content() }
}

/// Puts the statements of a closure together into one piece of a page.
@resultBuilder
package enum HTMLBuilder {
    /// Text stands for itself.
    package static func buildExpression(_ text: String) -> HTML { .text(text) }
    /// A piece stands for itself.
    package static func buildExpression(_ piece: HTML) -> HTML { piece }
    /// A piece that may be missing.
    package static func buildExpression(_ piece: HTML?) -> HTML { piece ?? .group([]) }
    /// Pieces one after another.
    package static func buildExpression(_ pieces: [HTML]) -> HTML { .group(pieces) }
    /// The statements in their order.
    package static func buildBlock(_ pieces: HTML...) -> HTML { .group(pieces) }
    /// `if` without `else`.
    package static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .group([]) }
    /// `if`.
    package static func buildEither(first: HTML) -> HTML { first }
    /// `else`.
    package static func buildEither(second: HTML) -> HTML { second }
    /// `for`.
    package static func buildArray(_ pieces: [HTML]) -> HTML { .group(pieces) }
}
