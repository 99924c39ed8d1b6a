import Administration
import ControlPlane
import Fleet
import HTMLTree
import Rollout
import ServerRecords

/// One part of a bar.
struct BarPart {
    enum Fill: String { case ok, bad, run, warn, idle, hatch }

    var count: Int
    var fill: Fill
    var words: String
}

/// A bar whose parts add up to a whole, drawn by the server; its title says the same in words.
func bar(_ parts: [BarPart], isThin: Bool = false) -> HTML {
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
func swatch(_ fill: BarPart.Fill) -> HTML {
    svg(class: "swatch", .viewBox("0 0 10 10"), .ariaHidden()) {
        rect(.width("10"), .height("10"), Attribute("class", "f-\(fill.rawValue)"))
    }
}

/// The pattern that stands for what is not known. It is defined once a page.
let hatch = svg(.width("0"), .height("0"), .ariaHidden()) {
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

extension FleetCounts {
    /// The three parts of compliance, unknown included.
    var parts: [BarPart] {
        [
            BarPart(count: compliant, fill: .ok, words: "compliant"),
            BarPart(count: nonCompliant, fill: .bad, words: "non-compliant"),
            BarPart(count: unknown, fill: .hatch, words: "unknown"),
        ]
    }
}

extension DeploymentSummary {
    /// How its jobs stand.
    var parts: [BarPart] {
        let failures = count(.failed) + count(.failedVerification) + count(.expired)
        return [
            BarPart(count: count(.verified), fill: .ok, words: "verified"),
            BarPart(count: count(.pendingRestart), fill: .warn, words: "pending restart"),
            BarPart(count: failures, fill: .bad, words: "failed"),
            BarPart(count: count(.running) + count(.leased), fill: .run, words: "running"),
            BarPart(count: count(.interrupted), fill: .hatch, words: "interrupted"),
            BarPart(count: count(.queued) + count(.cancelled), fill: .idle, words: "not begun"),
        ]
    }
}
