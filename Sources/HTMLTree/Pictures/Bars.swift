/// One part of a bar.
package struct BarPart {
    /// What it is filled with.
    package enum Fill: String { case ok, bad, run, warn, idle, hatch }

    /// How much of the whole it is.
    package var count: Int
    /// What it is filled with.
    package var fill: Fill
    /// What it is, in words.
    package var words: String

    /// One part of a bar.
    package init(count: Int, fill: Fill, words: String) {
        self.count = count
        self.fill = fill
        self.words = words
    }
}

/// A bar whose parts add up to a whole, drawn by the server; its title says the same in words.
package func bar(_ parts: [BarPart], isThin: Bool = false) -> HTML {
    let whole = max(parts.reduce(0) { $0 + $1.count }, 1)
    let shown = parts.filter { $0.count > 0 }
    // A part that is there is seen: it has at least 8 of 1,000 units. Gaps of 3 units tell parts
    // apart.
    let room = 1000 - 3 * max(shown.count - 1, 0)
    var left = 0
    var pieces: [HTML] = []
    for (index, part) in shown.enumerated() {
        let isLast = index == shown.count - 1
        let width = isLast ? 1000 - left : max(8, room * part.count / whole)
        pieces.append(
            .element(
                rect,
                [
                    .x(String(left)), .y("0"), .width(String(max(width, 1))), .height("12"),
                    Attribute("class", "f-\(part.fill.rawValue)"),
                ], []))
        left += width + 3
    }
    if shown.isEmpty {
        pieces.append(
            rect(class: "f-idle", .x("0"), .y("0"), .width("1000"), .height("12")))
    }
    let words = shown.map { "\(Words.count($0.count)) \($0.words)" }.joined(separator: ", ")
    let attributes: [Attribute] = [
        Attribute("class", isThin ? "bar thin" : "bar"), .viewBox("0 0 1000 12"),
        .preserveAspectRatio("none"), .role("img"), .ariaLabel(words.isEmpty ? "Nothing" : words),
    ]
    return .element(svg, attributes, [title { words }] + pieces)
}

/// A small square in the fill of a bar's part.
package func swatch(_ fill: BarPart.Fill) -> HTML {
    svg(class: "swatch", .viewBox("0 0 10 10"), .ariaHidden()) {
        rect(.width("10"), .height("10"), Attribute("class", "f-\(fill.rawValue)"))
    }
}

/// The pattern that stands for what is not known. It is defined once a page.
package let hatch = svg(.width("0"), .height("0"), .ariaHidden()) {
    defs {
        pattern(
            .id("hatch"), .width("8"), .height("8"), Attribute("patternUnits", "userSpaceOnUse"),
            Attribute("patternTransform", "rotate(45)")
        ) {
            rect(class: "h-ground", .width("8"), .height("8"))
            path(class: "h-line", .d("M0 0V8"))
        }
    }
}
