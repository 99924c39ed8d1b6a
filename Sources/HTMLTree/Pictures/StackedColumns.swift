/// One column of a picture over time.
package struct StackedColumn {
    /// The day or time.
    package var name: String
    /// Its parts from the bottom up, those that are not there too.
    package var parts: [BarPart]

    /// One column.
    package init(name: String, parts: [BarPart]) {
        self.name = name
        self.parts = parts
    }

    fileprivate var whole: Int { parts.reduce(0) { $0 + $1.count } }
}

/// The most columns of a picture: more are narrower than what the eye tells apart.
private let mostColumns = 90
/// The height of the picture in its own units.
private let tall = 240

/// Columns of parts, drawn by the server, with their key. Of many columns every second, third and so
/// on is shown, and always the last. Heights add up: each part ends where the running sum does, so
/// that rounding loses none.
package func stackedColumns(_ all: [StackedColumn], of what: String) -> HTML {
    let step = max((all.count + mostColumns - 1) / mostColumns, 1)
    let shown = all.enumerated().filter { (all.count - 1 - $0.offset).isMultiple(of: step) }
        .map(\.element)
    guard let first = shown.first, let last = shown.last else { return .nothing }
    let most = max(shown.map(\.whole).max() ?? 0, 1)
    let words =
        "\(what), \(first.name) to \(last.name): \(Words.count(first.whole)) then, "
        + "\(Words.count(last.whole)) now, at most \(Words.count(most))"
    let attributes: [Attribute] = [
        Attribute("class", "chart"), .viewBox("0 0 1000 \(tall)"), .preserveAspectRatio("none"),
        .role("img"), .ariaLabel(words),
    ]
    let width = 1000 / shown.count
    let pieces = shown.enumerated().flatMap { drawn($1, at: $0 * width, width, most) }
    return HTML.pieces {
        HTML.element(svg, attributes, [title { words }] + pieces)
        p(class: "key") {
            for part in last.parts {
                span(class: "s") {
                    swatch(part.fill)
                    part.words
                }
            }
            span(class: "dim") {
                "\(first.name) to \(last.name), at most \(Words.count(most))"
            }
        }
    }
}

private func drawn(_ column: StackedColumn, at x: Int, _ width: Int, _ most: Int) -> [HTML] {
    var sum = 0
    return column.parts.filter { $0.count > 0 }.map { part in
        let (low, high) = (sum * tall / most, (sum + part.count) * tall / most)
        sum += part.count
        return rect(
            .x("\(x)"), .y("\(tall - high)"), .width("\(max(width - 2, 1))"),
            .height("\(max(high - low, 1))"), Attribute("class", "f-\(part.fill.rawValue)"))
    }
}
